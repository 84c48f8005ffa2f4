"""`silo demo`: a simulated silo on one machine, with the operator's terminal or without people."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import httpx2

from drivers.text import visible, visible_json
from station.clock import scaled
from station.demo.book import EventMissing
from station.demo.day import play_day
from station.demo.interactive import play_with_people
from station.demo.phone import UploadRefused
from station.demo.report import FinishedLoad
from station.demo.scenario import make_day
from station.demo.setup import DemoTokens, make_tokens
from station.demo.site import write_site
from station.demo.station_process import StationFailed, StationProcess
from station.demo.yard import Yard, open_yard
from ui.tui.client import StationProblem, StationUnreachable
from ui.words.i18n import translator

START = datetime(2026, 7, 14, 5, 30, tzinfo=UTC)  # half past seven on a French harvest morning
DONE, FAILED, USAGE = 0, 1, 2
FAILURES = (
    StationFailed, StationProblem, StationUnreachable, EventMissing, UploadRefused, TimeoutError,
    httpx2.HTTPError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`data`: an empty or new folder that keeps the day; without one a temporary folder is used, kept
    only when something went wrong."""

    headless: bool = False
    trucks: int = 20
    speed: float = 1.0
    seed: int = 1
    data: Path | None = None
    language: str = "fr"
    theme: str = "dark"
    as_json: bool = False


def run_demo(options: DemoOptions) -> int:
    """Runs the demonstration to its end. Returns the exit code: 0 only if every visit has an outcome,
    every tipped load a ticket, and nothing was lost or doubled."""
    _ = translator(options.language).gettext
    if options.data is not None and options.data.is_dir() and any(options.data.iterdir()):
        _tell(_("{folder} is not empty: a day needs a fresh folder").format(folder=options.data))
        return USAGE
    folder = options.data or Path(tempfile.mkdtemp(prefix="silo-demo-"))
    for number in (signal.SIGTERM, signal.SIGHUP):  # also the terminal window that is closed
        signal.signal(number, _terminate)
    is_kept = True
    try:
        code = _run_in_folder(folder.resolve(), options)
        is_kept = code != DONE or options.data is not None
    except (KeyboardInterrupt, SystemExit):
        is_kept = options.data is not None
        raise
    finally:
        if is_kept:
            _tell(_("the day's data is kept in {folder}").format(folder=folder))
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return code


def _run_in_folder(folder: Path, options: DemoOptions) -> int:
    with ExitStack() as stack:
        clock = scaled(START, options.speed)
        yard = stack.enter_context(
            open_yard(folder / "devices", clock=clock, speed=options.speed, seed=options.seed)
        )
        site = write_site(folder, yard.ports)
        try:
            station = stack.enter_context(
                StationProcess(site, folder / "station.log", speed=options.speed, start=START)
            )
            tokens = make_tokens(station.url, station.admin_token, options.language)
            if options.headless:
                return _headless(yard, station, tokens, options)
            return _with_people(yard, station, tokens, options)
        except* FAILURES as failures:
            _tell(f"silo demo: {failures.exceptions[0]}")
    return FAILED


def _headless(yard: Yard, station: StationProcess, tokens: DemoTokens, options: DemoOptions) -> int:
    def tell(line: FinishedLoad) -> None:
        _print(line.as_dict() if options.as_json else _sentence(line, options.language))

    trucks = make_day(options.seed, options.trucks)
    good, summary = asyncio.run(
        play_day(trucks, yard, station, tokens, speed=options.speed, language=options.language, tell=tell)
    )
    _print({"summary": summary})
    return DONE if good else FAILED


def _with_people(yard: Yard, station: StationProcess, tokens: DemoTokens, options: DemoOptions) -> int:
    trucks = make_day(options.seed, options.trucks)
    play_with_people(trucks, yard, station.url, tokens, language=options.language, theme=options.theme)
    return DONE


def _sentence(line: FinishedLoad, language: str) -> str:
    """Returns one line for people."""
    words, load = translator(language), line.load
    weight = words.kg(load.ticket_document.net_kg) if load.ticket_document else "-"
    number = f"n° {load.ticket}" if load.ticket is not None else load.state
    return f"{load.plate}  {load.supplier:<24}{weight:>12}  {load.cell or '-':<4}{number}"


def _print(value: dict[str, Any] | str) -> None:
    text = visible(value) if isinstance(value, str) else visible_json(json.dumps(value, ensure_ascii=False))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell(text: str) -> None:
    sys.stderr.write(visible(text) + "\n")


def _terminate(number: int, _frame: FrameType | None) -> None:
    """Unwinds like an interrupt, so that the children are stopped."""
    raise SystemExit(128 + number)
