"""A trace in words: what is read on a screen and on paper, and what a spreadsheet gets."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ui.words.i18n import translator
from ui.words.traces import (
    lines_of,
    note_of,
    on_sheet,
    passport_table,
    passport_title,
    past_text,
    tables_of,
    title_of,
    treatments_table,
)

SOURCE = {
    "site": "s1", "kind": "load", "cell": "c1", "kg": 28_000.0, "in_kg": 0.2, "load_id": "l",
    "ticket": "2026/7", "plate": "AB-123-CD", "supplier": "EARL Petit", "species": "soft_wheat", "claims": [],
    "at": "2026-07-15T08:00:00+00:00",
}  # fmt: skip
FOUND: dict[str, Any] = {
    "subject": {"site": "s1", "kind": "cell", "id": "c9", "name": "Cellule 9"}, "kg": 12_000.0,
    "sources": [SOURCE], "lots": [], "lying": [], "came_kg": 28_000.0, "left_kg": 0.0, "lies_kg": 28_000.0,
    "lost_kg": 0.0, "difference_kg": 0.0, "treatments": [],
}  # fmt: skip


@pytest.mark.parametrize(("language", "least"), [("fr", "< 0,001"), ("en", "< 0.001")])
def test_a_share_of_grams_does_not_read_as_nothing(language: str, least: str) -> None:
    *_, sources = tables_of(FOUND, translator(language))
    assert sources.rows[0][-1] == least
    assert sources.entries[0][-1][1] == 0.0002  # a spreadsheet gets the number, in tonnes


def test_a_paper_begins_with_what_has_to_be_stopped_and_says_that_there_is_nothing() -> None:
    t = translator("fr")
    tables = tables_of(FOUND, t)
    assert [one.title for one in tables][-1] == "D'où vient le grain"
    assert on_sheet(tables[0])[1] == [("Rien.",)]
    assert "  Rien." in lines_of(tables)
    note = note_of("Silo de Beaulieu", datetime(2026, 8, 14, 7, 0, tzinfo=UTC), t)
    assert note.startswith("Exercice de rappel, Silo de Beaulieu, 14/08/2026 ")


def test_a_cell_is_not_called_a_cell_twice() -> None:
    told = title_of(FOUND, translator("fr")).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "Traçabilité : cellule 9, 12,000 t"


def test_a_passport_names_the_grade_as_its_pack_does() -> None:
    found = {
        "kg": 28_500.0, "grade": "milling_no_2", "grade_name": {"fr": "Blé meunier n° 2"}, "pack": "Blé 1",
        "p": 1.0, "lines": [{"analyte": "don", "value": None, "kind": "never_blend"}],
    }  # fmt: skip
    told = passport_title(found, translator("fr")).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "28,500 t, Blé meunier n° 2 (Blé 1) : 100 % pour ce qui en est connu ; inconnu : DON"


def test_a_passport_says_what_the_buyer_found_more_as_people_measure() -> None:
    line = {
        "analyte": "protein", "unit": "%", "basis": "dm", "op": ">=", "limit": 11.0, "kind": "blendable",
        "value": 11.501061, "u": None, "p": 1.0, "found": 11.2, "difference": -0.301061,
    }  # fmt: skip
    (row,) = passport_table({"lines": [line]}, translator("fr")).rows
    plain = [text.replace("\N{NO-BREAK SPACE}", " ") for text in row]
    assert plain == ["protéines", "≥ 11 % MS", "11,5 % MS", "100 %", "11,2 % MS", "\N{MINUS SIGN}0,3"]


def test_what_grain_went_through_is_said_with_dose_and_day() -> None:
    t = translator("fr")
    past = {"honours": [], "lost": ["organic"], "treated": ["phosphine"], "never_blend": True}
    plain = past_text(past, t).replace("\N{NO-BREAK SPACE}", " ")
    assert plain == "engagements perdus : bio ; grain traité : phosphine ; à ne jamais mélanger"
    put_on = {
        "substance": "phosphine", "product": "Phostoxin", "dose": 2.5, "unit": "g/m3", "cell": "c9",
        "at": "2026-07-15T08:00:00+00:00",
    }  # fmt: skip
    (row,) = treatments_table({"treatments": [put_on]}, t).rows
    assert row[:3] == ("phosphine", "Phostoxin", "2,5 g/m3")
