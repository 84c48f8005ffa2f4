"""The instruments with their histories, and swapping one for another."""

from fastapi import APIRouter, Depends

from station.api import schemas
from station.api.asked import Ask, Asked
from station.api.auth import BySomebody, terminal
from station.api.openapi import problems
from station.api.problems import not_valid
from station.api.views.instruments import instrument, instruments
from station.api.views.view import view_of
from station.receival.desk import Actor
from station.receival.instruments import Described, swap
from station.receival.loads import GRAIN_ANALYTES

router = APIRouter(prefix="/instruments", tags=["devices"])


@router.get("", dependencies=[Depends(terminal)])
def list_instruments(asked: Asked) -> list[schemas.Instrument]:
    """Every instrument the site has known, the plugged ones first."""
    with view_of(asked) as view:
        return instruments(view)


@router.post("/{port_id}/swap", responses=problems(404, 409))
def swap_instrument(asked: Asked, by: BySomebody, port_id: str, body: schemas.SwapIn) -> schemas.Instrument:
    """Another instrument of the same kind is plugged in at this port; its history is its own."""
    return swapped(asked, port_id, body, by)


def swapped(asked: Ask, port_id: str, body: schemas.SwapIn, by: Actor) -> schemas.Instrument:
    """Does it and shows the instrument that is plugged in now."""
    low, high = body.grain_temperature_c or (None, None)
    if low is not None and high is not None and low >= high:
        raise not_valid("body.grain_temperature_c", "must be [lowest, highest]")
    for analyte in body.uncertainty:
        if analyte not in GRAIN_ANALYTES and analyte != "weight":
            raise not_valid(f"body.uncertainty.{analyte}", "is not an analyte")
    new = Described(
        body.name, body.serial_number, body.asset_tag, body.verified_until, body.uncertainty, low, high
    )
    row = swap(asked.desk, port_id, new, body.note, by, asked.now()).instrument
    with view_of(asked) as view:
        return instrument(view, row.id)
