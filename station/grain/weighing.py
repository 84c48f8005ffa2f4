"""The weighing rule says when a weight on the bridge becomes a weighing: one pure step per reading.

A reading counts when it is gross, stable and without error, overload, underload or negative sign.

- A run: `equal_readings` such readings of one weight, none of another weight between them, within `within`
  readings, that arrived over `equal_for_s` seconds: what a converter had kept arrives at once. Readings in
  motion may lie between (the motion bit flickers in the wind); anything else starts the run again.
- Equal readings: after a return to zero, a run of a weight above `minimum_kg` is a weighing.
- Print key: a counting reading above `minimum_kg` that carries the print flag is taken at once, armed or
  not, once per press. The weight that was just taken is not taken a second time, except the first time that
  the head tells under which number it stored it: that one takes the place of the other.
- After a weighing nothing more is taken by equal readings until the bridge has been back at zero: a run of
  stable gross weights within `zero_kg` of it, alike or not. One line may be a damaged one. A net zero is no
  return to zero: the vehicle still stands.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from drivers.reading import Flag, Reading

_SPOILING = frozenset({Flag.NET, Flag.ERROR, Flag.OVERLOAD})
_NOT_A_LOAD = frozenset({Flag.NEGATIVE, Flag.UNDERLOAD})
_EMPTY_KG = 0.0


@dataclass(frozen=True, slots=True)
class WeighingRule:
    minimum_kg: float = 500.0
    zero_kg: float = 50.0
    equal_readings: int = 3
    within: int = 20
    equal_for_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Taken:
    """`seals_last`: it is the weight taken last, of the same standing vehicle, with the head's number."""

    kg: float
    rule: Literal["equal_readings", "print_key"]
    reading: Reading
    seals_last: bool = False


@dataclass(frozen=True, slots=True)
class WatchState:
    """Remembers what is known of one bridge. The fresh state waits for a return to zero first.

    `armed`: zero was seen since the last weighing. `ages`: how many readings ago each of the equal ones
    of `run_kg` came (0 for an empty bridge), `run_from` when the first of them did. `is_empty`: the last run
    is one of zero, and whole. `last_kg`: the weight last taken and not yet followed by zero, `last_is_sealed`
    whether it carried the head's number."""

    armed: bool = False
    run_kg: float | None = None
    ages: tuple[int, ...] = ()
    run_from: datetime | None = None
    is_empty: bool = False
    last_kg: float | None = None
    last_is_sealed: bool = False
    print_used: bool = False

    @classmethod
    def after_restart(cls, last_kg: float | None) -> "WatchState":
        """Make the state of a bridge whose past is only known from its last recorded weighing.

        A vehicle may stand there whose weight was never recorded: it is taken without waiting for zero,
        unless it weighs what was recorded last (to `zero_kg`): then it is that same vehicle."""
        return cls(armed=True, last_kg=last_kg)


def watch(state: WatchState, reading: Reading, rule: WeighingRule) -> tuple[WatchState, Taken | None]:
    """Return the state after `reading`, and the weighing it completed if it did. Other kinds change
    nothing."""
    if reading.kind != "weight":
        return state, None
    if Flag.PRINT not in reading.flags:
        state = replace(state, print_used=False)
    kg = reading.weight_kg
    if kg is None or reading.flags & _SPOILING:
        return _without_run(state), None
    if not _is_stable(reading):
        return replace(_aged(state, rule), is_empty=state.is_empty and abs(kg) <= rule.zero_kg), None
    if abs(kg) <= rule.zero_kg:
        return _back_at_zero(state, reading, rule), None
    return _standing(state, reading, kg, rule)


def _back_at_zero(state: WatchState, reading: Reading, rule: WeighingRule) -> WatchState:
    grown, is_whole = _grown(state, reading, _EMPTY_KG, rule)
    return (
        replace(grown, armed=True, is_empty=True, last_kg=None, last_is_sealed=False) if is_whole else grown
    )


def _standing(
    state: WatchState, reading: Reading, kg: float, rule: WeighingRule
) -> tuple[WatchState, Taken | None]:
    """Count a stable weight away from zero."""
    if kg <= rule.minimum_kg or reading.flags & _NOT_A_LOAD:
        return _without_run(state), None
    if Flag.PRINT in reading.flags and not state.print_used:
        return _print_key(state, reading, kg)
    return _equal_reading(state, reading, kg, rule)


def _print_key(state: WatchState, reading: Reading, kg: float) -> tuple[WatchState, Taken | None]:
    pressed = replace(_without_run(state), print_used=True)
    is_sealed = "sealed_number" in reading.extra
    is_same = state.last_kg == kg
    if is_same and (state.last_is_sealed or not is_sealed):
        return pressed, None
    done = replace(pressed, armed=False, last_kg=kg, last_is_sealed=is_sealed)
    return done, Taken(kg, "print_key", reading, seals_last=is_same)


def _equal_reading(
    state: WatchState, reading: Reading, kg: float, rule: WeighingRule
) -> tuple[WatchState, Taken | None]:
    if not state.armed or _is_the_recorded_one(state, kg, rule):
        return _without_run(state), None
    grown, is_whole = _grown(state, reading, kg, rule)
    if not is_whole:
        return grown, None
    is_sealed = "sealed_number" in reading.extra
    done = replace(_without_run(state), armed=False, last_kg=kg, last_is_sealed=is_sealed)
    return done, Taken(kg, "equal_readings", reading)


def _grown(state: WatchState, reading: Reading, kg: float, rule: WeighingRule) -> tuple[WatchState, bool]:
    """The state with `reading` in the run of `kg`, and whether that run is whole."""
    aged = _aged(state, rule) if state.run_kg == kg else _without_run(state)
    begins = aged.run_from if aged.ages and aged.run_from and aged.run_from <= reading.at else reading.at
    ages = (*aged.ages, 0)[-rule.equal_readings :]
    grown = replace(aged, run_kg=kg, ages=ages, run_from=begins)
    lasted_s = (reading.at - begins).total_seconds()
    return grown, len(ages) >= rule.equal_readings and lasted_s >= rule.equal_for_s


def _is_the_recorded_one(state: WatchState, kg: float, rule: WeighingRule) -> bool:
    return state.last_kg is not None and abs(kg - state.last_kg) <= rule.zero_kg


def _is_stable(reading: Reading) -> bool:
    return Flag.STABLE in reading.flags and Flag.MOTION not in reading.flags


def _without_run(state: WatchState) -> WatchState:
    return replace(state, run_kg=None, ages=(), run_from=None, is_empty=False)


def _aged(state: WatchState, rule: WeighingRule) -> WatchState:
    ages = tuple(age + 1 for age in state.ages if age + 1 < rule.within)
    return replace(state, ages=ages)
