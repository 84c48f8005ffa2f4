"""`./silo bench post [post.PART ...]`: the line to headquarters, under faults and under load."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PARTS = ("faults", "backlog", "tickets", "desk", "change_log", "backtest")


def run(part: str, seeds: int | None = None) -> dict[str, Any]:
    """What one part measures; `seeds` is for the fault machine. A part is a module, loaded when it is asked
    for: it needs what the hub needs."""
    if find_spec("procrastinate") is None:
        return {"skipped": "the hub's packages are not installed: ./silo hub --help"}
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return {"skipped": "no PostgreSQL: apt-get install -y postgresql"}
    measure = import_module(f"benchmarks.post.{part}").measure
    result: dict[str, Any] = measure(seeds) if part == "faults" and seeds else measure()
    return result
