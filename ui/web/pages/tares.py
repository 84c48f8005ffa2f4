"""Stored tares: the real empty weights that may stand for a vehicle's tare, and whether each still counts."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from station.api import schemas
from station.api.views.reference import tares as shown_tares
from station.api.views.view import view_of
from station.receival.bridge.stored_tares import end_tare
from station.store import pages
from ui.web.pages.printing import check_receives, may_receive
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table

MOST = 500
router = APIRouter()


@dataclass(frozen=True, slots=True)
class TaresPage:
    """`days`: a tare counts for so long; None: the site uses none. `kept`: (id, plates) of those that may be
    ended."""

    days: int | None
    tares: Table
    kept: list[tuple[str, str]]


@router.get("/tares")
def tares(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        rows = shown_tares(view, reader.desk, pages.stored_tares(view.tx, None, MOST))
    kept = [(one.id, _plates(one)) for one in rows] if may_receive(reader) else []
    page = TaresPage(reader.desk.stored_tare_days, _table(reader, rows), sorted(kept, key=lambda one: one[1]))
    return reader.page("tares.html", page, [page.tares])


@router.post("/tares/{tare_id}/end")
def end(reader: Reading, tare_id: str) -> Response:
    """The vehicle was changed: its tare is kept no more."""
    check_receives(reader)
    end_tare(reader.desk, tare_id, reader.actor, reader.now())
    return RedirectResponse("/tares", 303)


def _plates(one: schemas.StoredTare) -> str:
    return f"{one.plate} + {one.trailer}" if one.trailer else one.plate


def _table(reader: Reader, rows: list[schemas.StoredTare]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Vehicle")), Column(_("Tare"), "kg", is_number=True), Column(_("Weighed")),
        Column(_("Age"), _("days"), is_number=True), Column(_("Kept by")), Column(_("State")),
    ]  # fmt: skip
    lines = [
        [
            reader.text(_plates(one)), reader.kg(one.kg), reader.moment(one.weighed_at),
            reader.whole((reader.now() - one.weighed_at).days), reader.text(one.by), _state(reader, one),
        ]
        for one in rows
    ]  # fmt: skip
    return Table("tares", "", columns, lines, _("No tare is kept."))


def _state(reader: Reader, one: schemas.StoredTare) -> Cell:
    if one.counts:
        return reader.text(reader.t.gettext("counts"), mark="good")
    return reader.text(reader.t.gettext("too old"), mark="warn")
