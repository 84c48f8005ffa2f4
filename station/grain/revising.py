"""A late value makes a load's values others, and with them what its cells hold and which grade it has.

What a load changed of a cell's mean is taken out and put in again by the tonnes of it that still lie there:
the grain that left has taken its share of the change along. Means are those of `blending`: falling numbers by
their liquefaction number, protein and oil on dry matter.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drivers.reading import BLENDS, UNIT_OF, Analyte, Basis, is_known
from station.grain.averaging import by_average
from station.grain.blending import (
    FALLING_NUMBER_FLOOR,
    Part,
    blend,
    falling_number_of,
    liquefied,
    scaled,
)
from station.grain.cells import Facts, Measured
from station.grain.criteria import Compared, judge, never_blend
from station.grain.grades import Grade, RulePack
from station.grain.units import MoisturePercent, Tonnes, known, on_basis

Values = Mapping[str, Mapping[str, Any]]  # {analyte: {value, unit, basis, ...}}
NEARLY_NOTHING_T = 1e-6


@dataclass(frozen=True, slots=True)
class LateValue:
    """A laboratory's value of a load's own sample; `u` its standard uncertainty, None if none is stated."""

    analyte: Analyte
    value: float
    basis: Basis | None
    laboratory: str
    u: float | None = None


def with_laboratory(values: Values, late: list[LateValue]) -> dict[str, dict[str, Any]]:
    """Return the values with the laboratory's in their place, of several the last. What cannot be
    brought to the basis that the load's own value is on is left out; a laboratory that states no uncertainty
    is trusted no more than what was measured here."""
    found = {name: dict(value) for name, value in values.items()}
    moisture = [one.value for one in late if one.analyte is Analyte.MOISTURE]
    measured = values.get(Analyte.MOISTURE.value)
    water = moisture[-1] if moisture else measured["value"] if measured else None
    for one in late:
        basis = _basis_kept(found.get(one.analyte.value), one)
        factor = _factor(one, basis, water)
        if factor is None:
            continue
        u = one.u * factor if one.u is not None else values.get(one.analyte.value, {}).get("u")
        found[one.analyte.value] = {
            "value": known(one.value * factor), "unit": UNIT_OF[one.analyte].value,
            "basis": basis.value if basis else None, "typed_by": None, "n": 1, "laboratory": one.laboratory,
            **({} if u is None else {"u": known(u)}),
        }  # fmt: skip
    return found


def _basis_kept(own: Mapping[str, Any] | None, late: LateValue) -> Basis | None:
    return Basis(own["basis"]) if own and own["basis"] else late.basis


def _factor(late: LateValue, wanted: Basis | None, water: float | None) -> float | None:
    if late.basis is wanted:
        return 1.0
    given = late.basis or Basis.AS_IS
    return on_basis(1.0, given, wanted or Basis.AS_IS, None if water is None else MoisturePercent(water))


def changed(old: Values, new: Values) -> list[str]:
    """Return the analytes whose value, or its basis, is another one."""
    return [name for name in sorted({*old, *new}) if _said(old.get(name)) != _said(new.get(name))]


def _said(value: Mapping[str, Any] | None) -> tuple[float, str | None] | None:
    return None if value is None or value["value"] is None else (known(value["value"]), value["basis"])


def measured_of(values: Values) -> dict[Analyte, Measured]:
    """Return JSON values as measured ones; what has no value is left out."""
    return {
        Analyte(name): Measured(
            one["value"], one.get("u"), Basis(one["basis"]) if one.get("basis") else None,
            one.get("shared", {}),
        )
        for name, one in values.items()
        if one["value"] is not None and is_known(name)
    }  # fmt: skip


def grade_met(facts: Facts, pack: RulePack | None) -> Grade | None:
    """Return the best grade of its species that the load alone meets by its values; None for a load that may
    not be mixed with any other."""
    if pack is None or never_blend(facts, pack):
        return None
    fitting = [
        grade
        for grade in pack.grades
        if grade.species == facts.species and grade.claims <= facts.claims and _meets(facts, grade, pack)
    ]
    return max(fitting, key=lambda grade: (grade.value, grade.id), default=None)


def _meets(facts: Facts, grade: Grade, pack: RulePack) -> bool:
    """By the values as they are, without odds: a paper says one grade. What is waived may be missing; where a
    buyer grants a supplier's mean, that counts."""
    alone = judge(facts, grade, pack)
    found = by_average(alone, facts, pack) or alone
    compared = [one for one in found.steps if isinstance(one, Compared)]
    met = all(one.met for one in compared if one.criterion.kind != "information")
    return met and set(found.missing) <= set(facts.waived)


def recast(content: Values, load_t: float, old: Values, new: Values) -> dict[str, dict[str, Any]]:
    """Return what a cell holds, of which `load_t` tonnes are not of the `old` values but of the `new` ones.

    A mean that could not be computed stays so, and one that a falling number of 50 s or less comes into is
    known no more."""
    was, will = _comparable(old), _comparable(new)
    after = {name: dict(value) for name, value in content.items()}
    for name in changed(old, new):
        if not is_known(name):
            continue
        entry = _recast(Analyte(name), content.get(name), load_t, was.get(name), will.get(name))
        if entry is None:
            after.pop(name, None)
        else:
            after[name] = entry
    return after


def _comparable(values: Values) -> dict[str, Measured]:
    """Return the values on the basis on which cells are kept."""
    alone = blend([Part(Tonnes(1.0), measured_of(values))])
    own = measured_of(values)
    return {
        analyte.value: measured
        for analyte, mean in alone.items()
        if (measured := mean.measured or _never_mixed(own[analyte])) is not None
    }


def _never_mixed(value: Measured) -> Measured | None:
    """A falling number at or under the floor has no mean, not even alone."""
    return value if value.value <= FALLING_NUMBER_FLOOR else None


def _recast(
    analyte: Analyte, was: Mapping[str, Any] | None, load_t: float, old: Measured | None, new: Measured | None
) -> dict[str, Any] | None:
    known_t = was["known_t"] if was else 0.0
    taken_t = min(load_t, known_t) if old is not None else 0.0
    added_t = load_t if new is not None else 0.0
    if old is not None:
        added_t = min(added_t, taken_t)
    left_t = known_t - taken_t + added_t
    if left_t <= NEARLY_NOTHING_T:
        return None
    head = {"unit": UNIT_OF[analyte].value, "basis": (new or old or Measured(0.0)).basis}
    kept = {key: was[key] for key in was if key not in ("value", "u", "shared")} if was else head
    blank = {**kept, "basis": _text(kept["basis"]), "known_t": left_t}
    to, back = _MEANS[BLENDS[analyte]]
    parts = [
        (known_t, measured_of({analyte.value: was}).get(analyte) if was else None),
        (-taken_t, old),
        (added_t, new),
    ]
    real = [(tonnes, part) for tonnes, part in parts if abs(tonnes) > NEARLY_NOTHING_T]
    moved = [(tonnes, to(part) if part is not None else None) for tonnes, part in real]
    if any(part is None for _, part in moved):
        return {**blank, "value": None}
    mean = _mean([(tonnes, part) for tonnes, part in moved if part is not None], left_t)
    made = back(mean) if mean is not None else None
    if made is None:
        return {**blank, "value": None}
    return {
        **blank,
        "value": known(made.value),
        **({} if made.u is None else {"u": known(made.u)}),
        **({"shared": {name: known(part) for name, part in made.shared.items()}} if made.shared else {}),
    }


def _text(basis: Basis | str | None) -> str | None:
    return basis.value if isinstance(basis, Basis) else basis


def _mean(parts: list[tuple[float, Measured]], total: float) -> Measured | None:
    """Average parts of which one may be taken out (below 0 t), with what is left of their uncertainty."""
    mean = math.fsum(t * one.value for t, one in parts) / total
    if any(one.u is None for _, one in parts):
        return Measured(mean)
    sources = {source for _, one in parts for source in one.shared}
    shared = {
        source: abs(math.fsum(t * one.shared.get(source, 0.0) for t, one in parts)) / total
        for source in sorted(sources)
    }
    own = math.fsum(math.copysign((t * (one.own_u or 0.0) / total) ** 2, t) for t, one in parts)
    return Measured(mean, math.sqrt(max(0.0, own) + math.fsum(u**2 for u in shared.values())), shared=shared)


def _seconds(mean: Measured) -> Measured | None:
    if mean.value <= 0.0:
        return None
    seconds = falling_number_of(mean.value)
    return replace(scaled(mean, (seconds - FALLING_NUMBER_FLOOR) / mean.value), value=seconds)


_Change = Callable[[Measured], Measured | None]
_MEANS: Mapping[str, tuple[_Change, _Change]] = {
    "mean": (lambda one: one, lambda one: one),
    "liquefaction": (liquefied, _seconds),
    "never": (lambda one: None, lambda one: None),
}
