"""Readings over a broker, at a steady rate, while the station is killed again and again."""

import random
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.reading import Analyte
from drivers.registry import make_transport
from drivers.simulated.line import MqttLine
from drivers.simulated.mosquitto import Mosquitto, available
from drivers.simulated.nir import SimulatedNir
from station.demo.site import SITE_ID, InstrumentAddresses, write_site
from station.demo.station_process import StationProcess

CAMPAIGNS = ((1000, 15.0), (5000, 150.0))  # readings, and how many a second
KILLS = 5
DRAINED_S = 240.0
SETTLED_S = 3.0
SEED = 7
TOPIC = "silo/nir"


def killed_intake() -> dict[str, Any]:
    """Lost: acknowledged by the broker, and not in the ledger. Doubled: there twice."""
    if not available():
        return {"skipped": "no broker: apt-get install -y mosquitto"}
    return {f"{count}_at_{rate:g}": campaign(count, rate) for count, rate in CAMPAIGNS}


def campaign(count: int, rate_hz: float, kills: int = KILLS) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, Mosquitto(Path(name) / "broker", saves_each=False) as broker:
        folder = Path(name)
        station = _station(folder, broker.port)
        _subscribe(broker.port)
        with station, closing(MqttLine("127.0.0.1", broker.port, TOPIC)) as line:
            killer = _Killer(station, count, kills)
            nir = SimulatedNir(line)
            began = time.monotonic()
            for number in range(count):
                time.sleep(max(0.0, began + number / rate_hz - time.monotonic()))
                nir.send_result(f"S{number:05d}", "BLE TENDRE", {Analyte.MOISTURE: 13.5}, datetime.now(UTC))
                killer.kill_when_due(number)
            line.flush()
            sent_s = time.monotonic() - began
            killer.join()
            _drain(folder, count)
        ended = Counter(_identities(folder))
    sent = {emission.identity for emission in nir.log.countable()}
    return {
        "sent": len(sent),
        "kills": killer.kills,
        "lost": len(sent - set(ended)),
        "doubled": sum(ended.values()) - len(ended),
        "sending_s": round(sent_s, 1),
        "drained_after_s": round(time.monotonic() - began - sent_s, 1),
    }


class _Killer:
    """Kills the station at random moments and starts it again, while the sender goes on."""

    def __init__(self, station: StationProcess, count: int, kills: int) -> None:
        rng = random.Random(SEED)
        self._due = [round(count * (n + rng.uniform(0.2, 0.8)) / kills) for n in range(kills)]
        self._station = station
        self._thread = threading.Thread(target=lambda: None)
        self._thread.start()
        self.kills = 0

    def kill_when_due(self, number: int) -> None:
        """A station that is still starting is killed as soon as it has."""
        if self._due and number >= self._due[0] and not self._thread.is_alive():
            self._due.pop(0)
            self._again()

    def join(self) -> None:
        """The kills that were due while the station started come now."""
        self._thread.join()
        for _ in self._due:
            time.sleep(SETTLED_S)
            self._again()
            self._thread.join()

    def _again(self) -> None:
        self._station.kill()
        self.kills += 1
        self._thread = threading.Thread(target=self._station.start)
        self._thread.start()


def _station(folder: Path, broker_port: int) -> StationProcess:
    nowhere = "tcp:127.0.0.1:9"
    site = write_site(folder, InstrumentAddresses(nowhere, nowhere, _address(broker_port)))
    with site.open("a", encoding="utf-8") as file:
        file.write("\n[vision]\nenabled = false\n")
    return StationProcess(site, folder / "log", speed=1.0, start=datetime.now(UTC))


def _address(broker_port: int) -> str:
    return f"mqtt://127.0.0.1:{broker_port}/{TOPIC}"


def _subscribe(broker_port: int) -> None:
    """The broker keeps for those who have subscribed once."""
    with closing(make_transport(_address(broker_port), name=f"{SITE_ID}-nir")) as line:
        line.open()


def _identities(folder: Path) -> list[str]:
    (ledger,) = folder.rglob("ledger.db")
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as reader:
        return [identity for (identity,) in reader.execute("SELECT identity FROM reading")]


def _drain(folder: Path, count: int) -> None:
    """Wait until all are there, and a little longer for what may come twice."""
    end = time.monotonic() + DRAINED_S
    while len(_identities(folder)) < count and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(SETTLED_S)
