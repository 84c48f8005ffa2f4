"""After a stop in the wrong instant: an analysis that is in the journal and not yet a row becomes one.

The journal is synced before the row commits, so only what follows the last row can be missing.
"""

from pathlib import Path

import structlog
from sqlmodel import Session, col, func, select

from drivers.driver import Driver
from drivers.errors import FrameError
from drivers.kind import read_frame
from drivers.reading import Frame as DeviceFrame
from station.acts.desk import Desk
from station.receival.measuring import readings
from station.receival.measuring.frames import StoredFrame
from station.store.journal import SEGMENT_ENDINGS, Place, records
from station.store.tables import Frame

SEGMENTS = 2  # the open one, and the one that may have been closed by the very last frame

log = structlog.get_logger(__name__)


def recover_analyses(desk: Desk, driver: Driver, folder: Path) -> int:
    """Records what `folder` (the device's journal) has after its last row; returns how many that were.

    A message that the broker will send again as well stays one row, by its identity or its bytes."""
    recovered = 0
    for path in _newest_segments(folder):
        segment = f"{driver.device}/{path.name.split('.')[0].split('-')[0]}"
        with desk.ledger.read() as tx:
            last = _last_offset(tx, segment)
        for record in records(path):
            frame = DeviceFrame(record.data, record.at)
            reading = read_frame(driver.protocol, frame)
            if record.offset <= last or isinstance(reading, FrameError) or reading.kind != "analysis":
                continue
            stored = StoredFrame(driver.device, frame, Place(segment, record.offset))
            comes_again = driver.health().address.startswith("mqtt:")
            readings.take_reading(desk, reading, stored, sent_again=comes_again)
            log.warning("analysis_recovered", device=driver.device, segment=segment, offset=record.offset)
            recovered += 1
    return recovered


def _newest_segments(folder: Path) -> list[Path]:
    paths = [path for path in folder.iterdir() if path.suffix in SEGMENT_ENDINGS]
    return sorted(paths, key=lambda path: int(path.name.split(".")[0].split("-")[0]))[-SEGMENTS:]


def _last_offset(tx: Session, segment: str) -> int:
    """Returns the offset of the newest row of that segment; -1 without any."""
    last = tx.exec(select(func.max(Frame.offset)).where(col(Frame.segment) == segment)).one()
    return -1 if last is None else last
