"""Read a rule pack: TOML text in, checked values out."""

import hashlib
import tomllib

from pydantic import ValidationError

from drivers.text import HiddenCharacter, checked_value
from station.grain.grades import (
    Adjustment,
    Criterion,
    Grade,
    Intake,
    MeasuringAgain,
    RulePack,
    SamplingPlan,
)
from station.grain.rules.grade_checks import check_grades
from station.grain.rules.money_checks import check_terms
from station.grain.rules.new_packs import check_new
from station.grain.rules.problems import RulePackError
from station.grain.rules.tables import AdjustmentTable, GradeTable, PackTable
from station.grain.units import Op

LONGEST_INPUT = 60


def parse_rule_pack(text: str) -> RulePack:
    """Read a rule pack from its text. Raises RulePackError for the first problem found. Hand over the file's
    text with its line ends as they are: `sha256` is over its UTF-8 bytes."""
    try:
        pack = PackTable.model_validate(checked_value(tomllib.loads(text)))
    except HiddenCharacter as error:
        raise RulePackError(error.where, "hidden_character", number=error.number) from error
    except tomllib.TOMLDecodeError as error:
        raise RulePackError("", "not_toml", error=str(error)) from error
    except ValidationError as error:
        raise _first_of(error) from error
    if pack.valid_until is not None and pack.valid_until <= pack.valid_from:
        raise RulePackError("valid_until", "until_before_from")
    check_grades(pack.grades)
    check_terms(pack)
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
        prices=pack.prices,
        adjustments=tuple(_adjustment(table) for table in pack.adjustments),
        uncertainty=pack.uncertainty,
        tolerance=pack.tolerance,
        intake={
            species.value: {analyte: Intake(one.mean, one.sd, one.basis) for analyte, one in analytes.items()}
            for species, analytes in pack.intake.items()
        },
        sampling=SamplingPlan(
            tuple((one.up_to_t, one.points) for one in pack.sampling.points), pack.sampling.spread
        ),
        again=MeasuringAgain(pack.again.minutes, pack.again.euros_a_minute),
        overrides={rule: frozenset(roles) for rule, roles in pack.overrides.items()},
        running_average=pack.running_average,
        confidence=pack.confidence,
    )


def read_new_pack(text: str) -> RulePack:
    """Read a pack that a person is about to sign, install or send. Raises RulePackError."""
    pack = parse_rule_pack(text)
    check_new(pack)
    return pack


def _first_of(error: ValidationError) -> RulePackError:
    first = error.errors()[0]
    told = {
        name: value for name, value in first.get("ctx", {}).items() if isinstance(value, str | int | float)
    }
    given = repr(first["input"])[:LONGEST_INPUT]
    return RulePackError(
        _where(first["loc"]), first["type"], **{**told, "input": given, "text": first["msg"]}
    )


def _where(loc: tuple[int | str, ...]) -> str:
    """Write a path as a person does: ("grades", 0, "id") -> "grades[0].id"."""
    parts = [part for part in loc if part != "[key]"]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")


def _grade(table: GradeTable) -> Grade:
    return Grade(
        id=table.id,
        species=table.species.value,
        name=table.name.model_dump(),
        value=table.value,
        claims=frozenset(table.claims),
        criteria=tuple(Criterion(**dict(one)) for one in table.criteria),
    )


def _adjustment(table: AdjustmentTable) -> Adjustment:
    return Adjustment(
        **{
            **dict(table),
            "species": table.species.value,
            "grades": frozenset(table.grades),
            "op": Op(table.op),
        }
    )
