"""What the figures were measured on, and how they are summed up."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def description() -> dict[str, Any]:
    return {
        "cpu": _field(Path("/proc/cpuinfo"), "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * round(share * 100) // 100) - 1))]


def summary(values: Sequence[float]) -> dict[str, float]:
    return {
        "n": len(values),
        "p50": round(percentile(values, 0.5), 2),
        "p95": round(percentile(values, 0.95), 2),
        "max": round(max(values), 2),
    }


def pss_mb(pid: int) -> float:
    """Proportional set size of a process and its children, MB."""
    kilobytes = float(_field(Path(f"/proc/{pid}/smaps_rollup"), "Pss").split()[0])
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return kilobytes / 1000 + sum(
        pss_mb(int(child)) for file in children for child in file.read_text().split()
    )


def cpu_ms(pid: int) -> float:
    """Processor time that all threads of a process have had, milliseconds."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in threads) / 1e6


def _field(file: Path, name: str) -> str:
    for line in file.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"
