"""How far the bags are, by the numbers in both databases: what is on its way cannot be compared yet."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where a silo is: its newest bag, the changes that are in none yet, the photos that are still to go."""

    epoch: str
    newest: int
    changes: int
    photos: int


def sealed(ledger: Path) -> Sealed:
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")
        (epoch,) = connection.execute("SELECT epoch FROM post_link").fetchone()
        (newest,) = connection.execute("SELECT max(number) FROM bag WHERE epoch = ?", (epoch,)).fetchone()
        (changes,) = connection.execute("SELECT count(*) FROM change").fetchone()
        (photos,) = connection.execute(
            "SELECT count(DISTINCT sha256) FROM photo WHERE sha256 NOT IN"
            " (SELECT sha256 FROM posted_photo WHERE state <> 'owed')"
        ).fetchone()
    return Sealed(epoch, newest or 0, changes, photos)


def applied(database: str) -> dict[tuple[str, str], int]:
    """Return the newest bag that headquarters has applied, with all before it, by silo and epoch."""
    query = (
        "SELECT station, epoch, coalesce(min(number) FILTER (WHERE state IN ('received', 'parked')) - 1,"
        " max(number)) FROM hub_bag WHERE state <> 'refused' GROUP BY station, epoch"
    )
    with psycopg.connect(database) as hub:
        return {(station, epoch): newest for station, epoch, newest in hub.execute(query)}


def has_arrived(wanted: Mapping[str, Sealed], database: str) -> bool:
    """Has headquarters applied all that the silos had sealed then?"""
    there = applied(database)
    return all(there.get((silo, one.epoch), 0) >= one.newest for silo, one in wanted.items())


def is_at_rest(ledgers: Mapping[str, Path], database: str) -> bool:
    """Is nothing on its way: each change is in a bag, each bag is applied, each photo went?"""
    there = applied(database)
    now = {silo: sealed(ledger) for silo, ledger in ledgers.items()}
    return all(
        not one.changes and not one.photos and there.get((silo, one.epoch), 0) == one.newest
        for silo, one in now.items()
    )
