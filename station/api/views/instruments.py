"""Instruments: what is known of each, and where it was plugged from when to when."""

from collections.abc import Sequence

from station.api import schemas
from station.api.views.view import View
from station.receival.instruments import history, limits_of
from station.store.tables import Instrument, PortAssignment


def instruments(view: View) -> list[schemas.Instrument]:
    """The plugged ones first."""
    found = [_instrument(view, row, places) for row, places in history(view.tx)]
    return sorted(found, key=lambda one: (one.port_id is None, one.port_id or "", one.name))


def instrument(view: View, instrument_id: str) -> schemas.Instrument:
    return next(_instrument(view, row, places) for row, places in history(view.tx) if row.id == instrument_id)


def _instrument(view: View, row: Instrument, places: Sequence[PortAssignment]) -> schemas.Instrument:
    return schemas.Instrument(
        id=row.id,
        name=row.name,
        kind=row.driver,
        category=row.category,
        port_id=next((place.port_id for place in places if place.to_at is None), None),
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
                from_at=place.from_at,
                to_at=place.to_at,
                by=place.by,
                note=place.note,
            )
            for place in places
        ],
    )
