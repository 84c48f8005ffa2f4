"""Pair simulated days whose truth is known: wrong pairings first, then how many come without a person."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import repeat
from multiprocessing import get_context
from typing import Any

from benchmarks.pairing.replay import Counted, by_itself, by_odds, nearest_in_time, window_rule
from benchmarks.pairing.stand import rates, simulate
from station.grain.pairing import PairingPolicy
from station.lab.statistics.proportions import exact_interval

WINDOW = timedelta(minutes=15)
SURE = PairingPolicy(WINDOW).sure
CURVE = (0.97, 0.99, 0.995, 0.998, SURE, 0.9999)
OF_CURVE = 5  # seeds for the other thresholds: the trade-off is seen on them
BAR, GOAL = 0.001, 0.95


def pairing(seeds: int | None = None, first: int = 1) -> dict[str, Any]:
    """All days at the policy's threshold; some at others, and by other rules, beside it."""
    begin = time.perf_counter()
    days = range(first, first + (seeds or rates()["day"]["seeds"]))
    few = days[:OF_CURVE]
    workers = min(2, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        ours = _sum(pool.map(one_day, days, repeat(SURE)))
        curve = {str(sure): _sum(pool.map(one_day, few, repeat(sure))) for sure in CURVE if sure != SURE}
        beside = {name: _sum(pool.map(one_day_beside, days, repeat(name))) for name in BESIDE}
    return {
        "seeds": len(days),
        "first_seed": first,
        "sure": SURE,
        **_figures(ours),
        "bar_wrong_upper": BAR,
        "goal_automatic": GOAL,
        "waits": dict(ours.waits),
        "photos": {"all": ours.photos, "paired": ours.photos_paired, "wrong": ours.photos_wrong},
        "curve": {sure: _figures(counted) for sure, counted in curve.items()},
        "curve_seeds": len(few),
        "beside": {name: _figures(counted) for name, counted in beside.items()},
        "all_min": round((time.perf_counter() - begin) / 60, 1),
    }


BESIDE = {"window": window_rule, "nearest_in_time": nearest_in_time}


def one_day(seed: int, sure: float) -> Counted:
    return by_odds(simulate(seed, rates()), PairingPolicy(WINDOW, "odds", sure))


def one_day_beside(seed: int, rule: str) -> Counted:
    return by_itself(simulate(seed, rates()), BESIDE[rule])


def _sum(days: Any) -> Counted:
    total = Counted()
    for day in days:
        total.add(day)
    return total


def _figures(counted: Counted) -> dict[str, Any]:
    """`wrong_upper` is the upper bound of Clopper and Pearson, 95 %, of the share of automatic pairings."""
    automatic = counted.at_once + counted.later
    figures: dict[str, Any] = {
        "wrong": counted.wrong,
        "automatic": automatic,
        "wrong_share": round(counted.wrong / automatic, 6) if automatic else None,
        "wrong_upper": round(exact_interval(counted.wrong, automatic)[1], 6) if automatic else None,
        "readings": counted.readings,
        "automatic_share": round((automatic - counted.wrong) / counted.readings, 4),
        "at_once_share": round(counted.at_once / counted.readings, 4),
    }
    if counted.named:
        figures["waiting_first_is_right"] = round(counted.named_first / counted.named, 4)
    return figures
