"""A supplier's running average: where a buyer grants it, the last tonnes of one supplier are judged as one.

It stands in for the value of a load just outside a limit where nothing but the load tells: in a cell that
holds nothing, or whose content is not known. What a cell holds is never judged by it, and neither is what
keeps grain sound: limits that never blend and moisture are met by each load alone.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drivers.reading import Analyte
from station.grain.blending import Blended, Part, blend
from station.grain.cells import Facts, Measured
from station.grain.criteria import Compared, GradeJudgement, compared_params, judge
from station.grain.grades import Criterion, Grade, RulePack
from station.grain.mixture import Mean, Mixture, shown
from station.grain.reasons import Code, Reason
from station.grain.units import Tonnes, known

KEEPS_GRAIN_SOUND = frozenset({Analyte.MOISTURE, Analyte.TEMPERATURE})


@dataclass(frozen=True, slots=True)
class Averaged:
    """The mean of a supplier's last `tonnes`, and whether the grade is granted by it: what speaks for and
    against. `steps`: how the mean stands to each blendable limit."""

    tonnes: float
    content: Mapping[Analyte, Blended]
    in_favour: tuple[Reason, ...]
    against: tuple[Reason, ...]
    steps: Mapping[Criterion, Compared]

    @property
    def granted(self) -> bool:
        return not self.against


def tonnes_asked(facts: Facts, pack: RulePack | None) -> float:
    """Return how many of the supplier's last tonnes may carry this load over a limit; 0 where none do."""
    if pack is None or facts.load_t is None:
        return 0.0
    grades = (grade for grade in pack.grades if grade.species == facts.species)
    asked = [
        pack.running_average[grade.id]
        for grade in grades
        if grade.id in pack.running_average and _carried(judge(facts, grade, pack), pack)
    ]
    return max(asked, default=0.0)


def counts_more(facts: Facts, pack: RulePack) -> bool:
    """Tell whether the pack would count more of the supplier's loads than are named."""
    named = math.fsum(one.load_t for one in facts.delivered) + (facts.load_t or 0.0)
    return known(tonnes_asked(facts, pack) - named) > 0.0


def by_average(judgement: GradeJudgement, facts: Facts, pack: RulePack) -> GradeJudgement | None:
    """Return the judgement with the supplier's mean where the load alone fails a limit that may be averaged:
    granted, or with the word that it is not. None where no average is asked for."""
    carried = _carried(judgement, pack)
    if not carried or judgement.grade.id not in pack.running_average:
        return None
    loads = [replace(facts, load_t=one.load_t, values=one.values, badly=()) for one in facts.delivered]
    found = averaged(pack, judgement.grade.id, [facts, *loads])
    if found is None:
        return None
    return replace(
        judgement, steps=tuple(_said(one, found) if one in carried else one for one in judgement.steps)
    )


def where_alone(alone: GradeJudgement, average: GradeJudgement, held: Mixture) -> GradeJudgement:
    """Return the judgement for a cell: by the mean only of what its content says nothing of."""
    known_of = held.means if held.tonnes > 0.0 else {}
    both = zip(alone.steps, average.steps, strict=True)
    steps = tuple(one if one.criterion.analyte in known_of else mean for one, mean in both)
    return replace(alone, steps=steps)


def granted_means(judgement: GradeJudgement) -> dict[Analyte, Mean]:
    """Return the supplier's means by which a grade is granted."""
    steps = (one for one in judgement.steps if isinstance(one, Compared))
    granted = (one for one in steps if one.alone.code is Code.AVERAGE_GRANTS)
    return {one.criterion.analyte: one.mean for one in granted if one.mean is not None}


def averaged(pack: RulePack, grade_id: str, loads: Sequence[Facts]) -> Averaged | None:
    """Judge a supplier's last loads of one species as one. `loads`: weighed ones, the newest first; of the
    load that reaches the tonnes only a part counts. None where nobody grants this for the grade, or nothing
    was delivered."""
    grade, wanted = pack.grade(grade_id), pack.running_average.get(grade_id)
    counted = list(_last(loads, wanted or 0.0))
    if grade is None or wanted is None or not counted:
        return None
    content = blend([Part(Tonnes(tonnes), load.values) for load, tonnes in counted])
    together = replace(counted[0][0], values=_whole(content, grade), badly=())
    judged = judge(together, _only(grade, "blendable"), pack)
    alone = [judge(load, _only(grade, "never_blend"), pack) for load, _ in counted]
    barred = [reason for one in alone for reason in one.against]
    return Averaged(
        known(sum(tonnes for _, tonnes in counted)), content, judged.in_favour, (*judged.against, *barred),
        {one.criterion: one for one in judged.steps if isinstance(one, Compared)},
    )  # fmt: skip


def _carried(judgement: GradeJudgement, pack: RulePack) -> list[Compared]:
    """Return the limits that the load alone does not meet and a mean may, where these are all it fails."""
    failed = [one for one in judgement.steps if isinstance(one, Compared) and not one.decides_nothing]
    failed = [one for one in failed if not one.passes]
    may_be = all(_is_just_outside(one, pack) for one in failed)
    return failed if may_be and not judgement.missing else []


def _is_just_outside(one: Compared, pack: RulePack) -> bool:
    """Tell whether a load is no farther outside a limit than two instruments may differ."""
    analyte = one.criterion.analyte
    if not one.blends or analyte in KEEPS_GRAIN_SOUND:
        return False
    outside = 0.0 if one.met else abs(one.value - one.criterion.limit)
    return known(outside - pack.tolerance.get(analyte, 0.0)) <= 0.0


def _said(alone: Compared, found: Averaged) -> Compared:
    """Return the mean in the load's place, or the load with the word that the mean grants nothing."""
    mean = found.steps.get(alone.criterion)
    if mean is None or mean.mean is None:
        return alone
    of_all = shown(alone.criterion.analyte, mean.mean)
    params = {
        **compared_params(alone.criterion, alone.value, alone.u),
        "mean": mean.value, "mean_u": of_all.u, "mean_t": found.tonnes, "p": known(mean.p),
    }  # fmt: skip
    if not found.granted:
        return replace(alone, notes=(*alone.notes, Reason(Code.AVERAGE_OUTSIDE, params)))
    return replace(mean, alone=Reason(Code.AVERAGE_GRANTS, params), notes=alone.notes)


def _last(loads: Sequence[Facts], wanted: float) -> Iterator[tuple[Facts, float]]:
    left = wanted
    for load in loads:
        tonnes = known(min(left, load.load_t or 0.0))
        if tonnes > 0.0:
            yield load, tonnes
            left = known(left - tonnes)


def _whole(content: Mapping[Analyte, Blended], grade: Grade) -> dict[Analyte, Measured]:
    """What must be known at intake is known of every load, or it is missing."""
    at_intake = {one.analyte for one in grade.criteria if one.required == "intake"}
    return {
        analyte: measured
        for analyte, one in content.items()
        if (measured := one.measured) is not None and (analyte not in at_intake or one.known_t >= one.total_t)
    }


def _only(grade: Grade, kind: str) -> Grade:
    return replace(grade, criteria=tuple(one for one in grade.criteria if one.kind == kind))
