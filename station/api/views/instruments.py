"""Instruments: what is known of each, and where it was plugged from when to when."""

from collections.abc import Mapping, Sequence

from station.api import schemas
from station.api.views.devices import declared
from station.api.views.view import View
from station.grain.remarks import is_verified
from station.receival.measuring.instruments import Plugged, history, plugged
from station.receival.measuring.wiring import wiring_of
from station.store.tables import Instrument, PortAssignment


def instruments(view: View) -> list[schemas.Instrument]:
    """Every instrument that the site has known, the plugged ones first."""
    now = plugged(view.tx)
    shown = [_instrument(view, row, assignments, now) for row, assignments in history(view.tx)]
    return sorted(shown, key=lambda row: (row.port_id is None, row.port_id or "", row.name))


def instrument(view: View, instrument_id: str) -> schemas.Instrument:
    return next(row for row in instruments(view) if row.id == instrument_id)


def _instrument(
    view: View, row: Instrument, assignments: Sequence[PortAssignment], now: Mapping[str, Plugged]
) -> schemas.Instrument:
    port_id = next((assignment.port_id for assignment in assignments if assignment.to_at is None), None)
    return schemas.Instrument.model_validate(
        {
            **row.model_dump(),
            "kind": row.driver,
            "port_id": port_id,
            "is_verified": is_verified(row, view.policy.day(view.now)),
            "grain_temperature_c": (row.grain_low_c, row.grain_high_c),
            "plugged": [
                {
                    **each.model_dump(),
                    "kind": each.driver,
                    "port": wiring_of(each).address,
                    "by": view.name_of(each.by),
                }
                for each in assignments
            ],
            "declared": declared(now[port_id]) if port_id else None,
        }
    )
