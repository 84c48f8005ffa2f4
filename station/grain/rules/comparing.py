"""What differs between two rule packs, grade by grade and limit by limit; money apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from station.grain.grades import Adjustment, Criterion, Grade, RulePack

Part = Literal["pack", "grade", "criterion", "measuring", "money"]
_MEASURING = ("replicates", "repeatability", "uncertainty", "tolerance", "intake", "sampling", "again")
_HEAD = ("name", "version", "source", "confidence", "valid_from", "valid_until", "overrides")


@dataclass(frozen=True, slots=True)
class PackDifference:
    """`where` names what differs ("milling_no_2", "milling_no_2 protein lower", "prices.milling_no_2") and
    `key` which of its values; `old` None: it is new, `new` None: it is gone. Both are JSON values."""

    part: Part
    where: str
    key: str
    old: Any
    new: Any


def differences(old: RulePack, new: RulePack) -> list[PackDifference]:
    """List what differs, the grades first, each as both packs have it."""
    return [
        *_grades(old, new),
        *_tables("measuring", _MEASURING, old, new),
        *_money(old, new),
        *_head(old, new),
    ]


def _grades(old: RulePack, new: RulePack) -> Iterator[PackDifference]:
    before, after = {one.id: one for one in old.grades}, {one.id: one for one in new.grades}
    for id_ in dict.fromkeys([*before, *after]):
        was, now = before.get(id_), after.get(id_)
        if was is None or now is None:
            known = was or now
            told = None if known is None else dict(known.name)
            yield PackDifference("grade", id_, "", told if was else None, told if now else None)
            continue
        for key in ("species", "name", "value", "claims"):
            yield from _differ("grade", id_, key, getattr(was, key), getattr(now, key))
        yield from _criteria(id_, was, now)


def _criteria(id_: str, was: Grade, now: Grade) -> Iterator[PackDifference]:
    before, after = _by_side(was), _by_side(now)
    for side in dict.fromkeys([*before, *after]):
        one, other = before.get(side), after.get(side)
        where = f"{id_} {side}"
        if one is None or other is None:
            yield PackDifference("criterion", where, "limit", _limit(one), _limit(other))
            continue
        if _limit(one) != _limit(other):
            yield PackDifference("criterion", where, "limit", _limit(one), _limit(other))
        for key in (
            "unit",
            "basis",
            "step",
            "required",
            "kind",
            "sure",
            "each",
            "counted_by",
            "source",
            "confidence",
        ):
            yield from _differ("criterion", where, key, getattr(one, key), getattr(other, key))


def _by_side(grade: Grade) -> Mapping[str, Criterion]:
    """Each criterion by what it is a limit of: a grade has at most one of each that decides."""
    found = {}
    for one in grade.criteria:
        told = " information" if one.kind == "information" else ""
        found[f"{one.analyte} {'lower' if one.op.is_lower_bound else 'upper'}{told}"] = one
    return found


def _limit(one: Criterion | None) -> str | None:
    return None if one is None else f"{one.op.value} {one.limit:.10g} {one.unit.value}"


def _money(old: RulePack, new: RulePack) -> Iterator[PackDifference]:
    yield from _tables("money", ("prices", "running_average"), old, new)
    before, after = {one.id: one for one in old.adjustments}, {one.id: one for one in new.adjustments}
    for id_ in dict.fromkeys([*before, *after]):
        was, now = before.get(id_), after.get(id_)
        if was is None or now is None:
            yield PackDifference("money", f"adjustments.{id_}", "", _adjusts(was), _adjusts(now))
            continue
        for field in fields(Adjustment):
            name = field.name
            yield from _differ("money", f"adjustments.{id_}", name, getattr(was, name), getattr(now, name))


def _adjusts(one: Adjustment | None) -> str | None:
    if one is None:
        return None
    unit = "€/t" if one.on == "fee" else f"% of {one.on}"
    return f"{one.kind} {one.analyte} {one.op.value} {one.limit:g}: {one.rate:g} {unit} per {one.per:g}"


def _head(old: RulePack, new: RulePack) -> Iterator[PackDifference]:
    for key in _HEAD:
        yield from _differ("pack", "", key, getattr(old, key), getattr(new, key))


def _tables(part: Part, names: tuple[str, ...], old: RulePack, new: RulePack) -> Iterator[PackDifference]:
    """Each value of the tables by itself."""
    for name in names:
        before, after = (_flat(_plain(getattr(pack, name)), name) for pack in (old, new))
        for where in dict.fromkeys([*before, *after]):
            if before.get(where) != after.get(where):
                yield PackDifference(part, where, "", before.get(where), after.get(where))


def _flat(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {where: value}
    return {at: one for key, part in value.items() for at, one in _flat(part, f"{where}.{key}").items()}


def _differ(part: Part, where: str, key: str, old: Any, new: Any) -> Iterator[PackDifference]:
    was, now = _plain(old), _plain(new)
    if was != now:
        yield PackDifference(part, where, key, was, now)


def _plain(value: Any) -> Any:
    """Return it as JSON has it."""
    if hasattr(value, "__dataclass_fields__"):
        return _plain({one.name: getattr(value, one.name) for one in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(part) for part in value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
