"""The program that already issues the bons d'apport: it announces, and reads what became of it."""

from fastapi import APIRouter

from station.acts.desk import Actor
from station.api import schemas
from station.api.arrivals import announcement_of, issued_of
from station.api.asked import Asked, Inquiry
from station.api.auth import FromTerminal
from station.api.openapi import problems
from station.api.paging import After, Limit, place_of
from station.api.views.announced import answer
from station.api.views.feed import feed
from station.api.views.view import view_of
from station.receival.arrivals import announcing
from station.receival.papers import erp_tickets
from station.receival.papers.erp_tickets import Issued
from station.store.tables import AnnouncedArrival, Terminal, Ticket

router = APIRouter(tags=["erp"])


# A program's reference may have a slash in it; the longer address comes first.
@router.put("/erp/arrivals/{external_ref:path}/ticket-number", responses=problems(404, 409))
def number_announced(
    asked: Asked, terminal: FromTerminal, external_ref: schemas.Ref, body: schemas.ErpTicketIn
) -> schemas.ErpTicketAnswer:
    """The program's number of the ticket of an apport that it announced. What cannot be true is refused, and
    the day's closing asks about it."""
    return _numbered(asked, terminal, issued_of(body, ref=external_ref))


@router.put("/erp/arrivals/{external_ref:path}", responses=problems(409))
def announce(
    asked: Asked, terminal: FromTerminal, external_ref: schemas.Ref, body: schemas.AnnouncementIn
) -> schemas.AnnouncedAnswer:
    """The same body again changes nothing; another one corrects, until a load of it is decided (409
    `announcement_decided`)."""
    row_id, did = announcing.announce(
        asked.desk, external_ref, announcement_of(body), _program(terminal), asked.now()
    )
    return _answered(asked, row_id, did)


@router.delete("/erp/arrivals/{external_ref:path}", responses=problems(404, 409))
def withdraw(asked: Asked, terminal: FromTerminal, external_ref: schemas.Ref) -> schemas.AnnouncedAnswer:
    """It does not come. Withdrawn twice it is withdrawn; 409 `announcement_ended` where it is here."""
    row_id = announcing.withdraw(asked.desk, external_ref, _program(terminal), asked.now())
    return _answered(asked, row_id, "withdrawn")


@router.put("/erp/loads/{load_id}/ticket-number", responses=problems(404, 409))
def number_load(
    asked: Asked, terminal: FromTerminal, load_id: schemas.Key, body: schemas.ErpTicketIn
) -> schemas.ErpTicketAnswer:
    """The same of any load, by its identifier in the feed."""
    return _numbered(asked, terminal, issued_of(body, load_id=load_id))


@router.get("/feed")
def read_feed(asked: Asked, after: After = None, limit: Limit = 100) -> schemas.Feed:
    """Finished facts in one order, each once; asked again with the same cursor the same is told again, for as
    long as the station keeps its records."""
    (cursor,) = place_of(after) or (0,)
    with view_of(asked) as view:
        return feed(view.tx, cursor, limit)


def _program(terminal: Terminal) -> Actor:
    return Actor(terminal.id, terminal.name, terminal.id)


def _numbered(asked: Inquiry, terminal: Terminal, issued: Issued) -> schemas.ErpTicketAnswer:
    row, did = erp_tickets.take_number(asked.desk, issued, _program(terminal), asked.now())
    with view_of(asked) as view:
        ticket = view.tx.get(Ticket, row.ticket_id) if row.ticket_id else None
        number = ticket.number if ticket else None
    return schemas.ErpTicketAnswer(number=row.number, load_id=row.load_id or "", ticket=number, did=did)


def _answered(asked: Inquiry, row_id: str, did: str) -> schemas.AnnouncedAnswer:
    with view_of(asked) as view:
        return answer(view, view.tx.get_one(AnnouncedArrival, row_id), did)
