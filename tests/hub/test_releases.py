"""Stations and copies of different releases: a newer one waits, an older one goes on, and both say which."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect, text

from station.hub import applying
from station.hub.database import TABLES, bring_up_to_date, missing
from station.hub.tables import typed
from station.post import bag, hub_release
from station.post.bag import Head
from station.store import schema
from tests.hub.hub_rig import Headquarters, Station
from tests.post.post_rig import HUB, START


@pytest.fixture
def station(headquarters: Headquarters) -> Iterator[Station]:
    station = headquarters.station()
    station.post.settle()
    yield station
    station.post.ledger.close()


def brought(station: Station, revision: str, *lines: str) -> None:
    """A bag as a station of another release writes it."""
    post = station.post
    last = post.received()[-1]
    head = Head(
        station=post.station, epoch=last["epoch"], number=last["number"] + 1, previous=last["sha256"],
        from_seq=1, to_seq=1, revision=revision, at=START.isoformat(),
    )  # fmt: skip
    assert post.give(bag.facts_of(head, bag.packed(lines)), None).status == 200


def test_a_newer_stations_bag_is_kept_and_applied_after_the_hubs_upgrade(
    headquarters: Headquarters, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(
        station,
        "9999",
        bag.written("pit", '{"id":"p1","name":"a","new":7}'),
        bag.written("lift", '{"id":"l1"}'),
    )
    brought(station, schema.head(), bag.written("pit", '{"id":"p2","name":"b"}'))
    station.post.apply_all()
    assert [row["state"] for row in station.post.received()] == ["applied", "parked", "received"]
    assert station.post.rows_there()["pit"] == {}, "what comes after waits its turn"
    told = headquarters.json("stations")
    assert (told["parked"], told["schema"]) == (1, schema.head())
    known = {*schema.revisions(), "9999"}
    monkeypatch.setattr(schema, "revisions", lambda: known)
    bring_up_to_date(headquarters.engine)
    station.post.apply_all()
    assert set(station.post.rows_there()["pit"]) == {("p1",), ("p2",)}
    assert [row["code"] for row in station.post.quarantine()] == ["unknown_table"]


def test_what_an_older_copy_parked_is_let_go_by_a_newer_one(
    headquarters: Headquarters, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both serve one database while copies are upgraded one after the other."""
    brought(station, "9999", bag.written("pit", '{"id":"p1","name":"a"}'))
    station.post.apply_all()
    monkeypatch.setattr(schema, "revisions", lambda: {"0001", "9999"})
    with headquarters.engine.begin() as connection:
        applying.unpark(connection, HUB)
    station.post.apply_all()
    assert set(station.post.rows_there()["pit"]) == {("p1",)}


def test_an_older_stations_rows_have_the_defaults_of_columns_that_it_lacks(station: Station) -> None:
    brought(station, schema.head(), bag.written("cell", '{"id":"c1","name":"c"}'))
    station.post.apply_all()
    row = station.post.rows_there()["cell"][("c1",)]
    assert station.post.quarantine() == []
    assert (row["claims"], row["open"], row["capacity_kg"]) == ([], True, None)


def test_a_row_without_its_key_or_with_nothing_where_something_must_be_waits(station: Station) -> None:
    brought(
        station,
        schema.head(),
        bag.written("pit", '{"name":"a"}'),
        bag.written("pit", '{"id":"p1","name":null}'),
    )
    station.post.apply_all()
    assert [row["code"] for row in station.post.quarantine()] == ["wrong_value"] * 2


def test_every_table_takes_a_row_with_nothing_but_its_key(empty: Engine) -> None:
    """So a release that adds a column breaks no older station and no older copy."""
    bring_up_to_date(empty)
    for table in typed(TABLES):
        for column in table.columns:
            assert column.nullable or column.primary_key or column.name in ("post_place", "post_digest"), (
                column
            )


def test_columns_tables_and_indexes_come_to_a_database_that_is_full(
    headquarters: Headquarters, station: Station
) -> None:
    station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    station.post.settle()
    brought(station, schema.head(), bag.written("cell", '{"id":"c1","name":"c"}'))
    station.post.apply_all()
    with headquarters.engine.begin() as connection:
        for statement in (
            "ALTER TABLE cell DROP COLUMN open",
            "ALTER TABLE cell DROP COLUMN capacity_kg",
            "ALTER TABLE hub_station DROP COLUMN forked",
            "DROP TABLE custody_act",
            "DROP INDEX ix_visit_of_all",
        ):
            connection.execute(text(statement))
        lacking = missing(connection)
    assert set(lacking) == {
        "cell.open", "cell.capacity_kg", "hub_station.forked", "custody_act", "visit.ix_visit_of_all",
    }  # fmt: skip
    assert headquarters.run("check").exit_code == 1
    assert set(bring_up_to_date(headquarters.engine)) == set(lacking)
    with headquarters.engine.connect() as connection:
        assert connection.execute(text("SELECT open, capacity_kg FROM cell")).one() == (True, None)
        assert connection.execute(text("SELECT forked FROM hub_station")).scalar_one() is False
        assert missing(connection) == []


def test_an_older_copy_goes_on_while_a_newer_one_adds_columns(
    headquarters: Headquarters, station: Station
) -> None:
    with headquarters.engine.begin() as connection:
        connection.execute(text("ALTER TABLE pit ADD COLUMN depth_m FLOAT DEFAULT 3"))
        connection.execute(text("ALTER TABLE hub_bag ADD COLUMN weather TEXT"))
    try:
        station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
        station.post.settle()
        with headquarters.engine.connect() as connection:
            assert connection.execute(text("SELECT depth_m FROM pit")).scalar_one() == 3
    finally:
        with headquarters.engine.begin() as connection:
            connection.execute(text("ALTER TABLE pit DROP COLUMN depth_m"))
            connection.execute(text("ALTER TABLE hub_bag DROP COLUMN weather"))


def test_copies_that_start_together_make_the_tables_once(empty: Engine) -> None:
    made: list[list[str]] = []
    together = threading.Barrier(3)

    def start() -> None:
        together.wait()
        made.append(bring_up_to_date(empty))

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, made)) == [False, False, True]
    assert "procrastinate_jobs" in inspect(empty).get_table_names()


def test_the_hub_says_its_shape_with_every_answer_to_a_word(station: Station) -> None:
    answer = station.client.alive("e1", 5, {"schema": "0000"})
    assert answer["schema"] == schema.head()


def test_the_list_says_which_of_both_is_older(headquarters: Headquarters, station: Station) -> None:
    for count, (told, said) in enumerate(
        (("0000", "station"), ("9999", "hub"), (schema.head(), "")), start=1
    ):
        station.client.alive("e1", count, {"schema": told})
        assert headquarters.json("stations")["older"] == said
    assert headquarters.run("stations").exit_code == 0


def test_the_station_keeps_what_the_hub_says_of_itself(station: Station) -> None:
    station.poster.turn()
    assert hub_release.read(station.post.folder)["schema"] == schema.head()
    assert hub_release.older(station.post.folder) == ""
