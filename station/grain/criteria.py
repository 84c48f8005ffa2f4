"""Judge a load's values against a grade's criteria, with every reason for and against.

Each load is judged alone and by its point value. Composition from a photo is by count and never gets
here: limits are by mass.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.reading import UNIT_OF, Analyte, Basis, needs_basis
from station.grain.blending import FALLING_NUMBER_FLOOR
from station.grain.cells import Facts, Measured
from station.grain.grades import Criterion, CriterionKind, Grade, RulePack
from station.grain.reasons import Code, Reason
from station.grain.units import Op, known, on_basis

# Wrong identity makes grain another product, not a danger: it bars the cells that ask for it, no other.
_IDENTITY = frozenset({Analyte.VARIETY_PURITY})


@dataclass(frozen=True, slots=True)
class GradeJudgement:
    """Tells how a load stands to a grade. `missing`: analytes required at intake that cannot be judged; their
    reasons are in `against` too."""

    in_favour: tuple[Reason, ...]
    against: tuple[Reason, ...]
    missing: tuple[Analyte, ...]

    @property
    def only_missing(self) -> bool:
        """Tell whether nothing known speaks against the grade, but an intake value is not known."""
        return bool(self.missing) and all(r.code in _MISSING_CODES for r in self.against)


_MISSING_CODES = frozenset({Code.MISSING, Code.MEASURED_BADLY, Code.NOT_ON_BASIS, Code.NO_MOISTURE_FOR_BASIS})


def judge(facts: Facts, grade: Grade) -> GradeJudgement:
    """Judge all criteria, also after one has failed."""
    in_favour: list[Reason] = []
    against: list[Reason] = []
    missing: list[Analyte] = []
    for criterion in grade.criteria:
        value, notes = _value_for(criterion, facts)
        if value is not None:
            met = criterion.is_met_by(value)
            (in_favour if met or criterion.kind == "information" else against).append(
                _compared(criterion, value, met=met)
            )
            in_favour.extend(notes)
        elif criterion.required == "intake":
            missing.append(criterion.analyte)
            against.extend([Reason(Code.MISSING, {"analyte": criterion.analyte.value}), *notes])
        else:
            code = Code.KNOWN_LATER if criterion.required == "later" else Code.NOT_DECLARED
            in_favour.extend([Reason(code, {"analyte": criterion.analyte.value}), *notes])
    return GradeJudgement(tuple(in_favour), tuple(against), tuple(dict.fromkeys(missing)))


def broken_limits(
    values: Mapping[tuple[str, str | None], float], grades: Sequence[Grade]
) -> tuple[Reason, ...]:
    """Return each limit of these grades, once, that a value by (analyte, basis) breaks; a limit without basis
    is compared as is."""
    found: dict[tuple[str, float], Reason] = {}
    deciding = (one for grade in grades for one in grade.criteria if one.kind != "information")
    for criterion in deciding:
        basis = criterion.basis.value if criterion.basis else None
        bases = (basis,) if basis not in (None, Basis.AS_IS) else (None, Basis.AS_IS.value)
        for value in (values.get((criterion.analyte.value, one)) for one in bases):
            if value is not None and not criterion.is_met_by(value):
                key = (criterion.analyte.value, criterion.limit)
                found.setdefault(key, _compared(criterion, value, met=False))
    return tuple(found.values())


def never_blend(facts: Facts, pack: RulePack | None) -> tuple[Reason, ...]:
    """Return why this load may not be mixed with any other, or nothing.

    It breaks every never-blend limit that the pack states for an analyte of this species (a tighter limit
    of one grade only bars that grade's cells), or its falling number is at or under 50 s, where mixing
    cannot be computed, or the visual check was adverse."""
    reasons: list[Reason] = []
    if facts.adverse:
        reasons.append(Reason(Code.ADVERSE_VISUAL_CHECK, {"findings": list(facts.adverse)}))
    reasons.extend(_broken_everywhere(facts, pack) if pack else ())
    falling_number = facts.values.get(Analyte.FALLING_NUMBER)
    if falling_number is not None and falling_number.value <= FALLING_NUMBER_FLOOR:
        params = {
            "analyte": Analyte.FALLING_NUMBER.value,
            "value": known(falling_number.value),
            "limit": FALLING_NUMBER_FLOOR,
            "op": Op.ABOVE.value,
            "unit": UNIT_OF[Analyte.FALLING_NUMBER].value,
            "basis": None,
        }
        reasons.append(Reason(Code.NEVER_BLEND, params))
    return tuple(reasons)


def _broken_everywhere(facts: Facts, pack: RulePack) -> list[Reason]:
    judged: dict[tuple[Analyte, bool], list[Reason]] = defaultdict(list)
    for grade in pack.grades:
        if grade.species != facts.species:
            continue
        for criterion in grade.criteria:
            if criterion.kind != "never_blend" or criterion.analyte in _IDENTITY:
                continue
            value, _ = _value_for(criterion, facts)
            if value is not None:
                side = (criterion.analyte, criterion.op.is_lower_bound)
                judged[side].append(_compared(criterion, value, met=criterion.is_met_by(value)))
    return [reasons[0] for reasons in judged.values() if all(r.code is Code.NEVER_BLEND for r in reasons)]


def _value_for(criterion: Criterion, facts: Facts) -> tuple[float | None, list[Reason]]:
    """Return the load's value on the criterion's basis, or None with what stood in the way.

    A measured value comes before the supplier's word for it."""
    analyte = criterion.analyte
    notes: list[Reason] = []
    measured = facts.values.get(analyte)
    if measured is None and analyte in facts.badly:
        notes.append(Reason(Code.MEASURED_BADLY, {"analyte": analyte.value, "instrument": None}))
    if measured is None and criterion.required == "declared":
        measured = facts.declared.get(analyte)
        if measured is not None:
            notes.append(Reason(Code.DECLARED, {"analyte": analyte.value}))
    if measured is None:
        return None, notes
    value, problem = _on_basis_of(criterion, measured, facts)
    return value, [*notes, problem] if problem else notes


def _on_basis_of(
    criterion: Criterion, measured: Measured, facts: Facts
) -> tuple[float | None, Reason | None]:
    analyte = criterion.analyte
    wanted = criterion.basis or Basis.AS_IS
    given = measured.basis
    if given is None and needs_basis(analyte):
        params = {"analyte": analyte.value, "basis": wanted.value, "given": None}
        return None, Reason(Code.NOT_ON_BASIS, params)
    value = on_basis(measured.value, given or Basis.AS_IS, wanted, facts.moisture)
    if value is None:
        return None, Reason(Code.NO_MOISTURE_FOR_BASIS, {"analyte": analyte.value})
    return known(value), None


def _compared(criterion: Criterion, value: float, *, met: bool) -> Reason:
    params = {
        "analyte": criterion.analyte.value,
        "value": value,
        "limit": criterion.limit,
        "op": criterion.op.value,
        "unit": criterion.unit.value,
        "basis": criterion.basis.value if criterion.basis else None,
    }
    if met:
        return Reason(Code.MEETS, params)
    return Reason(_NOT_MET[criterion.kind], params)


_NOT_MET: Mapping[CriterionKind, Code] = {
    "blendable": Code.OUTSIDE_LIMIT,
    "never_blend": Code.NEVER_BLEND,
    "information": Code.TOLD_ONLY,
}
