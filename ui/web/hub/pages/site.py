"""One silo: its cells, what moved in and out of them, whose grain it is and who brought it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.exceptions import HTTPException

from station.headquarters.map import Place, place
from station.headquarters.site import MOST, Brought, Held, Movement, brought, held, movements
from ui.web.hub.pages.stock_map import cell_columns, cell_row
from ui.web.hub.reader import Reader, Reading
from ui.web.hub.stock_words import known_of
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.vocabulary import word

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SitePage:
    """`cell` is the one that is looked at, None: all. `after` turns to older movements."""

    title: str
    station: str
    cell: str | None
    facts: Sequence[tuple[str, str]]
    is_stale: bool
    known: str
    cells: Table
    held: Table
    brought: Table | None
    movements: Table
    after: int | None


@router.get("/sites/{station}")
def site(
    reader: Reading, station: str, cell: Annotated[str | None, Query(max_length=80)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Response:  # fmt: skip
    found = place(reader.quarters, station)
    if found is None:
        raise HTTPException(404)
    names = {one.id: one.name for one in found.cells}
    if cell is not None and cell not in names:
        raise HTTPException(404)
    now, chosen = reader.now(), [cell] if cell else list(names)
    moved = movements(reader.quarters, station, chosen, after)
    owned = [one for one in held(reader.quarters, station) if cell in (None, one.cell)]
    owners = _brought(reader, brought(reader.quarters, station, cell)) if cell else None
    rows = [cell_row(reader, found, at, now) for at, one in enumerate(found.cells) if cell in (None, one.id)]
    _ = reader.t.gettext
    page = SitePage(
        title=f"{found.name}, {names[cell]}" if cell else found.name,
        station=station,
        cell=cell,
        facts=_facts(reader, found),
        is_stale=found.is_stale(now),
        known=known_of(reader.t, found, now),
        cells=Table("cells", _("Cells"), cell_columns(reader), rows, _("No cell is known yet.")),
        held=_held(reader, owned, names),
        brought=owners,
        movements=_movements(reader, moved[:MOST], names),
        after=moved[MOST - 1].seq if len(moved) > MOST else None,
    )
    tables = [page.cells, page.held, page.movements, *([owners] if owners else [])]
    return reader.page("hub/site.html", page, tables)


def _facts(reader: Reader, found: Place) -> list[tuple[str, str]]:
    _, t = reader.t.gettext, reader.t
    return [
        (_("Holds"), t.tonnes(found.kg / 1000)), (_("Room"), t.tonnes(found.capacity_kg / 1000, 0)),
        (_("Free"), t.tonnes(found.free_kg / 1000, 0)),
    ]  # fmt: skip


def _held(reader: Reader, rows: Sequence[Held], names: dict[str, str]) -> Table:
    _, language = reader.t.gettext, reader.t.language
    columns = [
        Column(_("Cell")), Column(_("Species")), Column(_("Regime")), Column(_("Organisation")),
        Column(_("Content"), "t", is_number=True),
    ]  # fmt: skip
    shown = [
        [
            Cell(names.get(one.cell, one.cell), one.cell), reader.species(one.species),
            Cell(word(vocabulary.REGIMES, one.regime, language) if one.regime else "", one.regime),
            reader.text(one.organisation), reader.tonnes(one.kg, 2),
        ]
        for one in rows
    ]  # fmt: skip
    return Table("held", _("Whose grain it is"), columns, shown, _("Nothing lies here."))


def _brought(reader: Reader, rows: Sequence[Brought]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Owner")), Column(_("Loads"), is_number=True), Column(_("Brought"), "t", is_number=True),
    ]  # fmt: skip
    shown = [[reader.text(one.supplier), reader.whole(one.loads), reader.tonnes(one.kg, 2)] for one in rows]
    return Table("owners", _("Who brought grain into this cell"), columns, shown, _("Nobody brought any."))


def _movements(reader: Reader, rows: Sequence[Movement], names: dict[str, str]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Time")), Column(_("Cell")), Column(_("What")), Column(_("Moved"), "t", is_number=True),
        Column(_("Content after it"), "t", is_number=True), Column(_("Species")), Column(_("Ticket")),
        Column(_("Supplier")), Column(_("Plate")), Column(_("Regime")), Column(_("Organisation")),
        Column(_("Reason")), Column(_("Paper")), Column(_("By")),
    ]  # fmt: skip
    shown = [_movement(reader, one, names) for one in rows]
    return Table("movements", _("Movements and loads"), columns, shown, _("Nothing has moved yet."))


def _movement(reader: Reader, one: Movement, names: dict[str, str]) -> list[Cell]:
    language = reader.t.language
    ticket = f"{one.campaign} n° {one.ticket}" if one.ticket else ""
    regime = word(vocabulary.REGIMES, one.regime, language) if one.regime else ""
    return [
        reader.moment(one.at), Cell(names.get(one.cell, one.cell), one.cell),
        Cell(word(vocabulary.MOVEMENT_KINDS, one.kind, language), one.kind), reader.tonnes(one.kg),
        reader.tonnes(one.content_kg), reader.species(one.species), reader.text(ticket),
        reader.text(one.supplier), reader.text(one.plate), Cell(regime, one.regime),
        reader.text(one.organisation), reader.text(one.reason), reader.text(one.paper), reader.text(one.by),
    ]  # fmt: skip
