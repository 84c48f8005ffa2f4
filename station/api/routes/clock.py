"""The station's clock: how it stands, what time a person reads on a watch, and its repair."""

from fastapi import APIRouter

from station.api import schemas
from station.api.asked import Asked
from station.api.auth import By
from station.api.openapi import problems
from station.api.views.clock import clock

router = APIRouter(prefix="/clock", tags=["health"])


@router.get("")
def get_clock(asked: Asked) -> schemas.ClockHealth:
    return clock(asked.context.timekeeper.standing())


@router.post("", responses=problems(409))
def state_time(asked: Asked, by: By, body: schemas.TimeIn) -> schemas.ClockHealth:
    """While the station does not trust its clock, station time goes on from what a person states; papers say
    so until the machine's clock is right."""
    asked.context.timekeeper.state(body.time, by, is_sure=body.is_sure)
    return get_clock(asked)


@router.post("/repair", responses=problems(409))
def repair_clock(asked: Asked, by: By, body: schemas.ClockRepairIn) -> schemas.ClockHealth:
    """Records that lie in the future bind station time no more. Nothing that is recorded changes."""
    asked.context.timekeeper.repair(body.time, body.why, by)
    return get_clock(asked)
