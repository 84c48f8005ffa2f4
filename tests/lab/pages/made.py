"""Studies made by hand and by chance, with the truth beside them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from station.lab.pages.study import LoadFacts, Row, Sent, Study

START = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
PAIR = {
    "analyte": "protein", "species": "soft_wheat", "test": "phone", "reference": "lab", "source": "",
    "period": "campaign",
}  # fmt: skip
THREE = {"analyte": "protein", "species": "soft_wheat", "period": "campaign"}
_SOURCES = {"phone": "phone-1", "machine": "NIR-7", "lab": "Labo Sud"}


def row(number: int, method: str, value: float, **over: Any) -> Row:
    """A value of the sample s<number> of the load l<number>, an hour after the one before."""
    usual = {
        "source_id": f"{method}{number}", "seq": number, "replicate": 1, "sample_id": f"s{number}",
        "barcode": f"s{number}", "load_id": f"l{number}", "species": "soft_wheat", "variety": "",
        "method": method, "source": _SOURCES[method], "release": "", "value": value, "mass_value": None,
        "comparator": "", "unit": "%", "basis": "dm", "nitrogen_factor": None,
        "at": START + timedelta(hours=number),
    }  # fmt: skip
    return {**usual, **over}


def rows_of(**methods: Sequence[float | None]) -> list[Row]:
    """Values by method, a sample a place."""
    return [
        row(number, method, value)
        for method, values in methods.items()
        for number, value in enumerate(values)
        if value is not None
    ]


def study(rows: Sequence[Row], **over: Any) -> Study:
    loads = {
        one["load_id"]: LoadFacts("2026", supplier_id="dupont", ticket=one["seq"], tonnes=10.0)
        for one in rows
    }
    usual: dict[str, Any] = {"loads": loads, "campaign": "2026", "tolerance": 0.3, "permitted": 0.1}
    return Study("protein", rows, **{**usual, **over})


def drawn(numbers: Sequence[int], weight: float | None = 4.0) -> Mapping[str, Sent]:
    return {f"s{number}": Sent("random", weight) for number in numbers}


def three_methods(
    rng: np.random.Generator, n: int, errors: Mapping[str, float], offsets: Mapping[str, float] | None = None
) -> dict[str, list[float]]:
    truth = rng.normal(12, 1, n)
    return {
        method: np.round(truth + (offsets or {}).get(method, 0.0) + rng.normal(0, error, n), 2).tolist()
        for method, error in errors.items()
    }
