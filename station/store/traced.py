"""Where the grain of a ticket, of a cell or of a lot came from, and where it went (EU 178/2002 art. 18).

A lot is what one movement took out of a cell. What is sought is named as people name it: a ticket by its
number, a cell by its id, a lot by the number of its paper or of its shipment. The same questions are asked of
a silo's ledger and of headquarters' tables, where each row says whose it is and shipments join the silos.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.engine import RowMapping

from station.grain.mixing import OUT, RECOVERED, Followed, Origin, Place, what_it_was
from station.grain.tracing import Fate, fate_of, follow
from station.store.books import Books
from station.store.reached import cells_of, moves_of, reached
from station.store.went_through import NOT_KNOWN, Past, Treated, past_of_cells, past_of_lots, treatments_of

LONGEST_NUMBER = 9  # digits of a ticket's
_LOT = ("seq", "cell_id", "at", "kg", "paper_number", "reason")


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
    past: Past = NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Lying:
    """A cell with `kg` in it, of which `of_kg` is grain that is traced."""

    site: str
    cell: str
    name: str
    kg: float
    of_kg: float
    past: Past = NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Trace:
    """`came_kg` = what lies + what left + `lost_kg` (counts, cleaning, drying, on the road), each to the
    gram; `difference_kg` is not accounted for. `supposed_kg` of it is taken to have left before it was
    entered: more had left than was known of. `treatments` are those of the sources and of the cells that they
    went through."""

    subject: Subject
    kg: float
    sources: tuple[Source, ...]
    lots: tuple[Lot, ...]
    lying: tuple[Lying, ...]
    came_kg: float
    left_kg: float
    lies_kg: float
    lost_kg: float
    difference_kg: float
    supposed_kg: float
    treatments: tuple[Treated, ...] = ()


def subjects(books: Books, sought: str) -> list[Subject]:
    """Find what may be meant: a cell by its id or name, tickets of that number ("2026/12" or "12"), lots of
    that paper. Capitals and small letters are the same."""
    text = " ".join(sought.split())
    found = [*_cells(books, text), *_tickets(books, text), *_lots_on(books, text)]
    return sorted(found, key=lambda one: (one.site, one.kind, one.name))


def _is(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return func.upper(column) == func.upper(text)


def _cells(books: Books, sought: str) -> Iterator[Subject]:
    cells = books.table("cell")
    for row in books.rows("cell", or_(_is(cells.c.id, sought), _is(cells.c.name, sought))):
        yield Subject(books.site_of(row), "cell", row["id"], row["name"])


def _tickets(books: Books, sought: str) -> Iterator[Subject]:
    campaign, _, number = sought.rpartition("/")
    if not (number.isdecimal() and len(number) <= LONGEST_NUMBER):
        return
    tickets = books.table("ticket")
    where = [tickets.c.number == int(number), *([tickets.c.campaign == campaign] if campaign else [])]
    for row in books.rows("ticket", *where):
        yield Subject(books.site_of(row), "ticket", row["load_id"], f"{row['campaign']}/{row['number']}")


def _lots_on(books: Books, sought: str) -> Iterator[Subject]:
    """A shipment's number is each silo's own: another silo's movement of the same id is not meant."""
    shipped = {
        (books.site_of(row), row["movement_id"]): row["number"]
        for row in books.rows("shipment", _is(books.table("shipment").c.number, sought))
    }
    moves = books.table("cell_movement")
    is_out = (moves.c.kind.in_((OUT, RECOVERED)), moves.c.kg < 0)
    on_paper = books.rows("cell_movement", *is_out, _is(moves.c.paper_number, sought))
    by_id = books.rows("cell_movement", moves.c.id.in_([sought, *(id_ for _, id_ in shipped)]))
    for row in {(books.site_of(row), row["id"]): row for row in (*on_paper, *by_id)}.values():
        site, id_, number = books.site_of(row), row["id"], row["paper_number"]
        if _left(row) and ((site, id_) in shipped or row in on_paper or id_ == sought):
            yield Subject(site, "lot", id_, shipped.get((site, id_)) or number or id_)


def _left(row: RowMapping) -> bool:
    return what_it_was(row["kind"], row["kg"], row["load_id"], row["transfer_id"], row["act"]) == OUT


def trace(books: Books, subject: Subject) -> Trace:
    """Follow the grain of one subject through every cell that it may have come through, or gone on to."""
    cells, brought = reached(books, _first_cells(books, subject))
    moves = [move for site, ids in cells.items() for move in moves_of(books, site, ids)]
    done = follow(moves, brought)
    inside = _inside(subject, done)
    fate = fate_of(list(inside), done)
    homes: dict[Place, str] = {(move.site, move.id): move.cell for move in moves}
    lots, lying = tuple(_lots(books, fate)), tuple(_lying(books, fate, done))
    return Trace(
        subject=subject,
        kg=round(sum(inside.values()), 3),
        sources=tuple(_sources(books, inside, done, homes)),
        lots=lots,
        lying=lying,
        came_kg=round(fate.came_kg, 3),
        left_kg=round(sum(fate.left.values()), 3),
        lies_kg=round(sum(fate.lies.values()), 3),
        lost_kg=round(fate.lost_kg, 3),
        difference_kg=round(fate.balance_kg, 3) + 0.0,
        supposed_kg=round(sum(done.supposed.get(origin, 0.0) for origin in inside), 3),
        treatments=_treatments(books, cells, inside, lots, lying),
    )


def _treatments(
    books: Books, cells: Mapping[str, set[str]], inside: Mapping[Origin, float], lots: Sequence[Lot],
    lying: Sequence[Lying],
) -> tuple[Treated, ...]:  # fmt: skip
    pasts = [*(lot.past for lot in lots), *(cell.past for cell in lying)]
    substances = {substance for past in pasts for substance in past.treated}
    loads: dict[str, list[str]] = defaultdict(list)
    for origin in inside:
        if origin.kind == "load":
            loads[origin.site].append(origin.ref)
    return tuple(sorted(treatments_of(books, cells, loads, substances), key=lambda one: one.at))


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
    return cells_of(books, subject.site, key == subject.id)


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
    loads = books.named("load", site, load_ids, ("visit_id", "species", "claims", "outcome_at"))
    tickets = _numbers(books, site, load_ids)
    visited = {row["visit_id"] for row in loads.values()}
    visits = books.named("visit", site, visited, ("plate", "supplier_id", "arrived_at"))
    brought_by = {row["supplier_id"] for row in visits.values()}
    suppliers = books.named("supplier", site, brought_by, ("name",))
    found = {}
    for load_id, load in loads.items():
        visit = visits.get(load["visit_id"])
        supplier = suppliers.get(visit["supplier_id"]) if visit else None
        found[load_id] = {
            "load_id": load_id,
            "ticket": tickets.get(load_id),
            "plate": visit["plate"] if visit else "",
            "supplier": (supplier["name"] or "") if supplier else "",
            "species": load["species"],
            "claims": tuple(load["claims"] or ()),
            "at": load["outcome_at"] or (visit["arrived_at"] if visit else None),
        }
    return found


def _numbers(books: Books, site: str, load_ids: Sequence[str]) -> dict[str, str]:
    """The tickets of each load, a correcting one after the one that it takes the place of."""
    found: dict[str, str] = {}
    rows = books.all_of("ticket", site, load_ids, ("campaign", "number"), "load_id")
    for row in sorted(rows, key=lambda row: row["number"]):
        number = f"{row['campaign']}/{row['number']}"
        before = found.get(row["load_id"])
        found[row["load_id"]] = f"{before} → {number}" if before else number
    return found


def _lots(books: Books, fate: Fate) -> Iterator[Lot]:
    for site in sorted({site for site, _ in fate.left}):
        of_kg = {id_: kg for (where, id_), kg in fate.left.items() if where == site}
        rows = books.named("cell_movement", site, of_kg, _LOT)
        pasts = past_of_lots(books, site, of_kg)
        shipments = books.named("shipment", site, of_kg, ("number", "to_site"), "movement_id")
        for row in sorted(rows.values(), key=lambda row: row["seq"]):
            shipment = shipments.get(row["id"])
            yield Lot(
                site, row["id"], row["cell_id"], row["at"], -row["kg"], round(of_kg[row["id"]], 3),
                row["paper_number"], row["reason"],
                shipment=shipment["number"] if shipment else "",
                to_site=shipment["to_site"] if shipment else "",
                past=pasts[row["id"]],
            )  # fmt: skip


def _lying(books: Books, fate: Fate, done: Followed) -> Iterator[Lying]:
    for site in sorted({site for site, _ in fate.lies}):
        of_kg = {cell: kg for (where, cell), kg in fate.lies.items() if where == site}
        names, pasts = books.named("cell", site, of_kg, ("name",)), past_of_cells(books, site, of_kg)
        for cell, kg in sorted(of_kg.items()):
            whole = round(sum(done.lies[site, cell].values()), 3)
            name = names[cell]["name"] if cell in names else cell
            yield Lying(site, cell, name, whole, round(kg, 3), pasts.get(cell, Past()))
