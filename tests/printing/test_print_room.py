"""Tickets go to printers that are there, dead, without paper, or come back."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from station.acts.printers import FILE, Printer
from station.acts.refusals import Conflict, Invalid, NotFound
from station.receival.papers import print_jobs
from station.receival.restoring.recovered_taking import TAKEN
from station.runtime.print_room import PrintRoom
from station.store import restoring
from station.store.copies import copy_ledger
from station.store.engine import Ledger
from station.store.tables import PrintJob
from tests.printing.cups import Cups
from tests.printing.drawn import Paper, drawn
from tests.printing.socket_printer import SocketPrinter
from tests.silo_rig import ANNE, Silo

TICKET = frozenset({"ticket"})


class Room:
    """A silo with printers, its print room, and a clock of seconds that the test moves on."""

    def __init__(self, silo: Silo, *printers: Printer) -> None:
        self.silo = silo
        self.now = 0.0
        silo.desk = replace(silo.desk, printers=printers)
        self.room = PrintRoom(silo.desk, silo.clock, monotonic=lambda: self.now)

    def receive(self, plate: str) -> int:
        return self.silo.receive(plate).tickets[0].number

    def print_all(self) -> int:
        """Returns how many papers were tried."""
        count = 0
        while self.room.print_one():
            count += 1
        return count

    def jobs(self) -> list[PrintJob]:
        with self.silo.desk.ledger.read() as tx:
            return list(tx.exec(select(PrintJob).order_by(col(PrintJob.seq))))

    def states(self) -> list[str]:
        return [job.state for job in self.jobs()]

    def warnings(self) -> dict[str, Any]:
        return dict(self.room.warnings())


@pytest.fixture
def device() -> Iterator[SocketPrinter]:
    with SocketPrinter().running() as running:
        yield running


@pytest.fixture
def room(silo: Silo, device: SocketPrinter) -> Room:
    return Room(silo, Printer("pont", "escpos", device.target, automatic=TICKET))


def papers(device: SocketPrinter, count: int) -> list[Paper]:
    return [drawn(data) for data in device.papers(count)]


def test_a_ticket_is_printed_when_it_is_issued_and_every_further_print_is_a_duplicate(
    room: Room, device: SocketPrinter
) -> None:
    number, desk, clock = room.receive("AB-123-CD"), room.silo.desk, room.silo.clock
    assert room.print_all() == 1
    print_jobs.print_ticket(desk, "2026", number, None, ANNE, clock())
    assert room.print_all() == 1
    first, second = papers(device, 2)
    assert (first.large, second.large) == ([], ["DUPLICATA"])
    assert any("anne" in line for line in second.lines[:4])
    assert [job.state for job in room.jobs()] == ["printed", "printed"]
    assert first.cuts == second.cuts == 1
    assert room.warnings() == {}


def test_a_dead_printer_holds_nobody_up_and_prints_when_it_comes_back(
    room: Room, device: SocketPrinter
) -> None:
    device.paper = 0x72
    tickets = [room.receive(f"AB-{number}-CD") for number in range(3)]
    assert room.print_all() == 1  # then it rests
    assert room.states() == ["waiting"] * 3
    assert room.warnings() == {
        "printer_without_paper": {"printers": ["pont"]}, "papers_wait": {"count": 3},
    }  # fmt: skip
    room.now += 1.0
    assert room.print_all() == 0
    room.now += 1.1
    assert room.print_all() == 1
    device.paper = 0x12
    room.now += 3.0
    assert room.print_all() == 0  # it rests for longer each time
    room.now += 1.1
    assert room.print_all() == 3
    printed = papers(device, 3)
    assert [paper.large for paper in printed] == [[], [], []]
    assert [
        f"BON D'APPORT n° {number}" in paper.lines for number, paper in zip(tickets, printed, strict=True)
    ]
    assert room.warnings() == {}


def test_a_paper_that_is_late_asks_and_is_printed_only_for_a_person(
    room: Room, device: SocketPrinter
) -> None:
    device.state = 0x1A
    number = room.receive("AB-123-CD")
    assert room.print_all() == 1
    room.silo.clock.pass_(hours=2, seconds=1)
    device.state, room.now = 0x12, 100.0
    assert room.print_all() == 0
    assert room.states() == ["asks"]
    assert room.warnings()["papers_ask"] == {"count": 1}
    print_jobs.print_ticket(room.silo.desk, "2026", number, "pont", ANNE, room.silo.clock())
    assert room.print_all() == 1
    assert room.states() == ["dropped", "printed"]
    (paper,) = papers(device, 1)
    assert paper.large == []  # nothing of it was ever on paper


def test_a_paper_that_may_be_out_asks_and_is_printed_again_as_a_duplicate(silo: Silo) -> None:
    with SocketPrinter(dies_after=100).running() as device:
        room = Room(silo, Printer("pont", "escpos", device.target, automatic=TICKET))
        number = room.receive("AB-123-CD")
        assert room.print_all() == 1
        (job,) = room.jobs()
        assert (job.state, job.unanswered, job.words["code"]) == ("asks", True, "printer_silent")
        device.dies_after = None
        print_jobs.print_ticket(silo.desk, "2026", number, None, ANNE, silo.clock())
        assert room.print_all() == 1
        assert drawn(device.papers(2)[-1]).large == ["DUPLICATA"]


def test_what_was_being_sent_when_the_station_ended_asks(room: Room) -> None:
    room.receive("AB-123-CD")
    assert print_jobs.claim(room.silo.desk, (), room.silo.clock()) is not None
    print_jobs.take_up(room.silo.desk)
    assert room.print_all() == 0
    (job,) = room.jobs()
    assert (job.state, job.unanswered, job.words["code"]) == ("asks", True, "station_ended")
    print_jobs.drop(room.silo.desk, job.id, ANNE, room.silo.clock())
    assert room.states() == ["dropped"]
    with pytest.raises(Conflict):
        print_jobs.drop(room.silo.desk, job.id, ANNE, room.silo.clock())


def test_what_waits_is_moved_to_the_printer_that_a_person_asks(
    silo: Silo, device: SocketPrinter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cups = Cups(tmp_path / "cups", monkeypatch)
    device.state = 0x1A
    pont = Printer("pont", "escpos", device.target, automatic=TICKET)
    room = Room(silo, pont, Printer("bureau", "cups", "pont", "A5"))
    number = room.receive("AB-123-CD")
    room.print_all()
    with pytest.raises(Invalid):
        print_jobs.print_ticket(silo.desk, "2026", number, None, ANNE, silo.clock())
    print_jobs.print_ticket(silo.desk, "2026", number, "bureau", ANNE, silo.clock())
    device.state, room.now = 0x12, 100.0
    assert room.print_all() == 1
    assert room.states() == ["dropped", "queued"]
    room.room.follow_queues()
    assert room.states() == ["dropped", "printed"]
    assert [one[:6] for one in cups.asked()] == [["-d", "pont", "-n", "1", "-t", f"Bon {number}"]]
    assert cups.papers()[0].startswith(b"%PDF")
    assert device.papers() == []


def test_what_cups_holds_too_long_is_taken_back_and_asks(
    silo: Silo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cups = Cups(tmp_path / "cups", monkeypatch)
    cups.how(holds=True)
    room = Room(silo, Printer("bureau", "cups", "pont", automatic=TICKET, late_after=timedelta(minutes=30)))
    room.receive("AB-123-CD")
    assert room.print_all() == 1
    room.room.follow_queues()
    assert room.states() == ["queued"]
    silo.clock.pass_(minutes=31)
    room.room.follow_queues()
    assert room.states() == ["asks"]
    assert cups.waiting() == []
    assert room.jobs()[0].words == {
        "code": "queue_holds", "params": {"queue": "pont", "printers": ["bureau"]},
    }  # fmt: skip


def test_a_printer_that_left_the_site_file_gets_nothing(room: Room) -> None:
    room.receive("AB-123-CD")
    later = Room(room.silo)
    assert later.print_all() == 0
    assert later.states() == ["asks"]


def test_a_file_is_a_print_too_and_only_what_is_there_is_printed(room: Room) -> None:
    silo, number = room.silo, room.receive("AB-123-CD")
    handed = print_jobs.hand_out_ticket(silo.desk, "2026", number, ANNE, silo.clock())
    again = print_jobs.hand_out_ticket(silo.desk, "2026", number, ANNE, silo.clock())
    assert (handed.printer, handed.is_duplicate, again.is_duplicate) == (FILE, False, True)
    with pytest.raises(NotFound):
        print_jobs.hand_out_ticket(silo.desk, "2026", number + 1, ANNE, silo.clock())
    with pytest.raises(Invalid):
        print_jobs.print_ticket(silo.desk, "2026", number, "bureau", ANNE, silo.clock())


def test_the_thread_prints_what_is_committed_and_stops(room: Room, device: SocketPrinter) -> None:
    with PrintRoom(room.silo.desk, room.silo.clock).running():
        room.receive("AB-123-CD")
        room.receive("EF-456-GH")
        assert len(papers(device, 2)) == 2


def test_a_restored_ledger_prints_nothing_that_may_be_out_already(room: Room, tmp_path: Path) -> None:
    silo = room.silo
    room.receive("AB-123-CD")
    number = room.receive("EF-456-GH")
    assert room.room.print_one()
    copy_ledger(silo.desk.ledger.file, tmp_path / "backup.db")
    restoring.restore(tmp_path / "backup.db", tmp_path / "new", "silo-1", silo.clock(), last_tickets={})
    with closing(Ledger(tmp_path / "new")) as ledger:
        silo.desk = replace(silo.desk, ledger=ledger)
        later = Room(silo, *silo.desk.printers)
        assert later.print_all() == 0
        assert later.states() == ["printed", "asks"]
        print_jobs.print_ticket(silo.desk, "2026", number, None, ANNE, silo.clock())
        assert [job.is_duplicate for job in later.jobs()] == [False, False, True]


def test_what_headquarters_gives_back_is_not_printed_by_itself() -> None:
    rows = [{"id": state, "state": state} for state in ("waiting", "sending", "queued", "asks", "printed")]
    taken = list(TAKEN["print_job"](None, rows))  # type: ignore[arg-type]  # it looks at no ledger
    assert [row["state"] for row in taken] == ["asks", "asks", "asks", "asks", "printed"]
    assert [row.get("unanswered", False) for row in taken] == [True, True, True, True, False]
