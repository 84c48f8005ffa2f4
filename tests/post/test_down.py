"""Documents that headquarters signs for one station."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.post.down import HEAD, SIGNATURE, Document, DocumentWrong, read_document
from station.post.wire import public_text

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
HUB = public_text(KEY)
PACK = Document("beaulieu", 3, "rule_pack", "wheat 2026", "ab" * 32, 812, "Marie", more={"why": "harvest"})


def test_a_signed_document_is_read_as_it_was_written() -> None:
    assert read_document(PACK.signed(KEY), "beaulieu", HUB) == PACK


def test_it_is_nothing_to_another_station() -> None:
    with pytest.raises(DocumentWrong, match="beaulieu"):
        read_document(PACK.signed(KEY), "sainte-croix", HUB)


def test_a_key_that_was_not_pinned_is_not_believed() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    with pytest.raises(DocumentWrong, match="signature"):
        read_document(PACK.signed(other), "beaulieu", HUB)
    for key in ("", "nonsense", public_text(other)):
        with pytest.raises(DocumentWrong, match="signature"):
            read_document(PACK.signed(KEY), "beaulieu", key)


def test_no_word_of_it_can_be_changed() -> None:
    said = PACK.signed(KEY)
    with pytest.raises(DocumentWrong, match="signature"):
        read_document({**said, HEAD: said[HEAD].replace("812", "813")}, "beaulieu", HUB)


@pytest.mark.parametrize(
    "said", [None, [], "text", {}, {HEAD: 1, SIGNATURE: "x"}, {HEAD: "{}", SIGNATURE: "é"}]
)
def test_what_is_no_document_says_so(said: object) -> None:
    with pytest.raises(DocumentWrong):
        read_document(said, "beaulieu", HUB)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 0}, {"number": "3"}, {"size": -1}, {"size": 10**12}, {"sha256": "../../etc/passwd"},
        {"sha256": "AB" * 32}, {"kind": None}, {"more": []}, {"number": True},
    ],
)  # fmt: skip
def test_a_signed_head_with_impossible_words_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DocumentWrong):
        read_document(replace(PACK, **wrong).signed(KEY), "beaulieu", HUB)


def test_what_a_later_hub_says_more_is_passed_over() -> None:
    class Later(Document):
        def text(self) -> str:
            return super().text()[:-1] + ',"colour":"green"}'

    later = Later(**{name: getattr(PACK, name) for name in Document.__dataclass_fields__})
    assert read_document(later.signed(KEY), "beaulieu", HUB) == PACK
