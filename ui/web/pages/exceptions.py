"""What waits for a person: readings and photos that nobody could assign."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from station.api import schemas
from station.api.paging import place_of
from station.api.views.exceptions import items
from station.api.views.view import view_of
from station.store import pages
from ui.web.measured import measured
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

MOST = 50
router = APIRouter()


@dataclass(frozen=True, slots=True)
class ExceptionsPage:
    exceptions: Table
    after: str | None


@router.get("/exceptions")
def exceptions(reader: Reading, after: Annotated[str | None, Query(max_length=80)] = None) -> Response:
    """The newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(reader.asked) as view:
        rows = pages.unpaired(view.tx, before, MOST + 1, newest=True)
        shown = items(view, rows[:MOST])
    _ = reader.t.gettext
    titles = (
        _("Measured"), _("Waits since"), _("From"), _("What"), _("Sample named"), _("Why it waits"),
        _("May belong to"), _("A load waits for it"),
    )  # fmt: skip
    table = Table(
        "exceptions", "", [Column(one) for one in titles], [_row(reader, one) for one in shown],
        _("Nothing waits for a person."),
    )  # fmt: skip
    page = ExceptionsPage(table, str(rows[MOST - 1].seq) if len(rows) > MOST else None)
    return reader.page("exceptions.html", page, [table])


def _row(reader: Reader, one: schemas.ExceptionItem) -> list[Cell]:
    _ = reader.t.gettext
    product = vocabulary.species_name(one.product or "", reader.t.language)
    photo = f"{_('photo')} {product}".strip()
    return [
        reader.moment(one.at),
        reader.moment(one.since),
        reader.text(one.device_name or one.device),
        reader.text(photo if one.kind == "capture" else measured(reader.t, one.values)),
        reader.text(one.barcode),
        reader.text(one.reason.message),
        reader.text(one.suggested or ", ".join(one.fitting[:3])),
        reader.text(_("yes") if one.blocks else "", f"/loads/{one.blocks[0]}" if one.blocks else "", "warn"),
    ]
