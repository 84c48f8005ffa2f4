"""The fault machine over many seeds, for `./silo bench post.faults`."""

import signal
import sys
from collections import Counter
from typing import Any

from benchmarks.post.machine import COPIES, STATIONS, WORKERS, Outcome, run_seed

SEEDS = 20
BAR_S = 2400.0
COUNTED = ("rows", "bags", "lost", "doubled", "quarantined")


def measure(seeds: int = SEEDS) -> dict[str, Any]:
    """How much was lost and doubled over so many seeds, counted by SQL of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # and its children end with it
    outcomes = []
    for seed in range(1, seeds + 1):
        outcomes.append(run_seed(seed))
        _say(outcomes[-1])
    return summed(outcomes)


def summed(outcomes: list[Outcome]) -> dict[str, Any]:
    kills: Counter[str] = Counter()
    line: Counter[str] = Counter()
    for outcome in outcomes:
        kills += outcome.kills
        line += outcome.line
    seconds = sum(outcome.seconds for outcome in outcomes)
    return {
        "seeds": len(outcomes), "stations": len(STATIONS), "copies": COPIES, "workers": WORKERS,
        "kills": kills.total(), "killed": dict(sorted(kills.items())), "line": dict(sorted(line.items())),
        **{name: sum(getattr(outcome.found, name) for outcome in outcomes) for name in COUNTED},
        "left": sum(outcome.left for outcome in outcomes),
        "unapplied": sum(outcome.unapplied for outcome in outcomes),
        "examples": [example for outcome in outcomes for example in outcome.examples],
        "kept": [outcome.kept for outcome in outcomes if outcome.kept],
        "failed_seeds": [outcome.seed for outcome in outcomes if not outcome.holds],
        "slowest_catch_up_s": max(outcome.catch_up_s for outcome in outcomes),
        "total_s": round(seconds, 1), "bar_total_s": BAR_S,
        "bar_holds": all(outcome.holds for outcome in outcomes) and seconds <= BAR_S,
    }  # fmt: skip


def _say(outcome: Outcome) -> None:
    found = outcome.found
    print(
        f"  seed {outcome.seed}: {outcome.kills.total()} kills, {found.rows} rows, lost {found.lost}, "
        f"doubled {found.doubled}, {outcome.seconds} s",
        file=sys.stderr, flush=True,
    )  # fmt: skip
