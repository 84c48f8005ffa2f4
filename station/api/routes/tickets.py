"""Tickets, by number and newest first."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from station.acts.refusals import Fault, NotFound
from station.api import schemas
from station.api.asked import Asked
from station.api.openapi import problems
from station.api.paging import After, Limit, page, place_of
from station.api.views.tickets import ticket
from station.api.views.view import view_of
from station.store import pages, queries
from station.store.retained import provisional_among

router = APIRouter(prefix="/tickets", tags=["tickets"])

CampaignText = Annotated[schemas.Key | None, Query()]


@router.get("")
def list_tickets(
    asked: Asked, response: Response, campaign: CampaignText = None, after: After = None, limit: Limit = 50
) -> list[schemas.Ticket]:
    """Those of a campaign, or of every open one, newest first."""
    (before,) = place_of(after) or (None,)
    with view_of(asked) as view:
        campaigns = [campaign] if campaign is not None else view.policy.open_campaigns
        found = pages.tickets(view.tx, view.policy.site, campaigns, before, limit + 1)
        rows = page(response, found, limit, lambda row: (row[0].seq or 0,))
        provisional = provisional_among(view.tx, [row.load_id for row, _ in rows])
        return [ticket(view, row, visit_id, provisional=row.load_id in provisional) for row, visit_id in rows]


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
