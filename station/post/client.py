"""Headquarters as the station sees it: some addresses, of which one that answers is asked."""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.post.said import NO_HUB, HubAnswer, HubUnreachable, answer_of
from station.post.wire import BYTES, NOTHING, PREFIX, Signed, enveloped

CONNECT_S, ANSWER_S = 5.0, 60.0
LARGE, SLOWEST_BYTES_S = 500_000, 40_000
RANGE_ANSWER_S = 12.0  # a range takes two seconds: what stalls holds no bag up for long
HTTP_FULL, HTTP_AWAY = 507, 503
STORE_AWAY = frozenset({"no_store", "busy", "wrong_secret", "no_secret", "not_found", "unusable"})
LONGEST_LOOK_S = 20.0  # a slower exchange says nothing of a clock
_HAS_SAID_NO = (403, 404, 409, 413, 422)


@dataclass(frozen=True, slots=True)
class PhotosMissing:
    """What headquarters said of photos (SHA-256): for those that it lacks, the byte to go on from."""

    status: int
    reason: str = ""
    lacking: Mapping[str, int] = field(default_factory=dict)
    had: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()


def is_address(url: str) -> bool:
    """Whether headquarters can be asked there: http:// or https://, a host, perhaps a port and a path."""
    try:
        it = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        return False
    return it.scheme in ("http", "https") and bool(it.host) and not (it.query or it.fragment or it.userinfo)


class HubClient:
    """Asks one address at a time: the one that answered last, then the others in their order."""

    def __init__(self, urls: Sequence[str], station: str, key: Ed25519PrivateKey) -> None:
        self._urls = [url.rstrip("/") for url in urls]
        self._station = station
        self._key = key
        self._first = 0
        self._http = httpx2.Client(timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S), trust_env=False)

    def close(self) -> None:
        self._http.close()

    def send(self, epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        """Hand a bag over. Raises HubUnreachable."""
        status, told = self._ask("POST", f"/bags/{number}", epoch, number, enveloped(facts, people))
        return answer_of(status, told)

    def alive(self, epoch: str, count: int, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Say how the station is; `count` rises with every word. Return what headquarters says to it. Raises
        HubUnreachable."""
        return self._ask("POST", "/alive", epoch, count, json.dumps(told, default=str).encode())[1]

    def prove(self, epoch: str, number: int, proof: bytes) -> int:
        """Hand the answer to a question over. Return the status. Raises HubUnreachable."""
        return self._ask("POST", "/proofs", epoch, number, proof)[0]

    def missing(self, epoch: str, photos: Mapping[str, int]) -> PhotosMissing:
        """Ask which photos (SHA-256 and bytes) headquarters lacks, and which it wants first. Raises
        HubUnreachable."""
        body = json.dumps({"photos": photos}).encode()
        status, told = self._ask("POST", "/photos/missing", epoch, 0, body)
        lacking, had, wanted = (told.get(name) or {} for name in ("lacking", "had", "wanted"))
        try:
            starts = {str(sha256): int(start) for sha256, start in dict(lacking).items()}
            had, wanted = frozenset(map(str, had)), frozenset(map(str, wanted))
        except (TypeError, ValueError, OverflowError) as error:
            raise HubUnreachable(NO_HUB) from error
        return PhotosMissing(status, str(told.get("reason", "")), starts, had, wanted)

    def put_range(self, epoch: str, sha256: str, start: int, of: int, data: bytes) -> HubAnswer:
        """Hand over the bytes of a photo of `of` bytes from `start` on. Raises HubUnreachable."""
        path = f"/photos/{sha256}?from={start}&of={of}"
        return answer_of(*self._ask("PUT", path, epoch, 0, data, timeout=RANGE_ANSWER_S))

    def bag_after(self, epoch: str, number: int, sha256: str) -> HubAnswer | bytes:
        """Return this station's bag after one that it names, in its envelope; else what headquarters says.
        Raises HubUnreachable."""
        given = self._request("GET", f"/bags/after/{number}/{sha256 or NOTHING}", epoch, number, b"")
        return given if isinstance(given, bytes) else answer_of(*given)

    def enrol(self, code: str, public_key: str) -> HubAnswer:
        """Bring the station's key, for the code that headquarters gave out. Raises HubUnreachable."""
        body = json.dumps({"code": code, "public_key": public_key}).encode()
        return answer_of(*self._ask("POST", "/enrol", "", 0, body))

    def down(self, after: int) -> list[object]:
        """Return the signed heads of documents after a number; the hub waits a while before it says that
        there are none. Raises HubUnreachable."""
        status, told = self._ask("GET", "/down", "", after, b"")
        documents = told.get("documents")
        if status != 200 or not isinstance(documents, list):
            raise HubUnreachable(str(told.get("reason", status)))
        return documents

    def body(self, number: int, start: int) -> bytes:
        """Return a piece of a document's body from `start` on, nothing at its end. Raises HubUnreachable."""
        status, told = self._ask("GET", f"/down/{number}", "", start, b"")
        try:
            if status != 200:
                raise HubUnreachable(str(told.get("reason", status)))
            return base64.b64decode(told["piece"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise HubUnreachable(f"no piece of document {number}: {error}") from error

    def _ask(
        self, method: str, path: str, epoch: str, number: int, body: bytes, **how: Any
    ) -> tuple[int, dict[str, Any]]:
        told = self._request(method, path, epoch, number, body, **how)
        if isinstance(told, bytes):
            raise HubUnreachable(NO_HUB)
        return told

    def _request(
        self, method: str, path: str, epoch: str, number: int, body: bytes, **how: Any
    ) -> tuple[int, dict[str, Any]] | bytes:
        path = f"{PREFIX}/{self._station}{path}"
        headers = Signed(method, path, epoch, number, body).headers(self._key)
        why, reason = "no address is known", "unreachable"
        for turn in range(len(self._urls)):
            place = (self._first + turn) % len(self._urls)
            asked_at = time.monotonic()
            try:
                url = self._urls[place] + path
                answer = self._http.request(
                    method, url, content=body, headers=headers, **(_patience(body) | how)
                )
                if answer.status_code == 200 and answer.headers.get("content-type") == BYTES:
                    self._first = place
                    return answer.content
                told = answer.json() if _has_words(answer) else None
            except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
                why = f"{self._urls[place]}: {error or type(error).__name__}"
                continue
            if answer.status_code == HTTP_AWAY and isinstance(told, dict):
                reason = str(told["reason"]) if told.get("reason") in STORE_AWAY else reason
                told = None  # another copy may do better
            if isinstance(told, dict) and "reason" in told:  # another server's page has none
                self._first = place
                return answer.status_code, told | {"now": _now(told, time.monotonic() - asked_at)}
            why = f"{self._urls[place]}: {answer.status_code}"
            reason = "hub_full" if answer.status_code == HTTP_FULL else reason
        raise HubUnreachable(why, reason)


def _patience(body: bytes) -> dict[str, Any]:
    """A router on the way may take a large bag at once and carry it for minutes; then comes the answer."""
    if len(body) < LARGE:
        return {}
    return {"timeout": httpx2.Timeout(ANSWER_S + len(body) / SLOWEST_BYTES_S, connect=CONNECT_S)}


def _has_words(answer: httpx2.Response) -> bool:
    """A proxy's page of its own has none."""
    if answer.status_code == HTTP_AWAY:
        return answer.headers.get("content-type", "").startswith("application/json")
    return answer.status_code in (200, *_HAS_SAID_NO)


def _now(told: Mapping[str, Any], seconds: float) -> datetime | None:
    """Headquarters' time at the end of an exchange that took so long."""
    if seconds > LONGEST_LOOK_S:
        return None
    try:
        at = datetime.fromisoformat(str(told.get("now")))
    except ValueError:
        return None
    return at + timedelta(seconds=seconds / 2) if at.tzinfo else None
