"""What came late of closed loads, for a manager to confirm: loads, lots, money; and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from station.api import schemas
from station.api.paging import place_of
from station.api.problems import not_valid
from station.api.schemas.common import Key, Why
from station.api.views.revisions import revisions as shown
from station.api.views.view import view_of
from station.receival.papers.revisions import apply_revisions, dismiss_revisions
from station.store import pages
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary

MOST, MOST_ENDED = 50, 50
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Waiting:
    """`grades` is empty where the grade stays; `past` says that the campaign is over."""

    id: str
    load_id: str
    title: str
    grades: str
    causes: list[str]
    past: str
    facts: list[tuple[str, str]]
    values: Table
    cells: Table
    broken: list[str]
    lots: Table


@dataclass(frozen=True, slots=True)
class RevisionsPage:
    summary: list[tuple[str, str]]
    waiting: list[Waiting]
    after: str | None
    ended: Table


@router.get("/revisions")
def revisions(reader: Reading, after: Annotated[str | None, Query(max_length=80)] = None) -> Response:
    """The newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(reader.asked) as view:
        rows = pages.revisions(view.tx, "proposed", before, MOST + 1)
        waiting = shown(view, rows[:MOST])
        over = [pages.revisions(view.tx, state, None, MOST_ENDED) for state in ("applied", "dismissed")]
        newest = sorted((row for some in over for row in some), key=lambda row: -(row.seq or 0))
        ended = shown(view, newest[:MOST_ENDED])
    page = RevisionsPage(
        _summary(reader, waiting, is_all=after is None and len(rows) <= MOST),
        [_waiting(reader, one) for one in waiting],
        str(rows[MOST - 1].seq) if len(rows) > MOST else None, _ended(reader, ended),
    )  # fmt: skip
    return reader.page("revisions.html", page, [page.ended])


@router.post("/revisions/apply")
def apply(
    reader: Reading, reason: Annotated[Why, Form()], revision: Annotated[list[Key] | None, Form()] = None
) -> Response:
    """Cells and tickets say what is known now."""
    apply_revisions(reader.desk, _chosen(revision), reason, reader.actor, reader.now())
    return RedirectResponse("/revisions", 303)


@router.post("/revisions/dismiss")
def dismiss(
    reader: Reading, reason: Annotated[Why, Form()], revision: Annotated[list[Key] | None, Form()] = None
) -> Response:
    """The loads stay what they were."""
    dismiss_revisions(reader.desk, _chosen(revision), reason, reader.actor, reader.now())
    return RedirectResponse("/revisions", 303)


def revised_values(reader: Reader, found: Sequence[schemas.Revision]) -> Table:
    """Both values of a load, provisional and final, for its own page."""
    _ = reader.t.gettext
    columns = [Column(_("Analyte")), *_both(reader), Column(_("State")), Column(_("By")), Column(_("Reason"))]
    rows = [
        [
            *_value_row(reader, value),
            state_of(reader, one.state),
            reader.text(one.ended_by or ""),
            reader.text(one.reason),
        ]
        for one in found
        for value in one.values
    ]
    return Table("revised", _("Provisional and final values"), columns, rows)


def state_of(reader: Reader, state: str) -> Cell:
    marks = {"proposed": "warn", "applied": "good"}
    words = vocabulary.word(vocabulary.REVISION_STATES, state, reader.t.language)
    return reader.text(words, mark=marks.get(state, "quiet"))


def _chosen(revision: list[str] | None) -> list[str]:
    if not revision:
        raise not_valid("revision", "must name one at least")
    return revision


def _summary(reader: Reader, waiting: Sequence[schemas.Revision], *, is_all: bool) -> list[tuple[str, str]]:
    """Sum up what the page shows, and say so where more waits on another page."""
    _, t = reader.t.gettext, reader.t
    if not waiting:
        return []
    money = [one.money for one in waiting if one.money is not None]
    lots = {lot.movement_id for one in waiting for lot in one.lots}
    return [
        (_("Loads") if is_all else _("Loads on this page"), t.number(len(waiting), 0)),
        (_("Grain") if is_all else _("Grain on this page"), t.tonnes(sum(one.load_t for one in waiting))),
        (_("Lots that left with a part of it"), t.number(len(lots), 0)),
        (_("Money") if is_all else _("Money of this page"), _euros(reader, sum(money)) if money else ""),
    ]


def _waiting(reader: Reader, one: schemas.Revision) -> Waiting:
    _, t = reader.t.gettext, reader.t
    name = _("Ticket {number}").format(number=one.ticket) if one.ticket else _("Load")
    grades = [_grade(reader, grade) for grade in (one.old_grade, one.new_grade)]
    past = _(
        "This load is of the campaign {name}, which is over: cells change only where its grain still lies."
    )
    return Waiting(
        one.id, one.load_id, f"{name} · {t.tonnes(one.load_t)}",
        "" if one.old_grade == one.new_grade else " → ".join(grades),
        [cause.told for cause in one.causes], past.format(name=one.campaign) if one.past_campaign else "",
        [
            (_("Grade by its values"), grades[1]),
            (_("Money"), "" if one.money is None else _euros(reader, one.money)),
            (_("Since"), t.moment(one.at)),
        ],
        Table(
            "values", _("The load"), [Column(_("Analyte")), *_both(reader)],
            [_value_row(reader, value) for value in one.values],
        ),
        _cells(reader, one), [reason.message for cell in one.cells for reason in cell.broken],
        _lots(reader, one),
    )  # fmt: skip


def _both(reader: Reader) -> list[Column]:
    _ = reader.t.gettext
    return [
        Column(_("Provisional"), is_number=True), Column(_("Final"), is_number=True), Column(_("Unit")),
        Column(_("From")),
    ]  # fmt: skip


def _value_row(reader: Reader, value: schemas.RevisedValue) -> list[Cell]:
    t = reader.t
    basis = vocabulary.basis_name(value.new_basis or value.old_basis, t.language)
    return [
        reader.text(vocabulary.analyte_name(value.analyte, t.language)),
        reader.number(value.old, 2),
        reader.number(value.new, 2),
        reader.text(f"{value.unit} {basis}".strip()),
        reader.text(value.laboratory or ""),
    ]


def _cells(reader: Reader, one: schemas.Revision) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("Cell")), Column(_("Of the load"), "t", True), Column(_("Analyte")),
        Column(_("Now"), is_number=True), Column(_("Then"), is_number=True), Column(_("Unit")),
    ]  # fmt: skip
    rows = [
        [
            reader.text(vocabulary.site_name("cell", cell.cell, t.language), f"/cells/{cell.cell}"),
            reader.tonnes(cell.t * 1000),
            reader.text(vocabulary.analyte_name(value.analyte, t.language)),
            reader.number(value.old, 2),
            reader.number(value.new, 2),
            reader.text(value.unit),
        ]
        for cell in one.cells
        for value in cell.values
    ]
    return Table("cells", _("Cells in which it still lies"), columns, rows)


def _lots(reader: Reader, one: schemas.Revision) -> Table:
    _, t = reader.t.gettext, reader.t
    columns = [
        Column(_("When")), Column(_("Cell")), Column(_("Paper")), Column(_("Left"), "t", True),
        Column(_("Of the load"), "t", True),
    ]  # fmt: skip
    rows = [
        [
            reader.moment(lot.at),
            reader.text(vocabulary.site_name("cell", lot.cell, t.language)),
            reader.text(lot.paper_number),
            reader.tonnes(lot.kg),
            reader.tonnes(lot.load_t * 1000),
        ]
        for lot in one.lots
    ]
    title = _("Lots that left with a part of it")
    if one.lot_count > len(rows):
        title = f"{title} ({len(rows)} / {one.lot_count})"
    return Table("lots", title, columns, rows)


def _ended(reader: Reader, found: Sequence[schemas.Revision]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("When")), Column(_("Ticket")), Column(_("Correcting ticket")), Column(_("Grade")),
        Column(_("State")), Column(_("By")), Column(_("Reason")),
    ]  # fmt: skip
    rows = [
        [
            reader.moment(one.ended_at),
            reader.text(str(one.ticket or _("load")), f"/loads/{one.load_id}"),
            reader.text(str(one.correcting_ticket or "")),
            reader.text(" → ".join(_grade(reader, grade) for grade in (one.old_grade, one.new_grade))),
            state_of(reader, one.state),
            reader.text(one.ended_by or ""),
            reader.text(one.reason),
        ]
        for one in found
    ]
    return Table("ended", _("Applied or dismissed"), columns, rows, _("None yet."))


def _grade(reader: Reader, grade: str | None) -> str:
    if grade is None:
        return reader.t.gettext("no grade")
    return vocabulary.site_name("grade", grade, reader.t.language)


def _euros(reader: Reader, money: float) -> str:
    return f"{reader.t.number(money, 2)} €"
