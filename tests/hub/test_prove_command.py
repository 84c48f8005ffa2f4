"""`silo hub prove` against a PostgreSQL and a station that answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from typer.testing import Result

from station.hub import proving
from station.hub.database import TABLES
from station.post.proof import Question, answer
from tests.hub.hub_rig import Headquarters, Station

pytestmark = pytest.mark.long

PITS = "INSERT INTO pit (id, name) VALUES ('p1', 'a'), ('p2', 'b')"


@contextmanager
def answering(station: Station) -> Iterator[None]:
    """The station's poster turns meanwhile."""
    stop = threading.Event()

    def turn() -> None:
        while not stop.is_set():
            station.poster.turn()

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def proved(headquarters: Headquarters, station: Station, *words: str) -> Result:
    with answering(station):
        return headquarters.run("prove", "beaulieu", *words)


def test_equal_ends_with_zero_and_one_sentence(headquarters: Headquarters) -> None:
    station = headquarters.station()
    station.post.sql(PITS)
    done = proved(headquarters, station)
    assert (done.exit_code, done.stdout.count("\n")) == (0, 1)
    station.post.ledger.close()


def test_the_first_difference_is_printed_with_both_sides(headquarters: Headquarters) -> None:
    station = headquarters.station()
    station.post.sql(PITS)
    station.poster.turn()
    station.post.apply_all()
    with headquarters.engine.begin() as connection:
        connection.execute(text("DELETE FROM pit WHERE id = 'p2'"))
    done = proved(headquarters, station, "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert told["first"] == {
        "table": "pit", "key": '["p2"]', "station": '{"id":"p2","name":"b"}', "hub": "", "waits": False,
    }  # fmt: skip
    station.post.ledger.close()


def test_a_row_changed_at_the_hub_is_named_while_the_station_is_silent(headquarters: Headquarters) -> None:
    station = headquarters.station()
    station.post.sql(PITS)
    station.poster.turn()
    station.post.apply_all()
    with headquarters.engine.begin() as connection:
        connection.execute(text("UPDATE pit SET name = 'other' WHERE id = 'p1'"))
    done = headquarters.run("prove", "beaulieu", "--wait", "0")
    assert done.exit_code == 1
    assert '{"id":"p1","name":"other"}' in done.stdout
    station.post.ledger.close()


def test_rows_in_quarantine_are_told_apart_from_a_difference(headquarters: Headquarters) -> None:
    station = headquarters.station()
    station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a' || char(0)), ('p2', 'b')")
    done = proved(headquarters, station, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["first"], told["waiting"]) == (1, None, 1)
    station.post.ledger.close()


def test_a_silent_station_and_an_unknown_one_are_told_apart(headquarters: Headquarters) -> None:
    station = headquarters.station()
    assert headquarters.run("prove", "beaulieu", "--wait", "0").exit_code == 4
    assert headquarters.run("prove", "elsewhere").exit_code == 2
    station.post.ledger.close()


def test_postgresql_adds_digests_up_as_the_station_does(headquarters: Headquarters) -> None:
    station = headquarters.station()
    for number in range(50):
        station.post.sql("INSERT INTO pit (id, name) VALUES (:id, 'a')", id=f"p{number}")
    station.post.settle()
    with station.post.ledger.read() as tx:
        sums, _ = answer(tx, Question(id=1))
    with headquarters.engine.connect() as connection:
        count, total = proving._summed(connection, TABLES.tables["pit"], "beaulieu")
    assert (count, f"{total % 2**256:064x}") == sums["pit"]
    station.post.ledger.close()
