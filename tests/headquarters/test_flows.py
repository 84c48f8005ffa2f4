"""Movements are summed exactly, each with the species that it was."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

from station.headquarters.flows import Days, Moved, Sums

START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
DAYS = Days()


def moved(seq: int, cell: str = "c1", kg: float = 1000.0, kind: str = "in", **more: object) -> Moved:
    said = {"regime": "owned", "organisation": "Coop", "at": START, "load": f"l{seq}", **more}
    return Moved(seq, cell, kind, kg, **said)  # type: ignore[arg-type]


def sums_of(*rows: Moved) -> Sums:
    sums = Sums()
    sums.add(rows, DAYS)
    return sums


def test_a_night_belongs_to_the_day_that_it_began_on() -> None:
    assert DAYS.month_of(datetime(2026, 8, 1, 1, 59, tzinfo=UTC)) == "2026-07"  # 03:59 in Paris
    assert DAYS.month_of(datetime(2026, 8, 1, 2, 0, tzinfo=UTC)) == "2026-08"


def test_grain_without_a_load_is_what_came_in_last_or_what_the_cell_is_for() -> None:
    sums = sums_of(
        moved(1, kind="opening", load=None, made_for="durum"),
        moved(2, species="barley", made_for="durum"),
        moved(3, kg=-500, kind="out", load=None, made_for="durum"),
        moved(4, "c2", kg=-1, kind="correction", load=None),
    )
    assert {key[1:2] + key[4:]: value[0] for key, value in sums.flows.items()} == {
        ("durum", "opening"): 1_000_000, ("barley", "in"): 1_000_000, ("barley", "out"): -500_000,
        ("", "correction"): -1_000,
    }  # fmt: skip


def test_both_halves_of_a_transfer_are_one_species_and_sum_up_to_nothing() -> None:
    sums = sums_of(
        moved(1, "hold", species="barley"),
        moved(2, "hold", -400, "transfer", load=None, transfer="t"),
        moved(3, "c1", 400, "transfer", load=None, transfer="t", made_for="durum"),
        moved(4, "c1", -100, "out", load=None, made_for="durum"),
    )
    flows = {(key[1], key[4]): value for key, value in sums.flows.items()}
    assert flows["barley", "transfer"] == [0, 2]
    assert flows["barley", "out"] == [-100_000, 1]
    assert not sums.under_way


def test_what_came_back_after_a_restore_is_what_it_was() -> None:
    sums = sums_of(
        moved(1, kind="recovered", species="barley"),
        moved(2, kg=-300, kind="recovered", load=None),
    )
    assert [key[4] for key in sorted(sums.flows)] == ["in", "out"]


def test_sums_that_go_on_from_stored_ones_are_those_of_all_rows_at_once() -> None:
    draw = Random(7)
    rows = [
        moved(
            seq, f"c{draw.randint(1, 3)}", draw.uniform(-9e4, 9e4), draw.choice(["in", "out", "correction"]),
            species=draw.choice(["", "barley", "durum"]), at=START + timedelta(days=draw.randint(0, 90)),
        )
        for seq in range(1, 400)
    ]  # fmt: skip
    together, step = sums_of(*rows), Sums()
    for at in range(0, len(rows), 50):
        step = Sums.of(json.loads(json.dumps(step.as_json())))
        step.add(rows[at : at + 50], DAYS)
    assert step.as_json() == together.as_json()
    assert step.count == len(rows)
    assert sum(step.held.values()) == sum(round(one.kg * 1000) for one in rows)
