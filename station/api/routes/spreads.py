"""Spreads of phones' class shares at this site: proposed by the station, decided by a manager. What is shown
of open loads' photos follows."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter

from station.acts.desk import Actor, Desk
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import corrections as views
from station.api.views.view import view_of
from station.lab.spreads import approve_spread, decline_spread, end_spread
from station.receival.deciding import proposals
from station.store.spreads import in_force, newest
from station.store.tables import Spread

router = APIRouter(prefix="/spreads", tags=["corrections"])
Decide = Callable[[Desk, str, str, Actor, datetime], Spread]


@router.get("")
def list_spreads(asked: Asked) -> list[schemas.SiteSpread]:
    """What was done last of each phone, model and class, and what is in force; newest first."""
    with view_of(asked) as view:
        holding = in_force(view.tx)
        rows = {row.id: row for row in (*newest(view.tx), *holding)}
        ids = {row.id for row in holding}
        ordered = sorted(rows.values(), key=lambda row: -(row.seq or 0))
        return [views.spread(view, row, in_force=row.id in ids) for row in ordered]


@router.post("/{spread_id}/approve", responses=problems(404, 409))
def approve(asked: Asked, by: By, spread_id: str, body: schemas.CorrectionActIn) -> schemas.SiteSpread:
    """Its limits stand in the place of the bundle's from now on."""
    return _decided(asked, approve_spread, spread_id, body.reason, by)


@router.post("/{spread_id}/decline", responses=problems(404, 409))
def decline(asked: Asked, by: By, spread_id: str, body: schemas.CorrectionActIn) -> schemas.SiteSpread:
    return _decided(asked, decline_spread, spread_id, body.reason, by)


@router.post("/{spread_id}/end", responses=problems(404, 409))
def end(asked: Asked, by: By, spread_id: str, body: schemas.CorrectionActIn) -> schemas.SiteSpread:
    """The bundle's own limits hold again."""
    return _decided(asked, end_spread, spread_id, body.reason, by)


def _decided(asked: Inquiry, act: Decide, spread_id: str, reason: str, by: Actor) -> schemas.SiteSpread:
    now = asked.now()
    row = act(asked.desk, spread_id, reason, by, now)
    proposals.renew(asked.desk, now)
    with view_of(asked) as view:
        return views.spread(view, row, in_force=row.id in {one.id for one in in_force(view.tx)})
