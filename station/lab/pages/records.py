"""Where rows are read: a silo's own ledger, or one silo among the many of a larger database. What reads them
names tables and columns, and is the same for both.

Whoever empties a ledger's write-ahead log waits for every reader, and all acts wait for him: so nothing is
read for long. Long lists come some rows at a time, each time in a transaction of its own; what changes in
between is seen by the next run.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from station.lab.pages.asking import Read

AT_ONCE = 1_000  # rows in one transaction
Columns = Any  # of a table, or of a part of one


@dataclass(frozen=True, slots=True)
class Records:
    """`of` gives the columns of a table of one silo. `more` gives values of an analyte that no table of it
    has yet, as `measurement` will have them."""

    read: Read
    of: Callable[[str], Columns]
    at_once: int = AT_ONCE
    more: Callable[[str], Sequence[Mapping[str, Any]]] = lambda _: ()

    def all(self, query: Any) -> Sequence[Any]:
        with self.read() as tx:
            return tx.connection().execute(query).all()

    def some(self, key: Any, columns: Sequence[Any], beside: tuple[Any, Any] | None = None) -> Iterator[Any]:
        """Yield rows of a table, its key first, some at a time; `beside` is a table that is joined, and
        how."""
        query = select(key, *columns).order_by(key)
        query = query if beside is None else query.join(*beside)
        last = ""
        while True:
            rows = self.all(query.where(key > last).limit(self.at_once))
            yield from rows
            if len(rows) < self.at_once:
                return
            last = rows[-1][0]


def of_ledger(read: Read) -> Records:
    return Records(read, lambda name: SQLModel.metadata.tables[name].c)
