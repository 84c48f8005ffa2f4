"""Every kind with every fault at real speed: what had to arrive against what was taken."""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.driver import Driver
from drivers.reading import Analyte, Flag, Reading
from drivers.registry import KINDS, make_protocol, make_transport
from drivers.simulated.cast import Casting, cast
from drivers.simulated.faults import LineFault
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.sent import SentMessage
from drivers.simulated.weighbridges import WEIGHBRIDGES
from station.grain.weighing import WatchState, WeighingRule, watch

# What was sent this shortly before the end may still be on its way: a load is taken after three messages.
UNFINISHED_S = 6.0
BROKERED = ("tasmota", "sparkplug")
SETTINGS: Mapping[str, Mapping[str, str]] = {"tasmota": {"driver": "gac2100-csv01"}}


class Pair:
    """A simulator and the driver that reads it."""

    def __init__(self, kind: str, port: str, seed: int) -> None:
        self.kind = kind
        self._sent: list[SentMessage] = []
        self._readings: list[Reading] = []
        self._taken: list[float] = []
        self._watched = WatchState.after_restart(None)
        self._stop = threading.Event()
        casting = Casting(kind, port, SETTINGS.get(kind, {}), tuple(LineFault), seed)
        self._show = cast(casting, clock=_now, say=self._sent.append, stop=self._stop)
        self._driver = Driver(
            kind,
            protocol := make_protocol(kind, self._show.settings),
            make_transport(self._show.address, protocol, name=kind),
            clock=_now,
        )
        self._threads = (threading.Thread(target=self._play), threading.Thread(target=self._listen))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """The simulator first; the driver reads what is still on its way."""
        self._stop.set()
        self._threads[0].join()
        time.sleep(0.1)
        self._driver.close()
        self._threads[1].join()

    def result(self, end: datetime) -> dict[str, Any]:
        """Lost and doubled, with how often each fault came."""
        wanted = [sent for sent in self._sent if sent.counts]
        done = [sent for sent in wanted if (end - sent.at).total_seconds() > UNFINISHED_S]
        if self._driver.protocol.category == "weighbridge":
            got, name = Counter[float | None](self._taken), "weight"
        else:
            got, name = Counter(self._analyses()), "moisture"
        must = Counter(sent.values.get(name) for sent in done)
        may = Counter(sent.values.get(name) for sent in self._sent if name == "moisture" or sent.counts)
        return {
            "wanted": len(done),
            "lost": (must - got).total(),
            "doubled": (got - may).total(),
            "faults": sum(sent.fault is not None for sent in self._sent),
            "bad_frames": self._driver.health().bad_frames,
        }

    def _play(self) -> None:
        self._show.play(self._stop, None)

    def _listen(self) -> None:
        for delivery in self._driver.deliveries(threading.Event()):
            if delivery.reading is not None:
                self._hear(delivery.reading)
            self._driver.confirm(delivery)

    def _hear(self, reading: Reading) -> None:
        if reading.kind == "analysis":
            self._readings.append(reading)
            return
        self._watched, taken = watch(self._watched, reading, WeighingRule())
        if taken:
            self._taken.append(taken.kg)

    def _analyses(self) -> list[float | None]:
        """Each result once, as the ledger keeps them."""
        unique: dict[str | int, Reading] = {}
        for n, reading in enumerate(self._readings):
            if Flag.DUPLICATE not in reading.flags:
                unique.setdefault(reading.identity or n, reading)
        values = [reading.values.get(Analyte.MOISTURE) for reading in unique.values()]
        return [value.value if value else None for value in values]


def fault_run(seconds: float) -> dict[str, Any]:
    """Every kind but `generic` (whose simulator repeats equal messages) at once, for so long."""
    kinds = [kind for kind in KINDS if kind != "generic" and (kind not in BROKERED or available())]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        broker = stack.enter_context(Mosquitto(folder / "broker")) if available() else None
        pairs = [Pair(kind, _port(kind, folder, broker), n) for n, kind in enumerate(kinds)]
        for pair in pairs:
            pair.start()
        time.sleep(seconds)
        end = _now()
        for pair in pairs:
            pair.stop()
    by_kind = {pair.kind: pair.result(end) for pair in pairs}
    total = {
        key: sum(found[key] for found in by_kind.values()) for key in ("wanted", "lost", "doubled", "faults")
    }
    return {"seconds": seconds, **total, "by_kind": by_kind}


def _port(kind: str, folder: Path, broker: Mosquitto | None) -> str:
    if kind in BROKERED:
        return f"mqtt://127.0.0.1:{broker.port if broker else 0}/{kind}"
    return str(folder / kind) if kind in WEIGHBRIDGES or kind == "file-drop" else "tcp:0"


def _now() -> datetime:
    return datetime.now(UTC)
