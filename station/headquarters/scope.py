"""What a person sees of headquarters: the rows of the own stations, in every query that a page asks.

A page gets the tables from here. They have the names and columns of the hub's own, but each is a query that
leaves other stations' rows out, whatever the page asks of it; so nothing can be written to one either."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, MetaData, Table, false, or_, select, true
from sqlalchemy.sql.selectable import Subquery

from station.headquarters.served import Quarters
from station.hub.down_tables import DOCUMENTS, ROLL_OUTS
from station.hub.own import CODES, KEY, STATIONS
from station.hub.person_tables import ATTEMPTS, PERSONS
from station.hub.shipment_tables import SHIPMENTS
from station.hub.tables import STATION

COLUMNS = "station_columns"  # in a table's info: which of its columns name a station; none: it is everybody's
_OF = {STATIONS: ("id",), SHIPMENTS: ("from_site", "to_site"), ROLL_OUTS: (), DOCUMENTS: ()}
_NOBODYS = frozenset({KEY, CODES, PERSONS, ATTEMPTS})  # no page shows what lies here


def narrowed(quarters: Quarters, stations: Iterable[str] | None) -> Quarters:
    """Return headquarters as a person sees it who sees these stations; None: all. A row that names several
    stations is seen by who sees one of them. A table that names none is seen by who sees all stations only,
    unless its info says that it is everybody's."""
    tables = MetaData()
    seen = None if stations is None else sorted(set(stations))
    tables.tables = _Seen(quarters.tables.tables, seen)  # type: ignore[assignment]  # only read from
    return replace(quarters, tables=tables)


class _Seen(dict[str, Subquery]):
    """Each table as a query, made when it is first asked for."""

    def __init__(self, tables: Mapping[str, Table], stations: list[str] | None) -> None:
        super().__init__()
        self._tables, self._stations = tables, stations

    def __missing__(self, name: str) -> Subquery:
        if name in _NOBODYS:
            raise KeyError(name)
        table = self._tables[name]
        query = select(table)
        if self._stations is not None:
            query = query.where(_is_seen(table, self._stations))
        self[name] = query.subquery(name)
        return self[name]


def _is_seen(table: Table, stations: list[str]) -> ColumnElement[bool]:
    station = (STATION,) if STATION in table.c else None
    columns = table.info.get(COLUMNS, _OF.get(table.name, station))
    if columns is None:
        return false()
    return or_(*(table.c[name].in_(stations) for name in columns)) if columns else true()
