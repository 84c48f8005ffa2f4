"""The guard says which choices one operator alone may not make: a manager does, or a second person approves.

Guarded are claims that the cell does not honour or asks for, a measurement that the pack demands and nobody
has made, and grain that may not be blended into the cell. A species that is stored by declaration has no
measurement that its pack demands. A missing analyte that is waived (`Code.WAIVED`) guards nothing any more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from station.grain.identifiers import CellRole
from station.grain.reasons import Code, Reason


class Guarded(StrEnum):
    """The rules, the gravest first."""

    NEVER_BLEND = "never_blend"
    CLAIMS = "claims"
    MEASUREMENT = "measurement"


@dataclass(frozen=True, slots=True)
class Guard:
    """What a choice breaks: the rules, gravest first, and the reasons that say so. `lacking`: analytes that
    the pack demands of the load in this cell."""

    rules: tuple[Guarded, ...] = ()
    grounds: tuple[Reason, ...] = ()
    lacking: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules)


# Nor does one alone choose a cell of another species, or one of which no pack says what it asks for.
_RULE_OF: Mapping[Code, Guarded] = {
    Code.NEVER_BLEND: Guarded.NEVER_BLEND,
    Code.NEVER_BLEND_NOT_SURE: Guarded.NEVER_BLEND,
    Code.ADVERSE_VISUAL_CHECK: Guarded.NEVER_BLEND,
    Code.CAME_NEVER_BLEND: Guarded.NEVER_BLEND,
    Code.WRONG_CELL_SPECIES: Guarded.NEVER_BLEND,
    Code.CELL_NEVER_BLEND: Guarded.NEVER_BLEND,
    Code.CELL_HOLDS: Guarded.NEVER_BLEND,
    Code.LINE_TREATED: Guarded.NEVER_BLEND,
    Code.CLAIM_NOT_HONOURED: Guarded.CLAIMS,
    Code.CLAIM_REQUIRED: Guarded.CLAIMS,
    Code.WAITS_FOR_CERTIFICATE: Guarded.CLAIMS,
    Code.CLAIM_LOST: Guarded.CLAIMS,
    Code.MISSING: Guarded.MEASUREMENT,
    Code.INCOMPLETE: Guarded.MEASUREMENT,
    Code.NO_RULE_PACK: Guarded.MEASUREMENT,
    Code.UNKNOWN_GRADE: Guarded.MEASUREMENT,
}
# These bar it from all but quarantine.
_OF_THE_LOAD = frozenset({Code.NEVER_BLEND, Code.ADVERSE_VISUAL_CHECK, Code.CAME_NEVER_BLEND})


def guard_of(result: Mapping[str, Any], cell: str, role: CellRole) -> Guard:
    """Return what breaks when a load goes to `cell`; `result` is a proposal's, as it is stored. The same
    proposal gives the same guard."""
    against = [entry["reasons"] for entry in result["refused"] if entry["cell"] == cell]
    found = [Reason.from_dict(one) for reasons in against for one in reasons]
    if role != "quarantine":
        load = [Reason.from_dict(one) for one in result["reasons"] if one["code"] in _OF_THE_LOAD]
        found = [*load, *(reason for reason in found if reason not in load)]
    grounds = tuple(_that_guard(found, waived_of(result)))
    rules = {_RULE_OF[reason.code] for reason in grounds}
    return Guard(tuple(rule for rule in Guarded if rule in rules), grounds, _lacking(grounds))


def waived_of(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the analytes without which this proposal was made, because somebody approved it."""
    return tuple(
        analyte
        for one in result["reasons"]
        if one["code"] == Code.WAIVED
        for analyte in one["params"]["analytes"]
    )


def waits_for_approval(result: Mapping[str, Any]) -> tuple[Guarded, ...]:
    """Return the rules for which a load without a cell waits for somebody's word: those that alone keep it
    out of some cell, gravest first."""
    if result["proposal"] is not None:
        return ()
    waived = waived_of(result)
    broken: set[Guarded] = set()
    for entry in result["refused"]:
        reasons = [Reason.from_dict(one) for one in entry["reasons"]]
        if not any(reason.code in _BARS for reason in reasons):
            broken.update(_RULE_OF[reason.code] for reason in _that_guard(reasons, waived))
    return tuple(rule for rule in Guarded if rule in broken)


# What a second person's word would not sensibly change: of these nobody waits for it.
_BARS = frozenset(
    {
        Code.CELL_CLOSED,
        Code.NOT_REACHABLE,
        Code.NO_WEIGHT,
        Code.NO_ROOM,
        Code.OUTSIDE_LIMIT,
        Code.CELL_OUTSIDE,
        Code.CELL_HOLDS_OUTSIDE,
        Code.TOO_FAR_TO_BLEND,
        Code.CELL_NOT_SURE,
        Code.LOAD_NOT_SURE,
        Code.RISKS_THE_CELL,
        Code.OVER_TARGET,
        Code.WRONG_CELL_SPECIES,
        Code.CELL_NEVER_BLEND,
        Code.CELL_HOLDS,
        Code.LINE_BUSY,
        Code.LINE_TREATED,
        Code.CLAIM_REQUIRED,
        Code.NOT_A_HOLD_CASE,
        Code.NOT_A_QUARANTINE_CASE,
        Code.NEEDS_QUARANTINE,
    }
)


def _that_guard(found: Iterable[Reason], waived: Sequence[str]) -> Iterator[Reason]:
    for reason in found:
        if reason.code not in _RULE_OF:
            continue
        if reason.code is Code.MISSING and reason.params["analyte"] in waived:
            continue
        yield reason


def _lacking(grounds: Sequence[Reason]) -> tuple[str, ...]:
    names: list[str] = []
    for reason in grounds:
        if reason.code is Code.MISSING:
            names.append(reason.params["analyte"])
        elif reason.code is Code.INCOMPLETE:
            names.extend(reason.params["analytes"])
    return tuple(dict.fromkeys(names))
