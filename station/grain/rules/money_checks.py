"""What the tables beside the grades say together: of known grades, each amount once, scales without gaps."""

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, pairwise

from drivers.reading import Analyte
from station.grain.guard import Guarded
from station.grain.rules.grade_checks import check_basis, check_ids, check_limit, check_range
from station.grain.rules.problems import RulePackError
from station.grain.rules.tables import AdjustmentTable, PackTable


def check_terms(pack: PackTable) -> None:
    species_of = {grade.id: str(grade.species) for grade in pack.grades}
    for name in ("prices", "running_average"):
        for grade_id in getattr(pack, name):
            _check_known(f"{name}.{grade_id}", grade_id, species_of)
    for grade in pack.grades:
        if grade.id in pack.running_average and all(one.kind != "blendable" for one in grade.criteria):
            raise RulePackError(f"running_average.{grade.id}", "nothing_to_average", id=grade.id)
    _check_analytes(pack)
    _check_intake(pack, set(species_of.values()))
    _check_points(pack)
    for rule in pack.overrides:
        if rule not in set(Guarded):
            rules = ", ".join(Guarded)
            raise RulePackError(f"overrides.{rule}", "no_such_rule", rule=rule, rules=rules)
    _check_adjustments(pack, species_of)


def _check_known(where: str, grade_id: str, species_of: dict[str, str]) -> None:
    if grade_id not in species_of:
        raise RulePackError(where, "no_such_grade", id=grade_id)


def _check_analytes(pack: PackTable) -> None:
    tables: dict[str, Iterable[Analyte]] = {
        "repeatability": pack.repeatability,
        "uncertainty": pack.uncertainty,
        "tolerance": pack.tolerance,
        "sampling.spread": pack.sampling.spread,
        "again.minutes": pack.again.minutes,
        **{f"intake.{species}": analytes for species, analytes in pack.intake.items()},
    }
    for name, analytes in tables.items():
        if Analyte.WEIGHT in analytes:
            raise RulePackError(f"{name}.weight", "weight_no_quality")


def _check_intake(pack: PackTable, graded: set[str]) -> None:
    for species, analytes in pack.intake.items():
        if species not in graded:
            raise RulePackError(f"intake.{species}", "no_grade_of_species", species=str(species))
        for analyte, intake in analytes.items():
            where = f"intake.{species}.{analyte}"
            check_basis(f"{where}.basis", analyte, intake.basis)
            check_range(f"{where}.mean", analyte, intake.mean)


def _check_points(pack: PackTable) -> None:
    for index, (before, after) in enumerate(pairwise(pack.sampling.points), 1):
        where = f"sampling.points[{index}]"
        if after.up_to_t <= before.up_to_t:
            raise RulePackError(f"{where}.up_to_t", "points_not_rising", before=before.up_to_t)
        if after.points < before.points:
            raise RulePackError(f"{where}.points", "points_falling", before=before.points)


def _check_adjustments(pack: PackTable, species_of: dict[str, str]) -> None:
    check_ids("adjustments", [one.id for one in pack.adjustments])
    for index, one in enumerate(pack.adjustments):
        _check_adjustment(f"adjustments[{index}]", one, species_of)
    met: dict[tuple[str, str, bool], list[tuple[int, AdjustmentTable]]] = defaultdict(list)
    for index, one in enumerate(pack.adjustments):
        for grade in one.grades or [id_ for id_, species in species_of.items() if species == one.species]:
            met[grade, str(one.analyte), one.kind == "drying"].append((index, one))
    for (grade, _, _), scale in met.items():
        _check_scale(grade, scale)


def _check_adjustment(where: str, one: AdjustmentTable, species_of: dict[str, str]) -> None:
    if str(one.species) not in species_of.values():
        raise RulePackError(f"{where}.species", "no_grade_of_species", species=str(one.species))
    for grade in one.grades:
        _check_known(f"{where}.grades", grade, species_of)
        if species_of[grade] != one.species:
            raise RulePackError(f"{where}.grades", "grade_of_other", id=grade, species=species_of[grade])
    check_limit(where, one.analyte, one.basis, one.limit, one.step)
    if one.kind == "drying" and one.on == "price":
        raise RulePackError(f"{where}.on", "drying_on_price")
    if one.until is not None:
        check_limit(where, one.analyte, one.basis, one.until, one.step)
        if (one.until > one.limit) != (one.op == ">") or one.until == one.limit:
            raise RulePackError(f"{where}.until", "until_not_beyond", limit=one.limit, op=one.op)


def _check_scale(grade: str, scale: list[tuple[int, AdjustmentTable]]) -> None:
    """`scale`: all that moves the pay of one grade by one analyte, with their places in the file."""
    for (_, one), (index, other) in combinations(scale, 2):
        told = {"other": one.id, "analyte": str(one.analyte), "grade": grade}
        if one.basis is not other.basis:
            raise RulePackError(f"adjustments[{index}].basis", "other_basis", **told)
        (low, high), (low_2, high_2) = _reach(one), _reach(other)
        if max(low, low_2) < min(high, high_2):
            raise RulePackError(f"adjustments[{index}].limit", "overlaps", **told)
    for op in (">", "<"):
        same = sorted((pair for pair in scale if pair[1].op == op), key=lambda pair: _outwards(pair[1]))
        for (_, inner), (index, outer) in pairwise(same):
            if inner.until != outer.limit:
                until = inner.until
                raise RulePackError(f"adjustments[{index}].limit", "gap", other=inner.id, until=until)


def _outwards(one: AdjustmentTable) -> float:
    return one.limit if one.op == ">" else -one.limit


def _reach(one: AdjustmentTable) -> tuple[float, float]:
    """Return between which values it grows."""
    if one.op == ">":
        return one.limit, math.inf if one.until is None else one.until
    return -math.inf if one.until is None else one.until, one.limit
