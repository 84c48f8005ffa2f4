"""What the intake takes is on the disk before its row commits, and its device is told after the commit.

A device that was told throws its message away, so the order of these steps is what no power cut can undo.
"""

import errno
import os
import threading
from pathlib import Path

import pytest

from drivers.simulated.toledo import message
from station.runtime import intake as module
from station.store.journal import Journal
from station.store.tables import Reading, Weighing
from tests.durable import Disk, watched_disk
from tests.runtime.dock import until
from tests.runtime.whole_line import WEIGHED, analysis, fill_disk, journalled, limit_pages, rows, taking
from tests.silo_rig import Silo


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
    assert round_commit(disk, steps) == steps
    assert disk.unsafe == []


def round_commit(disk: Disk, steps: list[str]) -> list[str]:
    """What happened just before the commit, the commit, and what happened just after, of these steps."""
    said = [one for one in disk.said if one in steps]
    commit = said.index(steps[1])
    return said[commit - 1 : commit + 2]


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
