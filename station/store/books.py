"""The tables that a trace reads, the same at a silo and at headquarters, where each row says whose it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, MetaData, Table, select, true
from sqlalchemy.engine import RowMapping

MOST = 2000  # rows of one name
STATION = "station"  # the column of headquarters' tables that says whose a row is
_BATCH = 500  # identifiers in one question


@dataclass(frozen=True, slots=True)
class Books:
    """The tables of one silo, `site`; or those of headquarters, where `site` is empty and `sites` are those
    that the reader sees (None: all)."""

    connection: Connection
    metadata: MetaData
    site: str = ""
    sites: frozenset[str] | None = None

    def table(self, name: str) -> Table:
        return self.metadata.tables[name]

    def of(self, table: Table, site: str) -> ColumnElement[bool]:
        """Say that a row is that silo's."""
        return true() if self.site else table.c[STATION] == site

    def sees(self, site: str) -> bool:
        return site == self.site or (not self.site and (self.sites is None or site in self.sites))

    def rows(self, name: str, *where: ColumnElement[bool]) -> list[RowMapping]:
        table = self.table(name)
        found = self.connection.execute(select(table).where(*where).limit(MOST)).mappings()
        return [row for row in found if self.sees(self.site_of(row))]

    def site_of(self, row: RowMapping) -> str:
        return self.site or row[STATION]

    def named(
        self, name: str, site: str, ids: Iterable[str], wanted: Sequence[str], key: str = "id"
    ) -> dict[str, RowMapping]:
        """Return the wanted columns of a silo's rows by their key."""
        return {row[key]: row for row in self.all_of(name, site, ids, wanted, key)}

    def all_of(
        self, name: str, site: str, ids: Iterable[str], wanted: Sequence[str], key: str
    ) -> list[RowMapping]:
        """Return them all, where several have one key."""
        table = self.table(name)
        columns = [table.c[column] for column in dict.fromkeys((key, *wanted))]
        found: list[RowMapping] = []
        for part in _parts(ids):
            query = select(*columns).where(self.of(table, site), table.c[key].in_(part))
            found += self.connection.execute(query).mappings()
        return found


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    return (every[first : first + _BATCH] for first in range(0, len(every), _BATCH))
