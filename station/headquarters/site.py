"""What lies behind the cells of one silo: movements with their loads, whose grain it is, who brought it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, and_, func, select

from station.headquarters.flows import GRAMS
from station.headquarters.served import Quarters
from station.hub.stock_tables import STOCK
from station.hub.tables import STATION

MOST = 50
MOST_OWNERS = 100


@dataclass(frozen=True, slots=True)
class Movement:
    """Grain in or out of a cell, with what is known of the load that it was. `by` and `supplier` are names;
    "" is nobody, or somebody who is forgotten."""

    seq: int
    at: datetime
    cell: str
    kind: str
    kg: float
    content_kg: float
    regime: str
    organisation: str
    species: str
    supplier: str
    plate: str
    campaign: str
    load: str
    reason: str
    paper: str
    by: str
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """So much of what lies in a cell is of this species, under this regime, for this organisation."""

    cell: str
    species: str
    regime: str
    organisation: str
    kg: float


@dataclass(frozen=True, slots=True)
class Brought:
    """What an owner brought into a cell, over all loads; what left since is nobody's in particular."""

    supplier: str
    loads: int
    kg: float


def movements(quarters: Quarters, station: str, cells: Sequence[str], before: int | None) -> list[Movement]:
    """Return the newest movements of these cells, newest first, one more than a page shows."""
    found: list[Movement] = []
    with quarters.engine.connect() as connection:
        for cell in cells:
            query = _movements(quarters.tables, station, cell, before)
            found += [Movement(**row) for row in connection.execute(query).mappings()]
        found = sorted(found, key=lambda one: -one.seq)[: MOST + 1]
        numbers = _tickets(connection, quarters.tables, station, {one.load for one in found if one.load})
    return [replace(one, ticket=numbers.get(one.load)) for one in found]


def held(quarters: Quarters, station: str) -> list[Held]:
    """Return whose grain lies in each cell, as the stored sums say."""
    stock = quarters.tables.tables[STOCK]
    with quarters.engine.connect() as connection:
        query = select(stock.c.sums).where(stock.c.station == station)
        sums = connection.execute(query).scalar_one_or_none() or {}
    return [
        Held(cell, species, regime, organisation, grams / GRAMS)
        for cell, species, regime, organisation, grams in sums.get("held", ())
    ]


def brought(quarters: Quarters, station: str, cell: str) -> list[Brought]:
    """Return who brought what lies in a cell, or lay there, most first."""
    with quarters.engine.connect() as connection:
        return [Brought(*row) for row in connection.execute(_brought(quarters.tables, station, cell))]


def _brought(hub: MetaData, station: str, cell: str) -> Any:
    rows, owners, suppliers = (hub.tables[name] for name in ("cell_movement", "loadowner", "supplier"))
    kg = func.sum(rows.c.kg * owners.c.share)
    shares = (
        select(owners.c.supplier_id, func.count(rows.c.load_id.distinct()).label("loads"), kg.label("kg"))
        .join(owners, and_(owners.c[STATION] == rows.c[STATION], owners.c.load_id == rows.c.load_id))
        .where(rows.c[STATION] == station, rows.c.cell_id == cell)
        .group_by(owners.c.supplier_id)
        .order_by(kg.desc())
        .limit(MOST_OWNERS)
        .subquery()
    )
    known = and_(suppliers.c[STATION] == station, suppliers.c.id == shares.c.supplier_id)
    name = func.coalesce(suppliers.c.name, "")
    return select(name, shares.c.loads, shares.c.kg).outerjoin(suppliers, known).order_by(shares.c.kg.desc())


def _tickets(connection: Connection, hub: MetaData, station: str, loads: Collection[str]) -> dict[str, int]:
    """Return the number of the ticket that holds of each load."""
    tickets = hub.tables["ticket"]
    query = select(tickets.c.load_id, tickets.c.number).where(
        tickets.c[STATION] == station, tickets.c.load_id.in_(sorted(loads))
    )
    return {load: number for load, number in connection.execute(query.order_by(tickets.c.seq))}  # noqa: C416


def _movements(hub: MetaData, station: str, cell: str, before: int | None) -> Any:
    rows, loads, visits, suppliers, people, cells = (
        hub.tables[name] for name in ("cell_movement", "load", "visit", "supplier", "person", "cell")
    )
    newest = select(rows).where(rows.c[STATION] == station, rows.c.cell_id == cell)
    if before is not None:
        newest = newest.where(rows.c.seq < before)
    moved = newest.order_by(rows.c.seq.desc()).limit(MOST + 1).subquery()

    def mine(table: Any, key: Any) -> Any:
        return and_(table.c[STATION] == station, table.c.id == key)

    return (
        select(
            moved.c.seq, moved.c.at, moved.c.cell_id.label("cell"), moved.c.kind, moved.c.kg,
            moved.c.content_kg, moved.c.regime, moved.c.organisation,
            func.coalesce(loads.c.species, cells.c.species, "").label("species"),
            func.coalesce(suppliers.c.name, "").label("supplier"),
            func.coalesce(visits.c.plate, "").label("plate"),
            func.coalesce(loads.c.campaign, "").label("campaign"),
            func.coalesce(moved.c.load_id, "").label("load"), moved.c.reason,
            moved.c.paper_number.label("paper"), func.coalesce(people.c.name, "").label("by"),
        )
        .outerjoin(loads, mine(loads, moved.c.load_id))
        .outerjoin(visits, mine(visits, loads.c.visit_id))
        .outerjoin(suppliers, mine(suppliers, visits.c.supplier_id))
        .outerjoin(people, mine(people, moved.c.by))
        .outerjoin(cells, mine(cells, moved.c.cell_id))
    )  # fmt: skip
