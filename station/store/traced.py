"""Where the grain of a ticket, of a cell or of a lot came from, and where it went (EU 178/2002 art. 18).

A lot is what one movement took out of a cell. What is sought is named as people name it: a ticket by its
number, a cell by its id, a lot by the number of its paper or of its shipment. The same questions are asked of
a silo's ledger and of headquarters' tables, where each row says whose it is and shipments join the silos.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, MetaData, Table, and_, or_, select, true
from sqlalchemy.engine import RowMapping

from station.grain.tracing import Fate, Followed, Move, Origin, Place, fate_of, follow

MOST = 2000  # subjects of one name
STATION = "station"  # the column of headquarters' tables that says whose a row is
_BATCH = 500  # identifiers in one question
_MOVE = ("id", "cell_id", "seq", "kind", "kg", "load_id", "transfer_id")


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

    def named(self, name: str, site: str, ids: Iterable[str], key: str = "id") -> dict[str, RowMapping]:
        """Return a silo's rows by their key."""
        table = self.table(name)
        found: dict[str, RowMapping] = {}
        for part in _parts(ids):
            query = select(table).where(self.of(table, site), table.c[key].in_(part))
            found |= {row[key]: row for row in self.connection.execute(query).mappings()}
        return found


@dataclass(frozen=True, slots=True)
class Subject:
    """What is traced: `kind` is ticket, cell or lot; `id` of the load, cell or movement; `name` as people say
    it."""

    site: str
    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """Grain as it came: `kg` of it came in all, `in_kg` are in what is traced. Of a load the ticket and who
    brought it; of other grain the cell."""

    site: str
    kind: str
    cell: str | None
    kg: float
    in_kg: float
    load_id: str | None = None
    ticket: str | None = None
    plate: str = ""
    supplier: str = ""
    species: str = ""
    claims: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """A movement out: `kg` left in it, of which `of_kg` is grain that is traced."""

    site: str
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

    site: str
    cell: str
    name: str
    kg: float
    of_kg: float


@dataclass(frozen=True, slots=True)
class Trace:
    """`came_kg` = what lies + what left + `lost_kg` (counts, cleaning, drying, on the road), to the gram."""

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


def subjects(books: Books, sought: str) -> list[Subject]:
    """Find what may be meant: a cell, tickets of that number ("2026/12" or "12"), lots of that paper."""
    cells = books.table("cell")
    found = [
        Subject(books.site_of(row), "cell", row["id"], row["name"])
        for row in books.rows("cell", cells.c.id == sought)
    ]
    campaign, _, number = sought.rpartition("/")
    if number.isdecimal() and len(number) <= 9:
        tickets = books.table("ticket")
        where = [tickets.c.number == int(number), *([tickets.c.campaign == campaign] if campaign else [])]
        found += [
            Subject(books.site_of(row), "ticket", row["load_id"], f"{row['campaign']}/{row['number']}")
            for row in books.rows("ticket", *where)
        ]
    shipped = {
        (books.site_of(row), row["movement_id"])
        for row in books.rows("shipment", books.table("shipment").c.number == sought)
    }
    moves = books.table("cell_movement")
    named = or_(
        moves.c.id == sought, moves.c.paper_number == sought, moves.c.id.in_([id_ for _, id_ in shipped])
    )
    for row in books.rows("cell_movement", moves.c.kind == "out", named):
        place = (books.site_of(row), row["id"])
        if place in shipped or sought in (row["id"], row["paper_number"]):
            found.append(Subject(*place[:1], "lot", row["id"], sought))
    return sorted(found, key=lambda one: (one.site, one.kind, one.name))


def trace(books: Books, subject: Subject) -> Trace:
    """Follow the grain of one subject through every cell that it may have come through, or gone on to."""
    cells, brought = _reached(books, _first_cells(books, subject))
    moves = [move for site, ids in cells.items() for move in _moves(books, site, ids)]
    done = follow(moves, brought)
    inside = _inside(subject, done)
    fate = fate_of(list(inside), done)
    homes: dict[Place, str] = {(move.site, move.id): move.cell for move in moves}
    return Trace(
        subject=subject,
        kg=round(sum(inside.values()), 3),
        sources=tuple(_sources(books, inside, done, homes)),
        lots=tuple(_lots(books, fate)),
        lying=tuple(_lying(books, fate, done)),
        came_kg=round(fate.came_kg, 3),
        left_kg=round(sum(fate.left.values()), 3),
        lies_kg=round(sum(fate.lies.values()), 3),
        lost_kg=round(fate.lost_kg, 3),
    )


def _inside(subject: Subject, done: Followed) -> Mapping[Origin, float]:
    place = (subject.site, subject.id)
    if subject.kind == "cell":
        return done.lies.get(place, {})
    if subject.kind == "lot":
        return done.sent.get(place, {})
    return done.tipped.get(place, {})


def _first_cells(books: Books, subject: Subject) -> set[Place]:
    if subject.kind == "cell":
        return {(subject.site, subject.id)}
    moves = books.table("cell_movement")
    key = moves.c.id if subject.kind == "lot" else moves.c.load_id
    query = select(moves.c.cell_id).where(books.of(moves, subject.site), key == subject.id)
    return {(subject.site, cell) for (cell,) in books.connection.execute(query)}


def _reached(books: Books, first: set[Place]) -> tuple[dict[str, set[str]], dict[Place, Place]]:
    """Return every cell that grain may have come from or gone to, by silo, and which load is which
    departure of another silo."""
    found: dict[str, set[str]] = defaultdict(set)
    brought: dict[Place, Place] = {}
    added = first
    while added:
        by_site: dict[str, set[str]] = defaultdict(set)
        for site, cell in added:
            by_site[site].add(cell)
            found[site].add(cell)
        next_ones: set[Place] = set()
        for site, cells in by_site.items():
            next_ones |= {(site, cell) for cell in _transferred(books, site, cells)}
            next_ones |= _shipped(books, site, cells, brought)
        added = {(site, cell) for site, cell in next_ones if cell not in found[site] and books.sees(site)}
    return found, brought


def _transferred(books: Books, site: str, cells: Collection[str]) -> set[str]:
    moves = books.table("cell_movement")
    theirs = select(moves.c.transfer_id).where(
        books.of(moves, site), moves.c.cell_id.in_(cells), moves.c.transfer_id.is_not(None)
    )
    query = select(moves.c.cell_id).where(
        books.of(moves, site), or_(moves.c.transfer_id.in_(theirs), moves.c.id.in_(theirs))
    )
    return {cell for (cell,) in books.connection.execute(query.distinct())}


def _shipped(books: Books, site: str, cells: Collection[str], brought: dict[Place, Place]) -> set[Place]:
    """Return the cells of other silos that shipments join to these; none in the books of one silo."""
    if books.site:
        return set()
    left, expected, moves = (books.table(name) for name in ("shipment", "expected_shipment", "cell_movement"))
    is_one = and_(expected.c.number == left.c.number, expected.c.from_site == left.c[STATION])
    loads = select(moves.c.load_id).where(
        books.of(moves, site), moves.c.cell_id.in_(cells), moves.c.load_id.is_not(None)
    )
    query = select(
        left.c[STATION], left.c.movement_id, left.c.cell_id, expected.c[STATION], expected.c.load_id
    )
    query = query.select_from(left.join(expected, is_one)).where(
        expected.c.load_id.is_not(None),
        or_(
            and_(left.c[STATION] == site, left.c.cell_id.in_(cells)),
            and_(expected.c[STATION] == site, expected.c.load_id.in_(loads)),
        ),
    )
    joined = set()
    for from_site, movement_id, from_cell, to_site, load_id in books.connection.execute(query):
        if books.sees(from_site) and books.sees(to_site):
            brought[(to_site, load_id)] = (from_site, movement_id)
            joined.add((from_site, from_cell))
            joined |= _first_cells(books, Subject(to_site, "ticket", load_id, ""))
    return joined


def _moves(books: Books, site: str, cells: Collection[str]) -> list[Move]:
    table = books.table("cell_movement")
    query = select(*(table.c[name] for name in _MOVE))
    query = query.where(books.of(table, site), table.c.cell_id.in_(cells))
    return [
        Move(id_, site, cell, seq, kind, kg, load_id, transfer_id)
        for id_, cell, seq, kind, kg, load_id, transfer_id in books.connection.execute(query)
    ]


def _sources(
    books: Books, inside: Mapping[Origin, float], done: Followed, homes: Mapping[Place, str]
) -> list[Source]:
    loads: dict[str, list[str]] = defaultdict(list)
    for origin in inside:
        if origin.kind == "load":
            loads[origin.site].append(origin.ref)
    told = {site: _loads(books, site, ids) for site, ids in loads.items()}
    found = [
        Source(
            site=origin.site,
            kind=origin.kind,
            cell=homes.get((origin.site, origin.ref)),
            kg=round(done.came.get(origin, 0.0), 3),
            in_kg=round(kg, 3),
            **(told[origin.site].get(origin.ref, {}) if origin.kind == "load" else {}),
        )
        for origin, kg in inside.items()
    ]
    return sorted(found, key=lambda one: (-one.in_kg, one.load_id or ""))


def _loads(books: Books, site: str, load_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is told of each load, by its id."""
    loads = books.named("load", site, load_ids)
    tickets = books.named("ticket", site, load_ids, "load_id")
    visits = books.named("visit", site, {row["visit_id"] for row in loads.values()})
    suppliers = books.named("supplier", site, {row["supplier_id"] for row in visits.values()})
    found = {}
    for load_id, load in loads.items():
        visit, ticket = visits.get(load["visit_id"]), tickets.get(load_id)
        supplier = suppliers.get(visit["supplier_id"]) if visit else None
        found[load_id] = {
            "load_id": load_id,
            "ticket": f"{ticket['campaign']}/{ticket['number']}" if ticket else None,
            "plate": visit["plate"] if visit else "",
            "supplier": (supplier["name"] or "") if supplier else "",
            "species": load["species"],
            "claims": tuple(load["claims"] or ()),
            "at": load["outcome_at"] or (visit["arrived_at"] if visit else None),
        }
    return found


def _lots(books: Books, fate: Fate) -> Iterator[Lot]:
    for site in sorted({site for site, _ in fate.left}):
        of_kg = {id_: kg for (where, id_), kg in fate.left.items() if where == site}
        rows = books.named("cell_movement", site, of_kg)
        shipments = books.named("shipment", site, of_kg, "movement_id")
        for row in sorted(rows.values(), key=lambda row: row["seq"]):
            shipment = shipments.get(row["id"])
            yield Lot(
                site, row["id"], row["cell_id"], row["at"], -row["kg"], round(of_kg[row["id"]], 3),
                row["paper_number"], row["reason"],
                shipment=shipment["number"] if shipment else "",
                to_site=shipment["to_site"] if shipment else "",
            )  # fmt: skip


def _lying(books: Books, fate: Fate, done: Followed) -> Iterator[Lying]:
    for site in sorted({site for site, _ in fate.lies}):
        of_kg = {cell: kg for (where, cell), kg in fate.lies.items() if where == site}
        names = books.named("cell", site, of_kg)
        for cell, kg in sorted(of_kg.items()):
            whole = round(sum(done.lies[site, cell].values()), 3)
            yield Lying(site, cell, names[cell]["name"] if cell in names else cell, whole, round(kg, 3))


def _parts(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    return (every[first : first + _BATCH] for first in range(0, len(every), _BATCH))
