"""At every limit of the shipped example, one step to either side."""

from dataclasses import replace
from pathlib import Path

import pytest

from station.grain.blending import falling_number_of, liquefaction_number
from station.grain.cells import CellState, Facts, Measured
from station.grain.grades import RulePack
from station.grain.routing import route
from station.grain.rules import parse_rule_pack
from station.grain.units import Op, round_to_step

from .builders import by_cell, codes

PACK = parse_rule_pack((Path(__file__).parents[2] / "examples" / "rules.toml").read_bytes().decode())
LIMITS = [(grade, criterion) for grade in PACK.grades for criterion in grade.criteria]
STEPS = pytest.mark.parametrize("steps", [-1, 0, 1])


def each(limits):
    return pytest.mark.parametrize(
        ("grade", "limit"), limits, ids=[f"{g.id}-{c.analyte.value}" for g, c in limits]
    )


EVERY = each(LIMITS)
OF_THE_MIXTURE = each([(grade, limit) for grade, limit in LIMITS if limit.kind == "blendable"])
BAD = {"outside_limit", "cell_outside", "never_blend"}


def alone(grade, limit):
    """The pack with this one limit, and the value at so many steps from it."""
    return replace(PACK, grades=(replace(grade, criteria=(limit,)),))


def at(limit, steps):
    return float(round_to_step(limit.limit + steps * limit.step, limit.step))


def should_pass(limit, steps):
    return {Op.AT_LEAST: steps >= 0, Op.ABOVE: steps > 0, Op.AT_MOST: steps <= 0, Op.BELOW: steps < 0}[
        limit.op
    ]


def a_load(grade, limit, value) -> Facts:
    return Facts(grade.species, grade.claims, 20.0, {limit.analyte: Measured(value, None, limit.basis)})


def a_cell(grade, **content) -> CellState:
    return CellState("C", ("P",), 1000.0, grade=grade.id, claims=grade.claims, **content)


def passes(facts, cell, pack: RulePack):
    found = route(facts, [cell], pack)
    assert (found.cell is None) == bool(BAD & set(codes(by_cell(found, "C"))))
    return found.cell == "C"


@EVERY
@STEPS
def test_a_load_in_an_empty_cell_passes_on_its_side_of_the_limit(grade, limit, steps):
    facts = a_load(grade, limit, at(limit, steps))
    assert passes(facts, a_cell(grade), alone(grade, limit)) is should_pass(limit, steps)


@EVERY
@STEPS
def test_the_last_value_that_rounds_to_a_step_is_compared_as_that_step(grade, limit, steps):
    """Half a step less and a thousandth is the step below, half a step less is the step itself."""
    pack, half = alone(grade, limit), limit.step / 2
    value = at(limit, steps) - half
    assert passes(a_load(grade, limit, value), a_cell(grade), pack) is should_pass(limit, steps)
    below = value - limit.step / 1000
    assert passes(a_load(grade, limit, below), a_cell(grade), pack) is should_pass(limit, steps - 1)


@OF_THE_MIXTURE
@STEPS
def test_a_cell_passes_by_what_it_holds_with_the_load(grade, limit, steps):
    wanted, load = at(limit, steps), at(limit, 5 if limit.op.is_lower_bound else -5)
    held = balanced(limit, wanted, load)
    cell = a_cell(grade, content_t=80.0, content={limit.analyte: Measured(held, None, limit.basis)})
    assert passes(a_load(grade, limit, load), cell, alone(grade, limit)) is should_pass(limit, steps)


def balanced(limit, wanted, load):
    """What 80 t must have for 20 t of the load to bring them to what is wanted."""
    if limit.analyte == "falling_number":
        number = (100 * liquefaction_number(wanted) - 20 * liquefaction_number(load)) / 80
        return falling_number_of(number)
    return (100 * wanted - 20 * load) / 80
