"""200 messages of each kind, as its simulator sends them: what the dock is measured with."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from drivers.gateway.modbus import Modbus
from drivers.gateway.sparkplug_record import pack
from drivers.registry import make_protocol
from drivers.simulated.analyzers import ANALYZERS, Bench
from drivers.simulated.astm import link_frames, result_message
from drivers.simulated.disturbed import DisturbedLine
from drivers.simulated.exports import csv_file
from drivers.simulated.modbus_talker import SimulatedModbus
from drivers.simulated.samples import SimulatedSample
from drivers.simulated.scale import Display
from drivers.simulated.sparkplug import EdgeNode
from drivers.simulated.weighbridges import WEIGHBRIDGES

AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
DIFFERENT = 200
BEHIND_A_BRIDGE = "toledo-continuous"
_TITLES = ("Sample Number", "Product", "Date", "Time", "Moisture", "Protein", "Test Weight")


class Kept:
    """A line that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> bool:
        self.data += data
        return True

    def take(self) -> bytes:
        return b""

    def disconnect(self) -> None: ...

    def close(self) -> None: ...


def recording(kind: str, settings: Mapping[str, str], times: int) -> bytes:
    """The 200 messages, `times` over; of a result file so many times the rows, in one file."""
    if kind == "file-drop":
        return _file(DIFFERENT * times)
    if kind == "sparkplug":
        return _node(DIFFERENT * times)
    if kind == "astm":
        frames = link_frames(result_message("S1", {"moisture": ("13.2", "%")}, AT))
        return (b"\x05" + b"".join(frames) + b"\x04") * DIFFERENT * times
    scale = _scale(kind, settings)
    return (b"".join(map(scale, _displays())) if scale else _samples(kind, settings)) * times


def _scale(kind: str, settings: Mapping[str, str]) -> Callable[[Display], bytes] | None:
    """What a simulated weighbridge of this kind says of a display; None for an analyzer."""
    if kind == "tasmota":
        inner = WEIGHBRIDGES[BEHIND_A_BRIDGE](lambda: AT)
        return lambda display: _bridged(inner.message(display))
    protocol = make_protocol(kind, settings)
    if isinstance(protocol, Modbus):
        return SimulatedModbus(protocol.query).message
    return WEIGHBRIDGES[kind](lambda: AT).message if kind in WEIGHBRIDGES else None


def _samples(kind: str, settings: Mapping[str, str]) -> bytes:
    kept = Kept()
    measure = ANALYZERS[kind](Bench(DisturbedLine(kept, whole=False, seed=1), False, _at_once, settings))
    for n in range(DIFFERENT):
        measure(SimulatedSample(n, f"S{n:05d}", "BLE", 10.0 + n / 50, 11.0, 77.0, 20.0), AT)
    return kept.data


def _displays() -> list[Display]:
    return [Display(weight=20.0 * n, motion=n % 5 == 0) for n in range(DIFFERENT)]


def _bridged(message: bytes) -> bytes:
    """As a board publishes it, one message a line."""
    return json.dumps({"SSerialReceived": {"Data": message.decode("latin-1")}}).encode() + b"\n"


def _node(count: int) -> bytes:
    """Births, then one result a second."""
    node = EdgeNode("silo", "edge-1", "nir-1")
    messages = node.births(AT)
    for n in range(count):
        values: dict[str, float | str | None] = {"Result/Id": f"r{n}", "Result/Sample": f"S{n}"}
        values["Result/Moisture"] = 10.0 + n % 50 / 10
        messages.append(node.result(values, AT + timedelta(seconds=n)))
    return b"".join(pack(topic, payload) for topic, payload in messages)


def _file(rows: int) -> bytes:
    day, time = f"{AT:%d/%m/%Y}", f"{AT:%H:%M:%S}"
    moistures = [f"{10 + n % 50 / 10:.1f}" for n in range(rows)]
    cells = [(f"S{n:05d}", "BLE", day, time, told, "11.4", "77.2") for n, told in enumerate(moistures)]
    return csv_file(_TITLES, cells)


def _at_once(_seconds: float) -> None:
    """Nobody waits in a recording."""
