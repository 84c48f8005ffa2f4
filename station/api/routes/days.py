"""How a collecting day began and ended: what its closing says, and the act of closing it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from station.acts.refusals import check_period
from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.views import day_list as of_the_morning
from station.api.views import days as views
from station.api.views.observed import agreements
from station.api.views.view import view_of
from station.receival.days import day_closing, day_opening

router = APIRouter(tags=["days"])
DAYS_OBSERVED = timedelta(days=30)


@router.get("/days/list")
def day_list(asked: Asked) -> schemas.DayList:
    """The list at the start of the day, as the station sees itself now."""
    with view_of(asked) as view:
        return of_the_morning.day_list(view, asked.context)


@router.post("/days/open", responses=problems(409))
def open_day(asked: Asked, by: By, body: schemas.DayOpenIn) -> schemas.DayList:
    """409 `day_list_unexplained` names the topics that are not right and have no reason."""
    with view_of(asked) as view:
        lines = of_the_morning.lines_now(view, asked.context)
    day_opening.open_day(asked.desk, lines, body.waved, by, asked.now())
    with view_of(asked) as view:
        return of_the_morning.day_list(view, asked.context)


@router.get("/days/sheet")
def day_sheet(asked: Asked, day: Annotated[schemas.Day | None, Query()] = None) -> schemas.DaySheet:
    """What the closing of a day would say now; of the next day to close where none is named."""
    with view_of(asked) as view:
        return views.sheet_now(view, asked.desk, day)


@router.post("/days/close", responses=problems(409))
def close_day(asked: Asked, by: By, body: schemas.DayCloseIn) -> schemas.DaySheet:
    """409 while an earlier day is open, or a finding has no reason (`day_unexplained` names the keys)."""
    row = day_closing.close_day(asked.desk, body.day, body.said, by, asked.now())
    with view_of(asked) as view:
        return views.signed(view, row)


@router.get("/days/closings")
def closings(asked: Asked) -> list[schemas.DayClosed]:
    """The newest closings, the last one first."""
    with view_of(asked) as view:
        return views.closings(view)


@router.get("/days/closings/{day}", responses=problems(404))
def closing(asked: Asked, day: schemas.Day) -> schemas.DaySheet:
    """A closed day as it was signed."""
    with view_of(asked) as view:
        return views.closed(view, day)


@router.get("/observed")
def observed(
    asked: Asked,
    since: Annotated[schemas.Moment | None, Query()] = None,
    until: Annotated[schemas.Moment | None, Query()] = None,
) -> list[schemas.ObservedShare]:
    """How often a station that only observes would have proposed what was done, by species and cell: in the
    last 30 days where no time is named."""
    check_period(since, until)
    with view_of(asked) as view:
        ends = until or view.now
        return agreements(view, since or ends - DAYS_OBSERVED, ends)
