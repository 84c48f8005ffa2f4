"""The map says what lies where, from where that is known, and how old it is."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from station.headquarters.farms import Farm, FarmCell, Noted, add_cell, add_farm, note_move
from station.headquarters.map import FARM, NOTHING, ROWS, WORD, Place, coordinates, mean_of, places
from station.headquarters.scope import narrowed
from station.headquarters.served import Quarters
from station.headquarters.stock import refresh_all
from station.hub.own import STATIONS
from tests.headquarters.stock_rig import add_cell as add_silo_cell
from tests.headquarters.stock_rig import add_row, add_station, apply_bag, move
from tests.post.post_rig import HUB, START, memory_hub

NOW = START + timedelta(days=3)
MEAN = {"protein": {"value": 11.4, "unit": "%", "basis": "dm", "known_t": 30.0}}
SITE = {"name": "Beaulieu", "latitude": 47.0412, "longitude": 4.8367}


@pytest.fixture
def hub() -> Engine:
    engine = memory_hub()
    with engine.begin() as connection:
        add_station(connection, "north")
        add_station(connection, "south")
        add_silo_cell(connection, "north", "c1")
        add_row(connection, "north", "load", id="l1", species="barley")
        move(connection, "north", 1, "c1", 30_000, load_id="l1", content=MEAN)
        apply_bag(connection, "north", 1)
    refresh_all(engine, HUB, START)
    return engine


def quarters(hub: Engine) -> Quarters:
    return Quarters(hub, HUB, lambda: NOW)


def say(hub: Engine, station: str, word: Any, at: Any = START) -> None:
    with hub.begin() as connection:
        stations = HUB.tables[STATIONS]
        connection.execute(
            update(stations).where(stations.c.id == station).values(alive=word, seen_at=at)
        )  # fmt: skip


def seen(hub: Engine, station: str = "north") -> Place:
    return next(one for one in places(quarters(hub)) if one.id == station)


def test_without_a_word_the_rows_say_what_lies_there(hub: Engine) -> None:
    north = seen(hub)
    assert (north.source, north.known_at, north.kg, north.free_kg) == (ROWS, START, 30_000, 870_000)
    assert north.by_species == {"barley": 30_000}
    assert (north.latitude, north.is_stale(NOW), north.age(NOW)) == (None, True, timedelta(days=3))


def test_a_word_says_more_than_rows_that_are_older(hub: Engine) -> None:
    said = {"id": "c1", "kg": 55_000.0, "species": "barley", "reserved_kg": 20_000.0}
    say(hub, "north", {"site": SITE, "cells": [said]}, NOW)
    north = seen(hub)
    assert (north.source, north.kg, north.free_kg) == (WORD, 55_000, 825_000)
    assert (north.name, north.latitude, north.longitude) == ("Beaulieu", 47.0412, 4.8367)
    assert north.cells[0].quality == MEAN
    assert not north.is_stale(NOW)


def test_rows_that_came_on_a_stick_say_more_than_an_older_word(hub: Engine) -> None:
    say(hub, "north", {"cells": [{"id": "c1", "kg": 1.0}]}, START - timedelta(hours=1))
    assert (seen(hub).source, seen(hub).kg) == (ROWS, 30_000)


def test_a_silo_whose_rows_are_still_on_their_way_is_there_by_its_word(hub: Engine) -> None:
    assert (seen(hub, "south").source, seen(hub, "south").cells) == (NOTHING, ())
    said = {"id": "a1", "kg": 410_000.0, "species": "durum", "capacity_kg": 900_000.0}
    say(hub, "south", {"cells": [said]}, NOW)
    south = seen(hub, "south")
    assert (south.source, south.by_species, south.free_kg) == (WORD, {"durum": 410_000}, 490_000)


@pytest.mark.parametrize(
    "word",
    [
        {"cells": "none"}, {"cells": [7, {"id": 3}, {"id": "c1", "kg": "much"}, {"id": "c1", "kg": True}]},
        {"site": [1]}, {"site": {"name": 7, "latitude": "47", "longitude": None}}, {"cells": None}, [],
    ],
)  # fmt: skip
def test_a_word_may_say_anything(hub: Engine, word: Any) -> None:
    say(hub, "north", word, NOW)
    assert (seen(hub).kg, seen(hub).latitude) == (30_000, None)


def test_half_a_place_or_one_beyond_the_earth_is_none() -> None:
    assert coordinates(47, 4.8) == (47.0, 4.8)
    assert coordinates(None, 4.8) == coordinates(91, 4.8) == coordinates(float("nan"), 1) == (None, None)


def test_a_silo_manager_sees_no_other_silo_and_no_farm(hub: Engine) -> None:
    farm = Farm("ferme-1", "Ferme Dupont", "EARL Dupont", "C-12", 47.1, 4.9, ())
    with hub.begin() as connection:
        add_farm(connection, HUB, farm, "Anne", START)
    assert {one.id for one in places(narrowed(quarters(hub), ["south"]))} == {"south"}
    assert [one.id for one in places(quarters(hub))] == ["north", "south", "ferme-1"]


def test_a_farm_store_is_on_the_map_with_how_sure_its_content_is(hub: Engine) -> None:
    farm = Farm("ferme-1", "Ferme Dupont", "EARL Dupont", "C-12", 47.1, 4.9, ())
    cell = FarmCell("a", "Cellule A", "barley", 200_000, 0, "", None, None)
    with hub.begin() as connection:
        add_farm(connection, HUB, farm, "Anne", START)
        add_cell(connection, HUB, "ferme-1", cell, "Anne", START)
        noted = Noted("declared", "Anne", "par téléphone", 120_000, START)
        note_move(connection, HUB, "ferme-1", "a", noted, START)
    store = seen(hub, "ferme-1")
    assert (store.source, store.is_farm, store.kg, store.free_kg) == (FARM, True, 120_000, 80_000)
    assert (store.cells[0].sure, store.owner, store.is_stale(NOW)) == ("declared", "EARL Dupont", False)


def test_a_mean_is_over_the_tonnes_that_it_is_known_of(hub: Engine) -> None:
    with hub.begin() as connection:
        add_silo_cell(connection, "north", "c2")
        add_silo_cell(connection, "north", "c3", species="durum")
        other = {"protein": {**MEAN["protein"], "value": 12.4, "known_t": 10.0}}
        move(connection, "north", 2, "c2", 10_000, load_id="l1", content=other)
        move(connection, "north", 3, "c3", 10_000, content={"protein": {**MEAN["protein"], "value": 15.0}})
        apply_bag(connection, "north", 2)
    refresh_all(hub, HUB, START)
    mean, said = mean_of(seen(hub).cells, "barley")["protein"]
    assert (round(mean, 6), said["basis"]) == (11.65, "dm")
