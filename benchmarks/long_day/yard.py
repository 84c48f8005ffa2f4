"""The yard of the long day: a real station with two bridges and two analyzers on lines, and who acts at its
terminal. Every act is timed, and so is every proposal."""

import itertools
import random
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import httpx2

from benchmarks.machine import cpu_ms
from benchmarks.rig import WAIT_S, Client
from benchmarks.station import SETTLE_S
from drivers.reading import Analyte
from drivers.simulated.gac2100 import SimulatedGac2100
from drivers.simulated.line import TcpLine
from drivers.simulated.nir import SimulatedNir
from drivers.simulated.toledo import ToledoBridge, ToledoSender
from station.demo.setup import make_tokens
from station.demo.site import RULES
from station.demo.station_process import StationProcess
from station.demo.yard import ZeroWatch

SITE = Path(__file__).with_name("site.toml")
BEGINS = datetime(2026, 7, 20, 5, tzinfo=UTC)
RATE_HZ = 14.0
Clock = Callable[[], datetime]
BRIDGES = ("bridge_in", "bridge_out")


class Refused(Exception):
    """The station said no; the text has its code and its sentence."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.problem: dict[str, Any] = answer.json()
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {self.problem}")


class Bridge:
    """A scale whose print key somebody presses as soon as a vehicle stands on it."""

    def __init__(self, line: TcpLine, clock: Clock, seed: int) -> None:
        self.shown_kg = 0.0
        self._watch, self._scale = ZeroWatch(line), ToledoBridge(settle_s=0.0)
        self._sender = ToledoSender(self._scale, self._watch, clock=clock, rate_hz=RATE_HZ, seed=seed)
        self._sender.start()

    def show(self, kg: float) -> None:
        """The vehicle before it has left, and the bridge has shown zero since."""
        if not self._watch.zero_sent.wait(WAIT_S):
            raise TimeoutError("the simulated bridge does not come back to zero")
        self._watch.zero_sent.clear()
        self.shown_kg = kg
        self._scale.drive_on(kg)
        self._scale.press_print()

    def clear(self) -> None:
        self._watch.zero_sent.clear()
        self._scale.drive_off()

    def close(self) -> None:
        self._sender.stop()


class Yard:
    """`act_ms` and `look_ms` are by path, `propose_ms` one for each sample. `act_cpu_ms` is the station's
    processor time while somebody acts, whatever else runs on the machine."""

    def __init__(
        self, process: StationProcess, bridges: Sequence[Bridge], gac: SimulatedGac2100, nir: SimulatedNir,
        seed: int, now: Clock,
    ) -> None:  # fmt: skip
        keys = make_tokens(process.url, process.admin_token, "en")
        self.process, self.client = process, Client(process.url, keys.terminal, keys.phone)
        self.random = random.Random(seed)
        self.serial = itertools.count(1)
        self.act_cpu_ms: dict[str, list[float]] = defaultdict(list)
        self.act_ms: dict[str, list[float]] = defaultdict(list)
        self.look_ms: dict[str, list[float]] = defaultdict(list)
        self.propose_ms: list[float] = []
        self.now = now
        self._bridges, self._gac, self._nir = list(bridges), gac, nir

    def act(self, path: str, *ids: str, **body: Any) -> Any:
        """What somebody does at the terminal; what is asked there is answered with yes. Raises Refused."""
        before = cpu_ms(self.process.pid)
        answer = self._timed(self.act_ms[path], "POST", path.format(*ids), json=body)
        self.act_cpu_ms[path].append(cpu_ms(self.process.pid) - before)
        if answer.is_success:
            return answer.json()
        no = Refused(answer)
        if "remarks" in no.problem.get("params", {}) and "despite_remarks" not in body:
            return self.act(path, *ids, **body, despite_remarks=True)
        raise no

    def look(self, path: str, *ids: str, **params: Any) -> Any:
        answer = self._timed(self.look_ms[path], "GET", path.format(*ids), params=params)
        if not answer.is_success:
            raise Refused(answer)
        return answer.json()

    def weigh(self, kg: float) -> str:
        """A vehicle stands on a bridge; the weighing that the station took of it, which is offered now."""
        self._bridges.reverse()  # one after the other
        bridge, other = self._bridges
        bridge = other if bridge.shown_kg == kg else bridge  # the same weight at once is the same vehicle
        self.client.forget()
        bridge.show(kg)
        taken = self.client.hear("weighing_taken")
        bridge.clear()
        assert taken["data"]["kg"] == kg, taken
        return str(taken["subject_id"])

    def measure(self, barcode: str, load_id: str, product: str, protein: float) -> None:
        """One sample on both analyzers; its proposal's time is from the last byte to the event."""
        self.client.forget()
        self._gac.print_record(barcode, 13.4, 77.5, 24.0, product, self.now())
        self.client.wait("reading_paired", load_id=load_id)
        self.client.wait_proposed(load_id)
        time.sleep(SETTLE_S)  # what came before is told by then
        self.client.forget()
        begin = time.monotonic()
        self._nir.send_result(
            barcode, product, {Analyte.PROTEIN: protein, Analyte.MOISTURE: 13.5}, self.now()
        )
        self.propose_ms.append(1000 * (self.client.wait_proposed(load_id) - begin))

    def _timed(self, times: list[float], method: str, path: str, **said: Any) -> httpx2.Response:
        begin = time.perf_counter()
        answer = self.client.http.request(method, path, **said)
        times.append(1000 * (time.perf_counter() - begin))
        return answer


@contextmanager
def open_yard(folder: Path, seed: int) -> Iterator[Yard]:
    """Starts station and instruments in `folder`, and stops them."""
    with ExitStack() as stack:
        lines = {name: stack.enter_context(closing(TcpLine())) for name in (*BRIDGES, "gac", "nir")}
        site = _write_site(folder, {name: f"tcp:127.0.0.1:{line.port}" for name, line in lines.items()})
        began = time.monotonic()
        process = stack.enter_context(StationProcess(site, folder / "log", speed=1.0, start=BEGINS))

        def now() -> datetime:
            return BEGINS + timedelta(seconds=time.monotonic() - began)

        bridges = [stack.enter_context(closing(Bridge(lines[name], now, seed))) for name in BRIDGES]
        gac, nir = SimulatedGac2100(lines["gac"]), SimulatedNir(lines["nir"], end=b"\n")
        yard = Yard(process, bridges, gac, nir, seed, now)
        stack.callback(yard.client.close)
        yield yard


def _write_site(folder: Path, ports: dict[str, str]) -> Path:
    shutil.copyfile(RULES, folder / "rules.toml")
    file = folder / "site.toml"
    file.write_text(Template(SITE.read_text("utf-8")).substitute(ports), encoding="utf-8")
    return file
