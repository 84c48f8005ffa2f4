"""What of a stranger's text may be kept, and how the rest is shown."""

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.text import (
    HiddenCharacter,
    barcode_of,
    checked_file,
    checked_text,
    checked_value,
    clean_identity,
    clean_text,
    clean_value,
    fold,
    is_formula,
    is_hidden,
    plate_key,
    unaccented,
    visible,
    visible_json,
    visible_value,
)
from tests.hostile import HIDDEN, any_text, is_clean


@pytest.mark.parametrize("char", HIDDEN, ids=ascii)
def test_what_cannot_be_seen_is_refused_cleaned_and_shown_by_its_number(char: str) -> None:
    assert is_hidden(char)
    with pytest.raises(HiddenCharacter, match=f"U\\+{ord(char):04X}"):
        checked_text(f"Marie{char} Dupont")
    assert clean_text(f"Marie{char} Dupont") in ("Marie Dupont", "Marie  Dupont")
    assert visible(f"a{char}b").isascii()
    assert visible(f"a{char}b") != "ab"


@pytest.mark.parametrize(
    "text", ["Coopérative d'Évreux", "小麦", "пшеница", "قمح", "N° 12 · 3,5 %", "[red]", "=1+1"]
)
def test_what_people_write_stays(text: str) -> None:
    assert checked_text(text) == clean_text(text) == visible(text) == text


def test_accents_are_composed_and_blanks_and_ends_of_lines_are_plain() -> None:
    assert checked_text("Cre\u0301py") == clean_text("Cre\u0301py") == "Crépy"
    for text in ("a\tb", "a\r\nb", "a\nb", "a\u00a0b", "a\u202fb", "a\u3000b"):
        assert checked_text(text) == clean_text(text) == "a b"
    assert clean_text("a\u2028b") == "a b"


def test_a_file_keeps_its_lines_and_its_bytes() -> None:
    assert checked_file("a = 1\r\n\tb = 'e\u0301'\n") == "a = 1\r\n\tb = 'e\u0301'\n"
    with pytest.raises(HiddenCharacter):
        checked_file("a = 1 # \u202e")


def test_a_value_of_a_file_names_where_it_is_wrong() -> None:
    with pytest.raises(HiddenCharacter) as wrong:
        checked_value({"cells": [{"name": "one"}, {"name": "t\u200bwo"}]})
    assert wrong.value.where == "cells[1].name"
    with pytest.raises(HiddenCharacter) as key:
        checked_value({"products": {"BL\u200bE": "soft_wheat"}})
    assert key.value.where == "products"


@given(any_text, st.integers(1, 70))
def test_a_clean_text_is_short_composed_and_wholly_seen(text: str, most: int) -> None:
    clean = clean_text(text, most)
    assert is_clean(clean)
    assert len(clean) <= most
    assert clean_text(clean, most) == clean == checked_text(clean) == visible(clean)


@given(any_text)
def test_a_checked_text_is_clean_or_refused(text: str) -> None:
    hidden = {char for char in text if is_hidden(char) and char not in "\t\r\n"}
    if hidden:
        with pytest.raises(HiddenCharacter) as refused:
            checked_text(text)
        assert refused.value.char in hidden
    else:
        assert is_clean(checked_text(text))


@given(any_text, any_text)
def test_two_identities_stay_two(one: str, other: str) -> None:
    assert (clean_identity(one) == clean_identity(other)) == (one == other)
    assert is_clean(clean_identity(one))


@given(any_text)
def test_a_shown_text_is_one_line_that_moves_no_cursor(text: str) -> None:
    shown = visible(text)
    assert not any(map(is_hidden, shown))
    assert visible(shown) == shown
    shown.encode()


@given(
    st.recursive(any_text | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(any_text, inner))
)
def test_shown_json_means_the_same(value: object) -> None:
    shown = visible_json(json.dumps(value, ensure_ascii=False))
    assert not any(map(is_hidden, shown))
    assert json.loads(shown) == json.loads(json.dumps(value))
    assert "\n" not in shown


def test_every_text_of_a_value_is_cleaned_or_shown() -> None:
    value = {"a\x1b": ["b\u202e", ("c\x9b", 1, None)]}
    assert clean_value(value) == {"a": ["b", ("c", 1, None)]}
    assert visible_value(value, 100) == {"a\\x1b": ["b\\u202e", ("c\\x9b", 1, None)]}


def test_the_rule_costs_nothing_for_plain_text() -> None:
    text = "N" * 400
    assert checked_text(text) is text
    assert unicodedata.is_normalized("NFC", clean_text(text))


def test_a_name_is_sought_without_case_accents_or_their_unicode_form() -> None:
    assert {fold(name) for name in ("Blé du Chêne", "ble du che\u0302ne", "BLÉ-DU CHENE")} == {"bleduchene"}
    assert fold("EARL Cœur") == fold("Earl Coeur")
    assert (fold("---"), fold("Straße")) == ("---", "strasse")


def test_a_plates_groups_and_accents_are_its_identity() -> None:
    assert plate_key("b no-1234") == plate_key("B-NO 1234") != plate_key("BN-O 1234")
    assert plate_key("LO\u0308-AB 123") == plate_key("LÖ-AB 123") != plate_key("LO-AB 123")


def batched(chars: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    return (chars[start : start + most] for start in range(0, len(chars), most))


@pytest.mark.parametrize("key_of", [unaccented, fold, plate_key, barcode_of])
def test_the_key_of_any_text_that_may_be_kept_may_be_kept(key_of: Callable[[str], str]) -> None:
    """Small and capital letters and parts without accents come decomposed from Unicode's tables."""
    seen = [char for char in map(chr, range(sys.maxunicode + 1)) if not is_hidden(char)]
    for chars in batched(seen, 40):
        for text in ("a".join(chars), "\u0301".join(chars)):
            assert is_clean(key_of(checked_text(text))), ascii(text)


def test_what_a_spreadsheet_may_run_is_known() -> None:
    for text in ("=1+1", "+1", "-x", "@x", "\tx", "\nx", "\uff1d1", "\uff0b1", "\uff0dx", "\uff20x"):
        assert is_formula(text), ascii(text)
    assert not any(map(is_formula, ("", "a=b", " =1", "1-2")))
