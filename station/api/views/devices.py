"""Live devices and events, as the terminals see them."""

from station.api import schemas
from station.api.context import DeviceLive
from station.api.language import reason
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
    )


def event(row: AuditEvent) -> schemas.Event:
    assert row.seq is not None  # it was read from the ledger
    return schemas.Event(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        by=row.by,
        visit_id=row.visit_id,
        load_id=row.load_id,
        subject_id=row.subject_id,
        data=row.data,
    )
