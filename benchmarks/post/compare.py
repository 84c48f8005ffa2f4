"""What is at stations and what is at headquarters, by SQL of its own: nothing here asks the product.

Rows are compared as the demonstration of several silos does. Beside them, each bag that was sealed must have
been applied once, and no other.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import psycopg

from station.demo.silos.check import Comparison, Difference, compare_all


def compare(ledgers: Mapping[str, Path], database: str) -> Comparison:
    """`ledgers` by the stations' ids; `database` is an address of libpq."""
    rows = compare_all(ledgers, database)
    with psycopg.connect(database) as there:
        bags = [
            difference
            for station, ledger in ledgers.items()
            for difference in _bags_differ(station, ledger, there)
        ]
    return Comparison(
        rows.rows, rows.loads, rows.photos, rows.bags, rows.quarantined, (*rows.differences, *bags)
    )


def _bags_differ(
    station: str, ledger: Path, there: "psycopg.Connection[tuple[str, int, str]]"
) -> Iterator[Difference]:
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as here:
        rows = here.execute("SELECT epoch, number, sha256 FROM bag").fetchall()
    sealed = {(epoch, number, digest.hex()) for epoch, number, digest in rows}
    query = "SELECT epoch, number, sha256 FROM hub_bag WHERE station = %s AND state = 'applied'"
    applied = Counter(there.execute(query, (station,)).fetchall())
    for bag in sealed - applied.keys():
        yield Difference("lost", station, "bag", str(bag))
    for bag, count in applied.items():
        for _ in range(count - (bag in sealed)):
            yield Difference("doubled", station, "bag", str(bag))


def loads_of(ledger: Path) -> int:
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as here:
        return int(here.execute('SELECT count(*) FROM "load"').fetchone()[0])


def owed(ledger: Path) -> int:
    """How much of a station has not been acknowledged: changes in no bag, and bags."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as here:
        (count,) = here.execute(
            "SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM bag, post_link "
            "WHERE bag.epoch = post_link.epoch AND bag.number > post_link.acknowledged) "
            "+ (SELECT snapshot + forgets FROM post_link)"
        ).fetchone()
    return int(count)


def unapplied(database: str) -> int:
    """How many bags the hub has received and not applied."""
    query = "SELECT count(*) FROM hub_bag WHERE state NOT IN ('applied', 'refused')"
    with psycopg.connect(database) as there:
        row = there.execute(query).fetchone()
    return int(row[0]) if row else 0
