"""The dock: messages a second by driver, four ports, a run with faults, reconnecting.

SILO_BENCH_PORTS_S and SILO_BENCH_FAULTS_S set the seconds of the two long parts (60 each; the figures of
the note are of 600).
"""

import os
import time
from datetime import UTC, datetime
from typing import Any

from benchmarks.fault_run import fault_run
from benchmarks.four_ports import four_ports
from benchmarks.reconnect import reconnecting
from drivers.decode import decode
from drivers.gateway.modbus import Modbus
from drivers.reading import Reading
from drivers.registry import KINDS, make_protocol
from drivers.simulated.analyzers import ANALYZERS, Bench
from drivers.simulated.astm import link_frames, result_message
from drivers.simulated.cast import Casting, settings_of
from drivers.simulated.disturbed import DisturbedLine
from drivers.simulated.modbus_talker import SimulatedModbus
from drivers.simulated.samples import Sample
from drivers.simulated.scale import Display
from drivers.simulated.weighbridges import WEIGHBRIDGES

AT = datetime(2026, 7, 14, 10, 3, 22, tzinfo=UTC)
DIFFERENT = 200
TIMES = 25
# They hand over whole results through a broker or a folder: no bytes on a line to be cut into messages.
WITHOUT_A_LINE = frozenset({"tasmota", "sparkplug", "file-drop"})


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


def devices() -> dict[str, Any]:
    return {
        "messages_per_second_and_core": {
            kind: _messages_per_second(kind) for kind in KINDS if kind not in WITHOUT_A_LINE
        },
        "four_ports": four_ports(float(os.environ.get("SILO_BENCH_PORTS_S", "60"))),
        "fault_run": fault_run(float(os.environ.get("SILO_BENCH_FAULTS_S", "60"))),
        "reconnect": reconnecting(),
    }


def _messages_per_second(kind: str) -> int:
    """Bytes to readings, 5,000 messages."""
    data, settings = _recording(kind) * TIMES, settings_of(Casting(kind, "tcp:0", {}))
    begin = time.perf_counter()
    count = sum(isinstance(result, Reading) for result in decode([data], kind, settings, at=AT))
    elapsed = time.perf_counter() - begin
    if count < DIFFERENT * TIMES * 0.9:
        raise RuntimeError(f"{kind}: only {count} of {DIFFERENT * TIMES} messages were read")
    return round(count / elapsed)


def _recording(kind: str) -> bytes:
    """200 messages of the kind's simulator."""
    settings = settings_of(Casting(kind, "tcp:0", {}))
    displays = [Display(weight=20.0 * n, motion=n % 5 == 0) for n in range(DIFFERENT)]
    protocol = make_protocol(kind, settings)
    if isinstance(protocol, Modbus):
        return b"".join(map(SimulatedModbus(protocol.query).message, displays))
    if kind in WEIGHBRIDGES:
        return b"".join(map(WEIGHBRIDGES[kind](lambda: AT).message, displays))
    if kind == "astm":
        frames = link_frames(result_message("S1", {"moisture": ("13.2", "%")}, AT))
        return (b"\x05" + b"".join(frames) + b"\x04") * DIFFERENT
    kept = Kept()
    measure = ANALYZERS[kind](Bench(DisturbedLine(kept, whole=False, seed=1), False, _at_once, settings))
    for n in range(DIFFERENT):
        measure(Sample(n, f"S{n:05d}", "BLE", 10.0 + n / 50, 11.0, 77.0, 20.0), AT)
    return kept.data


def _at_once(_seconds: float) -> None:
    """Nobody waits in a recording."""
