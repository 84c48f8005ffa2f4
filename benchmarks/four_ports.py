"""Four continuous indicators at 28 messages a second, each on a pseudo-terminal: what reading them costs.

The parent process plays the indicators; this module run as a program is the listener: drivers, weighing
rule, journal and ledger as in the station, and nothing else. Its own CPU time and memory are counted.
"""

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drivers.driver import Driver
from drivers.registry import make_protocol, make_transport
from drivers.simulated.line import PtyLine
from drivers.simulated.plan import FaultPlan
from drivers.simulated.toledo import SimulatedToledo
from drivers.simulated.trucks import Trucks
from station.acts.desk import Desk
from station.grain.weighing import WeighingRule
from station.runtime.intake import Intake
from station.site.file import SiteSettings
from station.site.policy import policy_of
from station.site.reference import load_site
from station.store.engine import Ledger

PORTS = 4
EXAMPLE = Path(__file__).parents[1] / "examples" / "site.toml"
RATE_HZ = 28.0
KIND = "toledo-continuous"
WARM_UP_S = 5.0


def four_ports(seconds: float) -> dict[str, Any]:
    """The listener's CPU share of one core, its memory before and after, frames heard and bad."""
    with tempfile.TemporaryDirectory() as name, _playing(Path(name)) as ports:
        command = [sys.executable, "-m", "benchmarks.four_ports", str(seconds), name, *map(str, ports)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def _playing(folder: Path) -> Iterator[list[Path]]:
    lines = [PtyLine(folder / f"port-{n}") for n in range(PORTS)]
    players = [
        Trucks(
            SimulatedToledo(),
            line,
            clock=_now,
            plan=FaultPlan((), 1, (1, 1)),
            say=lambda _: None,
            seed=n,
            rate_hz=RATE_HZ,
        )
        for n, line in enumerate(lines)
    ]
    stop = threading.Event()

    def play() -> None:
        due = time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            for player in players:
                player.play_one()
            due += 1.0 / RATE_HZ

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield [line.path for line in lines]
    finally:
        stop.set()
        thread.join()
        for line in lines:
            line.close()


def listen(seconds: float, folder: Path, ports: list[str]) -> dict[str, Any]:
    """Reads `ports` for so long after a warm-up; runs in its own process."""
    drivers = {
        f"bridge-{n}": Driver(
            f"bridge-{n}", make_protocol(KIND), make_transport(f"serial:{port}"), clock=_now
        )
        for n, port in enumerate(ports)
    }
    settings = _site_with(drivers)
    with closing(Ledger(folder / "data")) as ledger:
        desk = Desk(ledger, policy_of(settings))
        load_site(desk, settings, EXAMPLE, [], _now())
        intake = Intake(desk, drivers, folder / "frames", WeighingRule(), _now)
        with intake.running():
            time.sleep(WARM_UP_S)
            before, frames, memory = time.process_time(), _frames(drivers), _resident_mb()
            begin = time.monotonic()
            time.sleep(seconds)
            cpu, wall = time.process_time() - before, time.monotonic() - begin
            frames, after = _frames(drivers) - frames, _resident_mb()
    return {
        "seconds": round(wall),
        "cpu_percent_of_a_core": round(100 * cpu / wall, 2),
        "bar_percent": 10,
        "frames": frames,
        "frames_per_second": round(frames / wall, 1),
        "bad_frames": sum(driver.health().bad_frames for driver in drivers.values()),
        "resident_mb": [round(memory, 1), round(after, 1)],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 1),
    }


def _site_with(port_ids: Iterable[str]) -> SiteSettings:
    """The example's site with a bridge at each of these ports."""
    content = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    bridges = [{"id": name, "name": name, "driver": KIND, "port": name} for name in port_ids]
    return SiteSettings.model_validate({**content, "instruments": bridges, "order": {}})


def _frames(drivers: dict[str, Driver]) -> int:
    return sum(driver.health().frames for driver in drivers.values())


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    print(json.dumps(listen(float(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])))
