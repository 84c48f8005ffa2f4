"""Analyzers that hand over whole results, not bytes on a line: an edge node, and files in a folder."""

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from drivers.simulated.exports import Exporter, csv_file
from drivers.simulated.faults import LineFault
from drivers.simulated.plan import FaultPlan
from drivers.simulated.sent import SentMessage
from drivers.simulated.sparkplug import ConnectedEdgeNode, EdgeNode

_SILENCE_S = 3.0
_TITLES = ("Sample Number", "Product", "Date", "Time", "Sample Type", "Moisture", "Protein", "Test Weight")
NODE_FAULTS = frozenset({LineFault.OVERLOAD, LineFault.SILENCE})
FILE_FAULTS = NODE_FAULTS | {LineFault.HALF_FRAME, LineFault.DECIMAL_COMMA}


class NodeResults:
    """An edge node that sends one result a step, and is born again when it is told to."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        clock: Callable[[], datetime],
        plan: FaultPlan,
        say: Callable[[SentMessage], None],
        seed: int,
        every_s: float,
    ) -> None:
        self._node = EdgeNode("silo", "edge-1", "nir-1")
        self._connection = ConnectedEdgeNode(self._node, host, port, "silo", "edge-1")
        self._clock, self._plan, self._say, self._every_s = clock, plan, say, every_s
        self._random = random.Random(seed)
        self._number = 0

    def start(self) -> None:
        for message in self._node.births(self._clock()):
            self._connection.send(message)

    def play_one(self) -> float:
        """Returns the seconds until the next step."""
        at = self._clock()
        while self._connection.obey_one(at):
            pass
        self._number += 1
        fault = self._plan.next()
        moisture = None if fault is LineFault.OVERLOAD else round(self._random.uniform(10.0, 18.0), 1)
        sample_id, identity = f"2600{self._number:03d}", f"sim-{self._number:06d}"
        values = {"Result/Id": identity, "Result/Sample": sample_id, "Result/Moisture": moisture}
        message = self._node.result(values, at)
        self._connection.send(message)
        self._say(SentMessage(at, message[1], {"moisture": moisture}, sample_id, identity, fault))
        return self._every_s + (_SILENCE_S if fault is LineFault.SILENCE else 0.0)

    def close(self) -> None:
        self._connection.close()


class FileResults:
    """A program that exports one CSV file a sample, as the shipped profile `foss-results` expects."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime],
        plan: FaultPlan,
        say: Callable[[SentMessage], None],
        seed: int,
        every_s: float,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._exporter = Exporter(folder)
        self._clock, self._plan, self._say, self._every_s = clock, plan, say, every_s
        self._random = random.Random(seed)
        self._number = 0
        self._half_written: tuple[str, bytes] | None = None

    def start(self) -> None:
        """A program that exports files says nothing at its start."""

    def play_one(self) -> float:
        """Returns the seconds until the next step; a half-written file is finished first."""
        if self._half_written:
            self._exporter.go_on(*self._half_written)
            self._half_written = None
            return self._every_s
        at, fault = self._clock(), self._plan.next()
        self._number += 1
        moisture = None if fault is LineFault.OVERLOAD else round(self._random.uniform(10.0, 18.0), 1)
        shown = "" if moisture is None else f"{moisture:.1f}"
        if fault is LineFault.DECIMAL_COMMA:
            shown = shown.replace(".", ",")
        sample_id, name = f"2600{self._number:03d}", f"result-{self._number:06d}.csv"
        row = (sample_id, "BLE TENDRE", f"{at:%d/%m/%Y}", f"{at:%H:%M:%S}", "", shown, "11.4", "77.2")
        data = csv_file(_TITLES, [row])
        half = fault is LineFault.HALF_FRAME
        self._exporter.export(name, data, at, cut=len(data) // 2 if half else None)
        if half:
            self._half_written = (name, data)
        self._say(SentMessage(at, data, {"moisture": moisture}, sample_id, name, fault))
        return self._every_s + (_SILENCE_S if fault is LineFault.SILENCE else 0.0)

    def close(self) -> None:
        if self._half_written:
            self._exporter.go_on(*self._half_written)
