"""Values become places on a drawing: what can be drawn, round ticks, numbers as their readers write them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Any

from ui.words.i18n import Translator

MOST = 1e15  # what is larger is no measurement
_MOST_WRITTEN, _FINEST = 1e7, 6
_ALIKE = 1e-9  # a smaller part of a value is its own rounding
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Scale:
    """`low` lies at `start`, `high` at `end`; what lies beyond is drawn at the edge."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Ticks:
    """Round places of an axis, and with how many decimals they are written."""

    places: tuple[float, ...]
    decimals: int


def drawable(value: Any) -> float | None:
    """Return a number that can be drawn; None for what is none, not finite, or beyond all measure."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and abs(value) <= MOST else None


def numbers(values: Iterable[Any]) -> list[float]:
    return [number for value in values if (number := drawable(value)) is not None]


def pair(values: Any) -> tuple[float, float] | None:
    """Return an interval that can be drawn, its lower end first."""
    if not isinstance(values, list | tuple) or len(values) != 2:
        return None
    found = numbers(values)
    return (min(found), max(found)) if len(found) == 2 else None


def scale(values: Iterable[Any], start: float, end: float, air: float = 0.05) -> Scale:
    """Return the scale that holds the values with some air around them, whatever they are."""
    found = numbers(values) or [0.0, 1.0]
    low, high = min(found), max(found)
    least = max(_LEAST, _ALIKE * max(abs(low), abs(high)))
    if high - low <= least:
        half = max(0.5, 0.02 * abs(low))
        low, high = low - half, high + half
    pad = (high - low) * air
    return Scale(low - pad, high + pad, start, end)


def ticks(shown: Scale, most: int = 6) -> Ticks:
    """Return at most `most` round places (steps of 1, 2 or 5) of what is shown."""
    rough = (shown.high - shown.low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(power * round_step for round_step in (1, 2, 5, 10) if power * round_step >= rough * 0.999)
    decimals = max(0, -floor(log10(step) + _ALIKE))
    first, last = ceil(shown.low / step - _ALIKE), floor(shown.high / step + _ALIKE)
    places = (round(i * step, decimals) + 0.0 for i in range(first, min(last, first + most + 1) + 1))
    return Ticks(tuple(place for place in places if shown.holds(place)), decimals)


def fitting_ticks(shown: Scale, width_of: Callable[[Ticks], float], gap: float = 14.0) -> Ticks:
    """Return as many ticks as stand side by side when each is as broad as `width_of` says of the broadest."""
    room = abs(shown.end - shown.start)
    for most in range(7, 1, -1):
        found = ticks(shown, most)
        if len(found.places) * (width_of(found) + gap) <= room + width_of(found):
            return found
    return ticks(shown, 1)


def written(value: float, decimals: int, t: Translator) -> str:
    """Write a number on a chart; one that is very large or fine with its power of ten."""
    if abs(value) >= _MOST_WRITTEN or decimals > _FINEST:
        sign = t.number(0.5, 1)[1]
        return f"{value:.3g}".replace(".", sign)
    return t.number(value, decimals)


def signed(value: float, decimals: int, t: Translator) -> str:
    """Write a difference with its sign."""
    words = written(value, decimals, t)
    return f"+{words}" if value > 0 and any(figure in words for figure in "123456789") else words


def decimals_of(values: Iterable[Any]) -> int:
    """Return how many decimals show two figures of what these scatter."""
    found = numbers(values)
    spread = max(found) - min(found) if found else 1.0
    scatter = spread / 4 if spread > _LEAST else 1.0
    return int(min(8, max(0, 1 - floor(log10(scatter)))))
