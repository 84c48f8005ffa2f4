"""`silo demo --season`: a finished season to look at, in a browser or as JSON lines."""

import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType

from drivers.simulated.line import TcpLine
from drivers.text import visible, visible_json
from station.demo.season.build import MANAGER, PASSWORD, write_season_site
from station.demo.season.keep import KeptSeason, kept_season
from station.demo.season.plan import FULL, OPERATORS, SeasonSize
from station.demo.season.said import said_by_pages
from station.demo.station_process import StationFailed, StationProcess
from ui.words.i18n import translator

DONE, FAILED, USAGE = 0, 1, 2
CHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class SeasonOptions:
    """`data`: an empty or new folder that keeps what is done on the pages."""

    seed: int = 1
    headless: bool = False
    data: Path | None = None
    language: str = "fr"
    size: SeasonSize = FULL


def run_season(options: SeasonOptions) -> int:
    """Serve the season until it is interrupted, or print what its pages say."""
    _ = translator(options.language).gettext
    if options.data is not None and options.data.is_dir() and any(options.data.iterdir()):
        _tell(_("{folder} is not empty: a day needs a fresh folder").format(folder=options.data))
        return USAGE
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    season = kept_season(options.seed, options.size, tell=_making(options.language))
    _tell(_("what was true is in {file}").format(file=season.truth))
    if options.headless:
        _print_pages(season)
        return DONE
    return _serve(season, options)


def _print_pages(season: KeptSeason) -> None:
    """One JSON line for each question of each page."""
    for said in said_by_pages(season.ledger):
        sys.stdout.write(visible_json(json.dumps(said, ensure_ascii=False)) + "\n")


def _serve(season: KeptSeason, options: SeasonOptions) -> int:
    _ = translator(options.language).gettext
    folder = options.data or Path(tempfile.mkdtemp(prefix="silo-season-"))
    try:
        season.copy_to(folder)
        start = datetime.fromisoformat(season.made["ended"])
        try:
            with (
                _plugged_in() as ports,
                StationProcess(
                    write_season_site(folder, ports=ports), folder / "station.log", speed=1.0, start=start
                ) as station,
            ):
                _say(_("The pages are at {url}").format(url=station.url))
                busiest = f"{station.url}/day?day={season.made['busiest']}"
                _say(_("The busiest day is {url}").format(url=busiest))
                login = _("Sign in as {manager} (manager) or {operator} (operator), password {password}")
                _say(login.format(manager=MANAGER, operator=OPERATORS[0], password=PASSWORD))
                _say(_("Ctrl-C ends it."))
                while True:
                    time.sleep(CHECK_S)
                    station.check()
        except StationFailed as failure:
            _tell(f"silo demo: {failure}")
            return FAILED
        except KeyboardInterrupt:
            return DONE
    finally:
        if options.data is None:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            _tell(_("the day's data is kept in {folder}").format(folder=folder))


@contextmanager
def _plugged_in() -> Iterator[tuple[int, int, int]]:
    """The instruments stand there and say nothing: where bridge and analyzers are reached."""
    with ExitStack() as stack:
        lines = [stack.enter_context(closing(TcpLine())) for _ in range(3)]
        bridge, nir1, nir2 = (line.port for line in lines)
        yield bridge, nir1, nir2


def _making(language: str) -> Callable[[str], None]:
    _ = translator(language).gettext

    def tell(text: str) -> None:
        _tell(_("making the season: day {day}").format(day=text))

    return tell


def _say(text: str) -> None:
    sys.stdout.write(visible(text) + "\n")
    sys.stdout.flush()


def _tell(text: str) -> None:
    sys.stderr.write(visible(text) + "\n")


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
