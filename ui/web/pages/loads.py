"""Loads, found by what a person knows of one: a plate, a supplier, a ticket, a barcode, a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from station.acts.desk import SitePolicy
from station.api.paging import place_of, ticks, time_place
from station.api.schemas import Day, LoadRow, VisitRow
from station.api.views.rows import visit_rows
from station.api.views.view import View, view_of
from station.store import batches, pages, searching
from station.store.tables import Ticket, Visit
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table

MOST = 50  # visits on a page
_DAY = TypeAdapter(Day)
router = APIRouter()


@dataclass(frozen=True, slots=True)
class LoadsPage:
    """`after` is where the next page goes on, None after the last one."""

    asked: str
    day: date | None
    loads: Table
    after: str | None


@router.get("/loads")
def loads(
    reader: Reading,
    q: Annotated[str, Query(max_length=80)] = "",
    day: str = "",
    after: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    asked, on = q.strip(), _day(day)
    with view_of(reader.asked) as view:
        if asked:
            visits, place = _found(view.tx, view.policy, asked, after)
        else:
            visits, place = _newest(view, on, after)
        rows = visit_rows(view, visits)
        tickets = batches.tickets_by_load(view.tx, [load.id for one in rows for load in one.loads])
    table = loads_table(reader, rows, tickets, "loads", "")
    return reader.page("loads.html", LoadsPage(asked, on, table, place), [table])


def _day(text: str) -> date | None:
    try:
        return _DAY.validate_python(text)
    except ValidationError:
        return None


def _found(
    tx: Session, policy: SitePolicy, asked: str, after: str | None
) -> tuple[Sequence[Visit], str | None]:
    (before,) = place_of(after) or (None,)
    campaigns = {policy.campaign, *policy.open_campaigns}
    found = searching.visits_found(tx, policy.site, campaigns, asked, before, MOST + 1)
    return found[:MOST], str(found[MOST - 1].seq) if len(found) > MOST else None


def _newest(view: View, on: date | None, after: str | None) -> tuple[Sequence[Visit], str | None]:
    """Who is on site before those that left, of all days or one."""
    span = view.policy.day_spans(on) if on else None
    before = time_place(after)
    here: Sequence[Visit] = []
    if before is None and (span is None or _is_in(view.now, span)):
        here = pages.open_visits(view.tx, None, MOST)[::-1]
    left = pages.ended_visits(view.tx, before, MOST + 1, span)
    last = left[MOST - 1] if len(left) > MOST else None
    place = f"{ticks(last.ended_at)}-{last.seq}" if last is not None and last.ended_at else None
    return [*here, *left[:MOST]], place


def _is_in(at: datetime, span: tuple[datetime, datetime]) -> bool:
    return span[0] <= at < span[1]


def loads_table(
    reader: Reader, visits: Sequence[VisitRow], tickets: Mapping[str, Ticket], name: str, title: str
) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Arrived")), Column(_("Plate")), Column(_("Supplier")), Column(_("Species")),
        Column(_("State")), Column(_("Cell")), Column(_("Ticket"), is_number=True),
        Column(_("Net"), "t", is_number=True), Column(_("Sample")),
    ]  # fmt: skip
    rows = [_row(reader, visit, load, tickets.get(load.id)) for visit in visits for load in visit.loads]
    return Table(name, title, columns, rows, _("No load is known by that."))


def _row(reader: Reader, visit: VisitRow, load: LoadRow, ticket: Ticket | None) -> list[Cell]:
    return [
        reader.moment(visit.arrived_at),
        reader.text(visit.plate, f"/loads/{load.id}"),
        reader.text(visit.supplier),
        reader.species(load.species),
        reader.state(load.state),
        reader.place("cell", load.cell),
        reader.whole(load.ticket),
        reader.tonnes(ticket.net_kg if ticket else None),
        reader.text(load.barcode),
    ]
