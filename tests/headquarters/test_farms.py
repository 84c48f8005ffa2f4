"""A farm store has no station: what lies in it is what persons and tickets say, and how sure that is."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from station.headquarters.farms import (
    Farm,
    FarmCell,
    FarmWrong,
    Noted,
    Source,
    add_cell,
    add_farm,
    farms,
    moves_of,
    note_move,
)
from tests.headquarters.stock_rig import add_row, move
from tests.post.post_rig import HUB, START, memory_hub

NOW = START + timedelta(days=1)
FARM = Farm("ferme-1", "Ferme Dupont", "EARL Dupont", "C-12", 47.1, 4.9, ())
CELL = FarmCell("a", "Cellule A", "barley", 200_000, 0, "", None, None)


@pytest.fixture
def hub() -> Engine:
    engine = memory_hub()
    with engine.begin() as connection:
        add_farm(connection, HUB, FARM, "Anne", START)
        add_cell(connection, HUB, "ferme-1", CELL, "Anne", START)
    return engine


def note(hub: Engine, kind: str, kg: float = 0.0, hours: float = 0, source: Source | None = None) -> None:
    noted = Noted(kind, "Anne", "livraison", kg, START + timedelta(hours=hours), source)
    with hub.begin() as connection:
        note_move(connection, HUB, "ferme-1", "a", noted, NOW)


def cell(hub: Engine) -> FarmCell:
    with hub.connect() as connection:
        return farms(connection, HUB)[0].cells[0]


def add_ticket(connection: Connection, seq: int, net_kg: float) -> None:
    add_row(
        connection, "north", "ticket", id=f"t{seq}", seq=seq, site="north", campaign="2026", number=seq,
        load_id="l1", net_kg=net_kg, at=START,
    )  # fmt: skip


def test_nothing_is_known_of_a_store_until_somebody_says_something(hub: Engine) -> None:
    assert (cell(hub).kg, cell(hub).sure, cell(hub).moved_at) == (0, "unknown", None)


def test_what_was_counted_goes_on_as_booked(hub: Engine) -> None:
    note(hub, "declared", 100_000)
    assert (cell(hub).kg, cell(hub).sure) == (100_000, "declared")
    note(hub, "counted", 96_000, hours=1)
    assert (cell(hub).kg, cell(hub).sure) == (96_000, "counted")
    note(hub, "out", 27_000, hours=2)
    found = cell(hub)
    assert (found.kg, found.sure, found.since) == (69_000, "booked", START + timedelta(hours=1))


def test_a_count_that_is_noted_late_stands_where_it_was_made(hub: Engine) -> None:
    note(hub, "in", 5_000, hours=3)
    note(hub, "counted", 90_000, hours=1)
    assert (cell(hub).kg, cell(hub).sure) == (95_000, "booked")


def test_a_ticket_of_a_silo_is_a_move_once_and_its_correction_corrects_it(hub: Engine) -> None:
    with hub.begin() as connection:
        add_ticket(connection, 7, 27_880)
    ticket = Source("north", "2026", 7)
    note(hub, "out", source=ticket)
    assert cell(hub).kg == -27_880
    with pytest.raises(FarmWrong) as twice:
        note(hub, "out", source=ticket)
    assert twice.value.part == "twice"
    with hub.begin() as connection:
        add_ticket(connection, 8, 27_000)
    assert cell(hub).kg == -27_000
    with hub.connect() as connection:
        assert moves_of(connection, HUB)[0].source == "north 2026 n° 8"


def test_a_movement_out_of_a_silo_comes_in(hub: Engine) -> None:
    with hub.begin() as connection:
        move(connection, "north", 1, "c1", -24_000, kind="out")
    note(hub, "in", source=Source("north", movement="north-1"))
    assert (cell(hub).kg, cell(hub).moved_at) == (24_000, START)


@pytest.mark.parametrize(
    ("kind", "kg", "source", "part"),
    [
        ("lost", 1, None, "kind"), ("in", 0, None, "kg"), ("in", float("nan"), None, "kg"),
        ("counted", -1, None, "kg"), ("out", 0, Source("north", "2026", 9), "ticket"),
        ("in", 0, Source("north", movement="none"), "movement"),
        ("counted", 0, Source("north", "2026", 7), "kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    hub: Engine, kind: str, kg: float, source: Source | None, part: str
) -> None:
    with pytest.raises(FarmWrong) as wrong:
        note(hub, kind, kg, source=source)
    assert wrong.value.part == part


def test_a_move_of_tomorrow_or_by_nobody_or_without_a_reason_is_refused(hub: Engine) -> None:
    wrongs = {
        "at": Noted("in", "Anne", "essai", 1, NOW + timedelta(hours=1)),
        "by": Noted("in", " ", "essai", 1, START),
        "why": Noted("in", "Anne", "", 1, START),
    }
    for part, noted in wrongs.items():
        with hub.begin() as connection, pytest.raises(FarmWrong) as wrong:
            note_move(connection, HUB, "ferme-1", "a", noted, NOW)
        assert wrong.value.part == part


def test_a_store_or_a_cell_that_is_known_or_has_no_place_is_refused(hub: Engine) -> None:
    with hub.begin() as connection:
        for farm in (FARM, Farm("x", "X", "X", "", 47.0, None, ()), Farm("Ä!", "X", "X", "", None, None, ())):
            with pytest.raises(FarmWrong):
                add_farm(connection, HUB, farm, "Anne", NOW)
        wrong = FarmCell("b", "B", "oats-of-mars", 1, 0, "", None, None)
        for one in (CELL, wrong):
            with pytest.raises(FarmWrong):
                add_cell(connection, HUB, "ferme-1", one, "Anne", NOW)
        with pytest.raises(FarmWrong):
            add_cell(connection, HUB, "nowhere", CELL, "Anne", NOW)
