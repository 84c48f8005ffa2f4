"""What each cell is for, beside what it holds, and how it fills."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from station.api import schemas
from station.api.views.plan import plan_lines
from station.api.views.view import view_of
from ui.web.pages import plan_form as forms
from ui.web.pages.plan_form import PlanForm, plan_form
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

router = APIRouter()
router.include_router(forms.router)


@dataclass(frozen=True, slots=True)
class PlanPage:
    plan: Table
    filling: Table
    expected: Table
    form: PlanForm | None


@router.get("/plan")
def plan(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        lines = plan_lines(view)
        form = plan_form(reader, view.tx, lines)
    page = PlanPage(_plan(reader, lines), filling_table(reader, lines), _expected(reader, lines), form)
    return reader.page("plan.html", page, [page.plan, page.filling, page.expected])


def filling_table(reader: Reader, lines: Sequence[schemas.PlanLine]) -> Table:
    """What was expected this week and came, and when the cell is full at the pace of the last hours."""
    _ = reader.t.gettext
    columns = [
        Column(_("Cell")), Column(_("Content"), "t", is_number=True),
        Column(_("Reserved"), "t", is_number=True), Column(_("Room left"), "t", is_number=True),
        Column(_("Came this week"), "t", is_number=True),
        Column(_("Expected this week"), "t", is_number=True), Column(_("Pace"), "t/h", is_number=True),
        Column(_("Full at this pace")),
    ]  # fmt: skip
    rows = [
        [
            reader.place("cell", one.cell, f"/cells/{one.cell}"),
            reader.number(one.content_t),
            reader.number(one.reserved_t),
            reader.number(one.room_t),
            reader.number(one.arrived_t),
            reader.number(one.expected_t, 0),
            reader.number(one.pace_t_h, 0),
            _full_at(reader, one),
        ]
        for one in lines
    ]
    return Table("filling", _("How the cells fill"), columns, rows, _("The site has no cells."))


def _full_at(reader: Reader, one: schemas.PlanLine) -> Cell:
    if one.pace_t_h is None:
        return reader.text("")
    if one.full_at is None:
        return Cell(reader.t.gettext("not today"), None)
    shown = reader.time(one.full_at)
    return Cell(shown.shown, shown.value, mark="warn")


def _plan(reader: Reader, lines: Sequence[schemas.PlanLine]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Cell")), Column(_("Species")), Column(_("Quality")), Column(_("Claims")),
        Column(_("Target"), "t", is_number=True), Column(_("Content"), "t", is_number=True),
        Column(_("Planned by")), Column(_("Since")), Column(_("Reason")), Column(_("To know")),
    ]  # fmt: skip
    rows = [_row(reader, one) for one in lines]
    return Table("plan", _("Storage plan"), columns, rows, _("The site has no cells."))


def _row(reader: Reader, one: schemas.PlanLine) -> list[Cell]:
    t = reader.t
    return [
        reader.place("cell", one.cell, f"/cells/{one.cell}"),
        reader.species(one.species),
        reader.place("grade", one.grade),
        reader.text(", ".join(vocabulary.claim_name(claim, t.language) for claim in one.claims)),
        reader.number(one.target_t, 0),
        reader.number(one.content_t),
        reader.text(one.by or t.gettext("the site file")),
        reader.moment(one.at),
        reader.text(one.why),
        reader.text(t.listed(flag.message for flag in one.flags)),
    ]


def _expected(reader: Reader, lines: Sequence[schemas.PlanLine]) -> Table:
    """A column for each week that anything is expected in, from this one on."""
    _ = reader.t.gettext
    weeks = sorted({week for one in lines for week in one.expected if week >= one.week})
    columns = [Column(_("Cell")), *(Column(week, "t", is_number=True) for week in weeks)]
    rows = [
        [reader.place("cell", one.cell), *(reader.number(one.expected.get(week), 0) for week in weeks)]
        for one in lines
        if one.expected
    ]
    return Table("expected", _("Expected by week"), columns, rows, _("Nothing is expected yet."))
