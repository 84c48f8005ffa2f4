"""One silo in a process of its own: its yard, its station, its trucks.

Run as a program it reads its plan, one line of JSON, from standard input. On standard output it says what
happens, a line of JSON each: `ready`, each `load`, the day `over`, or why it `failed`. The line `rest` ends
the trucks; the end of standard input ends everything.
"""

import asyncio
import json
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from station.clock import scaled
from station.demo.day import play_day
from station.demo.report import FinishedLoad
from station.demo.run import DONE, FAILED, FAILURES, START
from station.demo.scenario import make_day
from station.demo.setup import DemoTokens, make_tokens
from station.demo.silos.headquarters import HeadquartersFailed, run_silo
from station.demo.silos.plan import SiloPlan, plan_of
from station.demo.site import write_site
from station.demo.station_process import StationProcess
from station.demo.yard import Yard, open_yard

LOOK_S = 0.5


class Wishes:
    """What whoever started this silo wants of it."""

    def __init__(self) -> None:
        self.rest, self.end = threading.Event(), threading.Event()
        self._on_rest: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def follow(self) -> None:
        threading.Thread(target=self._listen, name="wishes", daemon=True).start()

    def when_to_rest(self, act: Callable[[], None]) -> None:
        """Have `act` called when the trucks are to end, at once where that was said already."""
        with self._lock:
            self._on_rest = act
            if self.rest.is_set():
                act()

    def _listen(self) -> None:
        for line in sys.stdin:
            if line.strip() == "rest":
                self._say_rest()
        self._say_rest()
        self.end.set()

    def _say_rest(self) -> None:
        with self._lock:
            self.rest.set()
            self._on_rest()


def run(plan: SiloPlan, wishes: Wishes) -> int:
    try:
        live(plan, wishes)
    except* (*FAILURES, HeadquartersFailed) as failures:
        say("failed", why=str(failures.exceptions[0]))
    else:
        return DONE
    return FAILED


def live(plan: SiloPlan, wishes: Wishes) -> None:
    """Run the silo until it is to end. Raises what a demonstration may fail of."""
    clock, folder = scaled(START, plan.speed), Path(plan.folder)
    with ExitStack() as stack:
        yard = stack.enter_context(
            open_yard(folder / "devices", clock=clock, speed=plan.speed, seed=plan.seed, site=plan.id)
        )
        site = write_site(folder, yard.ports, site=plan.id, name=plan.name, at=plan.at)
        hub = [word for url in plan.hub for word in ("--hub", url)]
        run_silo(("enrol", *hub, "--code", plan.code, "--config", str(site)), plan.language)
        station = stack.enter_context(
            StationProcess(site, folder / "station.log", speed=plan.speed, start=START)
        )
        tokens = make_tokens(station.url, station.admin_token, plan.language)
        say("ready", url=station.url)
        asyncio.run(play(plan, yard, station, tokens, wishes))
        while not wishes.end.wait(LOOK_S):
            station.check()


async def play(
    plan: SiloPlan, yard: Yard, station: StationProcess, tokens: DemoTokens, wishes: Wishes
) -> None:
    """Play the trucks to their end, or until they are to rest."""
    loop = asyncio.get_running_loop()
    day = loop.create_task(
        play_day(
            make_day(plan.seed, plan.trucks), yard, station, tokens, speed=plan.speed,
            language=plan.language, tell=tell,
        )
    )  # fmt: skip
    wishes.when_to_rest(lambda: _cancel(loop, day))
    with suppress(asyncio.CancelledError):
        good, summary = await day
        say("over", good=good, summary=summary)
        return
    say("over", good=True, summary=None)


def _cancel(loop: asyncio.AbstractEventLoop, day: asyncio.Task[Any]) -> None:
    with suppress(RuntimeError):  # the day is over, its loop closed
        loop.call_soon_threadsafe(day.cancel)


def tell(line: FinishedLoad) -> None:
    say("load", load=line.as_dict())


def say(what: str, **more: Any) -> None:
    sys.stdout.write(json.dumps({"said": what, **more}) + "\n")
    sys.stdout.flush()


def main() -> None:
    signal.signal(signal.SIGTERM, _terminate)
    plan = plan_of(sys.stdin.readline())
    wishes = Wishes()
    wishes.follow()
    raise SystemExit(run(plan, wishes))


def _terminate(number: int, _frame: FrameType | None) -> None:
    """Unwinds, so that the children are stopped."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
