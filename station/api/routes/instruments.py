"""The instruments with their histories, and swapping one for another."""

from fastapi import APIRouter

from drivers.reading import is_known
from station.acts.desk import Actor
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.language import N_
from station.api.openapi import problems
from station.api.problems import not_valid
from station.api.views.instruments import instrument, instruments
from station.api.views.view import view_of
from station.receival.measuring.instruments import Description, describe_plugged, plugged_at, swap, wiring_for
from station.receival.measuring.sizes import settle
from station.receival.measuring.wiring import NewProfile, Rewiring, Wiring, wiring_of

router = APIRouter(prefix="/instruments", tags=["devices"])


@router.get("")
def list_instruments(asked: Asked) -> list[schemas.Instrument]:
    """Every instrument the site has known, the plugged ones first."""
    with view_of(asked) as view:
        return instruments(view)


@router.post("/{port_id}/swap", responses=problems(404, 409))
def swap_instrument(asked: Asked, by: By, port_id: str, body: schemas.SwapIn) -> schemas.Instrument:
    """Another instrument is plugged in at this port and read from now on; its history is its own.

    An operator chooses among the addresses and profiles that the site file names; new ones are for installers
    and managers."""
    new, wiring = _description(body), _wiring(asked, by, port_id, body)
    row = swap(asked.desk, port_id, new, body.note, by, asked.now(), wiring=wiring).instrument
    asked.context.replug(port_id)
    with view_of(asked) as view:
        return instrument(view, row.id)


@router.post("/{port_id}/settle", responses=problems(404))
def settle_instrument(asked: Asked, by: By, port_id: str, body: schemas.SettleIn) -> schemas.Instrument:
    """A person compared the display with what the messages may mean: they are read so from now on."""
    with asked.desk.ledger.read() as tx:
        present = wiring_of(plugged_at(tx, port_id).assignment)
    said = Rewiring(settings={**present.settings, **body.settings})
    wiring = asked.context.check_wiring(port_id, present, said, is_installer=_is_installer(by))
    row = settle(asked.desk, port_id, wiring, body.settings, body.note, by, asked.now())
    asked.context.replug(port_id)
    with view_of(asked) as view:
        return instrument(view, row.id)


@router.post("/{port_id}/describe", responses=problems(404))
def describe_instrument(asked: Asked, by: By, port_id: str, body: schemas.DescribeIn) -> schemas.Instrument:
    """Something new is known of the instrument at this port: it was verified again, for one."""
    row = describe_plugged(asked.desk, port_id, _description(body), body.note, by, asked.now())
    with view_of(asked) as view:
        return instrument(view, row.id)


def _description(body: schemas.DescribeIn) -> Description:
    """Raises Rejected for what cannot be true."""
    low, high = body.grain_temperature_c or (None, None)
    if low is not None and high is not None and low >= high:
        raise not_valid("body.grain_temperature_c", N_("must be [lowest, highest]"))
    plate = [kg for kg in (body.division_kg, body.min_kg, body.max_kg) if kg is not None]
    if plate != sorted(set(plate)):
        raise not_valid("body.max_kg", N_("must be over Min, and Min over the division"))
    for analyte in body.uncertainty:
        if not is_known(analyte):
            raise not_valid(f"body.uncertainty.{analyte}", N_("is not an analyte"))
    for analyte in body.legal_for or ():
        if not is_known(analyte):
            raise not_valid(f"body.legal_for.{analyte}", N_("is not an analyte"))
    return Description(
        name=body.name or "",
        serial_number=body.serial_number if isinstance(body, schemas.SwapIn) else None,
        asset_tag=body.asset_tag,
        verified_until=body.verified_until,
        uncertainty=body.uncertainty,
        grain_temperature_c=body.grain_temperature_c,
        max_kg=body.max_kg,
        min_kg=body.min_kg,
        division_kg=body.division_kg,
        own_printer=body.own_printer,
        legal_for=None if body.legal_for is None else tuple(body.legal_for),
    )


def _wiring(asked: Inquiry, by: Actor, port_id: str, body: schemas.SwapIn) -> Wiring:
    """Raises NotFound(unknown_port), and as `check_wiring` does."""
    with asked.desk.ledger.read() as tx:
        usual = wiring_for(tx, port_id, body.serial_number)
    return asked.context.check_wiring(port_id, usual, _rewiring(body.wiring), is_installer=_is_installer(by))


def _is_installer(by: Actor) -> bool:
    return bool(by.roles & {"manager", "installer"})


def _rewiring(said: schemas.WiringIn | None) -> Rewiring:
    if said is None:
        return Rewiring()
    profile = NewProfile(said.profile.name, said.profile.text) if said.profile else None
    return Rewiring(said.driver, said.address, said.settings, profile)
