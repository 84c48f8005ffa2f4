"""What the change log costs an act: two stations in turn, one enrolled and one not, load by load."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.copies import hurried
from benchmarks.ledger import Day
from benchmarks.post.writer import day_of, opened
from station.post import link

LOADS, FIRST = 40, 5
BAR_RATIO = 1.10


def measure(loads: int = LOADS) -> dict[str, Any]:
    """A load is some twenty acts. Once with every commit on the disk, as a station works, and once without,
    where the disk hides nothing."""
    durable, hasty = _measure(loads, is_hurried=False), _measure(loads, is_hurried=True)
    return {
        "durable": durable, "without_the_disk": hasty, "bar_ratio": BAR_RATIO,
        "bar_holds": durable["ratio"] <= BAR_RATIO,
    }  # fmt: skip


def _measure(loads: int, *, is_hurried: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        stations = [
            stack.enter_context(_station(Path(name) / str(has), is_enrolled=has, is_hurried=is_hurried))
            for has in (True, False)
        ]
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(FIRST + loads):
            pairs = list(zip(stations, times, strict=True))
            for day, found in pairs if number % 2 else pairs[::-1]:
                began = time.perf_counter()
                day.receive()
                if number >= FIRST:
                    found.append(1000 * (time.perf_counter() - began))
    ratios = [a / b for a, b in zip(*times, strict=True)]
    return {
        "loads": loads, "with_ms": round(median(times[0]), 2), "without_ms": round(median(times[1]), 2),
        "ratio": round(median(times[0]) / median(times[1]), 3), "ratio_of_pairs": round(median(ratios), 3),
    }  # fmt: skip


@contextmanager
def _station(folder: Path, *, is_enrolled: bool, is_hurried: bool) -> Iterator[Day]:
    with ExitStack() as stack:
        desk = stack.enter_context(opened(folder, _now))
        if is_enrolled:
            with desk.ledger.write() as tx:
                link.begin(tx, "beaulieu", "e1", _now())
        if is_hurried:
            stack.enter_context(hurried(desk.ledger))
        yield day_of(desk, _now)


def _now() -> datetime:
    return datetime.now(UTC)
