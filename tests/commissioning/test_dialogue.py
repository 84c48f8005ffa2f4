"""`silo commission` at a real terminal with a device on a real port."""

import threading
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.driver import Driver
from drivers.gateway.modbus_wire import Query
from drivers.registry import make_protocol, make_transport
from drivers.simulated.astm import AstmInstrument
from drivers.simulated.line import Line, PtyLine, TcpLine
from drivers.simulated.modbus import ModbusDevice
from drivers.simulated.toledo import message
from station.commissioning.recording import replay_recordings
from tests.commissioning.rig import Terminal

pytestmark = pytest.mark.long

AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[PtyLine]:
    line = PtyLine(tmp_path / "ttyBRIDGE")
    yield from _speaking(line)


@pytest.fixture
def converter() -> Iterator[TcpLine]:
    yield from _speaking(TcpLine())


def _speaking(line: Line, data: bytes = message(43_120, increment=2)) -> Iterator[Line]:
    ended = threading.Event()

    def send() -> None:
        while not ended.wait(0.1):
            line.write(data)

    thread = threading.Thread(target=send)
    thread.start()
    yield line
    ended.set()
    thread.join()
    line.close()


def test_a_bridge_is_found_shown_chosen_and_written(site: Path, bridge: PtyLine) -> None:
    before = site.read_bytes()
    person = Terminal(site.parent, "--config", str(site), "--listen", "1")
    person.see("Number or address")
    person.type(str(bridge.path))
    person.see("9600 8N1")
    person.see("Press Enter")
    person.see("43,120 kg")
    person.type()
    person.see("Which one")
    person.see("Number")
    person.type("1")
    person.see("Id in the site file")
    person.type("gac")
    person.see("already in the site file")
    person.type("bridge-2")
    person.see("Name for people")
    person.type("Pont nord")
    person.see("Serial number")
    person.type("T-2290")
    person.see('"driver": "toledo-continuous"')
    assert person.close() == 0
    after = site.read_bytes()
    assert after.startswith(before)
    added = tomllib.loads(after.decode())["instruments"][-1]
    assert added == {
        "id": "bridge-2", "name": "Pont nord", "driver": "toledo-continuous", "serial_number": "T-2290",
        "port": f"serial:{bridge.path}?baud=9600&bits=8&parity=N&stop=1",
    }  # fmt: skip
    assert replay_recordings(site.parent / "recordings") == {"bridge-2": None}


def test_a_converter_needs_no_line_settings(site: Path, converter: TcpLine) -> None:
    person = Terminal(site.parent, "--config", str(site))
    person.see("Number or address")
    person.type(f"tcp:127.0.0.1:{converter.port}")
    person.see("43,120 kg")
    person.type()
    for question, answer in (("Number", ""), ("Id in", "b2"), ("Name", "B"), ("Serial", "")):
        person.see(question)
        person.type(answer)
    person.see('"id": "b2"')
    assert person.close() == 0
    added = tomllib.loads(site.read_text())["instruments"][-1]
    assert added["port"] == f"tcp:127.0.0.1:{converter.port}"
    assert "serial_number" not in added


def _commission(site: Path, data: bytes, answers: list[tuple[str, str]]) -> dict[str, object]:
    """The instrument that is written of a device that sends this all the time."""
    speaking = _speaking(TcpLine(), data)
    line = next(speaking)
    person = Terminal(site.parent, "--config", str(site))
    person.see("Number or address")
    person.type(f"tcp:127.0.0.1:{line.port}")  # type: ignore[attr-defined]
    person.see("Press Enter")
    person.see("% read")
    person.type()
    for question, answer in [("Number", ""), *answers, ("Id in", "b2"), ("Name", "B"), ("Serial", "")]:
        person.see(question)
        person.type(answer)
    person.see('"id": "b2"')
    assert person.close() == 0
    next(speaking, None)
    return dict(tomllib.loads(site.read_text())["instruments"][-1])


def test_a_fixed_zero_is_asked_for_beside_the_devices_own_characters(site: Path) -> None:
    data = bytes.fromhex("023130202031363936302020202030300D")
    answers = [
        ("in_digits: weight 16,960 kg", "both"),
        ("One of: in_digits, appended", "in_digits"),
    ]
    added = _commission(site, data, answers)
    assert (added["driver"], added["settings"]) == ("toledo-continuous", {"fixed_zero": "in_digits"})
    assert replay_recordings(site.parent / "recordings") == {"b2": None}


def test_a_unit_and_a_separator_are_asked_for_one_after_the_other(site: Path) -> None:
    added = _commission(
        site, b"\x02  12,345G\x03", [("(kg, g, t, lb)", "kg"), ("weight 12,345 kg", "thousands")]
    )
    assert (added["driver"], added["settings"]) == ("rinstrum", {"unit": "kg", "separator": "thousands"})


def test_an_empty_bridge_settles_nothing_and_says_so(site: Path) -> None:
    added = _commission(site, message(0, decimals=-1), [("No load was weighed", "")])
    assert added.get("settings", {}) == {}


def test_an_astm_instrument_is_answered_and_a_person_says_what_its_tests_are(
    site: Path, tmp_path: Path
) -> None:
    line = PtyLine(tmp_path / "ttyLAB")
    instrument, ended = AstmInstrument(line, ack_timeout_s=0.5, busy_pause_s=0.1), threading.Event()

    def measure() -> None:
        number = 0
        while not ended.wait(0.1):
            number += 1
            instrument.send(f"S{number}", {"PROT": ("11.4", "%"), "H2O": ("13.1", "%")}, AT)

    thread = threading.Thread(target=measure)
    thread.start()
    person = Terminal(site.parent, "--config", str(site), "--listen", "2")
    person.see("Number or address")
    person.type(f"{line.path}")
    person.see("100% read by astm")
    person.see("Press Enter")
    person.see("PROT=11.4 %")
    person.type()
    for question, answer in (("Number", ""), ("PROT = 11.4 %", "protein:as_is"), ("H2O = 13.1 %", "water")):
        person.see(question)
        person.type(answer)
    person.see("'H2O=water' is not CODE=analyte")
    person.type("moisture")
    for question, answer in (("Id in", "lab"), ("Name", "Labo"), ("Serial", "")):
        person.see(question)
        person.type(answer)
    person.see('"id": "lab"')
    assert person.close() == 0
    added = tomllib.loads(site.read_text())["instruments"][-1]
    assert added["settings"] == {"tests": "PROT=protein:as_is,H2O=moisture"}
    assert replay_recordings(site.parent / "recordings") == {"lab": None}
    lab = Driver(
        "lab", make_protocol("astm", added["settings"]), make_transport(added["port"]), clock=lambda: AT
    )
    reading = next(lab.deliveries(threading.Event())).reading
    ended.set()
    thread.join()
    line.close()
    assert reading is not None
    assert {analyte.value: one.value for analyte, one in reading.values.items()} == {
        "protein": 11.4, "moisture": 13.1
    }  # fmt: skip


def test_a_map_that_the_device_refuses_is_told_and_its_bytes_are_kept(site: Path) -> None:
    line = TcpLine()
    device = ModbusDevice(line, Query(1, 3, 0, 7), b"")
    device.refuse = 2
    device.start()
    person = Terminal(site.parent, "--config", str(site), "--listen", "0.3")
    person.see("Number or address")
    person.type(f"tcp:127.0.0.1:{line.port}")
    person.see("refuses what modbus profile=baykon-mx08 asks")
    person.see("Press Enter")
    person.see("no such register")
    person.type()
    person.see("No driver and no profile reads this device")
    assert person.close() == 1
    device.stop()
    line.close()
    (kept,) = site.parent.glob("unread-*.bin")
    assert kept.read_bytes().startswith(Query(1, 3, 0, 7).refusal(2))


@pytest.mark.parametrize(
    ("answer", "code", "says"), [("usb0", 2, "must begin with"), ("/dev/no-such-port", 4, "does not exist")]
)
def test_a_port_that_is_none_ends_it_and_writes_nothing(
    site: Path, answer: str, code: int, says: str
) -> None:
    before = site.read_bytes()
    person = Terminal(site.parent, "--config", str(site), "--listen", "0.2")
    person.see("Number or address")
    person.type(answer)
    person.see(says)
    assert person.close() == code
    assert site.read_bytes() == before
