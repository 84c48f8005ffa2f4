"""`./silo bench post [post.PART ...]`: the line to headquarters, under faults and under load."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.post.faults import faults

PARTS: Mapping[str, Callable[..., dict[str, Any]]] = {"faults": faults}


def run(part: str, seeds: int | None = None) -> dict[str, Any]:
    """What one part measures; `seeds` is for the fault machine. Raises KeyError for an unknown part."""
    return PARTS[part](seeds) if part == "faults" and seeds else PARTS[part]()
