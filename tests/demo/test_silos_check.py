"""The check of the demonstration of several silos finds what is lost, doubled or changed at headquarters."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from station.demo.silos.check import SECRET, STAYS, Comparison, compare_all
from station.store import travels
from tests.postgres import cluster

LEDGER = """
CREATE TABLE load (id TEXT PRIMARY KEY, kg FLOAT, at DATETIME, told JSON, open BOOLEAN, hash BLOB, n INTEGER);
CREATE TABLE photo (capture_id TEXT, position INTEGER, sha256 TEXT, PRIMARY KEY (capture_id, position));
CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT, pin_hash TEXT);
CREATE TABLE change (seq INTEGER PRIMARY KEY);
INSERT INTO load VALUES ('l1', 27500, '2026-07-14 05:30:00.250000', '{"b": -0.0, "a": 1e16}', 1, x'00ff', 7);
INSERT INTO load VALUES ('l2', 0.1, '2026-07-14 05:31:00.000000', 'null', 0, NULL, NULL);
INSERT INTO person VALUES ('p1', 'Camille', 'secret');
INSERT INTO change VALUES (1);
"""
HUB = """
CREATE TABLE load (station text, id text, kg double precision, at timestamptz, told json, open boolean,
    hash bytea, n integer, post_place bigint);
CREATE TABLE photo (station text, capture_id text, position integer, sha256 text, post_place bigint);
CREATE TABLE person (station text, id text, name text, post_place bigint);
CREATE TABLE hub_bag (station text, state text);
CREATE TABLE hub_quarantine (id integer, ended_at timestamptz);
INSERT INTO load VALUES
    ('s1', 'l1', 27500, '2026-07-14 05:30:00.25Z', '{"a":1e16,"b":-0.0}', true, '\\x00ff', 7);
INSERT INTO load VALUES ('s1', 'l2', 0.1, '2026-07-14 05:31Z', NULL, false, NULL, NULL);
INSERT INTO person VALUES ('s1', 'p1', 'Camille');
INSERT INTO hub_bag VALUES ('s1', 'applied'), ('s1', 'refused');
"""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with cluster() as engine:
        yield engine.url.render_as_string(hide_password=False).replace("+psycopg", "")


@pytest.fixture
def both(database: str, tmp_path: Path) -> Iterator["Both"]:
    """A silo with two loads, and all of it at headquarters."""
    ledger = tmp_path / "ledger.db"
    with closing(sqlite3.connect(ledger)) as here:
        here.executescript(LEDGER)
    with psycopg.connect(database, autocommit=True) as hub:
        hub.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
        hub.execute(HUB)
        yield Both(ledger, database, hub)


class Both:
    def __init__(self, ledger: Path, database: str, hub: psycopg.Connection) -> None:
        self.ledger, self.database, self.hub = ledger, database, hub

    def compared(self, photos: Path | None = None) -> Comparison:
        return compare_all({"s1": self.ledger}, self.database, photos)

    def told(self, photos: Path | None = None) -> list[str]:
        """Each as one line."""
        return [
            f"{one.kind}: {one.silo} {one.table} {one.key} {' '.join(one.columns)}".strip()
            for one in self.compared(photos).differences
        ]


def test_what_is_the_same_on_both_sides_is_good(both: Both) -> None:
    compared = both.compared()
    assert compared.is_good
    assert (compared.rows, compared.loads, compared.bags) == (3, 2, 1)
    assert (compared.lost, compared.doubled, compared.quarantined) == (0, 0, 0)


def test_a_row_that_is_not_there_is_lost(both: Both) -> None:
    both.hub.execute("DELETE FROM load WHERE id = 'l2'")
    assert both.told() == ['lost: s1 load ["l2"]']
    assert both.compared().lost == 1


def test_all_rows_of_a_table_that_is_not_there_are_lost(both: Both) -> None:
    both.hub.execute("DROP TABLE load")
    assert both.told() == ['lost: s1 load ["l1"]', 'lost: s1 load ["l2"]']


def test_a_row_that_is_there_twice_is_doubled(both: Both) -> None:
    both.hub.execute("INSERT INTO load SELECT * FROM load WHERE id = 'l1'")
    assert both.told() == ['doubled: s1 load ["l1"]']


def test_a_row_that_no_silo_has_is_doubled(both: Both) -> None:
    both.hub.execute("INSERT INTO load (station, id) VALUES ('s1', 'l3'), ('s9', 'l1')")
    both.hub.execute("CREATE TABLE pit (station text, id text, post_place bigint)")
    both.hub.execute("INSERT INTO pit VALUES ('s1', 'f1')")
    assert both.told() == ['doubled: s1 load ["l3"]', "doubled: s1 pit ?", "doubled: s9 load ?"]
    assert both.compared().doubled == 3


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kg", "27500.000000000004"),
        ("at", "'2026-07-14 05:30:00.250001Z'"),
        ("at", "'2026-07-14 05:30:00.25+02'"),
        ("told", """'{"a":1e16,"b":0.0}'"""),
        ("told", """'{"a":10000000000000000,"b":-0.0}'"""),
        ("told", "NULL"),
        ("open", "false"),
        ("hash", "'\\x00fe'"),
        ("n", "NULL"),
    ],
)
def test_a_value_that_is_another_is_changed_and_counts_as_lost(both: Both, column: str, value: str) -> None:
    both.hub.execute(f"UPDATE load SET {column} = {value} WHERE id = 'l1'")
    assert both.told() == [f'changed: s1 load ["l1"] {column}']
    assert (both.compared().lost, both.compared().doubled) == (1, 0)


def test_a_column_that_is_not_there_is_changed(both: Both) -> None:
    both.hub.execute("ALTER TABLE person DROP COLUMN name")
    assert both.told() == ['changed: s1 person ["p1"] name']


def test_a_row_in_quarantine_is_not_good(both: Both) -> None:
    both.hub.execute("INSERT INTO hub_quarantine VALUES (1, now()), (2, NULL)")
    compared = both.compared()
    assert (compared.quarantined, compared.is_good) == (1, False)


def test_a_photo_is_there_if_a_file_holds_its_bytes(both: Both, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"grain").hexdigest()
    with closing(sqlite3.connect(both.ledger)) as here, here:
        here.execute("INSERT INTO photo VALUES ('c1', 0, ?)", (digest,))
    both.hub.execute("INSERT INTO photo VALUES ('s1', 'c1', 0, %s)", (digest,))
    photos = tmp_path / "photos"
    photos.mkdir()
    assert both.told(photos) == [f"lost: s1 photo {digest}"]
    file = photos / f"{digest}.jpg"
    file.write_bytes(b"grain")
    assert both.compared(photos).is_good
    assert both.compared(photos).photos == 1
    file.write_bytes(b"sand")
    assert both.told(photos) == [f"changed: s1 photo {digest}"]
    assert both.compared().photos == 0


def test_the_lists_of_what_stays_agree_with_the_stations() -> None:
    secret = {(table, column) for table, columns in travels.SECRET.items() for column in columns}
    assert travels.STAYS == STAYS
    assert secret == SECRET
