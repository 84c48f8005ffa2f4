"""A month's state adds up in whole kilograms, and begins with what the last one ended with."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from station.headquarters.flows import Days, Moved, Sums
from station.headquarters.state import Line, monthly_state, months, share_out, totals, whole
from station.hub.own import STATIONS
from station.hub.stock_tables import STOCK
from tests.post.post_rig import HUB, START, memory_hub

KINDS = ["opening", "in", "in", "out", "transfer", "correction", "drying", "grain_cleaning"]
MONTHS = ["2026-06", "2026-07", "2026-08", "2026-09"]


@pytest.fixture
def hub() -> Engine:
    return memory_hub()


def store(hub: Engine, station: str, rows: list[Moved]) -> None:
    sums = Sums()
    sums.add(rows, Days())
    with hub.begin() as connection:
        stations, stock = HUB.tables[STATIONS], HUB.tables[STOCK]
        connection.execute(insert(stations).values(id=station, name=station.title(), added_at=START))
        made: dict[str, Any] = {"station": station, "digest": "1", "made_at": START, "began_at": START}
        connection.execute(insert(stock).values(**made, sums=sums.as_json()))


def state(hub: Engine, month: str, stations: list[str] | None = None) -> list[Line]:
    with hub.connect() as connection:
        return monthly_state(connection, HUB, month, stations)


def balanced(line: Line) -> bool:
    moved = (line.in_kg, line.out_kg, line.transfers, line.drying, line.waste, line.corrections)
    return line.opening + sum(moved) == line.closing


def random_rows(seed: int) -> list[Moved]:
    draw = Random(seed)
    first = datetime(2026, 6, 2, tzinfo=UTC)
    return [
        Moved(
            seq, draw.choice(["c1", "c2"]), draw.choice(KINDS),
            draw.uniform(-300, 30_000) * draw.choice([1, -1]), draw.choice(["owned", "deposit"]), "Coop",
            first + timedelta(hours=seq * 5), species=draw.choice(["barley", "durum"]), load="l",
        )
        for seq in range(1, 500)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_every_line_adds_up_and_every_month_goes_on_from_the_last(hub: Engine, seed: int) -> None:
    rows = random_rows(seed)
    store(hub, "north", rows)
    before: dict[Any, int] = {}
    for month in MONTHS:
        lines = state(hub, month)
        assert all(balanced(line) for line in [*lines, *totals(lines)])
        keys = {(line.species, line.regime): line for line in lines}
        assert {key: line.opening for key, line in keys.items()} == {key: before.get(key, 0) for key in keys}
        before |= {key: line.closing for key, line in keys.items()}
    for (species, regime), kg in before.items():
        exact = sum(one.kg for one in rows if (one.species, one.regime) == (species, regime))
        assert abs(kg - exact) <= 1.0


def test_corrections_are_marked_and_what_a_silo_was_set_up_with_is_among_them(hub: Engine) -> None:
    at = datetime(2026, 7, 5, tzinfo=UTC)
    rows = [
        Moved(1, "c1", "opening", 410_000, "owned", "Coop", at, made_for="soft_wheat"),
        Moved(2, "c1", "in", 27_880, "owned", "Coop", at, species="soft_wheat", load="l1"),
        Moved(3, "c1", "correction", -1_500.5, "owned", "Coop", at, made_for="soft_wheat"),
    ]
    store(hub, "north", rows)
    (line,) = state(hub, "2026-07")
    assert (line.opening, line.in_kg, line.corrected, line.declared) == (0, 27_880, 2, 410_000)
    assert line.closing == 436_380  # a half kilogram is rounded away from nothing
    assert balanced(line)
    assert [one.opening for one in state(hub, "2026-08")] == [436_380]
    assert state(hub, "2026-06") == []


def test_dryings_and_waste_are_no_corrections(hub: Engine) -> None:
    """Water and waste are named apart; ventilation and a treatment move nothing and correct nothing."""
    at = datetime(2026, 7, 5, tzinfo=UTC)
    moved = [
        ("in", 100_000.0), ("drying", -4_651.163), ("grain_cleaning", -1_500.0), ("ventilation", 0.0),
        ("treatment", 0.0), ("revaluation", 0.0),
    ]  # fmt: skip
    rows = [
        Moved(seq, "c1", kind, kg, "owned", "Coop", at, species="soft_wheat", load="l1")
        for seq, (kind, kg) in enumerate(moved, 1)
    ]
    store(hub, "north", rows)
    (line,) = state(hub, "2026-07")
    assert (line.drying, line.waste, line.corrections, line.corrected) == (-4_651, -1_500, 0, 0)
    assert line.closing == 93_849
    assert balanced(line)


def test_a_silo_manager_is_shown_the_own_silos_only(hub: Engine) -> None:
    for name in ("north", "south"):
        store(hub, name, random_rows(1))
    assert {line.station for line in state(hub, "2026-07", ["south"])} == {"south"}
    assert state(hub, "2026-07", []) == []
    with hub.connect() as connection:
        assert months(connection, HUB, []) == []
        assert months(connection, HUB)[-1] == "2026-06"


def test_what_is_left_to_the_next_kilogram_goes_where_it_is_nearest() -> None:
    assert share_out([1_400, 1_700, 0, 0], 3) == [1, 2, 0, 0]
    assert share_out([-1_400, 2_900, 0, 0], 2) == [-1, 3, 0, 0]
    assert share_out([600, 0, 0, 0], 0) == [0, 0, 0, 0]
    assert [whole(one) for one in (499, 500, -500, -499)] == [0, 1, -1, 0]
