"""Live devices and events, as the terminals see them."""

from dataclasses import replace
from typing import Any

from station.api import schemas
from station.api.language import reason
from station.api.views.view import View
from station.receival.measuring.instruments import Plugged
from station.receival.measuring.wiring import declared_wiring
from station.runtime.live import DeviceLive
from station.store.tables import AuditEvent


def device(live: DeviceLive, language: str) -> schemas.Device:
    shown = schemas.Device.model_validate(replace(live, error=None), from_attributes=True)
    shown.error = reason(*live.error, language) if live.error else None
    if live.plugged:
        shown.declared = declared(live.plugged)
        shown.legal_for = list(live.plugged.instrument.legal_for)
    return shown


def declared(present: Plugged) -> schemas.Declared | None:
    """What the site file says, where something else is plugged in or it is read in another way."""
    if present.is_as_declared:
        return None
    wiring = declared_wiring(present.assignment)
    return schemas.Declared(
        name=present.declared.name,
        serial_number=present.declared.serial_number,
        kind=wiring.driver,
        port=wiring.address,
        settings=dict(wiring.settings),
    )


def event(view: View, row: AuditEvent) -> schemas.Event:
    """Show an event with the name of whom its identifier means."""
    persons: dict[str, Any] = {
        key: view.name_of(row.data[key]) for key in ("approved_by", "approver") if key in row.data
    }
    told: dict[str, Any] = {"by": view.name_of(row.by), "data": {**row.data, **persons}}
    return schemas.Event.model_validate({**row.model_dump(), **told})
