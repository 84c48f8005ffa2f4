"""What the tables of grades say together: limits that are possible and can be met."""

from collections import Counter
from collections.abc import Sequence

from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Basis, Unit, needs_basis
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
