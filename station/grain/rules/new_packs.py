"""What is refused of a pack that a person is about to sign, install or send, and forgiven to a recorded
one."""

from collections.abc import Collection
from decimal import Decimal
from itertools import combinations, permutations

from station.grain.grades import Criterion, Grade, RulePack
from station.grain.guard import Guarded
from station.grain.rules.problems import RulePackError
from station.grain.units import Op


def check_new(pack: RulePack) -> None:
    """Refuse a grade that no load reaches, and an operator who alone decides what is never blended."""
    for index, grade in enumerate(pack.grades):
        _check_room(f"grades[{index}].criteria", grade)
    _check_reachable(pack)
    if "operator" in pack.overrides.get(Guarded.NEVER_BLEND.value, ()):
        raise RulePackError(f"overrides.{Guarded.NEVER_BLEND.value}", "no_operator_alone")


def check_claims(pack: RulePack, known: Collection[str]) -> None:
    """Refuse a claim that no catalogue knows: no load ever has it."""
    for index, grade in enumerate(pack.grades):
        for claim in sorted(grade.claims - set(known)):
            where, names = f"grades[{index}].claims", ", ".join(known)
            raise RulePackError(where, "no_such_claim", claim=claim, known=names)


def _check_room(where: str, grade: Grade) -> None:
    """Refuse limits that leave no rounded value between them, as above 14.9 and below 15.0 by 0.1."""
    for first, (index, second) in combinations(enumerate(grade.criteria), 2):
        one = first[1]
        if _compared(one) != _compared(second) or one.op.is_lower_bound == second.op.is_lower_bound:
            continue
        lower, upper = (one, second) if one.op.is_lower_bound else (second, one)
        if _edge(lower) >= _edge(upper):
            raise RulePackError(
                f"{where}[{index}].limit", "none_can_meet", analyte=str(one.analyte), id=grade.id
            )


def _compared(criterion: Criterion) -> tuple[object, ...]:
    return criterion.analyte, criterion.basis, criterion.counted_by, criterion.kind == "information"


def _edge(criterion: Criterion) -> Decimal:
    """Return the first value that is met, or missed, once it is rounded half up to the step."""
    half = Decimal(str(criterion.step)) / 2
    is_above = criterion.op in (Op.ABOVE, Op.AT_MOST)
    return Decimal(str(criterion.limit)) + (half if is_above else -half)


def _check_reachable(pack: RulePack) -> None:
    """Refuse a grade of which a preferred one takes all loads."""
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
