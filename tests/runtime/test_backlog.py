"""A backlog is drained, never refused: a full queue holds the sender back, and nothing accepted is lost."""

import errno
import json
import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlmodel import col, select

from drivers.backoff import Backoff
from drivers.driver import Driver
from drivers.registry import make_protocol, make_transport
from drivers.simulated.exports import csv_file
from drivers.simulated.gac2100 import record
from drivers.simulated.line import PtyLine
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.toledo import message
from drivers.transport import mqtt_link
from station.grain.reasons import Code
from station.grain.weighing import WeighingRule
from station.runtime import intake as module
from station.runtime import waiting
from station.runtime.devices import Devices
from station.runtime.health import Vitals
from station.runtime.intake import Intake
from station.runtime.live import Standing
from station.store.journal import Journal, Place
from station.store.tables import AuditEvent, Reading, Weighing
from tests.api.rig import Counter as Desk
from tests.api.rig import ok
from tests.runtime.dock import docked, until
from tests.runtime.test_devices import bridge
from tests.runtime.whole_line import journalled, rows
from tests.silo_rig import START, Silo

TOPIC = "silo/nir"
needs_broker = pytest.mark.skipif(not available(), reason="no broker: apt-get install -y mosquitto")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker", saves_each=False) as running:
        yield running


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While it is set no journal can be written; the queues are small."""
    is_full = threading.Event()
    is_full.set()
    append = Journal.append

    def append_if_there_is_room(journal: Journal, data: bytes, at: datetime) -> Place:
        if is_full.is_set():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return append(journal, data, at)

    monkeypatch.setattr(Journal, "append", append_if_there_is_room)
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    monkeypatch.setattr(module, "QUEUE_FRAMES", 8)
    monkeypatch.setattr(module, "STREAM_FRAMES", 8)
    return is_full


def driver_at(silo: Silo, port: str, url: str, kind: str, settings: dict[str, str]) -> Driver:
    protocol = make_protocol(kind, settings)
    line = make_transport(url, protocol, name=port)
    return Driver(port, protocol, line, clock=silo.clock, backoff=Backoff(0.02, 0.1))


def intake_at(silo: Silo, url: str, kind: str = "json-nir", *, port: str = "nir", **settings: str) -> Intake:
    drivers = {port: driver_at(silo, port, url, kind, settings)}
    return Intake(silo.desk, drivers, silo.desk.ledger.folder / "frames", WeighingRule(), silo.clock)


def publish(broker: Mosquitto, count: int, qos: int = 1) -> None:
    """Return once the broker has taken them all."""
    sender = Client(CallbackAPIVersion.VERSION2, "gateway")
    sender.connect("127.0.0.1", broker.port)
    sender.loop_start()
    sent = [sender.publish(TOPIC, result(number), qos=qos) for number in range(count)]
    for one in sent:
        one.wait_for_publish(60)
    sender.disconnect()
    sender.loop_stop()


def result(number: int) -> bytes:
    said = {"id": f"n{number:05d}", "sample": f"S{number:05d}", "values": {"moisture": 13.5}}
    return json.dumps(said).encode()


def printed(barcode: str) -> bytes:
    return record(barcode, 13.6, 77.4, 25.0, "Wheat", START) + b"\r\n"


def recorded(silo: Silo) -> list[str | None]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(Reading.identity).order_by(col(Reading.seq))))


@needs_broker
@pytest.mark.parametrize(
    ("count", "seconds"),
    [(400, 60.0), pytest.param(4_000, 120.0, marks=[pytest.mark.long, pytest.mark.timeout(300)])],
)
def test_what_waits_in_the_broker_is_recorded_once_each_and_acknowledged(
    silo: Silo, broker: Mosquitto, count: int, seconds: float
) -> None:
    url = f"mqtt://127.0.0.1:{broker.port}/{TOPIC}"
    with intake_at(silo, url).running():
        pass  # the broker keeps for those who have subscribed once
    publish(broker, count)
    intake = intake_at(silo, url)
    with intake.running():
        health = intake.driver("nir").health  # asked for first: counting rows takes the time of the intake
        until(lambda: health().frames >= count and rows(silo, Reading) == count, seconds)
        assert health().losses == 0
    assert Counter(recorded(silo)) == Counter(f"n{number:05d}" for number in range(count))
    line = make_transport(url, name="nir")
    with closing(line):
        line.open()
        assert line.read(0.5) is None, "the broker was not told that it is recorded"


@needs_broker
def test_what_comes_over_a_broker_on_a_full_disk_stays_there_until_there_is_room(
    silo: Silo, broker: Mosquitto, full_disk: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_link, "INBOX", 8)
    intake = intake_at(silo, f"mqtt://127.0.0.1:{broker.port}/{TOPIC}")
    with intake.running():
        until(lambda: intake.driver("nir").health().state == "live")
        publish(broker, 300)
        until(lambda: intake.standing().waiting == 8)
        assert rows(silo, Reading) == 0
        full_disk.clear()
        until(lambda: rows(silo, Reading) == 300)
        assert intake.driver("nir").health().losses == 0
    assert recorded(silo) == [f"n{number:05d}" for number in range(300)]


def test_a_converter_is_held_back_and_a_record_that_was_cut_meanwhile_is_whole(
    silo: Silo, full_disk: threading.Event
) -> None:
    """Half of a record has been read when the queue is full; the rest is read long after."""
    data = b"".join(printed(f"S{number:03d}") for number in range(200))
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"tcp:127.0.0.1:{server.getsockname()[1]}"
        intake = intake_at(silo, url, "gac2100-csv01", port="gac")
        intake.driver("gac")._half_after_s = 0.1
        with intake.running():
            converter, _ = server.accept()
            with converter:
                converter.sendall(data)
                until(lambda: intake.standing().waiting == 8)
                threading.Event().wait(0.3)
                full_disk.clear()
                until(lambda: rows(silo, Reading) == 200)
            assert intake.driver("gac").health().bad_frames == 0
    with silo.desk.ledger.read() as tx:
        barcodes = tx.exec(select(Reading.barcode).order_by(col(Reading.seq))).all()
    assert barcodes == [f"S{number:03d}" for number in range(200)]


def test_a_file_stays_in_its_folder_until_all_of_it_is_recorded(
    silo: Silo, full_disk: threading.Event, tmp_path: Path
) -> None:
    titles = ["Sample Number", "Product", "Date", "Time", "Moisture", "Protein", "Test Weight"]
    lines = [[f"S{n:03d}", "W", "14/07/2026", "10:03:22", "13.1", "11.4", ""] for n in range(100)]
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "results.csv").write_bytes(csv_file(titles, lines))
    intake = intake_at(silo, f"folder:{drop}?steady=1", "file-drop", profile="foss-results")
    with intake.running():
        until(lambda: intake.standing().waiting == 8)
        assert (drop / "results.csv").exists()
        full_disk.clear()
        until((drop / "done" / "results.csv").exists)
    assert rows(silo, Reading) == 100


def test_what_a_serial_head_goes_on_saying_is_dropped_counted_and_told(
    silo: Silo, full_disk: threading.Event, tmp_path: Path
) -> None:
    """Nobody saw whether the vehicle that stood there then is the one that stands there now."""
    line, silo.clock.step = PtyLine(tmp_path / "bridge"), timedelta(milliseconds=200)
    intake = intake_at(silo, f"serial:{line.path}", "toledo-continuous", port="bridge")
    sent = [message(0)] * 7 + [message(43_120)] * 43
    with closing(line), intake.running():
        until(lambda: intake.driver("bridge")._transport._serial)  # type: ignore[attr-defined]
        for number, data in enumerate(sent, 1):
            assert line.write(data)
            until(lambda n=number: intake.driver("bridge").health().frames == n)
        until(lambda: (gap := intake.gap("bridge")) is not None and gap.messages == len(sent) - 8)
        full_disk.clear()
        until(lambda: intake.standing().waiting == 0)
        for _ in range(5):  # one at a time: what arrives at once is of one instant
            seen = intake.driver("bridge").health().frames
            assert line.write(message(38_000))
            until(lambda n=seen: intake.driver("bridge").health().frames > n)
        until(lambda: events(silo, "messages_dropped"))
        until(lambda: len(journalled(silo, "bridge")) == 8 + 5)
    (event,) = events(silo, "messages_dropped")
    assert (event.subject_id, event.data["messages"]) == ("bridge", len(sent) - 8)
    with silo.desk.ledger.read() as tx:
        (weighing,) = tx.exec(select(Weighing)).all()
    assert weighing.kg == 38_000
    assert [remark["code"] for remark in weighing.remarks] == [Code.FAULT_DURING_MEASUREMENT]


def events(silo: Silo, kind: str) -> list[AuditEvent]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(AuditEvent).where(AuditEvent.kind == kind)))


def test_a_port_changes_hands_also_while_its_queue_is_full(silo: Silo, full_disk: threading.Event) -> None:
    data = b"".join(printed(f"S{number}") for number in range(50))
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"tcp:127.0.0.1:{server.getsockname()[1]}"
        intake = intake_at(silo, url, "gac2100-csv01", port="gac")
        with intake.running():
            converter, _ = server.accept()
            with converter:
                converter.sendall(data)
                until(lambda: intake.standing().waiting == 8)
                before = threading.enumerate()
                intake.exchange("gac", driver_at(silo, "gac", url, "gac2100-csv01", {}))
                readers = [one for one in threading.enumerate() if one.name == "device-gac"]
                assert [one for one in readers if one in before] == [], "two read the same line"
                full_disk.clear()
                until(lambda: rows(silo, Reading) == 8)


def test_an_intake_that_stands_still_is_on_the_health_page_and_shows_no_weight(
    counter: Desk, full_disk: threading.Event, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It stands for another reason than the disk: somebody else holds the ledger."""
    monkeypatch.setattr(waiting, "STANDS_AFTER_S", 0.1)
    full_disk.clear()
    silo, anne = counter.silo, counter.client("anne")
    line, silo.clock.step = PtyLine(tmp_path / "bridge"), timedelta(milliseconds=200)
    with closing(line), docked(counter, bridge(f"serial:{line.path}")) as dock:
        counter.app.state.context = replace(counter.context(), health=vitals(silo, dock.intake, dock.devices))
        until(lambda: line.write(message(0)) and dock.devices.live()[0].weight_kg == 0)
        health = ok(anne.get("/health"))
        assert (health["accepting"], health["intake"]["state"]) == (True, "ok")
        with silo.desk.ledger.write():
            for _ in range(5):
                seen = dock.intake.driver("bridge").health().frames
                line.write(message(43_120))
                until(lambda n=seen: dock.intake.driver("bridge").health().frames > n)
            until(lambda: dock.intake.standing().stands)
            health = ok(anne.get("/health"))
            assert dock.devices.live()[0].weight_kg is None
        assert health["accepting"] is False
        assert health["intake"]["state"] == "stands"
        assert health["intake"]["waiting"] >= 1
        assert health["intake"]["moved_at"] is not None
        assert "intake_stands" in [warning["code"] for warning in health["warnings"]]
        until(lambda: ok(anne.get("/health"))["accepting"])
        assert dock.intake.standing() == Standing()


def vitals(silo: Silo, intake: Intake, devices: Devices) -> Any:
    box, watch = SimpleNamespace(state="ready", problem=""), SimpleNamespace(broken_seq=None)
    return Vitals(silo.desk.ledger, silo.clock, intake, box, watch, devices, None).facts  # type: ignore[arg-type]
