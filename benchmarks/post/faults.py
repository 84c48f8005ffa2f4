"""The fault machine over many seeds, for `./silo bench post.faults`."""

import sys
from collections import Counter
from typing import Any

from benchmarks.post.cluster import programs
from benchmarks.post.compare import Difference
from benchmarks.post.machine import COPIES, STATIONS, Outcome, run_seed

SEEDS = 20
BAR_S = 2400.0


def faults(seeds: int = SEEDS) -> dict[str, Any]:
    """How much was lost and doubled over so many seeds, counted by SQL of its own."""
    if programs() is None:
        return {"skipped": "no PostgreSQL: apt-get install -y postgresql"}
    outcomes = []
    for seed in range(1, seeds + 1):
        outcomes.append(run_seed(seed))
        _say(outcomes[-1])
    return summed(outcomes)


def summed(outcomes: list[Outcome]) -> dict[str, Any]:
    kills: Counter[str] = Counter()
    line: Counter[str] = Counter()
    found = Difference()
    for outcome in outcomes:
        kills += outcome.kills
        line += outcome.line
        found.add(outcome.difference)
    seconds = sum(outcome.seconds for outcome in outcomes)
    return {
        "seeds": len(outcomes), "stations": len(STATIONS), "copies": COPIES,
        "kills": kills.total(), "killed": dict(sorted(kills.items())), "line": dict(sorted(line.items())),
        "rows": found.rows, "bags": found.bags, "lost": found.lost, "doubled": found.doubled,
        "quarantined": found.quarantined, "left": sum(outcome.left for outcome in outcomes),
        "unapplied": sum(outcome.unapplied for outcome in outcomes), "examples": found.examples,
        "kept": [outcome.kept for outcome in outcomes if outcome.kept],
        "failed_seeds": [outcome.seed for outcome in outcomes if not outcome.holds],
        "slowest_catch_up_s": max(outcome.catch_up_s for outcome in outcomes),
        "total_s": round(seconds, 1), "bar_total_s": BAR_S,
        "bar_holds": all(outcome.holds for outcome in outcomes) and seconds <= BAR_S,
    }  # fmt: skip


def _say(outcome: Outcome) -> None:
    found = outcome.difference
    print(
        f"  seed {outcome.seed}: {outcome.kills.total()} kills, {found.rows} rows, lost {found.lost}, "
        f"doubled {found.doubled}, {outcome.seconds} s",
        file=sys.stderr, flush=True,
    )  # fmt: skip
