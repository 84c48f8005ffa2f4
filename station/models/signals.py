"""Daily signals tell of the active models how often they refuse, and how far photos lie from what they know.

A signal tells of a day; by variety and by phone as well, because a new variety or another phone is the
commonest reason for a model to fail quietly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from station.models.agreement import middle

Of = Literal["all", "variety", "phone"]


@dataclass(frozen=True, slots=True)
class Looked:
    """Sums up one inspection by an active model. `day` is the site's own; `embedding` is {distance2,
    unfamiliar}."""

    day: str
    release: str
    accepted: bool
    embedding: Mapping[str, float] | None
    phone: str
    variety: str


@dataclass(frozen=True, slots=True)
class Signal:
    day: str
    release: str
    of: Of
    value: str | None
    captures: int
    abstention_rate: float
    distance2: float | None
    unfamiliar: float | None


def daily_signals(looked: Sequence[Looked]) -> list[Signal]:
    """Sum up by day and release: all captures, then each variety and each phone."""
    groups: dict[tuple[str, str, Of, str | None], list[Looked]] = {}
    for one in looked:
        keys: list[tuple[Of, str | None]] = [("all", None), ("phone", one.phone)]
        if one.variety:
            keys.append(("variety", one.variety))
        for of, value in keys:
            groups.setdefault((one.day, one.release, of, value), []).append(one)
    return [
        Signal(*key, **_figures(found))
        for key, found in sorted(groups.items(), key=lambda pair: [str(part or "") for part in pair[0]])
    ]


def _figures(found: Sequence[Looked]) -> dict[str, Any]:
    known = [one.embedding for one in found if one.embedding]
    return {
        "captures": len(found),
        "abstention_rate": round(fmean(not one.accepted for one in found), 6),
        "distance2": middle([one["distance2"] for one in known]),
        "unfamiliar": middle([one["unfamiliar"] for one in known]),
    }
