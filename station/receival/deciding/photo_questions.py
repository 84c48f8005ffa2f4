"""A photo may ask what a person must answer before the load is tipped: is this the grain that was declared?

A photo of unknown grain, or of grain with more foreign kernels than chance and the rule pack explain, asks.
An answer holds for the photos that asked then; a later photo may ask again. One that a model accepts
afterwards as the declared grain takes back what a refused one asked.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from drivers.reading import Analyte
from station.acts.refusals import Conflict, Fault
from station.grain.grades import RulePack
from station.grain.inspection import KernelClass
from station.grain.reasons import Code, Reason
from station.grain.units import Op
from station.store.evidence import CaptureSeen

_OTHER = frozenset({Code.WRONG_SPECIES.value, Code.UNKNOWN_GRAIN.value, Code.MOSTLY_FOREIGN.value})
_FOREIGN_ALLOWED = 0.02  # where the rule pack has no limit of impurities for the species

Answered = Collection[tuple[str, str]]  # code and capture


def photo_questions(
    captures: Sequence[CaptureSeen], species: str, pack: RulePack | None, answered: Answered = ()
) -> tuple[Reason, ...]:
    """Return what the captures of a load ask, oldest first, and nobody has answered; each question once."""
    return tuple(
        question
        for question in (
            _other_species(captures, species, answered),
            _foreign(captures, foreign_allowed(pack, species), answered),
        )
        if question is not None
    )


def foreign_allowed(pack: RulePack | None, species: str) -> float:
    """Return the share of foreign grain that the most lenient grade of the species takes (0 to 1)."""
    limits = [
        criterion.limit / 100
        for grade in (pack.grades if pack else ())
        for criterion in grade.criteria
        if grade.species == species and criterion.analyte == Analyte.IMPURITIES
        if criterion.op in (Op.AT_MOST, Op.BELOW)
    ]
    return max(limits, default=_FOREIGN_ALLOWED)


def check_answered(facts: Mapping[str, Any]) -> None:
    """Raise Conflict(question_unanswered) for the first question among a load's facts."""
    for question in facts.get("questions", ()):
        raise Conflict(Fault.QUESTION_UNANSWERED, question=question["code"], **question["params"])


def _other_species(captures: Sequence[CaptureSeen], species: str, answered: Answered) -> Reason | None:
    accepted = [number for number, seen in enumerate(captures) if _accepted(seen)]
    since = captures[accepted[-1] + 1 :] if accepted else captures
    asking = {seen.capture.id: why for seen in since if (why := _other(seen))}
    fresh = [one for one in asking if (Code.PHOTO_OTHER_SPECIES.value, one) not in answered]
    if not fresh:
        return None
    listed = list(dict.fromkeys(code for one in fresh for code in asking[one]))
    return Reason(Code.PHOTO_OTHER_SPECIES, {"declared": species, "reasons": listed, "captures": fresh})


def _accepted(seen: CaptureSeen) -> bool:
    return any(inspection.accepted for inspection in seen.inspections)


def _other(seen: CaptureSeen) -> list[str]:
    return [
        reason["code"]
        for inspection in seen.inspections
        for reason in inspection.result["reasons"]
        if reason["code"] in _OTHER
    ]


def _foreign(captures: Sequence[CaptureSeen], allowed: float, answered: Answered) -> Reason | None:
    """Return the question of the capture that shows most foreign grain, naming all that show too much."""
    found = [
        (share["low"], share["share"], seen.capture.id)
        for seen in captures
        for inspection in seen.inspections
        if inspection.accepted
        if (share := inspection.result["classes"].get(KernelClass.FOREIGN.value)) and share["low"] > allowed
        if (Code.PHOTO_FOREIGN.value, seen.capture.id) not in answered
    ]
    if not found:
        return None
    low, share, _ = max(found)
    asking = list(dict.fromkeys(capture for _, _, capture in found))
    return Reason(
        Code.PHOTO_FOREIGN, {"share": share, "low_share": low, "limit": allowed, "captures": asking}
    )
