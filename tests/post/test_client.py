"""What answers in headquarters' place, or an address that is none, ends nothing at a station."""

import json
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.post.client import HubClient, is_address
from station.post.said import HubUnreachable, cursor_in

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
GOOD = {"reason": "", "epoch": "e1", "have": 1, "sha256": "a"}


def client(urls: list[str], *answers: httpx2.Response) -> HubClient:
    """One that hears these answers, in turn."""
    given = iter(answers)
    it = HubClient(urls, "beaulieu", KEY)
    it._http = httpx2.Client(transport=httpx2.MockTransport(lambda _: next(given)))
    return it


def page(status: int, content: Any) -> httpx2.Response:
    return httpx2.Response(status, json=content)


@pytest.mark.parametrize("url", ["http://h:x9", "http://[::1", "http://h\n", "//h", ""])
def test_an_address_that_is_none_is_passed_over(url: str) -> None:
    assert client([url, "http://h"], page(200, GOOD)).send("e1", 1, b"", None).have == 1
    with pytest.raises(HubUnreachable):
        HubClient([url], "beaulieu", KEY).send("e1", 1, b"", None)


@pytest.mark.parametrize(
    "other", [page(404, {"detail": "Not Found"}), page(200, {"ok": True}), page(200, []),
              httpx2.Response(200, content=b"[" * 100_000)],
    ids=["not found", "another server", "no object", "nested"],
)  # fmt: skip
def test_another_server_is_no_headquarters_and_the_next_address_is_asked(other: httpx2.Response) -> None:
    assert client(["http://other", "http://h"], other, page(200, GOOD)).send("e1", 1, b"", None).have == 1


@pytest.mark.parametrize("have", ["x", None, [], 1e999])
def test_a_number_that_is_none_is_no_word_of_headquarters(have: object) -> None:
    wrong = httpx2.Response(200, content=json.dumps({"reason": "", "have": have}).encode())
    with pytest.raises(HubUnreachable):
        client(["http://h"], wrong).send("e1", 1, b"", None)
    with pytest.raises(HubUnreachable):
        cursor_in({"reason": "", "have": have})


@pytest.mark.parametrize("told", [{"lacking": 5}, {"had": 5}, {"wanted": 5}, {"lacking": {"a": 1e999}}])
def test_photos_asked_of_another_server_are_asked_again_later(told: dict[str, Any]) -> None:
    wrong = httpx2.Response(200, content=json.dumps({"reason": "", **told}).encode())
    with pytest.raises(HubUnreachable):
        client(["http://h"], wrong).missing("e1", {})


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://hub.example.org", True), ("http://127.0.0.1:8400", True), ("https://h/silo", True),
        ("127.0.0.1:8400", False), ("ftp://h", False), ("http://h:x", False), ("http://", False),
        ("http://u:p@h", False), ("http://h/?a=1", False), ("", False),
    ],
)  # fmt: skip
def test_an_address_has_a_scheme_and_a_host(url: str, is_one: bool) -> None:
    assert is_address(url) is is_one
