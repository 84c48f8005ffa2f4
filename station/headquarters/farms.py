"""Farm stores: where grain lies without a station. What is known of them is typed by a named person, or comes
from the tickets and movements of silos, whose weight is read where it stands: a correcting ticket holds here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, MetaData, and_, func, insert, select, tuple_
from sqlalchemy.engine import RowMapping

from station.grain.identifiers import is_known_species
from station.headquarters.served import Quarters
from station.hub.farm_tables import FARM_CELLS, FARM_MOVES, FARMS
from station.hub.own import add_event
from station.hub.tables import STATION

IN, OUT, COUNTED, DECLARED = "in", "out", "counted", "declared"
KINDS = (IN, OUT, COUNTED, DECLARED)
BOOKED, UNKNOWN = "booked", "unknown"
LONGEST = 120
MOST_KG = 1e8


class FarmWrong(Exception):
    """What was said of a farm store cannot be: `part` names what of it."""

    def __init__(self, part: str, value: str = "") -> None:
        super().__init__(f"{part} {value}".strip())
        self.part, self.value = part, value


@dataclass(frozen=True, slots=True)
class Source:
    """Where a move comes from: a ticket of a silo, by campaign and number, or a movement, by its id."""

    silo: str
    campaign: str = ""
    number: int = 0
    movement: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A move as it counts now. `source` names the ticket or movement that it comes from, "" where it was
    typed."""

    id: int
    farm: str
    cell: str
    kind: str
    kg: float
    at: datetime
    by: str
    why: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class FarmCell:
    """`sure` says how the content is known: counted, declared by the owner, booked (worked out from moves
    since), or unknown; `since` is when it was counted or declared last, `moved_at` when anything was noted
    last."""

    id: str
    name: str
    species: str
    capacity_kg: float
    kg: float
    sure: str
    since: datetime | None
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Farm:
    id: str
    name: str
    owner: str
    contract: str
    latitude: float | None
    longitude: float | None
    cells: tuple[FarmCell, ...]


def add_farm(
    connection: Connection, hub: MetaData, farm: Farm, by: str, at: datetime
) -> None:  # fmt: skip
    """Register a farm store, without its cells. Raises FarmWrong."""
    _check_text("by", by)
    _check_id(farm.id)
    for part in ("name", "owner"):
        _check_text(part, getattr(farm, part))
    _check_place(farm.latitude, farm.longitude)
    farms = hub.tables[FARMS]
    if connection.execute(select(farms.c.id).where(farms.c.id == farm.id)).first() is not None:
        raise FarmWrong("known", farm.id)
    connection.execute(
        insert(farms).values(
            id=farm.id, name=farm.name.strip(), owner=farm.owner.strip(), contract=farm.contract.strip(),
            latitude=farm.latitude, longitude=farm.longitude, at=at, by=by,
        )
    )  # fmt: skip
    add_event(connection, hub, "farm_added", at, "", {"farm": farm.id}, by=by)


def add_cell(connection: Connection, hub: MetaData, farm: str, cell: FarmCell, by: str, at: datetime) -> None:
    """Give a farm store a cell. Raises FarmWrong."""
    _check_text("by", by)
    _check_id(cell.id)
    _check_text("name", cell.name)
    if not is_known_species(cell.species):
        raise FarmWrong("species", cell.species)
    if not 0 < cell.capacity_kg <= MOST_KG:
        raise FarmWrong("capacity", str(cell.capacity_kg))
    _check_known(connection, hub, farm)
    cells = hub.tables[FARM_CELLS]
    if connection.execute(select(cells).where(cells.c.farm == farm, cells.c.id == cell.id)).first():
        raise FarmWrong("known", cell.id)
    connection.execute(
        insert(cells).values(
            farm=farm, id=cell.id, name=cell.name, species=cell.species, capacity_kg=cell.capacity_kg, at=at,
            by=by,
        )
    )  # fmt: skip
    add_event(connection, hub, "farm_cell_added", at, "", {"farm": farm, "cell": cell.id}, by=by)


@dataclass(frozen=True, slots=True)
class Noted:
    """What a person says that moved, or lies there. Of what comes from a silo, `kg` and `at` are the silo's
    own."""

    kind: str
    by: str
    why: str
    kg: float = 0.0
    at: datetime | None = None
    source: Source | None = None


def note_move(
    connection: Connection, hub: MetaData, farm: str, cell: str, noted: Noted, at: datetime
) -> None:
    """Write a move down. Raises FarmWrong."""
    _check_text("by", noted.by)
    _check_text("why", noted.why)
    if noted.kind not in KINDS or (noted.source is not None and noted.kind not in (IN, OUT)):
        raise FarmWrong("kind", noted.kind)
    _check_known(connection, hub, farm, cell)
    values: dict[str, Any] = {"kg": noted.kg, "at": noted.at or at}
    if noted.source is not None:
        values = _of_silo(connection, hub, noted.source)
        values["kg"], values["at"] = values["kg"] or 0.0, values["at"] or noted.at or at
    least = 0 if noted.kind in (COUNTED, DECLARED) else 1e-3
    if not least <= values["kg"] <= MOST_KG:
        raise FarmWrong("kg", str(values["kg"]))
    if values["at"] > at:
        raise FarmWrong("at", values["at"].isoformat())
    said = {"farm": farm, "cell": cell, "kind": noted.kind, "why": noted.why.strip()}
    moves = hub.tables[FARM_MOVES]
    connection.execute(insert(moves).values(**said, **values, by=noted.by, noted_at=at))
    add_event(connection, hub, "farm_move_noted", at, values.get("silo") or "", said, by=noted.by)


def farms(connection: Connection, hub: MetaData) -> list[Farm]:
    """Return every farm store with what lies in it."""
    stores, cells = hub.tables[FARMS], hub.tables[FARM_CELLS]
    moves = defaultdict(list)
    for move in reversed(moves_of(connection, hub)):
        moves[move.farm, move.cell].append(move)
    held = defaultdict(list)
    for row in connection.execute(select(cells).order_by(cells.c.farm, cells.c.id)).mappings():
        held[row["farm"]].append(_cell(row, moves[row["farm"], row["id"]]))
    return [
        Farm(
            row["id"], row["name"], row["owner"], row["contract"], row["latitude"], row["longitude"],
            tuple(held[row["id"]]),
        )
        for row in connection.execute(select(stores).order_by(stores.c.name)).mappings()
    ]  # fmt: skip


def moves_of(connection: Connection, hub: MetaData, farm: str | None = None) -> list[Move]:
    """Return the moves, newest first, of all farm stores or one, each with the weight that holds now."""
    moves = hub.tables[FARM_MOVES]
    query = select(moves).order_by(moves.c.at.desc(), moves.c.id.desc())
    if farm is not None:
        query = query.where(moves.c.farm == farm)
    rows = connection.execute(query).mappings().all()
    tickets = _newest_tickets(connection, hub, rows)
    return [_move(row, tickets.get((row["silo"], row["load_id"]))) for row in rows]


def moves_seen(quarters: Quarters, farm: str) -> list[Move]:
    """Return the moves of a farm store as a person sees them."""
    with quarters.engine.connect() as connection:
        return moves_of(connection, quarters.tables, farm)


def note(quarters: Quarters, farm: str, cell: str, noted: Noted) -> None:
    """Write a move down in a transaction of its own. Raises FarmWrong."""
    with quarters.engine.begin() as connection:
        note_move(connection, quarters.tables, farm, cell, noted, quarters.clock())


def _move(row: RowMapping, ticket: Any) -> Move:
    kg, source = row["kg"], ""
    if ticket is not None and ticket.net_kg is not None:
        kg, source = ticket.net_kg, f"{row['silo']} {ticket.campaign} n° {ticket.number}"
    elif row["silo"]:
        source = f"{row['silo']} {row['movement_id'] or ''}".strip()
    return Move(
        row["id"], row["farm"], row["cell"], row["kind"], kg, row["at"], row["by"], row["why"], source
    )


def _newest_tickets(
    connection: Connection, hub: MetaData, rows: Iterable[RowMapping]
) -> Mapping[tuple[str, str], Any]:
    """Return the ticket that holds of each load that a move comes from."""
    loads = sorted({(row["silo"], row["load_id"]) for row in rows if row["load_id"]})
    if not loads:
        return {}
    tickets = hub.tables["ticket"]
    query = select(
        tickets.c[STATION], tickets.c.load_id, tickets.c.net_kg, tickets.c.campaign, tickets.c.number
    ).where(tuple_(tickets.c[STATION], tickets.c.load_id).in_(loads))
    found = connection.execute(query.order_by(tickets.c.seq))
    return {(row[0], row[1]): row for row in found}


def _cell(row: RowMapping, moves: Sequence[Move]) -> FarmCell:
    """`moves` are in their order."""
    kg, sure, since = 0.0, UNKNOWN, None
    for move in moves:
        if move.kind in (COUNTED, DECLARED):
            kg, sure, since = move.kg, move.kind, move.at
        else:
            kg += move.kg if move.kind == IN else -move.kg
            sure = BOOKED
    moved_at = moves[-1].at if moves else None
    return FarmCell(row["id"], row["name"], row["species"], row["capacity_kg"], kg, sure, since, moved_at)


def _of_silo(connection: Connection, hub: MetaData, source: Source) -> dict[str, Any]:
    """Return weight, time and origin of what comes from a silo. Raises FarmWrong."""
    found = _ticket(connection, hub, source) if source.number else _moved(connection, hub, source)
    moves = hub.tables[FARM_MOVES]
    same = and_(
        moves.c.silo == source.silo, moves.c.load_id.is_not_distinct_from(found["load_id"]),
        moves.c.movement_id.is_not_distinct_from(found["movement_id"]),
    )  # fmt: skip
    if connection.execute(select(func.count()).select_from(moves).where(same)).scalar_one():
        raise FarmWrong("twice", source.movement or f"{source.campaign} {source.number}")
    return found


def _ticket(connection: Connection, hub: MetaData, source: Source) -> dict[str, Any]:
    tickets = hub.tables["ticket"]
    query = select(tickets.c.load_id, tickets.c.net_kg, tickets.c.at).where(
        tickets.c[STATION] == source.silo, tickets.c.number == source.number,
        tickets.c.campaign == source.campaign,
    )  # fmt: skip
    row = connection.execute(query).first()
    if row is None:
        raise FarmWrong("ticket", f"{source.silo} {source.campaign} {source.number}")
    return {"kg": row.net_kg, "at": row.at, "silo": source.silo, "load_id": row.load_id, "movement_id": None}


def _moved(connection: Connection, hub: MetaData, source: Source) -> dict[str, Any]:
    rows = hub.tables["cell_movement"]
    query = select(rows.c.kg, rows.c.at).where(rows.c[STATION] == source.silo, rows.c.id == source.movement)
    row = connection.execute(query).first()
    if row is None:
        raise FarmWrong("movement", f"{source.silo} {source.movement}")
    said = {"silo": source.silo, "load_id": None, "movement_id": source.movement}
    return {"kg": abs(row.kg or 0.0), "at": row.at, **said}


def _check_known(connection: Connection, hub: MetaData, farm: str, cell: str | None = None) -> None:
    stores, cells = hub.tables[FARMS], hub.tables[FARM_CELLS]
    if connection.execute(select(stores.c.id).where(stores.c.id == farm)).first() is None:
        raise FarmWrong("farm", farm)
    mine = select(cells.c.id).where(cells.c.farm == farm, cells.c.id == cell)
    if cell is not None and connection.execute(mine).first() is None:
        raise FarmWrong("cell", cell)


def _check_id(text: str) -> None:
    if not (text and len(text) <= LONGEST // 4 and text.isascii() and text.replace("-", "").isalnum()):
        raise FarmWrong("id", text)


def _check_text(part: str, text: str) -> None:
    if not text.strip() or len(text) > LONGEST or not text.isprintable():
        raise FarmWrong(part, text)


def _check_place(latitude: float | None, longitude: float | None) -> None:
    if (latitude is None) != (longitude is None):
        raise FarmWrong("place")
    if latitude is not None and longitude is not None and not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise FarmWrong("place")
