"""A frame as the journal has it, on its way into a row."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from drivers.disturbance import Disturbance
from drivers.reading import Frame as DeviceFrame
from station.acts.desk import Desk
from station.store import audit
from station.store.ids import new_id
from station.store.journal import Place
from station.store.tables import Frame


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """`place` is in the journal and synced before this value exists. `port` is the place of the site that
    it came from, whichever instrument is plugged in there. `disturbance` says what was wrong with the line
    while it was measured, where something was."""

    port: str
    frame: DeviceFrame
    place: Place
    disturbance: Disturbance | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """So many messages of a line that nobody can hold back were dropped, because nothing could be stored."""

    messages: int
    first_at: datetime
    last_at: datetime
    is_closed: bool = False

    @classmethod
    def of_one(cls, at: datetime) -> "Gap":
        return cls(1, at, at)

    def and_another(self, at: datetime) -> "Gap":
        return replace(self, messages=self.messages + 1, last_at=at)

    def close(self) -> "Gap":
        return replace(self, is_closed=True)


def note_gap(desk: Desk, port: str, gap: Gap) -> None:
    """Records what the station did not take of a port, now that it can."""
    with desk.ledger.write() as tx:
        audit.record(
            tx, "messages_dropped", gap.last_at, subject_id=port,
            data={"messages": gap.messages, "since": gap.first_at.isoformat()},
        )  # fmt: skip


def is_frame(stored: StoredFrame) -> ColumnElement[bool]:
    """Is a row's frame this one? Its place in the journal decides, so a delivery that is tried again after an
    error stays one row."""
    place = stored.place  # its segment names the port
    return (col(Frame.segment) == place.segment) & (col(Frame.offset) == place.offset)


def around(stored: StoredFrame) -> tuple[datetime, datetime]:
    """Returns the span in which a row of this frame lies: the journal knows the arrival to a millisecond."""
    span = timedelta(milliseconds=1)
    return stored.frame.at - span, stored.frame.at + span


def add_frame(tx: Session, stored: StoredFrame, instrument_id: str) -> Frame:
    row = Frame(
        id=new_id(stored.frame.at),
        instrument_id=instrument_id,
        at=stored.frame.at,
        data=stored.frame.data,
        segment=stored.place.segment,
        offset=stored.place.offset,
    )
    tx.add(row)
    tx.flush()
    return row
