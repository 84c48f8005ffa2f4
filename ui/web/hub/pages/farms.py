"""Farm stores: whose they are, what lies there, and what a person notes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from station.headquarters.farms import KINDS, FarmWrong, Move, Noted, Source, moves_seen, note
from station.headquarters.map import Place, places
from ui.web.hub.pages.stock_map import cell_columns, cell_row, known
from ui.web.hub.reader import Reader, Reading
from ui.web.hub.stock_words import known_of
from ui.web.tables import Cell, Column, Table
from ui.words.farms import MOVES, farm_problem

router = APIRouter()


@dataclass(frozen=True, slots=True)
class FarmsPage:
    farms: Table


@dataclass(frozen=True, slots=True)
class FarmPage:
    """`kinds` are what may be noted, with its word; `problem` says why nothing was."""

    farm: Place
    known: str
    cells: Table
    moves: Table
    kinds: Sequence[tuple[str, str]]
    problem: str


@router.get("/farms")
def list_farms(reader: Reading) -> Response:
    _, now = reader.t.gettext, reader.now()
    columns = [
        Column(_("Farm store")), Column(_("Owner")), Column(_("Contract")),
        Column(_("Holds"), "t", is_number=True), Column(_("Free"), "t", is_number=True), Column(_("Known")),
    ]  # fmt: skip
    rows = [
        [
            Cell(one.name, one.id, f"/farms/{one.id}"), reader.text(one.owner), reader.text(one.contract),
            reader.tonnes(one.kg, 1), reader.tonnes(one.free_kg, 1), known(reader, one, now),
        ]
        for one in places(reader.quarters)
        if one.is_farm
    ]  # fmt: skip
    page = FarmsPage(Table("farms", "", columns, rows, _("No farm store is registered: silo hub farm add.")))
    return reader.page("hub/farms.html", page, [page.farms])


@router.get("/farms/{farm}")
def show_farm(reader: Reading, farm: str) -> Response:
    return _shown(reader, _found(reader, farm))


@router.post("/farms/{farm}")
def note_move(
    reader: Reading, farm: str, cell: Annotated[str, Form(max_length=40)],
    kind: Annotated[str, Form(max_length=20)], why: Annotated[str, Form(max_length=200)] = "",
    tonnes: Annotated[float, Form()] = 0.0, on: Annotated[str, Form(max_length=30)] = "",
    ticket: Annotated[str, Form(max_length=120)] = "",
) -> Response:  # fmt: skip
    """What is noted is signed by who is signed in."""
    found = _found(reader, farm)
    try:
        source = _source(ticket)
        noted = Noted(kind, reader.person.name, why, tonnes * 1000, _moment(on), source)
        note(reader.unlimited, farm, cell, noted)
    except FarmWrong as wrong:
        return _shown(reader, found, farm_problem(wrong.part, wrong.value, reader.t.language), 422)
    return RedirectResponse(f"/farms/{farm}", 303)


def _found(reader: Reader, farm: str) -> Place:
    found = next((one for one in places(reader.quarters) if one.is_farm and one.id == farm), None)
    if found is None:
        raise HTTPException(404)
    return found


def _shown(reader: Reader, found: Place, problem: str = "", status: int = 200) -> Response:
    _, now = reader.t.gettext, reader.now()
    rows = [cell_row(reader, found, at, now) for at in range(len(found.cells))]
    page = FarmPage(
        found, known_of(reader.t, found, now),
        Table("cells", _("Cells"), cell_columns(reader), rows, _("No cell is known yet.")),
        _moves(reader, moves_seen(reader.quarters, found.id), {one.id: one.name for one in found.cells}),
        [(kind, _(MOVES[kind])) for kind in KINDS], problem,
    )  # fmt: skip
    return reader.page("hub/farm.html", page, [page.cells, page.moves], status)


def _moves(reader: Reader, rows: Sequence[Move], names: dict[str, str]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Time")), Column(_("Cell")), Column(_("What")), Column(_("Weight"), "t", is_number=True),
        Column(_("From")), Column(_("Reason")), Column(_("By")),
    ]  # fmt: skip
    shown = [
        [
            reader.moment(one.at), Cell(names.get(one.cell, one.cell), one.cell),
            Cell(_(MOVES[one.kind]), one.kind), reader.tonnes(one.kg, 2), reader.text(one.source),
            reader.text(one.why), reader.text(one.by),
        ]
        for one in rows
    ]  # fmt: skip
    return Table("moves", _("Moves"), columns, shown, _("Nothing has moved yet."))


def _source(ticket: str) -> Source | None:
    """Raises FarmWrong for what names no ticket."""
    if not ticket.strip():
        return None
    silo, _, rest = ticket.strip().partition("/")
    campaign, _, number = rest.rpartition("/")
    if not (silo and campaign and number.isdecimal()):
        raise FarmWrong("ticket", ticket)
    return Source(silo, campaign, int(number))


def _moment(text: str) -> datetime | None:
    """Raises FarmWrong. A time without a zone is the machine's."""
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except ValueError:
        raise FarmWrong("at", text) from None
