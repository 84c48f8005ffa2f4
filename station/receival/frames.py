"""A frame as the journal has it, on its way into a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from drivers.disturbance import Disturbance
from drivers.reading import Frame as DeviceFrame
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
