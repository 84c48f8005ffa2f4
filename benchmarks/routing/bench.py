"""Simulated seasons of routing: what each rule loses against an oracle, by what measures the loads.

All rules see the same loads with the same errors, and measure again as often as ours asked for: the others
those values that lie nearest a limit, for the spread of their error. Where two instruments measure, the other
rules go by the machine, or by the plain mean of both."""

import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from statistics import fmean, stdev
from typing import Any

from benchmarks.routing.outcome import Outcome, most_money, settle
from benchmarks.routing.rates import Rates, read_rates
from benchmarks.routing.rules import ByRolling, Measure, Ours, Rule, by_points, by_truth
from benchmarks.routing.season import Load, Season, Times, Values, combine, draw_season
from benchmarks.routing.silo import empty_cells
from drivers.reading import Analyte
from station.grain.cells import Measured
from station.lab.statistics.distributions import t_quantile

OURS, ORACLE = "ours", "greedy oracle"
Outcomes = Mapping[str, Mapping[str, Outcome]]  # by column and rule
_BY_MACHINE, _BY_MEAN = ", machine", ", plain mean"


def routing(seed: int | None = None, seasons: int | None = None) -> dict[str, Any]:
    """Simulate the seasons of `seed` and sum them up; prints the table beside."""
    rates = read_rates()
    seed, seasons = rates.seed if seed is None else seed, seasons or rates.seasons
    begin = time.perf_counter()
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        outcomes = list(pool.map(one_season, repeat(rates), repeat(seed), range(seasons)))
    result = {
        "seed": seed,
        "seasons": seasons,
        "loads_a_season": rates.loads,
        "rules": summary(outcomes),
        "all_s": round(time.perf_counter() - begin, 1),
    }
    print(table(result), file=sys.stderr)
    return result


def one_season(rates: Rates, seed: int, number: int) -> Outcomes:
    season = draw_season(rates, seed, number)
    most = most_money(rates, season.loads)
    return {column: _one_column(rates, season, column, most) for column in rates.columns}


def _one_column(rates: Rates, season: Season, column: str, most: float) -> dict[str, Outcome]:
    instruments = rates.columns[column]
    ours = Ours(rates.pack, rates.most_again)
    found = {OURS: run(rates, season, instruments, ours, most, combined=True)}
    again = sum(ours.again.values())
    found[ORACLE] = run(rates, season, instruments, by_truth, most, combined=True)
    firsts = [name for name in instruments if name != "phone"]
    ways = {"": instruments} if len(instruments) == 2 else {_BY_MACHINE: firsts, _BY_MEAN: instruments}
    for way, using in ways.items():
        times = nearest_limits(rates, season, using, again)
        for name, rule in (("points", by_points), ("250 t rule", ByRolling(rates))):
            found[name + way] = run(rates, season, using, rule, most, times)
    return found


def run(
    rates: Rates,
    season: Season,
    instruments: Sequence[str],
    rule: Rule,
    most: float,
    times: Times | None = None,
    *,
    combined: bool = False,
) -> Outcome:
    """Route a season's loads in their order. `times`: what is measured again, whatever the rule wants."""
    cells, elsewhere = empty_cells(rates), []
    again = sum((times or {}).values())
    for load in season.loads:
        fixed = times or {}
        own: dict[Analyte, int] = {a: fixed[load.number, a] for a in load.true if (load.number, a) in fixed}
        cell, values = rule(load, _measuring(season, instruments, load, own, combined=combined), cells)
        if cell is None:
            elsewhere.append(load)
        else:
            cell.tip(load, values, rates.rolling_t)
    if isinstance(rule, Ours):
        again = sum(rule.again.values())
    return settle(rates, cells, elsewhere, most, again)


def nearest_limits(rates: Rates, season: Season, instruments: Sequence[str], count: int) -> Times:
    """Choose `count` values to be measured again: those nearest a limit, for the spread of their error."""
    far: list[tuple[float, int, Analyte]] = []
    for load in season.loads:
        values = measure_all(season, instruments, load, {}, combined=False)
        for analyte, one in values.items():
            limits = [c.limit for grade in rates.grades for c in grade.criteria if c.analyte == analyte]
            near = min((abs(one.value - limit) for limit in limits), default=math.inf)
            far.append((near / (one.u or 1e-9), load.number, analyte))
    return {(number, analyte): 1 for _, number, analyte in sorted(far)[:count]}


def measure_all(
    season: Season, instruments: Sequence[str], load: Load, again: Mapping[Analyte, int], *, combined: bool
) -> dict[Analyte, Measured]:
    """Return the load's values: those of several instruments weighted by uncertainty, or plain means."""
    times = {(load.number, analyte): count for analyte, count in again.items()}
    by_instrument = [season.measure(name, load, times) for name in instruments]
    measured: dict[Analyte, list[Measured]] = {}
    for values in by_instrument:
        for analyte, one in values.items():
            measured.setdefault(analyte, []).append(one)
    if combined:
        return {analyte: combine(parts) for analyte, parts in measured.items()}
    return {
        analyte: Measured(fmean(one.value for one in parts), parts[0].u, parts[0].basis)
        for analyte, parts in measured.items()
    }


def _measuring(
    season: Season, instruments: Sequence[str], load: Load, fixed: Mapping[Analyte, int], *, combined: bool
) -> Measure:
    def measure(again: Mapping[Analyte, int]) -> Values:
        return measure_all(season, instruments, load, {**fixed, **again}, combined=combined)

    return measure


def summary(outcomes: Sequence[Outcomes]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return, by column and rule, means over the seasons and their 95 % intervals; `more_than_ours` from
    paired differences."""
    return {
        column: {
            name: _sum_up([one[column][name] for one in outcomes], [one[column][OURS] for one in outcomes])
            for name in outcomes[0][column]
        }
        for column in outcomes[0]
    }


def _sum_up(outcomes: Sequence[Outcome], ours: Sequence[Outcome]) -> dict[str, Any]:
    def percent(name: str) -> float:
        return round(100.0 * fmean(getattr(one, name) for one in outcomes), 2)

    more = [one.lost - own.lost for one, own in zip(outcomes, ours, strict=True)]
    return {
        "lost_per_1000_t": _mean_and_interval([one.lost for one in outcomes]),
        "more_than_ours": None if outcomes == ours else _mean_and_interval(more),
        "wrong_percent": percent("wrong"),
        "too_high_percent": percent("too_high"),
        "too_low_percent": percent("too_low"),
        "missed_t_percent": percent("missed"),
        "elsewhere_t_percent": percent("elsewhere"),
        "measured_again": round(fmean(one.again for one in outcomes), 1),
    }


def _mean_and_interval(values: Sequence[float]) -> dict[str, float]:
    mean = fmean(values)
    if len(values) < 2:
        return {"mean": round(mean, 1)}
    half = t_quantile(0.975, len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return {"mean": round(mean, 1), "low": round(mean - half, 1), "high": round(mean + half, 1)}


def table(result: Mapping[str, Any]) -> str:
    head = ("measured by", "rule", "lost EUR/1000 t", "more than ours", "wrong %", "up", "down", "missed t %")
    rows = [(*head, "again")]
    for column, rules in result["rules"].items():
        for name, of in rules.items():
            shares = [f"{of[key + '_percent']:.1f}" for key in ("wrong", "too_high", "too_low", "missed_t")]
            more = _told(of["more_than_ours"])
            rows.append(
                (column, name, _told(of["lost_per_1000_t"]), more, *shares, str(of["measured_again"]))
            )
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _told(interval: Mapping[str, float] | None) -> str:
    if interval is None:
        return "-"
    if "low" not in interval:
        return f"{interval['mean']:.0f}"
    return f"{interval['mean']:.0f} ({interval['low']:.0f} to {interval['high']:.0f})"
