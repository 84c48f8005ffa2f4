"""A line that delivers whole messages and waits for receipts, and an intake that reads it."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import func, select

from drivers.backoff import Backoff
from drivers.driver import Driver
from drivers.registry import make_protocol
from drivers.simulated.gac2100 import record
from drivers.simulated.toledo import message
from drivers.transport import Chunk, ErrorCode, LineDown
from station.grain.weighing import WeighingRule
from station.runtime.intake import Intake
from station.store import audit
from station.store.errors import DiskFull
from station.store.journal import records
from station.store.tables import Reading, Weighing
from tests.silo_rig import START, Silo

WEIGHED = [message(kg) for kg in (0, 0, 0, 43_120, 43_120, 43_120)]
KINDS = {"bridge": "toledo-continuous", "gac": "gac2100-csv01"}


def analysis(barcode: str) -> bytes:
    return record(barcode, 13.6, 77.4, 25.0, "Wheat", START)


@dataclass
class Line:
    """Waits for the receipt of each message, as a broker does. `hear` is called when one is given."""

    hear: Callable[[int], None] = lambda number: None
    receipts: list[int] = field(default_factory=list)
    is_closed: threading.Event = field(default_factory=threading.Event)
    _sent: "queue.Queue[Chunk | LineDown]" = field(default_factory=queue.Queue)
    _count: int = 0

    def send(self, *messages: bytes, dup: bool = False) -> None:
        for data in messages:
            self._count += 1
            self._sent.put(Chunk(data, whole=True, receipt=self._count, dup=dup))

    def fail(self) -> None:
        """The line is lost, and there again at once."""
        self._sent.put(LineDown(ErrorCode.CLOSED, "closed"))

    def open(self) -> None:
        self.is_closed.clear()

    def read(self, timeout: float) -> Chunk | None:
        try:
            said = self._sent.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(said, LineDown):
            raise said
        return said

    def write(self, data: bytes) -> None: ...

    def confirm(self, receipt: Any) -> None:
        self.hear(receipt)
        self.receipts.append(receipt)

    def close(self) -> None:
        self.is_closed.set()

    def describe(self) -> str:
        return "tcp:line"


def driver_of(silo: Silo, device: str, line: Line) -> Driver:
    return Driver(device, make_protocol(KINDS[device]), line, clock=silo.clock, backoff=Backoff(0, 0))


def intake_of(silo: Silo, lines: dict[str, Line]) -> Intake:
    """The bridge and the moisture meter at these lines."""
    drivers = {device: driver_of(silo, device, line) for device, line in lines.items()}
    frames = silo.desk.ledger.folder / "frames"
    rule = WeighingRule(equal_for_s=0.0)  # what is sent here comes at once
    return Intake(silo.desk, drivers, frames, rule, silo.clock)


@contextmanager
def taking(silo: Silo, device: str) -> Iterator[tuple[Line, Intake]]:
    line = Line()
    intake = intake_of(silo, {device: line})
    with intake.running():
        yield line, intake


def rows(silo: Silo, table: type[Weighing] | type[Reading]) -> int:
    with silo.desk.ledger.read() as tx:
        return tx.exec(select(func.count()).select_from(table)).one()


def journalled(silo: Silo, device: str) -> list[bytes]:
    folder = silo.desk.ledger.folder / "frames" / device
    return [one.data for path in sorted(folder.iterdir()) for one in records(path)]


def fill_disk(silo: Silo) -> None:
    """A database that may not grow is SQLite's own full disk; its last page is filled with events."""
    limit_pages(silo, 1)  # no less than it has
    for length in (2_000, 1):
        with pytest.raises(DiskFull):
            write_for_ever(silo, "x" * length)


def write_for_ever(silo: Silo, text: str) -> None:
    while True:
        with silo.desk.ledger.write() as tx:
            audit.record(tx, "test", START, data={"text": text})


def limit_pages(silo: Silo, pages: int) -> None:
    with silo.desk.ledger.write() as tx:
        tx.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")
