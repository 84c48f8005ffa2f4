"""The bridge and the analyzers of the simulated season: what they show leaves as bytes of their protocol, and
comes back through the driver as any device's does."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from drivers.decode import decode
from drivers.reading import Analyte, Frame, Reading
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.toledo import message
from station.acts.desk import Desk
from station.receival.bridge import weighings
from station.receival.measuring import readings
from station.receival.measuring.frames import StoredFrame
from station.store.journal import Journal
from station.store.tables import Reading as ReadingRow
from station.store.tables import Weighing

_BRIDGE = {"fixed_zero": "in_digits", "expanded": "as_sent"}
SERIALS = {"nir1": "N-0042", "nir2": "N-0057"}


class Wire:
    """Holds the bytes of the last message."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> bool:
        self.data = data
        return True

    def disconnect(self) -> None: ...

    def close(self) -> None: ...


class Devices:
    """Sends, decodes and records; every frame is in the journal, as at a running station."""

    def __init__(self, desk: Desk, frames: Path) -> None:
        self._desk = desk
        self._wires = {name: Wire() for name in SERIALS}
        self._analyzers = {
            name: SimulatedNir(self._wires[name], device=name, serial=serial, prefix=name)
            for name, serial in SERIALS.items()
        }
        self._journals = {name: Journal(frames, name) for name in ("bridge", *SERIALS)}

    def weigh(self, kg: int, at: datetime) -> Weighing:
        data = message(kg, increment=2)
        reading, frame = self._heard("bridge", "toledo-continuous", _BRIDGE, data, at)
        return weighings.take_weighing(self._desk, reading, "equal_readings", float(kg), frame)

    def measure(
        self, name: str, barcode: str, product: str, values: Mapping[Analyte, float], at: datetime
    ) -> ReadingRow:
        self._analyzers[name].send_result(barcode, product, values, at, basis="dm")
        reading, frame = self._heard(name, "json-nir", {}, self._wires[name].data, at)
        return readings.take_reading(self._desk, reading, frame)

    def close(self) -> None:
        for journal in self._journals.values():
            journal.close()

    def _heard(
        self, port: str, kind: str, settings: Mapping[str, str], data: bytes, at: datetime
    ) -> tuple[Reading, StoredFrame]:
        reading = _only(decode([data], kind, settings, at=at, alone=True))
        place = self._journals[port].append(data, at)
        return reading, StoredFrame(port, Frame(data, at), place)


def _only(outcomes: Iterator[Reading | Exception]) -> Reading:
    """Return the reading of a message that holds one."""
    (reading,) = outcomes
    assert isinstance(reading, Reading)
    return reading
