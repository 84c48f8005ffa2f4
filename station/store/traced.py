"""Where the grain of a ticket, of a cell or of a lot came from, and where it went (EU 178/2002 art. 18).

A lot is what one movement took out of a cell. What is sought is named as people name it: a ticket by its
number, a cell by its id, a lot by the number of its paper or of its shipment.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause
from sqlalchemy import select as core_select
from sqlmodel import Session, col, or_, select

from station.grain.tracing import Fate, Followed, Move, Origin, fate_of, follow
from station.store import batches
from station.store.tables import Cell, CellMovement, Load, Shipment, Ticket, Visit

MOST = 2000  # rows of one list that are handed out
_BATCH = 500  # identifiers in one question to SQLite


@dataclass(frozen=True, slots=True)
class Subject:
    """What is traced: `kind` is ticket, cell or lot; `id` of the load, cell or movement; `name` as people say
    it."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """Grain as it came: `kg` of it came in all, `in_kg` are in what is traced. Of a load the ticket and who
    brought it; of other grain the movement."""

    kind: str
    cell: str | None
    kg: float
    in_kg: float
    load_id: str | None = None
    ticket: str | None = None
    plate: str = ""
    supplier_id: str | None = None
    supplier: str = ""
    species: str = ""
    claims: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """A movement out: `kg` left in it, of which `of_kg` is grain that is traced."""

    movement_id: str
    cell: str
    at: datetime
    kg: float
    of_kg: float
    paper_number: str
    reason: str
    shipment: str = ""
    to_site: str = ""


@dataclass(frozen=True, slots=True)
class Lying:
    """A cell with `kg` in it, of which `of_kg` is grain that is traced."""

    cell: str
    name: str
    kg: float
    of_kg: float


@dataclass(frozen=True, slots=True)
class Trace:
    """`came_kg` = what lies + what left + `lost_kg` (counts, cleaning, drying), to the gram."""

    subject: Subject
    kg: float
    sources: tuple[Source, ...]
    lots: tuple[Lot, ...]
    lying: tuple[Lying, ...]
    came_kg: float
    left_kg: float
    lies_kg: float
    lost_kg: float

    @property
    def difference_kg(self) -> float:
        """Return what is not accounted for."""
        return self.came_kg - self.left_kg - self.lies_kg - self.lost_kg


def subjects(tx: Session, site: str, sought: str) -> list[Subject]:
    """Find what may be meant: a cell, tickets of that number ("2026/12" or "12"), lots of that paper."""
    found = []
    cell = tx.get(Cell, sought)
    if cell is not None:
        found.append(Subject("cell", cell.id, cell.name))
    campaign, _, number = sought.rpartition("/")
    if number.isdecimal() and len(number) <= 9:
        tickets = select(Ticket).where(Ticket.site == site, Ticket.number == int(number))
        tickets = tickets.where(Ticket.campaign == campaign) if campaign else tickets
        rows = tx.exec(tickets.order_by(col(Ticket.seq).desc()).limit(MOST))
        found += [Subject("ticket", row.load_id, f"{row.campaign}/{row.number}") for row in rows]
    shipped = select(Shipment.movement_id).where(Shipment.number == sought)
    query = select(CellMovement.id).where(CellMovement.kind == "out")
    query = query.where(
        or_(
            CellMovement.id == sought,
            CellMovement.paper_number == sought,
            col(CellMovement.id).in_(shipped),
        )
    )
    found += [Subject("lot", row, sought) for row in tx.exec(query.limit(MOST))]
    return found


def trace(tx: Session, site: str, subject: Subject) -> Trace:
    """Follow the grain of one subject through the cells of this site."""
    moves = _moves(tx, site, _cells_of(tx, subject))
    done = follow(moves)
    inside = _inside(site, subject, done)
    fate = fate_of(list(inside), done)
    return Trace(
        subject=subject,
        kg=round(sum(inside.values()), 3),
        sources=_sources(tx, site, inside, done, moves),
        lots=_lots(tx, fate),
        lying=_lying(tx, fate, done),
        came_kg=round(fate.came_kg, 3),
        left_kg=round(sum(fate.left.values()), 3),
        lies_kg=round(sum(fate.lies.values()), 3),
        lost_kg=round(fate.lost_kg, 3),
    )


def _inside(site: str, subject: Subject, done: Followed) -> dict[Origin, float]:
    if subject.kind == "cell":
        return done.lies.get((site, subject.id), {})
    if subject.kind == "lot":
        return done.left.get((site, subject.id), {})
    origin = Origin(site, "load", subject.id)
    return {origin: done.came[origin]} if origin in done.came else {}


def _cells_of(tx: Session, subject: Subject) -> set[str]:
    """Return every cell that the subject's grain may have come through, or gone on to."""
    if subject.kind == "cell":
        found = {subject.id}
    elif subject.kind == "lot":
        found = set(tx.exec(select(CellMovement.cell_id).where(CellMovement.id == subject.id)))
    else:
        found = set(tx.exec(select(CellMovement.cell_id).where(CellMovement.load_id == subject.id)))
    added = found
    while added:
        theirs = select(CellMovement.transfer_id).where(col(CellMovement.cell_id).in_(added))
        theirs = theirs.where(col(CellMovement.transfer_id).is_not(None))
        query = select(CellMovement.cell_id).where(
            or_(col(CellMovement.transfer_id).in_(theirs), col(CellMovement.id).in_(theirs))
        )
        added = set(tx.exec(query.distinct())) - found
        found = found | added
    return found


def _moves(tx: Session, site: str, cells: Collection[str]) -> list[Move]:
    table: FromClause = CellMovement.__table__  # type: ignore[attr-defined] # every table model has it
    return moves_of(tx.connection(), table, site, table.c.cell_id.in_(cells))


def moves_of(connection: Connection, table: FromClause, site: str, *where: ColumnElement[bool]) -> list[Move]:
    """Return movements out of a table of them as they are followed."""
    names = ("id", "cell_id", "seq", "kind", "kg", "load_id", "transfer_id")
    rows = connection.execute(core_select(*(table.c[name] for name in names)).where(*where))
    return [
        Move(id_, site, cell, seq, kind, kg, load_id, transfer_id)
        for id_, cell, seq, kind, kg, load_id, transfer_id in rows
    ]


def _sources(
    tx: Session, site: str, inside: dict[Origin, float], done: Followed, moves: Sequence[Move]
) -> tuple[Source, ...]:
    load_ids = [origin.ref for origin in inside if origin.kind == "load"]
    told: dict[str, dict[str, Any]] = {}
    for part in _parts(load_ids):
        told |= _loads(tx, part)
    homes = {move.id: move.cell for move in moves}
    found = [
        Source(
            kind=origin.kind,
            cell=homes.get(origin.ref),
            kg=round(done.came.get(origin, 0.0), 3),
            in_kg=round(kg, 3),
            **told.get(origin.ref, {}),
        )
        for origin, kg in inside.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.in_kg, one.load_id or "")))


def _loads(tx: Session, load_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is told of each load, by its id."""
    loads = tx.exec(select(Load).where(col(Load.id).in_(load_ids))).all()
    tickets = batches.tickets_by_load(tx, load_ids)
    visits = {
        row.id: row
        for row in tx.exec(select(Visit).where(col(Visit.id).in_({one.visit_id for one in loads})))
    }
    suppliers = batches.supplier_names(tx, {visit.supplier_id for visit in visits.values()})
    found = {}
    for load in loads:
        visit, ticket = visits[load.visit_id], tickets.get(load.id)
        found[load.id] = {
            "load_id": load.id,
            "ticket": f"{ticket.campaign}/{ticket.number}" if ticket else None,
            "plate": visit.plate,
            "supplier_id": visit.supplier_id,
            "supplier": suppliers.get(visit.supplier_id, ""),
            "species": load.species,
            "claims": tuple(load.claims),
            "at": load.outcome_at or visit.arrived_at,
        }
    return found


def _lots(tx: Session, fate: Fate) -> tuple[Lot, ...]:
    of_kg = {movement_id: kg for (_, movement_id), kg in fate.left.items()}
    rows: list[CellMovement] = []
    shipments: dict[str, Shipment] = {}
    for part in _parts(of_kg):
        rows += tx.exec(select(CellMovement).where(col(CellMovement.id).in_(part)))
        found = tx.exec(select(Shipment).where(col(Shipment.movement_id).in_(part)))
        shipments |= {row.movement_id: row for row in found}
    rows.sort(key=lambda row: row.seq or 0)
    return tuple(
        Lot(
            row.id, row.cell_id, row.at, -row.kg, round(of_kg[row.id], 3), row.paper_number, row.reason,
            shipment=shipments[row.id].number if row.id in shipments else "",
            to_site=shipments[row.id].to_site if row.id in shipments else "",
        )
        for row in rows
    )  # fmt: skip


def _lying(tx: Session, fate: Fate, done: Followed) -> tuple[Lying, ...]:
    of_kg = {place: kg for place, kg in fate.lies.items() if kg > 0}
    names = dict(
        tx.exec(select(Cell.id, Cell.name).where(col(Cell.id).in_([cell for _, cell in of_kg]))).all()
    )
    return tuple(
        Lying(place[1], names.get(place[1], place[1]), round(sum(done.lies[place].values()), 3), round(kg, 3))
        for place, kg in sorted(of_kg.items())
    )


def _parts(ids: Iterable[str]) -> Iterable[list[str]]:
    every = list(ids)
    return (every[first : first + _BATCH] for first in range(0, len(every), _BATCH))
