"""Instruments: what is known of each, and where it was plugged from when to when."""

from collections.abc import Mapping, Sequence

from station.api import schemas
from station.api.views.devices import declared
from station.api.views.view import View
from station.receival.instruments import Plugged, history, limits_of, plugged
from station.store.tables import Instrument, PortAssignment


def instruments(view: View) -> list[schemas.Instrument]:
    """The plugged ones first."""
    now = plugged(view.tx)
    found = [_instrument(view, row, places, now) for row, places in history(view.tx)]
    return sorted(found, key=lambda one: (one.port_id is None, one.port_id or "", one.name))


def instrument(view: View, instrument_id: str) -> schemas.Instrument:
    return next(one for one in instruments(view) if one.id == instrument_id)


def _instrument(
    view: View, row: Instrument, places: Sequence[PortAssignment], now: Mapping[str, Plugged]
) -> schemas.Instrument:
    port_id = next((place.port_id for place in places if place.to_at is None), None)
    return schemas.Instrument(
        id=row.id,
        name=row.name,
        kind=row.driver,
        category=row.category,
        port_id=port_id,
        serial_number=row.serial_number,
        asset_tag=row.asset_tag,
        verified_until=row.verified_until,
        is_verified=limits_of(row).is_verified(view.now.date()),
        grain_temperature_c=(row.grain_low_c, row.grain_high_c),
        uncertainty=row.uncertainty,
        plugged=[
            schemas.Plugging(
                port_id=place.port_id,
                port=place.port,
                kind=place.driver,
                settings=place.settings,
                from_at=place.from_at,
                to_at=place.to_at,
                by=view.name_of(place.by),
                note=place.note,
            )
            for place in places
        ],
        declared=declared(now[port_id]) if port_id else None,
    )
