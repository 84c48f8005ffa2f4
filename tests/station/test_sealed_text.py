"""Facts travel as a text that is whole and signed, or refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from station.sealed_text import MOST_TEXT, TextForged, TextWrong, check_signature, seal, unseal

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
FIELDS = st.lists(st.text(max_size=20) | st.integers(-(10**9), 10**9) | st.none() | st.booleans(), max_size=8)


@given(FIELDS)
def test_what_was_sealed_is_read_and_signed(fields: list[object]) -> None:
    text = seal("SILO9", fields, KEY, b"nine")
    opened = unseal("SILO9", " ".join(text).lower(), b"nine")
    assert opened.fields == fields
    check_signature(opened.signed, opened.signature, PUBLIC)
    with pytest.raises(TextForged):
        check_signature(unseal("SILO9", text, b"eight").signed, opened.signature, PUBLIC)


@given(st.integers(0, 400), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_changed_character_is_never_believed(place: int, letter: str) -> None:
    text = seal("SILO9", ["Beauvoir", 12, 27_880], KEY)
    place = 5 + place % (len(text) - 5)
    changed = text[:place] + letter + text[place + 1 :]
    whole = unseal("SILO9", text)
    try:
        opened = unseal("SILO9", changed)
        check_signature(opened.signed, opened.signature, PUBLIC)
    except TextWrong:
        return
    assert (opened.fields, opened.signed) == (whole.fields, whole.signed)


@pytest.mark.parametrize("text", ["", "SILO9", "SILO8AA", "SILO9!!!!", "SILO9" + "A" * MOST_TEXT])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(TextWrong):
        unseal("SILO9", text)


def test_a_text_that_grows_without_end_is_refused() -> None:
    with pytest.raises(TextWrong):
        unseal("SILO9", seal("SILO9", ["0" * 100_000], None))


def test_what_nobody_signed_has_no_signature() -> None:
    opened = unseal("SILO9", seal("SILO9", [1], None))
    assert (opened.fields, opened.signature) == ([1], b"")
