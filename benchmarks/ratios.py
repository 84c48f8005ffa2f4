"""Compare the runs of one bench on two revisions: each of its times, sizes and rates as a ratio."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Literal

Result = Mapping[str, Any]

_COSTS = {"ms", "s", "seconds", "mb", "gb", "kb", "bytes"}
_NO_FIGURES = {"bar", "n"}


@dataclass(frozen=True, slots=True)
class Spread:
    min: float
    median: float
    max: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure in every round; `ratio` is this/other, None where no round has both or the other is 0."""

    figure: str
    better: Literal["lower", "higher"]
    this: tuple[float | None, ...]
    other: tuple[float | None, ...]
    ratio: Spread | None

    def as_dict(self) -> dict[str, Any]:
        fields = asdict(self)
        fields.pop("figure")
        return fields


def compare(this: Sequence[Result], other: Sequence[Result]) -> list[Comparison]:
    """Pair the rounds of both in their order. A figure that one of them lacks has None there."""
    mine, theirs = [figures(result) for result in this], [figures(result) for result in other]
    names = {name: None for found in (*mine, *theirs) for name in found}
    return [_compare_one(name, mine, theirs) for name in names]


def _compare_one(
    name: str, mine: Sequence[Mapping[str, float]], theirs: Sequence[Mapping[str, float]]
) -> Comparison:
    this, other = tuple(found.get(name) for found in mine), tuple(found.get(name) for found in theirs)
    ratios = [a / b for a, b in zip(this, other, strict=True) if a is not None and b]
    spread = Spread(*(round(x, 4) for x in (min(ratios), median(ratios), max(ratios)))) if ratios else None
    return Comparison(name, "higher" if _is_rate(name) else "lower", this, other, spread)


def figures(result: Result) -> dict[str, float]:
    """The times, sizes and rates in a bench's nested result, by dotted path: a key along it names the unit.

    Bars, counts, shares and ratios are no figures: between two revisions they say nothing by their quotient.
    """
    return {".".join(path): value for path, value in _numbers(result, ()) if _is_figure(path)}


def _numbers(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, (*path, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _numbers(inner, (*path, str(number)))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def _is_figure(path: tuple[str, ...]) -> bool:
    if any(key.split("_")[0] in _NO_FIGURES for key in path):
        return False
    return any(_is_rate(key) or "percent_of_a_core" in key or _COSTS & set(key.split("_")) for key in path)


def _is_rate(name: str) -> bool:
    return "_per_s" in name
