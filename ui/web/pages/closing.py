"""What came in on a day agrees, or has its reason: who closes it signs here."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from station.api import schemas
from station.api.schemas import Day
from station.api.schemas.common import Key, Why
from station.api.views import days as views
from station.api.views.view import view_of
from station.export.table_sheet import SheetTable, tables_pdf
from station.receival.days import day_closing
from station.store import days
from ui.web.reader import Reader, Reading
from ui.web.tables import Table
from ui.web.tracing import table_of
from ui.words import day_tables
from ui.words.traces import on_sheet

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """`asked` are (key, sentence) of what needs a reason; `closed` the days closed last."""

    day: date
    title: str
    signed: str
    is_closed: bool
    asked: list[tuple[str, str]]
    figures: list[str]
    tables: list[Table]
    closed: list[date]


@router.get("/closing")
def closing(
    reader: Reading, day: Annotated[Day | None, Query()] = None, paper: Annotated[bool, Query()] = False
) -> Response:
    with view_of(reader.asked) as view:
        is_closed = day is not None and days.closing_of(view.tx, day) is not None
        sheet = views.closed(view, day) if day and is_closed else views.sheet_now(view, reader.desk, day)
        closed = [one.day for one in views.closings(view)]
    if paper:
        return _paper(reader, sheet)
    said = sheet.model_dump(mode="json")
    tables = [table_of(name, one) for name, one in day_tables.tables_of(said, reader.t).items()]
    page = ClosingPage(
        day=sheet.day, title=day_tables.title_of(said, reader.t),
        signed=day_tables.signed_by(said, reader.t), is_closed=is_closed,
        asked=[] if is_closed else [(one.key, one.message) for one in sheet.findings],
        figures=day_tables.figures_of(said, reader.t), tables=tables, closed=closed,
    )  # fmt: skip
    return reader.page("closing.html", page, tables)


@router.post("/closing")
def sign(
    reader: Reading,
    day: Annotated[Day, Form()],
    key: Annotated[list[Key] | None, Form()] = None,
    reason: Annotated[list[Why] | None, Form()] = None,
) -> Response:
    """Whoever is signed in on the page signs; `key` and `reason` are of the findings, in their order."""
    said = dict(zip(key or [], reason or [], strict=False))
    day_closing.close_day(reader.desk, day, said, reader.actor, reader.now())
    return RedirectResponse(f"/closing?day={day}", 303)


def _paper(reader: Reader, sheet: schemas.DaySheet) -> Response:
    said = sheet.model_dump(mode="json")
    sheets = [SheetTable(*on_sheet(one)) for one in day_tables.tables_of(said, reader.t).values()]
    notes = [day_tables.signed_by(said, reader.t), *day_tables.figures_of(said, reader.t)]
    pdf = tables_pdf(day_tables.title_of(said, reader.t), sheets, notes)
    return Response(pdf, media_type="application/pdf")
