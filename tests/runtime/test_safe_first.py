"""What the intake takes is on the disk before its row commits, and its device is told after the commit.

A device that was told throws its message away, so the order of these steps is what no power cut can undo.
"""

import errno
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from drivers.backoff import Backoff
from drivers.driver import Driver
from drivers.registry import make_protocol
from drivers.simulated.gac2100 import record
from drivers.simulated.toledo import message
from drivers.transport import Chunk
from station.grain.weighing import WeighingRule
from station.runtime import intake as module
from station.runtime.intake import Intake
from station.store import audit
from station.store.engine import DiskFull
from station.store.journal import Journal, records
from station.store.tables import Reading, Weighing
from tests.durable import Disk, watched_disk
from tests.runtime.dock import until
from tests.silo_rig import START, Silo

WEIGHED = [message(kg) for kg in (0, 0, 0, 43_120, 43_120, 43_120)]
PLAIN = {"analyzer": "gac2100-csv01", "weighbridge": "toledo-continuous"}


def analysis(barcode: str) -> bytes:
    return record(barcode, 13.6, 77.4, 25.0, "Wheat", START)


@dataclass
class Line:
    """A line that delivers whole messages and waits for the receipt of each, as a broker does. `hear` is
    called when a receipt is given."""

    hear: Callable[[int], None] = lambda number: None
    receipts: list[int] = field(default_factory=list)
    is_closed: threading.Event = field(default_factory=threading.Event)
    _sent: "queue.Queue[Chunk]" = field(default_factory=queue.Queue)
    _count: int = 0

    def send(self, *messages: bytes, dup: bool = False) -> None:
        for data in messages:
            self._count += 1
            self._sent.put(Chunk(data, whole=True, receipt=self._count, dup=dup))

    def open(self) -> None:
        self.is_closed.clear()

    def read(self, timeout: float) -> Chunk | None:
        try:
            return self._sent.get(timeout=timeout)
        except queue.Empty:
            return None

    def write(self, data: bytes) -> None: ...

    def confirm(self, receipt: Any) -> None:
        self.hear(receipt)
        self.receipts.append(receipt)

    def close(self) -> None:
        self.is_closed.set()

    def describe(self) -> str:
        return "tcp:line"


def intake_of(silo: Silo, lines: dict[str, Line]) -> Intake:
    """The bridge and the moisture meter at these lines."""
    kinds = {"bridge": PLAIN["weighbridge"], "gac": PLAIN["analyzer"]}
    drivers = {
        device: Driver(device, make_protocol(kinds[device]), line, clock=silo.clock, backoff=Backoff(0, 0))
        for device, line in lines.items()
    }
    frames = silo.desk.ledger.folder / "frames"
    return Intake(silo.desk, drivers, frames, WeighingRule(), silo.clock)


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


@pytest.mark.parametrize(
    ("device", "messages", "table"), [("bridge", WEIGHED, Weighing), ("gac", [analysis("S1")], Reading)]
)
def test_a_device_is_told_only_after_its_row_is_committed(
    silo: Silo, device: str, messages: list[bytes], table: type[Weighing] | type[Reading]
) -> None:
    told: dict[int, int] = {}
    with taking(silo, device) as (line, _):
        line.hear = lambda number: told.update({number: rows(silo, table)})
        line.send(*messages)
        until(lambda: len(line.receipts) == len(messages))
    *before, last = [told[number] for number in sorted(told)]
    assert last == 1, "it was told while another reader of the ledger saw no row"
    assert before == [0] * (len(messages) - 1)


@pytest.mark.parametrize(("device", "messages"), [("bridge", WEIGHED), ("gac", [analysis("S1")])])
def test_what_could_not_be_committed_is_not_told_until_it_is(
    silo: Silo, device: str, messages: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    with taking(silo, device) as (line, intake):
        fill_disk(silo)
        line.send(*messages)
        until(lambda: intake.disk_full)
        assert len(line.receipts) == len(messages) - 1
        limit_pages(silo, 1_000_000)
        until(lambda: len(line.receipts) == len(messages))
        assert not intake.disk_full
    assert rows(silo, Weighing) + rows(silo, Reading) == 1
    assert journalled(silo, device) == messages, "a frame is journalled once, however often its row is tried"


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


@pytest.mark.parametrize(
    ("device", "messages", "steps"),
    [
        ("bridge", WEIGHED, ["synced bridge", "commits weighing", "told 6"]),
        ("gac", [analysis("S1")], ["synced gac", "commits reading", "told 1"]),
    ],
)
def test_a_frame_is_synced_then_its_row_committed_then_the_device_told(
    silo: Silo, device: str, messages: list[bytes], steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_disk(silo.desk.ledger.folder, monkeypatch) as disk, taking(silo, device) as (line, _):
        line.hear = lambda number: disk.said.append(f"told {number}")
        line.send(*messages)
        until(lambda: len(line.receipts) == len(messages))
        assert in_order(disk, steps)
    assert disk.unsafe == []


def in_order(disk: Disk, steps: list[str]) -> bool:
    """Were these the last steps? Syncs that came later than the commit are no proof."""
    return [one for one in disk.said if one in steps][-len(steps) :] == steps


def test_a_journal_of_frames_that_make_no_row_is_synced_once_the_line_is_quiet(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SYNC_S", 0.05)
    frame = message(0)
    with watched_disk(silo.desk.ledger.folder, monkeypatch) as disk, taking(silo, "bridge") as (line, _):
        line.send(frame)
        (path,) = wait_for_segment(silo.desk.ledger.folder / "frames" / "bridge")
        until(lambda: disk.holds(path, 16 + len(frame)))


def wait_for_segment(folder: Path) -> list[Path]:
    until(lambda: list(folder.iterdir()))
    return list(folder.iterdir())


def test_a_journal_that_cannot_be_written_holds_the_message_back_and_ends_nothing(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    is_full = threading.Event()
    is_full.set()
    sync = Journal.sync

    def sync_if_there_is_room(journal: Journal) -> None:
        if is_full.is_set():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(journal)

    monkeypatch.setattr(Journal, "sync", sync_if_there_is_room)
    with taking(silo, "gac") as (line, intake):
        line.send(analysis("S1"))
        until(lambda: intake.disk_full)
        assert (line.receipts, rows(silo, Reading)) == ([], 0)
        is_full.clear()
        until(lambda: line.receipts == [1])
    assert rows(silo, Reading) == 1


def test_a_message_sent_again_makes_no_second_row_and_is_told_again(silo: Silo) -> None:
    with taking(silo, "gac") as (line, _):
        line.send(analysis("S1"))
        line.send(analysis("S1"), dup=True)
        until(lambda: len(line.receipts) == 2)
        line.send(analysis("S1"))  # measured twice with equal results
        until(lambda: len(line.receipts) == 3)
    assert rows(silo, Reading) == 2


def test_what_was_delivered_before_the_station_stops_is_recorded_and_told(silo: Silo) -> None:
    """The committer is held up by another writer while messages wait behind it."""
    line = Line()
    intake = intake_of(silo, {"gac": line})
    is_held, messages = threading.Event(), [analysis(f"S{number}") for number in range(5)]

    def hold_the_ledger() -> None:
        with silo.desk.ledger.write():
            is_held.set()
            line.is_closed.wait(10)

    holder = threading.Thread(target=hold_the_ledger)
    with intake.running():
        holder.start()
        is_held.wait(10)
        line.send(*messages)
        until(lambda: intake.driver("gac").health().frames == len(messages))
    holder.join()
    assert rows(silo, Reading) == len(messages)
    assert len(line.receipts) == len(messages)
