"""Disputes: which loads are contested, what was said, and how each was closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse
from sqlmodel import col, select

from station.acts.refusals import Fault, NotAllowed, NotFound
from station.api.access import Role
from station.api.paging import place_of
from station.api.schemas.common import Key, Why
from station.api.views.ended import ended_loads
from station.api.views.retained import retained
from station.api.views.view import View, view_of
from station.lab import disputes as acts
from station.store.disputes import acts_of, disputes
from station.store.retained import retained_of_loads
from station.store.stored import source_names
from station.store.tables import Dispute, DisputeAct, Load
from ui.web.measured import analytes_named, basis_named
from ui.web.pages import load_tables
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words import vocabulary
from ui.words.quality import DISPUTES, METHODS, PARTIES
from ui.words.vocabulary import word

MOST = 50
router = APIRouter()


@dataclass(frozen=True, slots=True)
class DisputesPage:
    disputes: Table
    after: str | None


@dataclass(frozen=True, slots=True)
class DisputePage:
    """`values` are those known now, or those known when it was closed."""

    dispute: Dispute
    title: str
    about: str
    raised_by: str
    acts: Table
    values: Table
    custody: Table
    outcomes: list[tuple[str, str]]


@router.get("/disputes")
def list_disputes(reader: Reading, after: Annotated[str | None, Query(max_length=80)] = None) -> Response:
    """Newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(reader.asked) as view:
        rows = disputes(view.tx, is_open=None, before=before, most=MOST + 1)
        table = _table(reader, view, rows[:MOST])
    page = DisputesPage(table, str(rows[MOST - 1].seq) if len(rows) > MOST else None)
    return reader.page("disputes.html", page, [table])


def _table(reader: Reader, view: View, rows: Sequence[Dispute]) -> Table:
    _ = reader.t.gettext
    loads = view.tx.exec(select(Load).where(col(Load.id).in_([row.load_id for row in rows]))).all()
    brought = {one.id: one for one in ended_loads(view, loads)}
    view.names_of(row.by for row in rows)
    titles = (
        _("Opened"), _("Ticket"), _("Plate"), _("Supplier"), _("About"), _("Reason"), _("State"), _("By"),
    )  # fmt: skip
    shown = []
    for row in rows:
        load = brought[row.load_id]
        shown.append(
            [
                Cell(reader.t.date(row.at), row.at, f"/disputes/{row.id}"),
                reader.whole(load.ticket),
                reader.text(load.plate, f"/loads/{row.load_id}"),
                reader.text(load.supplier),
                reader.text(_about(reader, row)),
                reader.text(row.reason),
                reader.text(
                    _("still open") if row.open else _("closed"), mark="warn" if row.open else "quiet"
                ),
                reader.text(view.name_of(row.by)),
            ]
        )
    return Table("disputes", "", [Column(one) for one in titles], shown, _("Nothing is contested."))


def _about(reader: Reader, row: Dispute) -> str:
    return analytes_named(reader.t, row.analytes) or reader.t.gettext("the whole load")


@router.get("/disputes/{dispute_id}")
def dispute(reader: Reading, dispute_id: str) -> Response:
    with view_of(reader.asked) as view:
        row = view.tx.get(Dispute, dispute_id)
        if row is None:
            raise NotFound(Fault.UNKNOWN_DISPUTE, id=dispute_id)
        page = _page(reader, view, row)
    return reader.page("dispute.html", page, [page.values, page.acts, page.custody])


def _page(reader: Reader, view: View, row: Dispute) -> DisputePage:
    load = view.tx.get_one(Load, row.load_id)
    (ended,) = ended_loads(view, [load])
    done = acts_of(view.tx, [row.id]).get(row.id, [])
    kept = retained(view, retained_of_loads(view.tx, [load.id]))
    return DisputePage(
        dispute=row,
        title=f"{ended.plate} · {ended.supplier}",
        about=_about(reader, row),
        raised_by=word(PARTIES, row.raised_by, reader.t.language),
        acts=load_tables.dispute(reader, view, row.id, done),
        values=_values(reader, view, row, done),
        custody=load_tables.custody(reader, kept),
        outcomes=[(one, word(DISPUTES, one, reader.t.language)) for one in get_args(acts.Outcome)],
    )


def _values(reader: Reader, view: View, row: Dispute, done: Sequence[DisputeAct]) -> Table:
    _, t = reader.t.gettext, reader.t
    closed = next((act.values for act in done if act.act == "closed"), None)
    known = acts.values_of(view.tx, row.load_id) if closed is None else closed
    persons = {one["source"] for one in known if one["method"] == "typed"}
    names = {**source_names(view.tx), **{one: view.name_of(one) or "" for one in persons}}
    columns = [
        Column(_("Analyte")), Column(_("Method")), Column(_("From")), Column(_("Value"), is_number=True),
        Column(_("Unit")), Column(_("Basis")), Column(_("Time")),
    ]  # fmt: skip
    shown = [
        [
            reader.text(vocabulary.analyte_name(one["analyte"], t.language)),
            reader.text(word(METHODS, one["method"], t.language)),
            reader.text(names.get(one["source"], one["source"])),
            Cell(f"{one.get('comparator', '')}{t.number(one['value'], 2)}", one["value"]),
            reader.text(one["unit"]),
            reader.text(basis_named(t, one["basis"])),
            reader.stated(one["at"]),
        ]
        for one in known
    ]
    title = _("Every value known") if closed is None else _("Every value known when it was closed")
    return Table("values", title, columns, shown, _("None."))


@router.post("/disputes/for/{load_id}")
def open_dispute(
    reader: Reading,
    load_id: str,
    reason: Annotated[Why, Form()],
    raised_by: Annotated[acts.Party, Form()],
    analyte: Annotated[Key, Form()] = "",
) -> Response:
    wanted = [analyte] if analyte else []
    row = acts.open_dispute(reader.desk, load_id, wanted, raised_by, reason, reader.actor, reader.now())
    return RedirectResponse(f"/disputes/{row.id}", 303)


@router.post("/disputes/{dispute_id}/note")
def note(reader: Reading, dispute_id: str, reason: Annotated[Why, Form()]) -> Response:
    acts.note(reader.desk, dispute_id, reason, reader.actor, reader.now())
    return RedirectResponse(f"/disputes/{dispute_id}", 303)


@router.post("/disputes/{dispute_id}/close")
def close(
    reader: Reading, dispute_id: str, reason: Annotated[Why, Form()], outcome: Annotated[acts.Outcome, Form()]
) -> Response:
    """A manager alone closes what operators may open and add to."""
    if Role.MANAGER not in reader.person.roles:
        raise NotAllowed(Fault.NOT_ALLOWED)
    acts.close_dispute(reader.desk, dispute_id, outcome, reason, reader.actor, reader.now())
    return RedirectResponse(f"/disputes/{dispute_id}", 303)
