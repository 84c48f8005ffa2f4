"""Live devices and events, as the terminals see them."""

from station.api import schemas
from station.api.language import reason
from station.api.views.view import View
from station.receival.instruments import Plugged
from station.receival.wiring import declared_wiring, wiring_of
from station.runtime.live import DeviceLive
from station.store.tables import AuditEvent


def device(live: DeviceLive, language: str) -> schemas.Device:
    return schemas.Device(
        id=live.id,
        name=live.name,
        kind=live.kind,
        category=live.category,
        serial_number=live.serial_number,
        port=live.port,
        state=live.state,
        since=live.since,
        last_heard=live.last_heard,
        frames=live.frames,
        bad_frames=live.bad_frames,
        weight_kg=live.weight_kg,
        weight_stable=live.weight_stable,
        error=reason(*live.error, language) if live.error else None,
        asset_tag=live.asset_tag,
        verified_until=live.verified_until,
        is_verified=live.is_verified,
        plugged_since=live.plugged_since,
        repeats=live.repeats,
        declared=declared(live.plugged) if live.plugged else None,
    )


def declared(there: Plugged) -> schemas.Declared | None:
    """What the site file says, where something else is plugged in or it is read in another way."""
    if there.is_as_declared:
        return None
    said = declared_wiring(there.assignment) or wiring_of(there.assignment)
    return schemas.Declared(
        name=there.declared.name,
        serial_number=there.declared.serial_number,
        kind=said.driver,
        port=said.address,
        settings=dict(said.settings),
    )


def event(view: View, row: AuditEvent) -> schemas.Event:
    return schemas.Event(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        by=view.name_of(row.by),
        visit_id=row.visit_id,
        load_id=row.load_id,
        subject_id=row.subject_id,
        data=row.data,
    )
