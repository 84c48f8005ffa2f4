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
- Another load without zero: after a weighing a stable weight that differs from it by more than `minimum_kg`,
  and that stands for `other_stands_s` seconds within `zero_kg`, may be another vehicle that drove on before
  the bridge had shown zero. It is no weighing; it is told (`unzeroed_kg`) until zero, the print key or a
  person ends it.
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
    other_stands_s: float = 3.0


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
    whether it carried the head's number. `other_kg` stands since `other_from` and differs from it clearly;
    `unzeroed_kg`: it has stood so long that it is told; `settled_kg`: a person ended that."""

    armed: bool = False
    run_kg: float | None = None
    ages: tuple[int, ...] = ()
    run_from: datetime | None = None
    is_empty: bool = False
    last_kg: float | None = None
    last_is_sealed: bool = False
    print_used: bool = False
    other_kg: float | None = None
    other_from: datetime | None = None
    unzeroed_kg: float | None = None
    settled_kg: float | None = None

    @classmethod
    def after_restart(cls, last_kg: float | None, unzeroed_kg: float | None = None) -> "WatchState":
        """Make the state of a bridge whose past is only known from its last recorded weighing.

        A vehicle may stand there whose weight was never recorded: it is taken without waiting for zero,
        unless it weighs what was recorded last (to `zero_kg`): then it is that same vehicle. Where it was
        told before that zero is missing, it still is."""
        return cls(armed=unzeroed_kg is None, last_kg=last_kg, unzeroed_kg=unzeroed_kg)

    def settled(self) -> "WatchState":
        """Return the state after a person said that the load which was told is nothing to weigh."""
        if self.unzeroed_kg is None:
            return self
        return replace(self, other_kg=None, other_from=None, settled_kg=self.unzeroed_kg, unzeroed_kg=None)


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
        replace(_after(grown, None), armed=True, is_empty=True, last_is_sealed=False) if is_whole else grown
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
    done = replace(_after(pressed, kg), armed=False, last_is_sealed=is_sealed)
    return done, Taken(kg, "print_key", reading, seals_last=is_same)


def _equal_reading(
    state: WatchState, reading: Reading, kg: float, rule: WeighingRule
) -> tuple[WatchState, Taken | None]:
    if not state.armed:
        return _counting_other(state, reading, kg, rule), None
    if _is_the_recorded_one(state, kg, rule):
        return _without_run(state), None
    grown, is_whole = _grown(state, reading, kg, rule)
    if not is_whole:
        return grown, None
    is_sealed = "sealed_number" in reading.extra
    done = replace(_after(_without_run(state), kg), armed=False, last_is_sealed=is_sealed)
    return done, Taken(kg, "equal_readings", reading)


def _counting_other(state: WatchState, reading: Reading, kg: float, rule: WeighingRule) -> WatchState:
    """Count a stable load that may have come on before the bridge showed zero."""
    without = _without_run(state)
    if _is_no_other(state, kg, rule) or Flag.PRINT in reading.flags:
        return without
    begun_kg, since = state.other_kg, state.other_from
    if begun_kg is None or since is None or abs(kg - begun_kg) > rule.zero_kg or reading.at < since:
        return replace(without, other_kg=kg, other_from=reading.at)
    is_told = (reading.at - since).total_seconds() >= rule.other_stands_s
    told_kg = kg if is_told and state.unzeroed_kg is None else state.unzeroed_kg
    return replace(without, other_kg=begun_kg, other_from=since, unzeroed_kg=told_kg)


def _is_no_other(state: WatchState, kg: float, rule: WeighingRule) -> bool:
    """Tell whether it may be the vehicle that was weighed last, or what a person has settled already."""
    there = [one for one in (state.last_kg, state.settled_kg) if one is not None]
    return state.last_kg is None or any(abs(kg - one) <= rule.minimum_kg for one in there)


def _after(state: WatchState, last_kg: float | None) -> WatchState:
    """Begin anew with what is told of other loads: zero was shown, or a weight was taken."""
    return replace(state, last_kg=last_kg, unzeroed_kg=None, settled_kg=None)


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
    return replace(state, run_kg=None, ages=(), run_from=None, is_empty=False, other_kg=None, other_from=None)


def _aged(state: WatchState, rule: WeighingRule) -> WatchState:
    ages = tuple(age + 1 for age in state.ages if age + 1 < rule.within)
    return replace(state, ages=ages)
