"""What the tables of grades say together: limits that can be met, grades that can be reached."""

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Basis, Unit, needs_basis
from station.grain.grades import Criterion, Grade, RulePack
from station.grain.rules.problems import RulePackError
from station.grain.rules.tables import CriterionTable, GradeTable
from station.grain.units import Op, round_to_step


def check_grades(grades: Sequence[GradeTable]) -> None:
    check_ids("grades", [grade.id for grade in grades])
    for g, grade in enumerate(grades):
        for c, criterion in enumerate(grade.criteria):
            _check_criterion(f"grades[{g}].criteria[{c}]", criterion)
        _check_bounds(f"grades[{g}].criteria", grade)
        if all(criterion.kind == "information" for criterion in grade.criteria):
            raise RulePackError(f"grades[{g}].criteria", "information_only", id=grade.id)


def check_ids(table: str, ids: Sequence[str]) -> None:
    for id_, count in Counter(ids).items():
        if count > 1:
            first, second = [f"{table}[{i}]" for i, one in enumerate(ids) if one == id_][:2]
            raise RulePackError(f"{second}.id", "id_twice", id=id_, first=first)


def check_limit(where: str, analyte: Analyte, basis: Basis | None, limit: float, step: float) -> None:
    """A limit is of a quality of grain, on a basis that it can be on, possible, and met exactly by a rounded
    value."""
    if analyte == Analyte.WEIGHT:
        raise RulePackError(f"{where}.analyte", "weight_no_quality")
    check_basis(f"{where}.basis", analyte, basis)
    check_range(f"{where}.limit", analyte, limit)
    if float(round_to_step(limit, step)) != limit:
        raise RulePackError(f"{where}.step", "no_multiple", limit=limit, step=step)


def check_basis(where: str, analyte: Analyte, basis: Basis | None) -> None:
    if needs_basis(analyte) and basis is None:
        raise RulePackError(where, "needs_basis", analyte=str(analyte), bases=", ".join(Basis))
    if not needs_basis(analyte) and basis not in (None, Basis.AS_IS):
        raise RulePackError(where, "only_as_is", analyte=str(analyte))


def check_range(where: str, analyte: Analyte, value: float) -> None:
    low, high = PLAUSIBLE[analyte]
    if not low <= value <= high:
        raise RulePackError(where, "outside_range", value=value, low=low, high=high)


def _check_criterion(where: str, criterion: CriterionTable) -> None:
    analyte = criterion.analyte
    if analyte != Analyte.WEIGHT and criterion.unit is not UNIT_OF[analyte]:
        raise RulePackError(
            f"{where}.unit", "wrong_unit", analyte=str(analyte), right=str(UNIT_OF[analyte]),
            unit=str(criterion.unit),
        )  # fmt: skip
    check_limit(where, analyte, criterion.basis, criterion.limit, criterion.step)
    if criterion.counted_by == "count" and criterion.unit is not Unit.PERCENT:
        raise RulePackError(f"{where}.counted_by", "no_count", analyte=str(analyte))
    if criterion.kind == "information" and criterion.required == "intake":
        raise RulePackError(f"{where}.required", "information_at_intake")
    if criterion.kind == "information" and criterion.sure is not None:
        raise RulePackError(f"{where}.sure", "information_not_sure")
    if criterion.each is not None:
        _check_each(f"{where}.each", criterion, criterion.each)


def _check_each(where: str, criterion: CriterionTable, each: float) -> None:
    """It is beyond the limit of a mixture, as the limit is written."""
    if criterion.kind != "blendable":
        raise RulePackError(where, "each_not_blended")
    check_limit(where.removesuffix(".each"), criterion.analyte, criterion.basis, each, criterion.step)
    if each == criterion.limit or (each < criterion.limit) != criterion.op.is_lower_bound:
        raise RulePackError(where, "each_not_beyond", limit=criterion.limit, op=str(criterion.op))


def _check_bounds(where: str, grade: GradeTable) -> None:
    """Allow at most one lower and one upper bound per analyte, and room between them. What is only told may
    stand beside a limit that decides."""
    bounds: dict[tuple[Analyte, bool, bool], CriterionTable] = {}
    for index, criterion in enumerate(grade.criteria):
        told = criterion.kind == "information"
        side = (criterion.analyte, criterion.op.is_lower_bound, told)
        if side in bounds:
            code = "second_lower" if criterion.op.is_lower_bound else "second_upper"
            raise RulePackError(f"{where}[{index}].op", code, analyte=str(criterion.analyte), id=grade.id)
        bounds[side] = criterion
        lower, upper = (bounds.get((criterion.analyte, low, told)) for low in (True, False))
        if lower and upper and lower.basis is upper.basis and _is_empty(lower, upper):
            raise RulePackError(
                f"{where}[{index}].limit", "none_can_meet", analyte=str(criterion.analyte), id=grade.id
            )


def _is_empty(lower: CriterionTable, upper: CriterionTable) -> bool:
    if lower.limit == upper.limit:
        return Op.ABOVE in (lower.op, upper.op) or Op.BELOW in (lower.op, upper.op)
    return lower.limit > upper.limit


def check_reachable(pack: RulePack) -> None:
    """Refuse a grade of which a preferred one takes all loads. A recorded pack is read nevertheless."""
    for better, worse in permutations(pack.grades, 2):
        alike = (better.species, better.claims) == (worse.species, worse.claims)
        averaged = worse.id in pack.running_average
        if alike and not averaged and better.value > worse.value and _takes_all_of(better, worse):
            raise RulePackError(
                f"grades[{pack.grades.index(worse)}]", "unreachable", id=worse.id, better=better.id
            )


def _takes_all_of(better: Grade, worse: Grade) -> bool:
    return all(
        any(_implies(asked, given) for given in worse.criteria)
        for asked in better.criteria
        if asked.kind != "information"
    )


def _implies(asked: Criterion, given: Criterion) -> bool:
    """Tell whether whatever meets `given` meets `asked`, also while its value is not known yet."""
    if (asked.analyte, asked.basis, asked.op.is_lower_bound) != (
        given.analyte, given.basis, given.op.is_lower_bound,
    ):  # fmt: skip
        return False
    if given.kind == "information" or asked.step != given.step or asked.counted_by != given.counted_by:
        return False
    if given.required not in ("intake", asked.required) or (given.sure or 0.0) < (asked.sure or 0.0):
        return False
    if asked.kind == "never_blend" and given.kind != "never_blend":
        return False
    if asked.limit == given.limit:
        return given.op in (Op.ABOVE, Op.BELOW) or asked.op in (Op.AT_LEAST, Op.AT_MOST)
    return (given.limit > asked.limit) == asked.op.is_lower_bound
