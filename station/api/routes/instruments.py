"""The instruments with their histories, and swapping one for another."""

from fastapi import APIRouter, Depends

from station.api import schemas
from station.api.asked import Ask, Asked
from station.api.auth import BySomebody, terminal
from station.api.openapi import problems
from station.api.problems import not_valid
from station.api.views.instruments import instrument, instruments
from station.api.views.view import view_of
from station.receival.desk import Actor, Desk
from station.receival.instruments import Described, swap, wiring_for
from station.receival.loads import GRAIN_ANALYTES
from station.receival.wiring import Wiring

router = APIRouter(prefix="/instruments", tags=["devices"])


@router.get("", dependencies=[Depends(terminal)])
def list_instruments(asked: Asked) -> list[schemas.Instrument]:
    """Every instrument the site has known, the plugged ones first."""
    with view_of(asked) as view:
        return instruments(view)


@router.post("/{port_id}/swap", responses=problems(404, 409))
def swap_instrument(asked: Asked, by: BySomebody, port_id: str, body: schemas.SwapIn) -> schemas.Instrument:
    """Another instrument is plugged in at this port and read from now on; its history is its own."""
    return swapped(asked, port_id, body, by)


def swapped(asked: Ask, port_id: str, body: schemas.SwapIn, by: Actor) -> schemas.Instrument:
    """Does it and shows the instrument that is plugged in now."""
    new = described(body)
    wiring = asked.context.check_wiring(port_id, wiring_asked(asked.desk, port_id, body))
    row = swap(asked.desk, port_id, new, body.note, by, asked.now(), wiring=wiring).instrument
    asked.context.replug(port_id)
    with view_of(asked) as view:
        return instrument(view, row.id)


def described(body: schemas.SwapIn) -> Described:
    """Raises Rejected for what cannot be true."""
    low, high = body.grain_temperature_c or (None, None)
    if low is not None and high is not None and low >= high:
        raise not_valid("body.grain_temperature_c", "must be [lowest, highest]")
    for analyte in body.uncertainty:
        if analyte not in GRAIN_ANALYTES and analyte != "weight":
            raise not_valid(f"body.uncertainty.{analyte}", "is not an analyte")
    return Described(
        body.name, body.serial_number, body.asset_tag, body.verified_until, body.uncertainty, low, high
    )


def wiring_asked(desk: Desk, port_id: str, body: schemas.SwapIn) -> Wiring:
    """Raises NotFound(unknown_port)."""
    with desk.ledger.read() as tx:
        usual = wiring_for(tx, port_id, body.serial_number)
    said = body.wiring
    return usual.changed(said.driver, said.address, said.settings) if said else usual
