"""When something was measured: by the instrument's own clock, whose error is learnt from its readings.

Only readings since the newest leap of the station's own clock tell it, by the order of the rows.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from station.grain.device_clock import NEWEST, ClockOffset, Placed, learn_offset, place
from station.receival.clocks.clock_acts import Leap
from station.store.ids import new_id
from station.store.tables import InstrumentOffset, Reading

MOVED_S = 1.0  # an offset that moved by less is the same row


def place_reading(tx: Session, reading: Reading, leaps: Sequence[Leap]) -> dict[str, Any]:
    """Return what a pairing keeps of the time of measurement: `measured_at`, and `offset` (the row that it
    stands on), `offset_s`, `late` and `stray` where there are any."""
    device_time = _device_time(reading.device_time)
    row = _newest_offset(tx, reading, leaps) if device_time else None
    known = ClockOffset(row.seconds, row.u, row.count) if row else None
    placed = place(reading.at, device_time, known)
    kept: dict[str, Any] = {"measured_at": placed.at.isoformat(), **_doubts(placed)}
    return {**kept, "offset": row.id, "offset_s": row.seconds} if row else kept


def _doubts(placed: Placed) -> dict[str, Any]:
    said: dict[str, Any] = {"stray": placed.stray} if placed.stray else {}
    return {**said, "late": True} if placed.is_late else said


def _newest_offset(tx: Session, reading: Reading, leaps: Sequence[Leap]) -> InstrumentOffset | None:
    """Learn from this reading too; another row only where the offset moved."""
    since = max((leap.seq for leap in leaps), default=-1)
    rows = tx.exec(
        select(Reading)
        .where(Reading.port_id == reading.port_id, col(Reading.seq) > since)
        .order_by(col(Reading.seq).desc())
        .limit(NEWEST)
    ).all()
    told = [
        (row.at - device_time).total_seconds()
        for row in reversed(rows)
        if row.instrument_id == reading.instrument_id and (device_time := _device_time(row.device_time))
    ]
    offset = learn_offset(told)
    newest = tx.exec(
        select(InstrumentOffset)
        .where(InstrumentOffset.instrument_id == reading.instrument_id, col(InstrumentOffset.seq) > since)
        .order_by(col(InstrumentOffset.seq).desc())
        .limit(1)
    ).first()
    if offset is None or (newest is not None and abs(offset.seconds - newest.seconds) <= MOVED_S):
        return newest
    assert reading.instrument_id is not None
    row = InstrumentOffset(
        id=new_id(reading.at), instrument_id=reading.instrument_id, at=reading.at,
        seconds=round(offset.seconds, 2), u=round(offset.u, 2), count=offset.count,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def _device_time(written: str | None) -> datetime | None:
    """A device's time has no zone; only differences of it are used."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None
