"""What was true on the simulated season: noted while it is made, kept apart from what the station knows."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from drivers.reading import Analyte

PROTEIN = Analyte.PROTEIN.value
_ROUNDING = 1e-9  # 12.4 - 12.1 is a little more than 0.3


@dataclass(slots=True)
class TrueLoad:
    """A load as it was, and what was read of its protein. `phone` and `machine` are None where it was not."""

    load_id: str
    barcode: str
    species: str
    instrument: str
    phone_id: str
    true: dict[str, float]
    at: datetime
    tonnes: float = 0.0
    machine: list[float] = field(default_factory=list)
    phone: float | None = None

    @property
    def read_by_machine(self) -> float | None:
        return fmean(self.machine) if self.machine else None


@dataclass(slots=True)
class Truth:
    """`said` is what of the season was drawn: methods with their biases, drift, who reads high."""

    seed: int
    tolerance: float
    said: dict[str, Any] = field(default_factory=dict)
    loads: dict[str, TrueLoad] = field(default_factory=dict)
    happened: list[dict[str, Any]] = field(default_factory=list)

    def note(self, what: str, at: datetime, **data: Any) -> None:
        self.happened.append({"what": what, "at": at.isoformat(), **data})

    def as_dict(self) -> dict[str, Any]:
        loads = list(self.loads.values())
        every = {"": loads} | {name: _of(loads, name) for name in sorted({one.species for one in loads})}
        return {
            "seed": self.seed,
            **self.said,
            "happened": self.happened,
            "phone_bias": {
                name: {phone: _bias(some, phone) for phone in sorted({x.phone_id for x in some})}
                for name, some in every.items()
            },
            "who_was_right": {name: who_was_right(some, self.tolerance) for name, some in every.items()},
            "loads": {
                one.load_id: {**asdict(one), "at": one.at.isoformat()} for one in loads
            },
        }  # fmt: skip

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(self.as_dict(), ensure_ascii=False, indent=1), encoding="utf-8")


def who_was_right(loads: Sequence[TrueLoad], tolerance: float) -> dict[str, Any]:
    """Count, where phone and machine lie farther apart than `tolerance`, which of them lies within it of the
    true value: the station's own rule, with the truth in the laboratory's place."""
    counts: Counter[str] = Counter()
    compared = 0
    for one in loads:
        machine = one.read_by_machine
        if machine is None or one.phone is None:
            continue
        compared += 1
        if abs(one.phone - machine) > tolerance + _ROUNDING:
            counts[side(one.phone, machine, one.true[PROTEIN], tolerance)] += 1
    disagreed = counts.total()
    return {
        "tolerance": tolerance,
        "compared": compared,
        "disagreed": disagreed,
        "counts": {
            who: {"n": counts[who], "share": counts[who] / disagreed if disagreed else None}
            for who in ("phone", "machine", "both", "neither")
        },
    }


def side(phone: float, machine: float, reference: float, tolerance: float) -> str:
    within = tolerance + _ROUNDING
    near = abs(phone - reference) <= within, abs(machine - reference) <= within
    return {(True, True): "both", (True, False): "phone", (False, True): "machine"}.get(near, "neither")


def _of(loads: Sequence[TrueLoad], species: str) -> list[TrueLoad]:
    return [one for one in loads if one.species == species]


def _bias(loads: Sequence[TrueLoad], phone: str) -> dict[str, float | int] | None:
    """What the phone read too high on average, over all its loads."""
    apart = [
        one.phone - one.true[PROTEIN] for one in loads if one.phone_id == phone and one.phone is not None
    ]
    return {"mean": fmean(apart), "n": len(apart)} if apart else None


def read_truth(file: Path) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told
