"""What grain went through, as a trace and a passport tell it: what was put on it, which claims it keeps."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from drivers.text import fold
from station.grain.past import Grain, Standing
from station.store.books import Books


@dataclass(frozen=True, slots=True)
class Past:
    """`honours` are the claims of the grain, `lost` those that its cell was meant for and it honours no more;
    `treated` the substances that were put on it."""

    honours: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    treated: tuple[str, ...] = ()
    never_blend: bool = False


NOT_KNOWN = Past()


@dataclass(frozen=True, slots=True)
class Treated:
    """A treatment of a cell's grain, or of a load at its intake."""

    site: str
    cell: str | None
    load_id: str | None
    product: str
    substance: str
    dose: float | None
    unit: str
    at: datetime


def past_of_lots(books: Books, site: str, movement_ids: Collection[str]) -> dict[str, Past]:
    """Return what the grain of movements out went through before it left, by their ids."""
    rows = books.named("cell_movement", site, movement_ids, ("cell_id", "grain", "standing"))
    meant = _meant_for(books, site, {row["cell_id"] for row in rows.values()})
    return {
        id_: _past(
            Grain.from_dict(row["grain"] or {}),
            Standing.from_dict(row["standing"] or {}),
            meant.get(row["cell_id"], ()),
        )
        for id_, row in rows.items()
    }


def past_of_cells(books: Books, site: str, cells: Collection[str]) -> dict[str, Past]:
    """Return what the grain that lies in these cells went through, by cell."""
    moves, meant = books.table("cell_movement"), _meant_for(books, site, cells)
    newest = [
        row
        for cell in cells
        for row in books.connection.execute(
            select(moves.c.cell_id, moves.c.standing)
            .where(books.of(moves, site), moves.c.cell_id == cell)
            .order_by(moves.c.seq.desc())
            .limit(1)
        ).mappings()
    ]
    standings = {row["cell_id"]: Standing.from_dict(row["standing"] or {}) for row in newest}
    return {
        cell: _past(one.grain(meant.get(cell, ()), is_quarantine=False), one, meant.get(cell, ()))
        for cell, one in standings.items()
    }


def treatments_of(
    books: Books, cells: Mapping[str, Collection[str]], loads: Mapping[str, Collection[str]],
    substances: Collection[str],
) -> Iterator[Treated]:  # fmt: skip
    """Yield the treatments of these cells' grain and of these loads, by silo, with one of the substances."""
    wanted = {fold(one) for one in substances}
    if not wanted:
        return
    moves = books.table("cell_movement")
    for site, ids in cells.items():
        is_theirs = (moves.c.kind == "treatment", moves.c.cell_id.in_(ids), books.of(moves, site))
        for row in books.connection.execute(select(moves).where(*is_theirs)).mappings():
            yield from _wanted(site, row["act"], wanted, cell=row["cell_id"], load_id=None, at=row["at"])
    for site, ids in loads.items():
        names = ("load_id", "product", "substance", "dose", "unit", "at", "line")
        for row in books.all_of("treatment", site, ids, names, "load_id"):
            if row["line"] is None:
                yield from _wanted(site, dict(row), wanted, cell=None, load_id=row["load_id"], at=row["at"])


def _wanted(site: str, row: Mapping[str, Any], wanted: set[str], **more: Any) -> Iterator[Treated]:
    if fold(row["substance"]) in wanted:
        said = {name: row[name] for name in ("product", "substance", "dose", "unit")}
        yield Treated(site=site, **said, **more)


def _meant_for(books: Books, site: str, cells: Collection[str]) -> dict[str, tuple[str, ...]]:
    rows = books.named("cell", site, cells, ("claims",))
    return {id_: tuple(row["claims"] or ()) for id_, row in rows.items()}


def _past(grain: Grain, standing: Standing, meant_for: Collection[str]) -> Past:
    return Past(
        tuple(sorted(grain.claims or ())), tuple(sorted(standing.lost(meant_for))), grain.treated,
        grain.never_blend,
    )  # fmt: skip
