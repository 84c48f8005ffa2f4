"""`silo demo --silos`: some silos at speed and their headquarters, on one machine, without configuration."""

import signal
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from types import FrameType
from typing import Any

from station.demo.silos.cable import Cable
from station.demo.silos.check import Comparison, compare_all
from station.demo.silos.database import DatabaseFailed, NoPostgres, private_postgres, programs
from station.demo.silos.headquarters import Headquarters, HeadquartersFailed
from station.demo.silos.outage import OutageByLoads, OutageByTime
from station.demo.silos.plan import SEEDS_APART, SiloPlan, place_of
from station.demo.silos.show import NotArrived, Show, SiloFailed
from station.demo.silos.silo_process import Message, SiloProcess
from station.demo.silos.teller import Teller, say_aside
from ui.words.i18n import translator

DONE, FAILED, USAGE, CONFIGURATION = 0, 1, 2, 3
TRUCKS, SPEED = 8, 60.0  # of a silo that nobody looks at
TRUCKS_TO_SEE, SPEED_TO_SEE = 400, 15.0
MOST_NAMED = 20  # differences
FAILURES = (DatabaseFailed, HeadquartersFailed, SiloFailed)


@dataclass(frozen=True, slots=True)
class SilosOptions:
    """`data`: an empty or new folder for everything; without one it is a temporary one, which is kept too.
    Without `trucks` and `speed` as many come, and as fast, as is good to look at, or to check."""

    silos: int
    headless: bool = False
    trucks: int | None = None
    speed: float | None = None
    seed: int = 1
    data: Path | None = None
    language: str = "fr"
    as_json: bool = False

    @property
    def trucks_of_each(self) -> int:
        return self.trucks or (TRUCKS if self.headless else TRUCKS_TO_SEE)

    @property
    def clock_speed(self) -> float:
        return self.speed or (SPEED if self.headless else SPEED_TO_SEE)


def run_silos(options: SilosOptions) -> int:
    """Run the demonstration to its end, or until it is interrupted. Returns the exit code: 0 only if every
    day went well and each row of each silo is at headquarters exactly once."""
    _ = translator(options.language).gettext
    if options.data is not None and options.data.is_dir() and any(options.data.iterdir()):
        say_aside(_("{folder} is not empty: a day needs a fresh folder").format(folder=options.data))
        return USAGE
    try:
        postgres = programs()
    except NoPostgres:
        say_aside(_("silo demo: there is no PostgreSQL: apt-get install -y postgresql, or call it as ./silo"))
        return CONFIGURATION
    folder = (options.data or Path(tempfile.mkdtemp(prefix="silo-silos-"))).resolve()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    try:
        return _run_in_folder(folder, postgres, options)
    except FAILURES as failure:
        say_aside(f"silo demo: {failure}")
    finally:
        say_aside(_("everything is kept in {folder}").format(folder=folder))
    return FAILED


def _run_in_folder(folder: Path, postgres: Path, options: SilosOptions) -> int:
    with ExitStack() as stack:
        database = stack.enter_context(private_postgres(folder / "database", postgres))
        hub = stack.enter_context(Headquarters(folder / "hub", database, options.language))
        cable = stack.enter_context(Cable(hub.ends))
        heard: Queue[Message] = Queue()
        silos = []
        for plan in _plans(folder, options, hub, cable):
            silos.append(SiloProcess(plan, heard))
            stack.callback(silos[-1].stop)
        teller = Teller(options.language, as_json=options.as_json)
        nothing_yet = dict.fromkeys((silo.plan.id for silo in silos), 0.0)
        show = Show(database, hub, cable, silos, heard, teller.tell, finished=nothing_yet)
        show.await_ready()
        teller.introduce(show, is_watched=not options.headless)
        _play(show, options)
        compared = _compare(show)
        teller.out({"summary": _summary(show, compared)})
        return DONE if compared.is_good and all(show.over.values()) else FAILED


def _plans(folder: Path, options: SilosOptions, hub: Headquarters, cable: Cable) -> list[SiloPlan]:
    plans = []
    for number in range(options.silos):
        silo, name, at = place_of(number)
        plans.append(
            SiloPlan(
                id=silo, name=name, folder=str(folder / silo), seed=options.seed * SEEDS_APART + number,
                trucks=options.trucks_of_each, speed=options.clock_speed, language=options.language,
                hub=tuple(cable.urls), code=hub.add(silo), at=at,
            )
        )  # fmt: skip
    return plans


def _play(show: Show, options: SilosOptions) -> None:
    if options.headless:
        show.play(OutageByLoads(show.finished, options.trucks_of_each))
        return
    try:
        show.play(OutageByTime())
        while True:
            show.look()
    except KeyboardInterrupt:
        show.tell("closing", {})


def _compare(show: Show) -> Comparison:
    """Compare once everything has arrived and the silos stand still. What never arrives is told as lost."""
    try:
        show.rest()
    except NotArrived:
        show.tell("not_arrived", {})
    show.stop_silos()
    compared = compare_all(show.ledgers, show.database, show.headquarters.photos)
    for difference in compared.differences[:MOST_NAMED]:
        show.tell("difference", {"difference": difference})
    if (more := len(compared.differences) - MOST_NAMED) > 0:
        show.tell("more", {"count": more})
    return compared


def _summary(show: Show, compared: Comparison) -> dict[str, Any]:
    return {
        "silos": len(show.silos), "loads": compared.loads, "bags": compared.bags, "rows": compared.rows,
        "photos": compared.photos, "lost": compared.lost, "doubled": compared.doubled,
        "quarantined": compared.quarantined, "catch_up_s": round(show.catch_up_s, 3),
    }  # fmt: skip


def _terminate(number: int, _frame: FrameType | None) -> None:
    """Unwinds like an interrupt, so that the children are stopped."""
    raise SystemExit(128 + number)
