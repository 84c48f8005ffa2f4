"""Tickets, by number and newest first."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlmodel import col, select

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.api.views.tickets import ticket
from station.api.views.view import view_of
from station.store import queries
from station.store.tables import Ticket

router = APIRouter(prefix="/tickets", tags=["tickets"])

CampaignText = Annotated[schemas.Key | None, Query()]


@router.get("")
def list_tickets(
    asked: Asked, campaign: CampaignText = None, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> list[schemas.Ticket]:
    """Those of a campaign, or of every open one, newest first."""
    with view_of(asked) as view:
        campaigns = [campaign] if campaign is not None else view.policy.open_campaigns
        query = select(Ticket).where(Ticket.site == view.policy.site, col(Ticket.campaign).in_(campaigns))
        rows = view.tx.exec(query.order_by(col(Ticket.seq).desc()).limit(limit)).all()
        return [ticket(view, row) for row in rows]


@router.get("/{number}", responses=problems(404))
def get_ticket(
    asked: Asked, number: Annotated[int, Path(ge=1, le=2**31)], campaign: CampaignText = None
) -> schemas.Ticket:
    """A ticket of this site, of the current campaign where none is named."""
    with view_of(asked) as view:
        wanted = campaign if campaign is not None else view.policy.campaign
        row = queries.ticket_by_number(view.tx, view.policy.site, wanted, number)
        if row is None:
            raise NotFound(Fault.UNKNOWN_TICKET, number=number)
        return ticket(view, row)
