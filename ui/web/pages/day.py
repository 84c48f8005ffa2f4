"""What came in on one collecting day, where it went, and how long it took."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from fastapi import APIRouter, Response

from station.api.schemas import Day, EndedLoad, VisitRow
from station.api.views.ended import ended_loads
from station.api.views.plan import plan_lines
from station.api.views.rows import visit_rows
from station.api.views.view import View, view_of
from station.store import batches, days, queries
from station.store.tables import HandOver, Ticket
from ui.web.pages.loads import loads_table
from ui.web.pages.plan import filling_table
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table

ALL = "loads"
router = APIRouter()


@dataclass(frozen=True, slots=True)
class DayPage:
    """`before` and `after` are the days beside it; there is none after today. `median_min` and `worst_min`
    are minutes from the full weight to the tare."""

    day: date
    title: str
    before: date
    after: date | None
    is_today: bool
    ticketed: int
    net_t: float
    median_min: float | None
    worst_min: float | None
    exceptions: int
    on_site: Table
    filling: Table
    where: Table
    ended: Table
    hand_overs: Table
    has_loads: bool


@router.get("/day")
def day(reader: Reading, day: Day | None = None) -> Response:
    policy = reader.desk.policy
    today = policy.collecting_day(reader.now())
    chosen = min(day or today, today)
    with view_of(reader.asked) as view:
        loads = days.loads_ended_in(view.tx, policy.day_spans(chosen))
        ended = ended_loads(view, loads)
        ids = [load.id for load in loads]
        tickets = batches.tickets_by_load(view.tx, ids)
        minutes = [one.total_seconds() / 60 for one in days.times_on_site(view.tx, ids)]
        here = visit_rows(view, queries.open_visits(view.tx)) if chosen == today else []
        exceptions = queries.count_unpaired(view.tx)
        lines = plan_lines(view) if chosen == today else []
        shifts = _hand_overs(reader, view, days.hand_overs(view.tx, policy.day_spans(chosen)))
    page = DayPage(
        day=chosen,
        title=reader.t.long_day(policy.day_begins(chosen) + timedelta(hours=12)),
        before=chosen - timedelta(days=1),
        after=chosen + timedelta(days=1) if chosen < today else None,
        is_today=chosen == today,
        ticketed=len(tickets),
        net_t=sum(one.net_kg for one in tickets.values()) / 1000,
        median_min=median(minutes) if minutes else None,
        worst_min=minutes[-1] if minutes else None,
        exceptions=exceptions,
        on_site=_on_site(reader, here),
        filling=filling_table(reader, [one for one in lines if one.expected_t or one.pace_t_h]),
        where=_where(reader, ended, tickets),
        ended=_not_received(reader, ended),
        hand_overs=shifts,
        has_loads=bool(ended),
    )
    every = [_all(reader, ended)] if reader.file_asked == ALL else []  # long, and on no page
    return reader.page(
        "day.html", page, [page.where, page.ended, page.on_site, page.filling, page.hand_overs, *every]
    )


def _where(reader: Reader, ended: Sequence[EndedLoad], tickets: "dict[str, Ticket]") -> Table:
    """Tonnes by species and cell: a load that was tipped into two counts in both."""
    kg: dict[tuple[str, str], float] = defaultdict(float)
    loads: dict[tuple[str, str], int] = defaultdict(int)
    for one in ended:
        ticket = tickets.get(one.id)
        for part in ticket.document["tipped"] if ticket else ():
            key = one.species, part["cell"]
            kg[key] += ticket.net_kg * part["share"] if ticket else 0
            loads[key] += 1
    _ = reader.t.gettext
    columns = [
        Column(_("Species")), Column(_("Cell")), Column(_("Loads"), is_number=True),
        Column(_("Net"), "t", is_number=True),
    ]  # fmt: skip
    rows = [
        [
            reader.species(species),
            reader.place("cell", cell, f"/cells/{cell}"),
            reader.number(loads[species, cell], 0),
            reader.tonnes(kg[species, cell]),
        ]
        for species, cell in sorted(kg)
    ]
    return Table("where", _("Where it went"), columns, rows, _("Nothing was received on this day."))


def _on_site(reader: Reader, visits: Sequence[VisitRow]) -> Table:
    return loads_table(reader, visits, {}, "on-site", reader.t.gettext("On site now"))


def _not_received(reader: Reader, ended: Sequence[EndedLoad]) -> Table:
    """What was refused, left again, or was entered in error."""
    _ = reader.t.gettext
    columns = [
        Column(_("Time")), Column(_("Plate")), Column(_("Supplier")), Column(_("Species")),
        Column(_("Outcome")), Column(_("Reason")), Column(_("By")),
    ]  # fmt: skip
    rows = [
        [
            reader.time(one.at),
            reader.text(one.plate, f"/loads/{one.id}"),
            reader.text(one.supplier),
            reader.species(one.species),
            reader.state(one.outcome),
            reader.text(one.reason),
            reader.text(one.by),
        ]
        for one in ended
        if one.outcome not in ("ticketed", "on_paper", "received", "observed")
    ]
    return Table("not-received", _("Refused, left or cancelled"), columns, rows, _("None."))


def _hand_overs(reader: Reader, view: View, rows: Sequence[HandOver]) -> Table:
    """Who handed the shift over to whom, with what went on and what was said."""
    _ = reader.t.gettext
    view.names_of(one for row in rows for one in (row.by, row.comes))
    columns = [
        Column(_("Time")), Column(_("Leaves")), Column(_("Comes")),
        Column(_("Open visits"), is_number=True), Column(_("Holds in force"), is_number=True),
        Column(_("Exceptions"), is_number=True), Column(_("Note")),
    ]  # fmt: skip
    entries = [
        [
            reader.time(row.at),
            reader.text(view.name_of(row.by) or ""),
            reader.text(view.name_of(row.comes) or ""),
            reader.number(len(row.carried["visits"]), 0),
            reader.number(len(row.carried["holds"]), 0),
            reader.number(row.carried["exceptions"], 0),
            reader.text(row.note),
        ]
        for row in rows
    ]
    return Table("hand-overs", _("Shifts handed over"), columns, entries, _("None."))


def _all(reader: Reader, ended: Sequence[EndedLoad]) -> Table:
    """Every load of the day, for a spreadsheet."""
    _ = reader.t.gettext
    columns = [
        Column(_("Ended")), Column(_("Plate")), Column(_("Supplier")), Column(_("Species")),
        Column(_("Outcome")), Column(_("Cell")), Column(_("Ticket"), is_number=True),
        Column(_("Net"), "kg", is_number=True), Column(_("By")), Column(_("Reason")),
    ]  # fmt: skip
    rows = [_line(reader, one) for one in ended]
    return Table(ALL, "", columns, rows)


def _line(reader: Reader, one: EndedLoad) -> list[Cell]:
    return [
        reader.moment(one.at),
        reader.text(one.plate, f"/loads/{one.id}"),
        reader.text(one.supplier),
        reader.species(one.species),
        reader.state(one.outcome),
        reader.place("cell", one.cell),
        reader.whole(one.ticket),
        reader.kg(one.net_kg),
        reader.text(one.by),
        reader.text(one.reason),
    ]
