"""The instruments as they are now."""

from dataclasses import replace

from fastapi import APIRouter

from station.acts.refusals import Conflict, Fault, NotFound
from station.api import schemas
from station.api.asked import Asked, Inquiry
from station.api.auth import By
from station.api.openapi import problems
from station.api.views.devices import device
from station.receival.bridge import bridge_zero
from station.receival.measuring import instruments
from station.runtime.live import DeviceLive

router = APIRouter(tags=["devices"])


@router.get("/drivers")
def list_drivers(asked: Asked) -> list[schemas.DriverKind]:
    """The kinds of device that can be plugged in."""
    return [schemas.DriverKind.model_validate(kind) for kind in asked.context.drivers()]


@router.get("/devices")
def list_devices(asked: Asked) -> list[schemas.Device]:
    return [device(live, asked.language) for live in asked.context.live()]


@router.post("/devices/{port_id}/new-sample", responses=problems(404, 409))
def new_sample(asked: Asked, by: By, port_id: str) -> schemas.Device:
    """The instrument shows a new sample's result: it counts even if it equals the last one."""
    live = _device(asked, port_id)
    if not live.repeats:
        raise Conflict(Fault.NO_REPEATS, name=live.name)
    if live.state == "down":
        raise Conflict(Fault.DEVICE_DOWN, name=live.name)
    instruments.tell_new_sample(asked.desk, port_id, by, asked.now())
    asked.context.new_sample(port_id)
    return device(live, asked.language)


@router.post("/devices/{port_id}/settle-zero", responses=problems(404, 409))
def settle_zero(asked: Asked, by: By, port_id: str) -> schemas.Device:
    """What came onto the bridge before it had shown zero is nothing to weigh."""
    live = _device(asked, port_id)
    if live.not_at_zero is None:
        raise Conflict(Fault.BRIDGE_AT_ZERO, name=live.name)
    bridge_zero.settle(asked.desk, port_id, live.not_at_zero.kg, by, asked.now())
    asked.context.settle_zero(port_id)
    return device(replace(live, not_at_zero=None), asked.language)


def _device(asked: Inquiry, port_id: str) -> DeviceLive:
    live = next((one for one in asked.context.live() if one.id == port_id), None)
    if live is None:
        raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
    return live
