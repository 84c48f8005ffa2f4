"""What lies at a silo is worked out once for what came, and goes on from there."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from station.headquarters import stock
from station.headquarters.stock import days_of, refresh, refresh_all
from station.hub.stock_tables import STOCK
from tests.headquarters.stock_rig import add_cell, add_row, add_station, apply_bag, move
from tests.post.post_rig import HUB, START, memory_hub

MEAN = {"protein": {"value": 11.4, "unit": "%", "basis": "dm", "known_t": 30.0}}


@pytest.fixture
def hub() -> Engine:
    engine = memory_hub()
    with engine.begin() as connection:
        add_station(connection, "north")
        add_cell(connection, "north", "c1")
        add_cell(connection, "north", "c2", species=None, role="hold")
        add_row(connection, "north", "load", id="l1", species="barley")
        move(connection, "north", 1, "c1", 30_000, load_id="l1", content=MEAN)
        apply_bag(connection, "north", 1)
    return engine


def stored(hub: Engine) -> Any:
    with hub.connect() as connection:
        return connection.execute(select(HUB.tables[STOCK])).mappings().one()


def cells(hub: Engine) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in stored(hub)["cells"]}


def test_what_each_cell_holds_is_its_last_movements_balance(hub: Engine) -> None:
    with hub.begin() as connection:
        add_row(connection, "north", "reservation", id="r1", cell_id="c1", kg=25_000.0)
        add_row(connection, "north", "reservation", id="r2", cell_id="c1", kg=9.0, released_at=START)
        assert refresh(connection, HUB, "north", START)
    found = cells(hub)
    assert (found["c1"]["kg"], found["c1"]["reserved_kg"]) == (30_000, 25_000)
    assert found["c1"]["quality"] == MEAN
    assert (found["c2"]["kg"], found["c2"]["moved_at"]) == (0, None)


def test_nothing_is_done_where_nothing_came(hub: Engine) -> None:
    assert refresh_all(hub, HUB, START) == 1
    assert refresh_all(hub, HUB, START + timedelta(minutes=1)) == 0
    with hub.begin() as connection:
        apply_bag(connection, "north", 2)
    assert refresh_all(hub, HUB, START + timedelta(minutes=2)) == 1
    assert stored(hub)["began_at"] == START


def test_sums_go_on_from_the_last_movement(hub: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh_all(hub, HUB, START)
    asked: list[int] = []
    moved = stock._moved
    monkeypatch.setattr(stock, "_moved", lambda *words: asked.append(words[3]) or moved(*words))
    with hub.begin() as connection:
        move(connection, "north", 2, "c1", -5_000, kind="out", content_kg=25_000)
        apply_bag(connection, "north", 2)
    refresh_all(hub, HUB, START)
    assert asked == [1]
    assert stored(hub)["sums"]["count"] == 2
    assert stored(hub)["sums"]["held"] == [["c1", "barley", "owned", "Coop", 25_000_000]]


@pytest.mark.parametrize("late", ["older", "gone"])
def test_sums_begin_anew_where_what_they_hold_changed(hub: Engine, late: str) -> None:
    with hub.begin() as connection:
        move(connection, "north", 5, "c1", 1_000)
    refresh_all(hub, HUB, START)
    with hub.begin() as connection:
        if late == "older":
            move(connection, "north", 3, "c1", 500)
        else:
            rows = HUB.tables["cell_movement"]
            connection.execute(delete(rows).where(rows.c.seq == 5))
        apply_bag(connection, "north", 2)
    refresh_all(hub, HUB, START)
    held = {"older": 31_500_000, "gone": 30_000_000}[late]
    assert [grams for *_, grams in stored(hub)["sums"]["held"]] == [held]


def test_sums_begin_anew_each_day_for_loads_that_were_corrected(hub: Engine) -> None:
    refresh_all(hub, HUB, START)
    with hub.begin() as connection:
        loads = HUB.tables["load"]
        connection.execute(loads.update().values(species="durum"))
    assert refresh_all(hub, HUB, START + timedelta(hours=23)) == 0
    assert refresh_all(hub, HUB, START + timedelta(hours=25)) == 1
    assert [one[1] for one in stored(hub)["sums"]["held"]] == ["durum"]


@pytest.mark.parametrize(
    "site", [{"timezone": "Mars/North"}, {"day_starts": "4h"}, {"timezone": 7}, "here", None]
)
def test_a_word_that_says_no_zone_is_no_failure(site: Any) -> None:
    assert days_of({"site": site}).zone.key == "Europe/Paris"


def test_a_silo_overseas_has_days_of_its_own() -> None:
    days = days_of({"site": {"timezone": "Indian/Reunion", "day_starts": "00:00"}})
    assert (days.zone.key, days.begins.hour) == ("Indian/Reunion", 0)
