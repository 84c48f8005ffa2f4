"""`silo hub state` writes a month as a file whose numbers add up."""

import csv
import io
import json

from sqlalchemy import Engine

from tests.headquarters.stock_rig import add_cell, add_row, add_station, apply_bag, move
from tests.hub.hub_rig import Headquarters


def fill(engine: Engine, station: str) -> None:
    with engine.begin() as connection:
        add_station(connection, station)
        add_cell(connection, station, "c1")
        add_row(connection, station, "load", id="l1", species="barley")
        move(connection, station, 1, "c1", 27_880.4, load_id="l1")
        move(connection, station, 2, "c1", -1_000.2, kind="out")
        apply_bag(connection, station, 1)


def test_a_month_is_a_file_for_a_spreadsheet(headquarters: Headquarters) -> None:
    for station in ("north", "south"):
        fill(headquarters.engine, station)
    done = headquarters.run("state", "--month", "2026-07", "--csv", "--station", "north")
    assert done.exit_code == 0, done.output
    head, row = csv.reader(io.StringIO(done.stdout.removeprefix("\ufeff")))
    assert len(head) == len(row)
    assert row[:5] == ["2026-07", "north", "barley", "owned", "Coop"]
    opening, *flows, closing = map(int, row[5:13])
    assert opening + sum(flows) == closing == 26_880
    assert [one["in_kg"] for one in map(dict, lines(headquarters))] == [27_880, 27_880]


def lines(headquarters: Headquarters) -> list[dict[str, object]]:

    done = headquarters.run("state", "--month", "2026-07", "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_month_that_is_none_is_refused_in_words(headquarters: Headquarters) -> None:
    done = headquarters.run("state", "--month", "July")
    assert done.exit_code == 2
    assert "2026-07" in done.output
