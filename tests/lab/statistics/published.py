"""The reference data of method comparison, read where they lie beside a checkout; they are no part of it."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.lab.statistics.values import Values

FOLDER = Path(__file__).parents[4] / "shared" / "statistics"
needs_data = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no reference data: {FOLDER} does not exist")


class Published:
    """Expected values with their tolerances."""

    def __init__(self) -> None:
        self.expected: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))

    def agrees(self, key: str, value: Any) -> None:
        entry = self.expected[key]
        expected = np.asarray(entry["value"], dtype=float)
        tolerance = entry["tol"] * (np.abs(expected) if entry["rel"] else 1)
        off = np.abs(np.asarray(value, dtype=float) - expected)
        assert off.shape == expected.shape, (key, value, entry["value"])
        assert np.all(off <= tolerance + 1e-15), (key, value, entry["value"], entry["tol"])


def columns(name: str) -> dict[str, list[str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return {key: [row[key] for row in rows] for key in rows[0]}


def numbers(name: str, *names: str) -> list[Values]:
    found = columns(name)
    return [np.array([float(text) for text in found[key]]) for key in names]


def by_method(name: str, replicate: str | None = None) -> dict[str, Values]:
    """The values of each method in the order of the items."""
    found = columns(name)
    wanted = range(len(found["y"]))
    if replicate is not None:
        wanted = [i for i in wanted if found["repl"][i] == replicate]
    result: dict[str, list[float]] = {}
    for i in wanted:
        result.setdefault(found["meth"][i], []).append(float(found["y"][i]))
    return {key: np.array(values) for key, values in result.items()}
