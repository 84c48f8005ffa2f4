"""The dock: messages a second by driver, four ports, a run with faults, reconnecting.

SILO_BENCH_PORTS_S and SILO_BENCH_FAULTS_S set the seconds of the two long parts (60 each; the figures of
the note are of 600).
"""

import os
import time
from typing import Any

from benchmarks.fault_run import fault_run
from benchmarks.four_ports import four_ports
from benchmarks.reconnect import reconnecting
from benchmarks.recordings import AT, BEHIND_A_BRIDGE, DIFFERENT, recording
from drivers.decode import decode
from drivers.reading import Reading
from drivers.registry import KINDS
from drivers.simulated.cast import Casting, settings_of

TIMES = 25


def devices() -> dict[str, Any]:
    return {
        "messages_per_second_and_core": {kind: _messages_per_second(kind) for kind in KINDS},
        "four_ports": four_ports(float(os.environ.get("SILO_BENCH_PORTS_S", "60"))),
        "fault_run": fault_run(float(os.environ.get("SILO_BENCH_FAULTS_S", "60"))),
        "reconnect": reconnecting(),
    }


def _messages_per_second(kind: str) -> int:
    """Bytes to readings, 5,000 messages; of `file-drop` rows of one CSV file."""
    bridge = {"driver": BEHIND_A_BRIDGE} if kind == "tasmota" else {}
    settings = settings_of(Casting(kind, "tcp:0", bridge))
    data = recording(kind, settings, TIMES)
    begin = time.perf_counter()
    count = sum(isinstance(result, Reading) for result in decode([data], kind, settings, at=AT))
    elapsed = time.perf_counter() - begin
    if count < DIFFERENT * TIMES * 0.9:
        raise RuntimeError(f"{kind}: only {count} of {DIFFERENT * TIMES} messages were read")
    return round(count / elapsed)
