"""The intake stops, starts again and changes hands between two messages, and nothing is lost or doubled."""

import threading
from contextlib import ExitStack

import pytest
from sqlmodel import col, select

from drivers.simulated.toledo import message
from station.grain.reasons import Code
from station.runtime import intake as module
from station.store.journal import Journal
from station.store.tables import Reading, Weighing
from tests.runtime.dock import until
from tests.runtime.whole_line import WEIGHED, Line, analysis, driver_of, fill_disk, intake_of, rows, taking
from tests.silo_rig import START, Silo

HEAVY, OTHER = message(43_120), message(38_000)


def weights(silo: Silo) -> list[float]:
    with silo.desk.ledger.read() as tx:
        return [row.kg for row in tx.exec(select(Weighing).order_by(col(Weighing.seq)))]


def take(silo: Silo, device: str, *messages: bytes) -> None:
    """One run of the station."""
    with taking(silo, device) as (line, _):
        line.send(*messages)
        until(lambda: len(line.receipts) == len(messages))


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


def test_on_a_full_disk_the_station_stops_all_the_same_and_the_message_stays_with_its_sender(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    fill_disk(silo)
    with taking(silo, "gac") as (line, intake):
        line.send(analysis("S1"))
        until(lambda: intake.disk_full)
    assert not [one for one in threading.enumerate() if one.name == "intake"]
    assert (line.receipts, rows(silo, Reading)) == ([], 0)


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ([HEAVY] * 5, [43_120]),  # it still stands there
        ([OTHER] * 5, [43_120, 38_000]),  # another one came meanwhile, without a zero that was seen
        ([message(0)] * 3 + [HEAVY] * 5, [43_120, 43_120]),
    ],
)
def test_a_vehicle_that_stood_there_when_the_station_stopped_is_weighed_once(
    silo: Silo, messages: list[bytes], found: list[float]
) -> None:
    take(silo, "bridge", *WEIGHED)
    take(silo, "bridge", *messages)
    assert weights(silo) == found


def test_an_analysis_in_the_journal_without_its_row_becomes_one_when_the_station_starts(silo: Silo) -> None:
    """The station was killed between the two."""
    take(silo, "gac", analysis("S1"))
    journal = Journal(silo.desk.ledger.folder / "frames", "gac")
    journal.append(analysis("S2"), START)
    journal.close()
    take(silo, "gac", analysis("S3"))
    with silo.desk.ledger.read() as tx:
        barcodes = [row.barcode for row in tx.exec(select(Reading).order_by(col(Reading.seq)))]
    assert barcodes == ["S1", "S2", "S3"]


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_line_lost_under_a_vehicle_is_remarked_however_many_messages_came_since(
    silo: Silo, is_lost: bool
) -> None:
    with taking(silo, "bridge") as (line, _):
        line.send(*[message(0)] * 3, HEAVY)
        if is_lost:
            line.fail()
        line.send(*[OTHER] * 2, *[HEAVY] * 3)
        until(lambda: len(line.receipts) == 9)
    with silo.desk.ledger.read() as tx:
        (weighing,) = tx.exec(select(Weighing)).all()
    assert [remark["code"] for remark in weighing.remarks] == [Code.FAULT_DURING_MEASUREMENT] * is_lost


def test_a_port_changes_hands_only_when_the_one_before_has_let_go_of_its_line(silo: Silo) -> None:
    """Two readers of one serial port would each get half of every message."""
    is_free, opened = threading.Event(), threading.Event()

    class Slow(Line):
        def read(self, timeout: float) -> None:
            is_free.wait(10)

    class Next(Line):
        def open(self) -> None:
            opened.set()

    before, after = Slow(), Next()
    intake = intake_of(silo, {"gac": before})
    with ExitStack() as stack:
        stack.enter_context(intake.running())
        stack.callback(is_free.set)
        hand = threading.Thread(target=intake.exchange, args=("gac", driver_of(silo, "gac", after)))
        hand.start()
        assert not opened.wait(0.3)
        is_free.set()
        assert opened.wait(10)
        assert before.is_closed.is_set()
        hand.join()
        after.send(analysis("S1"))
        until(lambda: after.receipts == [1])
    assert rows(silo, Reading) == 1
