"""What the plan says of a cell, on the terminal and from the command line."""

from datetime import UTC, datetime

from station.api import schemas
from station.api.language import reason
from ui.tui.board import Board
from ui.tui.lines.lists import cell_notes
from ui.words.i18n import translator
from ui.words.plan import plan_sentence

FULL = datetime(2026, 7, 14, 16, 40, tzinfo=UTC)
LINE = {
    "cell": "4", "species": "soft_wheat", "grade": None, "claims": ["organic"], "target_t": 400.0,
    "content_t": 120.5, "expected_t": 300.0, "arrived_t": 83.6, "full_at": FULL, "flags": [],
}  # fmt: skip


def test_a_line_of_the_plan_reads_as_a_person_of_the_trade_says_it() -> None:
    assert plan_sentence(LINE, translator("fr"), UTC).replace("\N{NO-BREAK SPACE}", " ") == (
        "4 · blé tendre, bio · contient 120,5 t · objectif 400 t · cette semaine 84 t sur 300 t"
        " · à cette cadence, pleine à 16:40"
    )


def test_what_a_cell_honours_no_more_is_said_at_the_end() -> None:
    lost = reason("claim_lost", {"claim": "organic"}, "fr").model_dump()
    told = plan_sentence({**LINE, "claims": [], "flags": [lost]}, translator("fr"), UTC)
    assert told.endswith(" · Ne garantit plus bio avant vidange et nettoyage")


def test_nothing_is_said_of_what_nobody_knows() -> None:
    bare = {**LINE, "target_t": None, "expected_t": None, "full_at": None, "claims": []}
    assert plan_sentence(bare, translator("en"), UTC).endswith("soft wheat · holds 120.5\N{NO-BREAK SPACE}t")


def test_the_terminal_says_target_and_hour_below_the_cell() -> None:
    cell = schemas.Cell.model_construct(
        quality={}, grade=None, role="normal", open=True, claims=[], pits=[], target_t=400.0, full_at=FULL
    )
    notes = cell_notes(cell, Board(), translator("fr"))
    assert "objectif 400\N{NO-BREAK SPACE}t · à cette cadence, pleine à " in notes
