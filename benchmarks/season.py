"""Simulated seasons, each held against its own truth: photo inspections are posted, the rest is as in
`silo demo --season`."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from station.demo.season.build import DATA, build_season
from station.demo.season.check import FALSE_ALARMS, UNLIKELY, Checked, check_season
from station.demo.season.plan import SeasonSize
from station.demo.season.said import said_by_pages
from station.demo.season.truth import read_truth
from station.lab.statistics.proportions import binomial_tail
from station.store.folder import LEDGER

SEEDS = range(1, 21)
POSTED = SeasonSize(photos=0)
STATED = 0.95


def season(seeds: Sequence[int] = SEEDS, size: SeasonSize = POSTED) -> dict[str, Any]:
    begin = time.perf_counter()
    with ProcessPoolExecutor(
        min(2, os.cpu_count() or 1), mp_context=get_context("spawn"), max_tasks_per_child=1
    ) as pool:
        checked, seconds = zip(*pool.map(one_season, seeds, repeat(size)), strict=True)
    return {**summary(seeds, checked), "season_s": list(seconds), **_time(begin)}


def one_season(seed: int, size: SeasonSize) -> tuple[Checked, float]:
    begin = time.perf_counter()
    with TemporaryDirectory(prefix="silo-season-") as folder:
        site, truth = Path(folder) / "site", Path(folder) / "truth.json"
        build_season(site, truth, seed, size)
        checked = check_season(said_by_pages(site / DATA / LEDGER), read_truth(truth))
    return checked, round(time.perf_counter() - begin, 1)


def summary(seeds: Sequence[int], checked: Sequence[Checked]) -> dict[str, Any]:
    drifts = [one.drift for one in checked if one.drift is not None]
    delays = [one.delay for one in drifts if one.delay is not None]
    phones = [phone for one in checked for phone in one.phones]
    sides = [side for one in checked for side in one.sides]
    checks = sum(one.honest.checks for one in checked)
    alarms = sum(one.honest.alarms for one in checked)
    return {
        "seeds": len(seeds),
        "drift_found": len(delays),
        "drift_in_time": sum(one.ok for one in drifts),
        "delay_checks": delays,
        "usual_delay_checks": [one.usual for one in drifts],
        "longest_delay_checks": [one.longest for one in drifts],
        "high_phone_inside": sum(one.high_phone.ok for one in checked),
        "phones_inside": [sum(one.ok for one in phones), len(phones)],
        "honest_checks": checks,
        "honest_alarms": alarms,
        "stated_alarms": round(checks * FALSE_ALARMS, 2),
        "honest_ok": binomial_tail(alarms, checks, FALSE_ALARMS) >= UNLIKELY,
        "sides_inside": [sum(one.ok for one in sides), len(sides)],
        "stated_inside": STATED,
    }


def _time(begin: float) -> dict[str, Any]:
    return {"all_min": round((time.perf_counter() - begin) / 60, 1), "bar_min": 40}
