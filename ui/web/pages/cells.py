"""What each cell holds, and what moved in and out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.paging import place_of
from station.api.views.movements import movements
from station.api.views.places import cells as cells_view
from station.api.views.view import view_of
from station.store import pages
from ui.web.measured import cell_means, measured, told
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.acts import acted
from ui.words.vocabulary import word

MOST = 50
router = APIRouter()


@dataclass(frozen=True, slots=True)
class CellsPage:
    cells: Table


@dataclass(frozen=True, slots=True)
class CellPage:
    cell: schemas.Cell
    role: str
    quality: str
    claims: str
    flags: str
    movements: Table
    after: str | None


@router.get("/cells")
def cells(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        shown = cells_view(view)
    _ = reader.t.gettext
    columns = [
        Column(_("Cell")), Column(_("Species")), Column(_("Quality")),
        Column(_("Content"), "t", is_number=True),
        Column(_("Reserved"), "t", is_number=True), Column(_("Free"), "t", is_number=True),
        Column(_("Mean of what it holds")), Column(_("State")),
    ]  # fmt: skip
    table = Table("cells", "", columns, [_cell(reader, one) for one in shown], _("The site has no cells."))
    return reader.page("cells.html", CellsPage(table), [table])


def _cell(reader: Reader, one: schemas.Cell) -> list[Cell]:
    return [
        reader.place("cell", one.id, f"/cells/{one.id}"),
        reader.species(one.species),
        reader.place("grade", one.grade),
        reader.number(one.content_t),
        reader.number(one.reserved_t),
        reader.number(one.free_t),
        reader.text(cell_means(reader.t, one)),
        _state(reader, one),
    ]


def _state(reader: Reader, one: schemas.Cell) -> Cell:
    if not one.open:
        return reader.text(reader.t.gettext("shut"), mark="warn")
    if one.flags:
        return reader.text(told(one.flags), mark="bad" if one.lost else "warn")
    mark = {"normal": "good", "quarantine": "bad"}.get(one.role, "warn")
    return Cell(word(vocabulary.CELL_ROLES, one.role, reader.t.language), one.role, mark=mark)


@router.get("/cells/{cell_id}")
def cell(
    reader: Reading, cell_id: str, after: Annotated[str | None, Query(max_length=80)] = None
) -> Response:
    (before,) = place_of(after) or (None,)
    with view_of(reader.asked) as view:
        found = next((one for one in cells_view(view) if one.id == cell_id), None)
        if found is None:
            raise NotFound(Fault.UNKNOWN_CELL, cell=cell_id)
        rows = pages.movements_of(view.tx, cell_id, before, MOST + 1)
        moved = movements(view, rows[:MOST])
    t = reader.t
    page = CellPage(
        cell=found,
        role=word(vocabulary.CELL_ROLES, found.role, t.language),
        quality=cell_means(t, found),
        claims=", ".join(vocabulary.claim_name(one, t.language) for one in found.claims),
        flags=told(found.flags),
        movements=_movements(reader, moved),
        after=str(rows[MOST - 1].seq) if len(rows) > MOST else None,
    )
    return reader.page("cell.html", page, [page.movements])


def _movements(reader: Reader, rows: Sequence[schemas.Movement]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Time")), Column(_("What")), Column(_("Moved"), "t", is_number=True),
        Column(_("Content after it"), "t", is_number=True), Column(_("Values")), Column(_("Other cell")),
        Column(_("Reason")), Column(_("Paper")), Column(_("By")),
    ]  # fmt: skip
    shown = [_movement(reader, one) for one in rows]
    return Table("movements", _("Movements"), columns, shown, _("Nothing has moved yet."))


def _behind(one: schemas.Movement) -> str:
    if one.load_id:
        return f"/loads/{one.load_id}"
    return f"/trace?of={one.id}&kind=lot" if one.kind == "out" else ""


def _what(reader: Reader, one: schemas.Movement) -> str:
    """What was done, else what moved."""
    act = acted(one.act.model_dump() if one.act else None, reader.t)
    return act or measured(reader.t, one.values)


def _movement(reader: Reader, one: schemas.Movement) -> list[Cell]:
    kind = word(vocabulary.MOVEMENT_KINDS, one.kind, reader.t.language)
    return [
        reader.moment(one.at),
        reader.text(kind, _behind(one)),
        reader.tonnes(one.kg),
        reader.tonnes(one.content_kg),
        reader.text(_what(reader, one)),
        reader.place("cell", one.other_cell, f"/cells/{one.other_cell}"),
        reader.text(one.reason),
        reader.text(one.paper_number),
        reader.text(one.by or reader.t.gettext("the station")),
    ]
