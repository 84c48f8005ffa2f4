"""Vehicles that take grain away, the orders that they take it for, and the delivery notes they left with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import RedirectResponse

from station.acts.printers import DELIVERY
from station.api import schemas
from station.api.schemas.common import Key
from station.api.views import outbound as views
from station.api.views.view import view_of
from station.receival.leaving import delivery_notes
from station.receival.papers import print_jobs
from station.store import pages
from ui.web.measured import basis_named
from ui.web.pages.printing import check_receives, file_of_job, may_receive, printers_of
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.vocabulary import DELIVERY_STATES, OUTBOUND_STATES, analyte_name, word

MOST = 100
_MARKS = {"unfit": "bad", "refused": "warn", "left": "warn", "cancelled": "quiet", "returned": "warn"}
NoteNumber = Annotated[int, Path(ge=1, le=2**31)]
router = APIRouter()


@dataclass(frozen=True, slots=True)
class OutboundPage:
    here: Table
    orders: Table
    notes: Table
    ended: Table


@dataclass(frozen=True, slots=True)
class NotePage:
    """`what_became`: that it never left or came back; empty where it stands."""

    note: schemas.DeliveryNote
    values: Table
    what_became: str
    printers: list[str]
    may_print: bool


@router.get("/outbound")
def outbound(reader: Reading) -> Response:
    with view_of(reader.asked) as view:
        here = views.outbound_visits(view, pages.open_outbound(view.tx, None, MOST))
        ended = views.outbound_visits(view, pages.ended_outbound(view.tx, None, MOST))
        orders = views.outbound_orders(view, pages.open_orders(view.tx, None, MOST))
        notes = views.delivery_notes(view, pages.delivery_notes(view.tx, None, MOST))
    _ = reader.t.gettext
    without = [one for one in ended if one.state != "delivered"]
    page = OutboundPage(
        here=_visits(reader, here, "here", _("On site now"), _("No vehicle is here to take grain.")),
        orders=_orders(reader, orders),
        notes=_notes(reader, notes),
        ended=_visits(reader, without, "ended", _("Refused, left or cancelled"), _("None.")),
    )
    return reader.page("outbound.html", page, [page.here, page.orders, page.notes, page.ended])


@router.get("/outbound/notes/{number}")
def note(reader: Reading, number: NoteNumber) -> Response:
    with view_of(reader.asked) as view:
        row = delivery_notes.find_note(view.tx, reader.desk.policy.site, number)
        (shown,) = views.delivery_notes(view, [row])
    page = NotePage(
        note=shown, values=_values(reader, shown), what_became=_became(reader, shown),
        printers=printers_of(reader, DELIVERY), may_print=may_receive(reader),
    )  # fmt: skip
    return reader.page("delivery_note.html", page, [page.values])


@router.post("/outbound/notes/{number}/print")
def print_note(
    reader: Reading, number: NoteNumber, printer: Annotated[Key | None, Form()] = None
) -> Response:
    check_receives(reader)
    print_jobs.print_delivery(reader.desk, number, printer, reader.actor, reader.now())
    return RedirectResponse(f"/outbound/notes/{number}", 303)


@router.post("/outbound/notes/{number}/paper")
def hand_out(
    reader: Reading, number: NoteNumber, paper: Annotated[Literal["A4", "A5"], Form()] = "A4"
) -> Response:
    """The note as a file, which counts as a print."""
    check_receives(reader)
    job = print_jobs.hand_out_delivery(reader.desk, number, reader.actor, reader.now())
    return file_of_job(reader, job, f"BL-{number}.pdf", paper)


def _visits(
    reader: Reader, rows: Sequence[schemas.OutboundVisit], name: str, title: str, empty: str
) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Arrived")), Column(_("Plate")), Column(_("Buyer")), Column(_("Order")),
        Column(_("Carrier")), Column(_("Species")), Column(_("State")),
        Column(_("Loaded"), "kg", is_number=True), Column(_("Reason")),
    ]  # fmt: skip
    return Table(name, title, columns, [_visit(reader, one) for one in rows], empty)


def _visit(reader: Reader, one: schemas.OutboundVisit) -> list[Cell]:
    unfit = "; ".join(reason.message for reason in one.unfit)
    return [
        reader.moment(one.arrived_at), reader.text(one.plate), reader.text(one.buyer),
        reader.text(one.order), reader.text(one.carrier), reader.species(one.species),
        _state(reader, OUTBOUND_STATES, one.state), reader.kg(sum(part.kg for part in one.loaded) or None),
        reader.text(one.reason or unfit),
    ]  # fmt: skip


def _orders(reader: Reader, rows: Sequence[schemas.OutboundOrder]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Order")), Column(_("Campaign")), Column(_("Buyer")), Column(_("Species")),
        Column(_("Grade")), Column(_("Tonnes"), "t", is_number=True), Column(_("Left"), "t", is_number=True),
    ]  # fmt: skip
    lines = [
        [
            reader.text(one.number), reader.text(one.campaign), reader.text(one.buyer),
            reader.species(one.species), reader.place("grade", one.grade),
            reader.number(one.tonnes, 3), reader.tonnes(one.left_kg, 3),
        ]
        for one in rows
    ]  # fmt: skip
    return Table("orders", _("Open orders"), columns, lines, _("No order is open."))


def _notes(reader: Reader, rows: Sequence[schemas.DeliveryNote]) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Number"), is_number=True), Column(_("Issued")), Column(_("Plate")), Column(_("Buyer")),
        Column(_("Order")), Column(_("Species")), Column(_("Net"), "kg", is_number=True), Column(_("State")),
    ]  # fmt: skip
    lines = [
        [
            reader.text(str(one.number), f"/outbound/notes/{one.number}"), reader.moment(one.at),
            reader.text(one.plate), reader.text(one.buyer), reader.text(one.order),
            reader.species(one.species), reader.kg(one.net_kg), _state(reader, DELIVERY_STATES, one.state),
        ]
        for one in rows
    ]  # fmt: skip
    return Table("notes", _("Delivery notes"), columns, lines, _("Nothing left for a buyer yet."))


def _values(reader: Reader, one: schemas.DeliveryNote) -> Table:
    _ = reader.t.gettext
    columns = [
        Column(_("Analyte")), Column(_("Value"), is_number=True), Column(_("Unit")), Column(_("Basis")),
        Column("u", is_number=True), Column("n", is_number=True), Column(_("Known of"), "t", is_number=True),
    ]  # fmt: skip
    lines = [
        [
            reader.text(analyte_name(name, reader.t.language)), reader.number(value.value, 2),
            reader.text(value.unit), reader.text(basis_named(reader.t, value.basis)),
            reader.number(value.u, 2), reader.whole(value.n), reader.number(value.known_t, 2),
        ]
        for name, value in one.values.items()
    ]  # fmt: skip
    return Table("bulletin", _("Analysis bulletin"), columns, lines, _("Nothing is known by measurement."))


def _became(reader: Reader, one: schemas.DeliveryNote) -> str:
    if one.back_kg is None:
        return ""
    state = word(DELIVERY_STATES, one.state, reader.t.language)
    told = f"{state}, {reader.t.kg(one.back_kg)}" if one.state == "returned" else state
    return reader.t.named(told, one.reason)


def _state(reader: Reader, words: Mapping[str, str], state: str) -> Cell:
    return reader.text(word(words, state, reader.t.language), mark=_MARKS.get(state, ""))
