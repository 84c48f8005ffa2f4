"""Compare a load's values with a grade's criteria: what is known of the load alone, once per grade.

What a blendable criterion means for a cell is decided with the cell's content (`station/grain/standing.py`).
Composition from a photo is by count and never gets here: limits are by mass.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drivers.reading import BLENDS, UNIT_OF, Analyte, Basis, needs_basis
from station.grain.blending import FALLING_NUMBER_FLOOR
from station.grain.cells import Facts, Measured
from station.grain.grades import Criterion, Grade, Intake, RulePack
from station.grain.mixture import NOTHING, Box, Defaults, Mean, box_of, mean_of, span_on_scale
from station.grain.odds import Span, probability, span_of, with_intake
from station.grain.reasons import Code, Reason
from station.grain.units import Op, known, on_basis

# Wrong identity makes grain another product, not a danger: it bars the cells that ask for it, no other.
_IDENTITY = frozenset({Analyte.VARIETY_PURITY})


@dataclass(frozen=True, slots=True)
class Compared:
    """Tells how the load alone stands to one criterion. `mean` and `span` are value and limit on the blending
    scale, None for what does not blend; `p` is the probability that the load meets the limit. `alone` is the
    verdict on the load alone, `notes` say where the value comes from."""

    criterion: Criterion
    value: float
    u: float | None
    mean: Mean | None
    span: Span | None
    met: bool
    p: float
    alone: Reason
    notes: tuple[Reason, ...] = ()

    @property
    def passes(self) -> bool:
        """Tell whether the load alone meets the limit, as surely as the criterion asks."""
        return self.met and self.sure_enough

    @property
    def decides_nothing(self) -> bool:
        return self.criterion.kind == "information"

    @property
    def sure_enough(self) -> bool:
        sure = self.criterion.sure
        return sure is None or self.p >= sure

    @property
    def blends(self) -> bool:
        return self.criterion.kind == "blendable" and self.mean is not None and self.span is not None


@dataclass(frozen=True, slots=True)
class Absent:
    """Tells that a criterion cannot be judged. `is_missing`: it should have been before tipping."""

    criterion: Criterion
    reasons: tuple[Reason, ...]
    is_missing: bool


@dataclass(frozen=True, slots=True)
class GradeJudgement:
    """Tells how a load stands to a grade, criterion by criterion; `p_load_ok` is the probability that the
    load alone meets all that is known of it. `missing`: analytes required at intake that cannot be judged."""

    grade: Grade
    box: Box
    steps: tuple[Compared | Absent, ...]
    p_load_ok: float

    @property
    def missing(self) -> tuple[Analyte, ...]:
        absent = (one for one in self.steps if isinstance(one, Absent) and one.is_missing)
        return tuple(dict.fromkeys(one.criterion.analyte for one in absent))

    @property
    def in_favour(self) -> tuple[Reason, ...]:
        """Return what speaks for the load alone."""
        return tuple(reason for step in self.steps for reason in _sides(step)[0])

    @property
    def against(self) -> tuple[Reason, ...]:
        """Return what speaks against the load alone."""
        return tuple(reason for step in self.steps for reason in _sides(step)[1])


def _sides(step: Compared | Absent) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    if isinstance(step, Absent):
        return ((), step.reasons) if step.is_missing else (step.reasons, ())
    if step.passes or step.decides_nothing:
        return (step.alone, *step.notes), ()
    return step.notes, (step.alone,)


def judge(facts: Facts, grade: Grade, pack: RulePack) -> GradeJudgement:
    """Judge all criteria, also after one has failed; `pack` says how uncertain values are that do not say it,
    and what loads are like."""
    usual_u = pack.uncertainty
    steps = tuple(_step(criterion, facts, usual_u) for criterion in grade.criteria)
    box = box_of(grade, facts.moisture)
    prior = pack.intake.get(grade.species, {})
    return GradeJudgement(grade, box, steps, known(_load_alone(steps, box, prior)))


def _load_alone(steps: Sequence[Compared | Absent], box: Box, intake: Mapping[Analyte, Intake]) -> float:
    """Return the probability that the load meets the grade by all that is known of it, drawn towards what
    loads are like where the pack says that."""
    p, done = 1.0, set()
    for step in steps:
        if isinstance(step, Absent) or step.criterion.kind == "information":
            continue
        analyte = step.criterion.analyte
        if step.mean is None or step.span is None:
            p *= step.p
        elif analyte not in done:
            done.add(analyte)
            value, u = _drawn(analyte, step.mean, intake.get(analyte))
            p *= probability(value, u, box[analyte]) if u > 0.0 else _all_met(steps, analyte)
    return p


def _all_met(steps: Sequence[Compared | Absent], analyte: Analyte) -> float:
    own = (one for one in steps if isinstance(one, Compared) and one.criterion.analyte == analyte)
    return 1.0 if all(one.met for one in own if one.criterion.kind != "information") else 0.0


def _drawn(analyte: Analyte, mean: Mean, intake: Intake | None) -> tuple[float, float]:
    if intake is None:
        return mean.value, mean.u
    basis = intake.basis or (Basis.DRY_MATTER if needs_basis(analyte) else None)
    usual = mean_of(analyte, Measured(intake.mean, intake.sd, basis), None, {})
    return (mean.value, mean.u) if usual is None else with_intake(mean.value, mean.u, usual.value, usual.u)


def _step(criterion: Criterion, facts: Facts, usual_u: Defaults) -> Compared | Absent:
    measured, notes = _value_for(criterion, facts)
    if measured is None:
        return _absent(criterion, notes)
    analyte = criterion.analyte
    mean = mean_of(analyte, _used(criterion, facts) or measured, facts.moisture, usual_u)
    span = None if mean is None else span_on_scale(criterion, facts.moisture)
    met = criterion.is_met_by(measured.value)
    u = measured.u if measured.u is not None else usual_u.get(analyte)
    p = 1.0 if met else 0.0
    if mean is not None and span is not None:
        p = probability(mean.value, mean.u, span) if mean.u > 0.0 else p
    elif u and BLENDS[analyte] == "never":
        p = probability(measured.value, u, span_of(criterion.op, criterion.limit, criterion.step))
    u = None if u is None else known(u)
    alone = _alone(criterion, measured.value, u, met=met, p=p)
    return Compared(criterion, measured.value, u, mean, span, met, p, alone, tuple(notes))


def _absent(criterion: Criterion, notes: Sequence[Reason]) -> Absent:
    is_missing = criterion.required == "intake" and criterion.kind != "information"
    code = Code.MISSING if is_missing else Code.KNOWN_LATER
    if criterion.required == "declared":
        code = Code.NOT_DECLARED
    return Absent(criterion, (Reason(code, {"analyte": criterion.analyte.value}), *notes), is_missing)


def _alone(criterion: Criterion, value: float, u: float | None, *, met: bool, p: float) -> Reason:
    """Return the verdict on the load alone."""
    if criterion.kind == "information":
        code = Code.MEETS if met else Code.FOR_INFORMATION
        return Reason(code, compared_params(criterion, value, u))
    if not met or criterion.sure is None or p >= criterion.sure:
        return _compared(criterion, value, met=met, u=u)
    code = Code.NEVER_BLEND_NOT_SURE if criterion.kind == "never_blend" else Code.LOAD_NOT_SURE
    params = compared_params(criterion, value, u)
    return Reason(code, params | {"p": known(p), "sure": criterion.sure})


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
    cannot be computed, whatever the grades ask for, or the visual check was adverse, or it came so from
    another own silo."""
    reasons: list[Reason] = []
    if facts.never_blend:
        reasons.append(Reason(Code.CAME_NEVER_BLEND))
    if facts.adverse:
        reasons.append(Reason(Code.ADVERSE_VISUAL_CHECK, {"findings": list(facts.adverse)}))
    reasons.extend(_broken_everywhere(facts, pack) if pack else ())
    falling_number = _best_known(Analyte.FALLING_NUMBER, facts)
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


def keeps_apart(criterion: Criterion) -> bool:
    """Tell whether a load that breaks this limit, and all like it, may be mixed with nothing."""
    return criterion.kind == "never_blend" and criterion.analyte not in _IDENTITY


def _broken_everywhere(facts: Facts, pack: RulePack) -> list[Reason]:
    judged: dict[tuple[Analyte, bool], list[Reason]] = defaultdict(list)
    for grade in pack.grades:
        if grade.species != facts.species:
            continue
        for criterion in grade.criteria:
            if not keeps_apart(criterion):
                continue
            measured, _ = _value_for(criterion, facts)
            if measured is not None:
                side = (criterion.analyte, criterion.op.is_lower_bound)
                met = criterion.is_met_by(measured.value)
                judged[side].append(_compared(criterion, measured.value, met=met, u=measured.u))
    return [reasons[0] for reasons in judged.values() if all(r.code is Code.NEVER_BLEND for r in reasons)]


def _value_for(criterion: Criterion, facts: Facts) -> tuple[Measured | None, list[Reason]]:
    """Return the load's value on the criterion's basis, or None with what stood in the way.

    A measured value comes before the supplier's word for it, and that before what such loads are like."""
    analyte = criterion.analyte
    notes: list[Reason] = []
    measured = _used(criterion, facts)
    if analyte not in facts.values and analyte in facts.badly:
        notes.append(Reason(Code.MEASURED_BADLY, {"analyte": analyte.value, "instrument": None}))
    if measured is None:
        return None, notes
    if analyte not in facts.values and criterion.required == "declared" and analyte in facts.declared:
        notes.append(Reason(Code.DECLARED, {"analyte": analyte.value}))
    elif analyte not in facts.values:
        notes.append(Reason(Code.EXPECTED, _expected_params(measured, analyte)))
    value, problem = _on_basis_of(criterion, measured, facts)
    return value, [*notes, problem] if problem else notes


def _used(criterion: Criterion, facts: Facts) -> Measured | None:
    """Return the value that counts, as it was given. What was measured badly is not guessed."""
    analyte = criterion.analyte
    if criterion.required == "declared" and analyte not in facts.values and analyte in facts.declared:
        return facts.declared[analyte]
    return _best_known(analyte, facts)


def _best_known(analyte: Analyte, facts: Facts) -> Measured | None:
    if analyte in facts.values:
        return facts.values[analyte]
    return None if analyte in facts.badly else facts.expected.get(analyte)


def _expected_params(measured: Measured, analyte: Analyte) -> dict[str, object]:
    return {
        "analyte": analyte.value,
        "value": known(measured.value),
        "u": None if measured.u is None else known(measured.u),
        "unit": UNIT_OF[analyte].value,
        "basis": measured.basis.value if measured.basis else None,
    }


def _on_basis_of(
    criterion: Criterion, measured: Measured, facts: Facts
) -> tuple[Measured | None, Reason | None]:
    analyte = criterion.analyte
    wanted = criterion.basis or Basis.AS_IS
    given = measured.basis
    if given is None and needs_basis(analyte):
        params = {"analyte": analyte.value, "basis": wanted.value, "given": None}
        return None, Reason(Code.NOT_ON_BASIS, params)
    given = given or Basis.AS_IS
    value = on_basis(measured.value, given, wanted, facts.moisture)
    if value is None:
        return None, Reason(Code.NO_MOISTURE_FOR_BASIS, {"analyte": analyte.value})
    u = None if measured.u is None else on_basis(measured.u, given, wanted, facts.moisture)
    return replace(measured, value=known(value), u=u, basis=criterion.basis, shared=NOTHING), None


def compared_params(criterion: Criterion, value: float, u: float | None = None) -> dict[str, object]:
    """Return what a sentence says of a value beside a limit."""
    params: dict[str, object] = {
        "analyte": criterion.analyte.value,
        "value": value,
        "limit": criterion.limit,
        "op": criterion.op.value,
        "unit": criterion.unit.value,
        "basis": criterion.basis.value if criterion.basis else None,
    }
    return params if u is None else params | {"u": u}


def _compared(criterion: Criterion, value: float, *, met: bool, u: float | None = None) -> Reason:
    if met:
        return Reason(Code.MEETS, compared_params(criterion, value, u))
    code = Code.NEVER_BLEND if criterion.kind == "never_blend" else Code.OUTSIDE_LIMIT
    return Reason(code, compared_params(criterion, value, u))
