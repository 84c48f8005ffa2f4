"""A supplier's running average: where a buyer grants it, the last tonnes of one supplier are judged as one.

Limits that never blend are no matter of a mean: each load meets them alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drivers.reading import Analyte
from station.grain.blending import Blended, Part, blend
from station.grain.cells import Facts, Measured
from station.grain.criteria import judge
from station.grain.grades import Grade, RulePack
from station.grain.reasons import Reason
from station.grain.units import Tonnes, known


@dataclass(frozen=True, slots=True)
class Averaged:
    """The mean of a supplier's last `tonnes`, and whether the grade is granted by it: what speaks for and
    against."""

    tonnes: float
    content: Mapping[Analyte, Blended]
    in_favour: tuple[Reason, ...]
    against: tuple[Reason, ...]

    @property
    def granted(self) -> bool:
        return not self.against


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
        known(sum(tonnes for _, tonnes in counted)), content, judged.in_favour, (*judged.against, *barred)
    )


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
