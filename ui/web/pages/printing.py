"""A ticket is printed again or handed out on its load's page; what waits stands with the devices."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from station.acts.refusals import Fault, NotAllowed, NotFound
from station.api import schemas
from station.api.access import RECEIVING
from station.api.schemas.common import Key
from station.api.views.printing import print_jobs as shown_jobs
from station.api.views.view import View, view_of
from station.printing.papers import paper_of
from station.receival.papers import print_jobs
from station.store.batches import tickets_by_load
from station.store.tables import PrintJob, Ticket
from ui.web.reader import Reader, Reading
from ui.web.tables import Cell, Column, Table
from ui.words.i18n import N_

_STATES = {
    "waiting": (N_("waits"), "quiet"), "sending": (N_("is sent"), "quiet"),
    "queued": (N_("in the print queue"), "quiet"), "asks": (N_("print it again, or drop it"), "warn"),
}  # fmt: skip
router = APIRouter()


def may_receive(reader: Reader) -> bool:
    return not RECEIVING.isdisjoint(reader.person.roles)


def printers_of(reader: Reader, kind: str) -> list[str]:
    return [one.id for one in reader.desk.printers if kind in one.prints]


def papers_table(reader: Reader, view: View) -> Table:
    """What is not out, or not known to be."""
    _ = reader.t.gettext
    titles = (_("Paper"), _("Printer"), _("Asked at"), _("By"), _("State"), _("Why"))
    rows = [
        [
            reader.text(one.number), reader.text(one.printer), reader.moment(one.asked_at),
            reader.text(one.asked_by), _state(reader, one),
            reader.text(one.reason.message if one.reason else ""),
        ]
        for one in shown_jobs(view, print_jobs.open_jobs(view.tx))
    ]  # fmt: skip
    return Table(
        "papers", _("Papers to print"), [Column(one) for one in titles], rows, _("Every paper is out.")
    )


def _state(reader: Reader, one: schemas.PrintJob) -> Cell:
    word, mark = _STATES[one.state]
    return reader.text(reader.t.gettext(word), mark=mark)


@router.post("/loads/{load_id}/print")
def print_ticket(reader: Reading, load_id: str, printer: Annotated[Key | None, Form()] = None) -> Response:
    ticket = _ticket(reader, load_id)
    print_jobs.print_ticket(reader.desk, ticket.campaign, ticket.number, printer, reader.actor, reader.now())
    return RedirectResponse(f"/loads/{load_id}", 303)


@router.post("/loads/{load_id}/paper")
def hand_out(reader: Reading, load_id: str, paper: Annotated[Literal["A4", "A5"], Form()] = "A5") -> Response:
    """The ticket as a file, which counts as a print."""
    ticket = _ticket(reader, load_id)
    job = print_jobs.hand_out_ticket(reader.desk, ticket.campaign, ticket.number, reader.actor, reader.now())
    return file_of_job(reader, job, f"{ticket.number}.pdf", paper)


def file_of_job(reader: Reader, job: PrintJob, name: str, paper: str) -> Response:
    with view_of(reader.asked) as view:
        page = paper_of(view.tx, reader.desk, job, reader.t.language).page(paper)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(page, 200, headers, "application/pdf")


def check_receives(reader: Reader) -> None:
    """Raises NotAllowed."""
    if not may_receive(reader):
        raise NotAllowed(Fault.NOT_ALLOWED)


def _ticket(reader: Reader, load_id: str) -> Ticket:
    check_receives(reader)
    with view_of(reader.asked) as view:
        ticket = tickets_by_load(view.tx, [load_id]).get(load_id)
    if ticket is None:
        raise NotFound(Fault.UNKNOWN_TICKET)
    return ticket
