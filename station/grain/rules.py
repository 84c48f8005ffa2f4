"""Read a rule pack: TOML text in, checked values out.

name, version, source = text             valid_from [, valid_until] = date, hour and offset
[replicates = how many measurements of a sample are routine, 1]
[repeatability]      analyte = limit between two measurements of one sample, in the analyte's unit
[[grades]]           id, species, value (0 to 1), name = {fr, en} [, claims]
[[grades.criteria]]  analyte, op, limit, unit, step, required, kind, source [, basis]
"""

import hashlib
import tomllib
from collections import Counter
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Basis, Unit, needs_basis
from drivers.text import HiddenCharacter, checked_value
from station.grain.grades import Criterion, CriterionKind, Grade, Required, RulePack, pack_at
from station.grain.identifiers import Species
from station.grain.units import Op, round_to_step

__all__ = ["Criterion", "Grade", "RulePack", "RulePackError", "pack_at", "parse_rule_pack"]

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=400)]


class RulePackError(Exception):
    """The rule pack cannot be used. `where` names table and key ("grades[0].criteria[2].limit")."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where = where
        self.problem = problem


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _CriterionTable(_Table):
    analyte: Analyte
    op: Op
    limit: Number
    unit: Unit
    basis: Basis | None = None
    step: Annotated[Number, Field(gt=0.0)]
    required: Required
    kind: CriterionKind
    source: Text


class _NameTable(_Table):
    fr: Text
    en: Text


class _GradeTable(_Table):
    id: Text
    species: Species
    name: _NameTable
    value: Annotated[Number, Field(ge=0.0, le=1.0)]
    claims: list[Text] = []
    criteria: Annotated[list[_CriterionTable], Field(min_length=1)]


class _PackTable(_Table):
    name: Text
    version: Text
    source: Text
    valid_from: Annotated[AwareDatetime, Field(strict=True)]
    valid_until: Annotated[AwareDatetime, Field(strict=True)] | None = None
    grades: Annotated[list[_GradeTable], Field(min_length=1)]
    repeatability: dict[Analyte, Annotated[Number, Field(gt=0.0)]] = {}
    replicates: Annotated[int, Field(ge=1, le=5)] = 1


def parse_rule_pack(text: str) -> RulePack:
    """Read a rule pack from its text. Raises RulePackError for the first problem found. Hand over the file's
    text with its line ends as they are: `sha256` is over its UTF-8 bytes."""
    try:
        pack = _PackTable.model_validate(checked_value(tomllib.loads(text)))
    except HiddenCharacter as error:
        raise RulePackError(error.where, str(error)) from error
    except tomllib.TOMLDecodeError as error:
        raise RulePackError("", f"not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise RulePackError(_where(first["loc"]), first["msg"]) from error
    _check_dates(pack)
    _check_grades(pack)
    if Analyte.WEIGHT in pack.repeatability:
        raise RulePackError("repeatability.weight", "a weight is no quality of grain")
    return RulePack(
        name=pack.name,
        version=pack.version,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        valid_from=pack.valid_from,
        valid_until=pack.valid_until,
        source=pack.source,
        grades=tuple(_grade(table) for table in pack.grades),
        repeatability=pack.repeatability,
        replicates=pack.replicates,
    )


def _where(loc: tuple[int | str, ...]) -> str:
    """Write a path as a person does: ("grades", 0, "id") -> "grades[0].id"."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _check_dates(pack: _PackTable) -> None:
    if pack.valid_until is not None and pack.valid_until <= pack.valid_from:
        raise RulePackError("valid_until", "must be later than valid_from")


def _check_grades(pack: _PackTable) -> None:
    for grade_id, count in Counter(grade.id for grade in pack.grades).items():
        if count > 1:
            places = [f"grades[{i}]" for i, grade in enumerate(pack.grades) if grade.id == grade_id]
            raise RulePackError(f"{places[1]}.id", f"{grade_id!r} is already the id of {places[0]}")
    for g, grade in enumerate(pack.grades):
        for c, criterion in enumerate(grade.criteria):
            _check_criterion(f"grades[{g}].criteria[{c}]", criterion)
        _check_bounds(f"grades[{g}].criteria", grade)


def _check_criterion(where: str, criterion: _CriterionTable) -> None:
    analyte = criterion.analyte
    if analyte == Analyte.WEIGHT:
        raise RulePackError(f"{where}.analyte", "a weight is no quality of grain")
    if criterion.unit is not UNIT_OF[analyte]:
        raise RulePackError(f"{where}.unit", f"{analyte} is in {UNIT_OF[analyte]!s}, not {criterion.unit!s}")
    if needs_basis(analyte) and criterion.basis is None:
        raise RulePackError(f"{where}.basis", f"{analyte} needs a basis: {', '.join(Basis)}")
    if not needs_basis(analyte) and criterion.basis not in (None, Basis.AS_IS):
        raise RulePackError(f"{where}.basis", f"{analyte} is only compared as is")
    low, high = PLAUSIBLE[analyte]
    if not low <= criterion.limit <= high:
        raise RulePackError(f"{where}.limit", f"{criterion.limit} is outside {low} to {high}")
    if float(round_to_step(criterion.limit, criterion.step)) != criterion.limit:
        raise RulePackError(
            f"{where}.step", f"the limit {criterion.limit} is no multiple of the step {criterion.step}"
        )


def _check_bounds(where: str, grade: _GradeTable) -> None:
    """Allow at most one lower and one upper bound per analyte, and room between them."""
    bounds: dict[tuple[Analyte, bool], _CriterionTable] = {}
    for index, criterion in enumerate(grade.criteria):
        side = (criterion.analyte, criterion.op.is_lower_bound)
        if side in bounds:
            bound = "lower" if criterion.op.is_lower_bound else "upper"
            raise RulePackError(
                f"{where}[{index}].op", f"{criterion.analyte} has a second {bound} limit in {grade.id!r}"
            )
        bounds[side] = criterion
        lower, upper = bounds.get((criterion.analyte, True)), bounds.get((criterion.analyte, False))
        if lower and upper and lower.basis is upper.basis and _is_empty(lower, upper):
            raise RulePackError(f"{where}[{index}].limit", f"no {criterion.analyte} can meet {grade.id!r}")


def _is_empty(lower: _CriterionTable, upper: _CriterionTable) -> bool:
    if lower.limit == upper.limit:
        return Op.ABOVE in (lower.op, upper.op) or Op.BELOW in (lower.op, upper.op)
    return lower.limit > upper.limit


def _grade(table: _GradeTable) -> Grade:
    return Grade(
        id=table.id,
        species=table.species.value,
        name=table.name.model_dump(),
        value=table.value,
        claims=frozenset(table.claims),
        criteria=tuple(
            Criterion(
                analyte=c.analyte,
                op=c.op,
                limit=c.limit,
                unit=c.unit,
                basis=c.basis,
                step=c.step,
                required=c.required,
                kind=c.kind,
                source=c.source,
            )
            for c in table.criteria
        ),
    )
