"""The heart beats while what is due is done, and stops when it is not."""

import threading
from dataclasses import dataclass, field

import pytest

from station.models import releases
from station.runtime import intake as intake_module
from station.runtime.heartbeat import Due, Heartbeat, Turns
from station.runtime.light_box import REPLACING_S, LightBox
from station.service_manager import ServiceManager
from tests.model_rig import Models
from tests.runtime.dock import until
from tests.runtime.whole_line import analysis, fill_disk, taking
from tests.silo_rig import Silo


class Ear(ServiceManager):
    def __init__(self, watchdog_s: float | None = None) -> None:
        super().__init__("nowhere", watchdog_s)
        self.heard: list[str] = []
        self.beats = threading.Semaphore(0)

    def beat(self) -> None:
        self.heard.append("beat")
        self.beats.release()

    def tell(self, status: str) -> None:
        self.heard.append(status)


@dataclass
class Hand:
    """Seconds as the test says."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Late:
    seconds: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.seconds.pop(0)


def test_it_is_silent_while_anything_is_late_and_says_once_what_is() -> None:
    ear = Ear()
    due = [Due("frames_overdue", Late([0, 3, 4, 0])), Due("jobs_stand", Late([0, 0, 0, 0]))]
    heart = Heartbeat(ear, due, "http://here", "en")
    assert [heart.beat_once() for _ in range(4)] == [True, False, False, True]
    said = "What devices said is not recorded: the station is started again"
    assert ear.heard == ["beat", said, "http://here", "beat"]


def test_it_beats_several_times_in_what_the_watchdog_waits() -> None:
    ear = Ear(watchdog_s=0.04)
    with Heartbeat(ear, [], "", "en").running():
        for _ in range(3):
            assert ear.beats.acquire(timeout=10)


def test_a_loop_is_late_when_it_turns_no_more_but_not_before_its_start_nor_after_its_end() -> None:
    clock = Hand()
    loop = Turns(15.0, clock)
    assert loop.overdue_s() == 0
    loop.turn()
    clock.now += 15
    assert loop.overdue_s() == 0
    clock.now += 1
    assert loop.overdue_s() == 1
    loop.stop()
    assert loop.overdue_s() == 0


def test_a_frame_that_is_heard_and_not_committed_is_late_and_silence_is_not(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "DUE_S", 0.05)
    with taking(silo, "gac") as (line, intake):
        assert intake.overdue_s() == 0
        with silo.desk.ledger.write():
            line.send(analysis("S1"))
            until(lambda: intake.overdue_s() > 0)
        until(lambda: len(line.receipts) == 1)
        assert intake.overdue_s() == 0


def test_a_full_disk_is_no_reason_to_start_again(silo: Silo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "DUE_S", 0.0)
    fill_disk(silo)
    with taking(silo, "gac") as (line, intake):
        line.send(analysis("S1"))
        until(lambda: intake.disk_full)
        assert intake.overdue_s() == 0


def test_a_capture_that_is_claimed_and_not_answered_is_late(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model hangs for longer than one whose worker fails and is replaced may take."""
    shelf, clock, seen = Models.at(silo), Hand(), []
    shelf.ship()
    shelf.photograph()
    box = LightBox(silo.desk, shelf.photos, shelf.bundles, silo.clock, answer_timeout_s=10, monotonic=clock)
    with silo.desk.ledger.read() as tx:
        models = len(set(releases.active_set(tx).values()))

    def hang(*_: object) -> None:
        seen.append(box.overdue_s())
        clock.now += 10 + models * (10 + REPLACING_S)
        seen.append(box.overdue_s())
        clock.now += 1
        seen.append(box.overdue_s())

    monkeypatch.setattr(box, "_seen", hang)
    assert box.inspect_one()
    assert seen[0] == seen[1] == 0
    assert seen[2] == 1
    assert box.overdue_s() == 0
