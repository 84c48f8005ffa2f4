"""A message whose number depends on a setting that nobody made has no value, but says what it may be.

A Toledo head with d = 20 kg sends 001696 or 016960 for the same load; a head that names no unit may mean
kilograms or pounds. A person compares one loaded reading with the display: an empty bridge shows 0 either
way. `extra["unsettled"]` lists what each choice would make of the message:

    [{"settings": {"fixed_zero": "in_digits"}, "values": {"weight": 16960.0}},
     {"settings": {"fixed_zero": "appended"}, "values": {"weight": 169600.0}}]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drivers.errors import FrameError
from drivers.reading import Analyte, Flag, Reading, Value

_EXPLAINED = frozenset({Flag.MOTION, Flag.OVERLOAD, Flag.UNDERLOAD})
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Way:
    """What a message says where its settings are these. A number that cannot be true is told all the same."""

    settings: Mapping[str, str]
    values: Mapping[str, float | None]

    def as_dict(self) -> dict[str, Any]:
        return {"settings": dict(self.settings), "values": dict(self.values)}


def ways_of(reading: Reading) -> list[Way]:
    """Return what the reading may be, by the settings that are missing; empty where none is."""
    return [Way(one["settings"], one["values"]) for one in reading.extra.get("unsettled", ())]


def missing_settings(reading: Reading) -> dict[str, list[str]]:
    """Return the settings that have to be made, with their choices, in the order in which to ask."""
    found: dict[str, list[str]] = {}
    for way in ways_of(reading):
        for key, choice in way.settings.items():
            found.setdefault(key, [])
            if choice not in found[key]:
                found[key].append(choice)
    return found


def describe(ways: Sequence[Way]) -> str:
    """Return "fixed_zero = in_digits: 16960 kg, fixed_zero = appended: 169600 kg"; of several analytes only
    those on which the choice has a say."""
    names = open_names(ways)
    shown = [
        f"{' '.join(f'{key} = {choice}' for key, choice in way.settings.items())}: {_numbers(way, names)}"
        for way in ways
    ]
    return ", ".join([*shown[:_SHOWN], *(["..."] if len(shown) > _SHOWN else [])])


def open_names(ways: Sequence[Way]) -> list[str]:
    """Return the analytes on which the choice has a say."""
    return [name for name in ways[0].values if len({way.values.get(name) for way in ways}) > 1]


def with_prefix(reading: Reading, prefix: str) -> Reading:
    """Return the reading of a kind whose settings have other names outside: `prefix` and its own."""
    ways = [
        Way({f"{prefix}{key}": word for key, word in way.settings.items()}, way.values)
        for way in ways_of(reading)
    ]
    return replace(reading, extra={**reading.extra, **_told(ways)}) if ways else reading


def merge(setting: str, outcomes: Mapping[str, Reading | FrameError]) -> Reading | FrameError:
    """Return the one reading of all choices of `setting`: with a value where all agree, else without.

    A choice by which the message cannot be read at all is none.
    """
    readings = {choice: one for choice, one in outcomes.items() if isinstance(one, Reading)}
    if not readings:
        return next(one for one in outcomes.values() if isinstance(one, FrameError))
    first, *others = readings.values()
    extra = _common_extra(first, others)
    if len(readings) == 1 or all(
        one.values == first.values and not ways_of(one) for one in readings.values()
    ):
        return replace(first, flags=_common_flags(first, others), extra=extra)
    ways = [
        replace(way, settings={setting: choice, **way.settings})
        for choice, reading in readings.items()
        for way in ways_of(reading) or [Way({}, _numbers_of(reading))]
    ]
    open_ones = {name for name in first.values if len({way.values.get(name.value) for way in ways}) > 1}
    flags = _common_flags(first, others)
    return replace(
        first,
        values={
            name: Value(None, value.unit, value.basis) if name in open_ones else value
            for name, value in first.values.items()
        },
        flags=flags if flags & _EXPLAINED else flags | {Flag.ERROR},
        extra={**extra, **_told(ways)},
        unit_sent=first.unit_sent if all(one.unit_sent == first.unit_sent for one in others) else None,
    )


def _told(ways: list[Way]) -> dict[str, Any]:
    return {
        "problem": f"compare a loaded reading with the display and set: {describe(ways)}",
        "unsettled": [way.as_dict() for way in ways],
    }


def _common_flags(first: Reading, others: list[Reading]) -> frozenset[Flag]:
    return first.flags.intersection(*(one.flags for one in others))


def _common_extra(first: Reading, others: list[Reading]) -> dict[str, Any]:
    own = {} if others else first.extra
    return {**_common(first.extra, [one.extra for one in others]), **own}


def _common(first: Mapping[str, Any], others: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what all say; what they say otherwise is not known."""
    found: dict[str, Any] = {}
    for key, value in first.items():
        values = [one.get(key) for one in others]
        if isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in values):
            found[key] = _common(value, [one for one in values if isinstance(one, Mapping)])
        elif key not in ("unsettled", "implausible_kg"):
            found[key] = value if all(one == value for one in values) else None
    return found


def _numbers_of(reading: Reading) -> dict[str, float | None]:
    numbers = {name.value: value.value for name, value in reading.values.items()}
    if "implausible_kg" in reading.extra:
        numbers[Analyte.WEIGHT.value] = reading.extra["implausible_kg"]
    return numbers


def _numbers(way: Way, names: list[str]) -> str:
    return " ".join(
        "no value"
        if (number := way.values.get(name)) is None
        else _number(number) + (" kg" if name == Analyte.WEIGHT.value else f" {name}")
        for name in names
    )


def _number(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
