"""A frame as the journal has it, on its way into a row."""

from dataclasses import dataclass

from sqlmodel import Session

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
