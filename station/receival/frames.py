"""A frame as the journal has it, on its way into a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from drivers.reading import Frame as DeviceFrame
from station.store.ids import new_id
from station.store.journal import Place
from station.store.tables import Frame


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """`place` is in the journal and synced before this value exists."""

    instrument: str
    frame: DeviceFrame
    place: Place


def is_frame(stored: StoredFrame) -> ColumnElement[bool]:
    """Is a row's frame this one? By its place in the journal, so a delivery that is tried again after an
    error stays one row."""
    place = stored.place
    return (
        (col(Frame.instrument_id) == stored.instrument)
        & (col(Frame.segment) == place.segment)
        & (col(Frame.offset) == place.offset)
    )


def around(stored: StoredFrame) -> tuple[datetime, datetime]:
    """The span in which a row of this frame lies: the journal knows the arrival to a millisecond."""
    span = timedelta(milliseconds=1)
    return stored.frame.at - span, stored.frame.at + span


def add_frame(tx: Session, stored: StoredFrame) -> Frame:
    row = Frame(
        id=new_id(stored.frame.at),
        instrument_id=stored.instrument,
        at=stored.frame.at,
        data=stored.frame.data,
        segment=stored.place.segment,
        offset=stored.place.offset,
    )
    tx.add(row)
    tx.flush()
    return row
