"""The yard of the season-day: its clock, and the instruments on their lines, which speak real bytes."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from drivers.reading import Analyte
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.line import TcpLine
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.toledo import message
from station.demo.site import RULES
from station.store.durable import make_folder

PARIS = ZoneInfo("Europe/Paris")
MIDNIGHT = datetime(2026, 7, 20, tzinfo=PARIS)
SITE_FILE = Path(__file__).with_name("site.toml")
LOOK = timedelta(milliseconds=1)
_PRODUCT = {"soft_wheat": "BLE TENDRE", "barley": "ORGE"}


@dataclass
class SiteTime:
    """The time at the silo, moved on by the day's script; each look at it takes a millisecond."""

    now: datetime = MIDNIGHT
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> datetime:
        with self._lock:
            self.now += LOOK
            return self.now

    def ticks(self) -> float:
        with self._lock:
            return (self.now - MIDNIGHT).total_seconds()

    def wait_until(self, then: datetime) -> None:
        with self._lock:
            assert then >= self.now, f"it is {self.now:%H:%M} already, not {then:%H:%M}"
            self.now = then


def at(clock: str) -> datetime:
    """Hours from 24 on are of the night after."""
    hours, minutes = clock.split(":")
    return MIDNIGHT + timedelta(hours=int(hours), minutes=int(minutes))


@dataclass(frozen=True)
class Yard:
    time: SiteTime
    bridge: TcpLine
    gac: TcpLine
    nir: TcpLine
    _gac: SimulatedGac2100
    _nir: SimulatedNir

    def show_zero(self) -> None:
        self.bridge.write(2 * message(0, increment=2, pad=" "))

    def weigh(self, kg: int) -> None:
        """A vehicle stands still, its driver presses the indicator's print key, and it drives off."""
        self.show_zero()
        self.bridge.write(message(kg, increment=2, pad=" ", print_key=True))
        self.show_zero()

    def measure(self, barcode: str, species: str, values: Mapping[str, float]) -> None:
        """Both analyzers measure a bucket; what a value is not said of is not measured."""
        product, now = _PRODUCT[species], self.time()
        if "test_weight" in values:
            self._gac.print_record(
                barcode, values["moisture"], values["test_weight"], 21.0, product, now.astimezone(PARIS)
            )
        wanted = (Analyte.PROTEIN, Analyte.MOISTURE)
        nir = {one: values[one.value] for one in wanted if one.value in values}
        self._nir.send_result(barcode, product, nir, now)

    def cut(self) -> None:
        """The box that read the instruments is off: its lines are free for another."""
        for line in (self.bridge, self.gac, self.nir):
            line.disconnect()


@contextmanager
def open_yard() -> Iterator[Yard]:
    with ExitStack() as stack:
        bridge, gac, nir = (stack.enter_context(closing(TcpLine())) for _ in range(3))
        yield Yard(SiteTime(), bridge, gac, nir, SimulatedGac2100(gac), SimulatedNir(nir, end=b"\n"))


def write_site(folder: Path, yard: Yard, disk: Path, badges: Mapping[str, str]) -> Path:
    """Write the site file and its rule pack; return the site file."""
    make_folder(folder)
    (folder / "rules.toml").write_bytes(RULES.read_bytes())
    lines = {"bridge": yard.bridge, "gac": yard.gac, "nir": yard.nir}
    text = Template(SITE_FILE.read_text(encoding="utf-8")).substitute(
        {name: f"tcp:127.0.0.1:{line.port}" for name, line in lines.items()},
        disk=disk,
        badges="\n".join(f'"{badge}" = "{plate}"' for badge, plate in badges.items()),
    )
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    return file
