"""Which cells grain may have come from, or gone on to: by transfers, and by shipments from silo to silo."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select

from station.grain.mixing import Move, Place, what_it_was
from station.store.books import STATION, Books

_MOVE = ("id", "cell_id", "seq", "kind", "kg", "load_id", "transfer_id", "act")


def cells_of(books: Books, site: str, of: ColumnElement[bool]) -> set[Place]:
    """Return the cells of a silo's movements of which that is so."""
    moves = books.table("cell_movement")
    query = select(moves.c.cell_id).where(books.of(moves, site), of)
    return {(site, cell) for (cell,) in books.connection.execute(query.distinct())}


def reached(books: Books, first: set[Place]) -> tuple[dict[str, set[str]], dict[Place, Place]]:
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
            joined |= cells_of(books, to_site, moves.c.load_id == load_id)
    return joined


def moves_of(books: Books, site: str, cells: Collection[str]) -> list[Move]:
    """Return all movements of these cells of a silo."""
    table = books.table("cell_movement")
    query = select(*(table.c[name] for name in _MOVE))
    query = query.where(books.of(table, site), table.c.cell_id.in_(cells))
    return [
        Move(id_, site, cell, seq, what_it_was(kind, kg, load_id, transfer_id, act), kg, load_id, transfer_id)
        for id_, cell, seq, kind, kg, load_id, transfer_id, act in books.connection.execute(query)
    ]
