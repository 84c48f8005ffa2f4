"""Stored answers of comparisons as a page asks for them. `quarters` are what the reader sees of headquarters:
nobody who is kept to some silos comes to what is said of all together."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from station.headquarters.served import Quarters
from station.headquarters.silos import records_of
from station.hub.own import STATIONS
from station.hub.page_tables import ALL, COMPARISONS
from station.hub.tables import STATION
from station.lab.pages.gather import names_of_sources
from station.store.stored import canonical, unpacked

__all__ = ["ALL", "Found", "answer", "choices", "listed", "silos_seen", "sources", "suppliers"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    result: Json
    at: datetime


def silos_seen(quarters: Quarters) -> list[tuple[str, str]]:
    """Return the silos that the reader sees, by name."""
    table = quarters.tables.tables[STATIONS]
    with quarters.engine.connect() as connection:
        rows = connection.execute(select(table.c.id, table.c.name)).all()
    return sorted(((id_, name or id_) for id_, name in rows), key=lambda one: (one[1].casefold(), one[0]))


def choices(quarters: Quarters, silo: str, page: str) -> list[Json]:
    """Return every question of a page that there is an answer to."""
    table = quarters.tables.tables[COMPARISONS]
    query = select(table.c.asked).where(table.c.station == silo, table.c.page == page).order_by(table.c.asked)
    with quarters.engine.connect() as connection:
        return [json.loads(asked) for asked in connection.execute(query).scalars()]


def answer(quarters: Quarters, silo: str, page: str, asked: Mapping[str, str]) -> Found | None:
    table = quarters.tables.tables[COMPARISONS]
    query = select(table.c.result, table.c.at).where(table.c.station == silo, table.c.page == page)
    with quarters.engine.connect() as connection:
        row = connection.execute(query.where(table.c.asked == canonical(page, asked))).first()
    if row is None:
        return None
    found = Found(unpacked(row.result), row.at)
    if page == "fairness":
        _name(quarters, silo, found.result.get("by") or {})
    return found


def listed(quarters: Quarters, silo: str, page: str, name: str, value: str) -> list[Json]:
    """Return the answers to the questions of a page that say this, in short."""
    table = quarters.tables.tables[COMPARISONS]
    query = select(table.c.asked, table.c.brief).where(table.c.station == silo, table.c.page == page)
    with quarters.engine.connect() as connection:
        rows = connection.execute(query.order_by(table.c.asked)).all()
    return [brief for asked, brief in rows if str(json.loads(asked).get(name, "")) == value]


def sources(quarters: Quarters, silo: str) -> dict[str, str]:
    """Return what instruments and phones of a silo are called."""
    return names_of_sources(records_of(quarters.engine, quarters.tables, silo)) if silo != ALL else {}


def suppliers(quarters: Quarters, ids: Iterable[str | None]) -> dict[str, str]:
    return _named(quarters, "supplier", ids)


def _name(quarters: Quarters, silo: str, by: Mapping[str, Sequence[Json]]) -> None:
    """Put the names of persons and suppliers, which live in one row each and may be forgotten."""
    for dimension, table in (("operator", "person"), ("supplier", "supplier")):
        some = by.get(dimension, ())
        names = _named(quarters, table, [one["key"] for one in some], silo)
        for one in some:
            one["name"] = names.get(one["key"], "")


def _named(
    quarters: Quarters, name: str, ids: Iterable[str | None], silo: str | None = None
) -> dict[str, str]:
    table, wanted = quarters.tables.tables[name], sorted({one for one in ids if one})
    query = select(table.c.id, table.c.name).where(table.c.id.in_(wanted))
    query = query if silo is None else query.where(table.c[STATION] == silo)
    with quarters.engine.connect() as connection:
        return dict(map(tuple, connection.execute(query)))
