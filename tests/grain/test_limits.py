"""At every limit of every pack that ships, one step to either side, as a proposal judges it."""

import math
from dataclasses import replace
from statistics import NormalDist

import pytest

from drivers.reading import Analyte, Basis, needs_basis
from station.grain.blending import falling_number_of, liquefaction_number
from station.grain.cells import CellState, Facts, Measured
from station.grain.grades import RulePack
from station.grain.routing import route
from station.grain.units import Op, on_basis, round_to_step

from .builders import by_cell, codes
from .packs import PACKS, exact, limits_of

LIMITS = limits_of(PACKS)
STEPS = pytest.mark.parametrize("steps", [-1, 0, 1])
MOISTURES = (9.3, 17.2)
BASES = list(Basis)


def each(limits):
    return pytest.mark.parametrize(
        ("pack", "grade", "limit"),
        [one[1:] for one in limits],
        ids=[f"{name}-{g.id}-{c.analyte.value}-{c.op.value}{c.limit}" for name, _, g, c in limits],
    )


EVERY = each(LIMITS)
OF_THE_MIXTURE = each([one for one in LIMITS if one[3].kind == "blendable"])
ON_A_BASIS = each([one for one in LIMITS if needs_basis(one[3].analyte)])
WITH_ODDS = each([one for one in LIMITS if one[3].sure is not None])
BAD = {"outside_limit", "cell_outside", "never_blend", "load_not_sure", "never_blend_not_sure"}


def alone(pack, grade, limit):
    """The pack with this one limit."""
    return replace(exact(pack), grades=(replace(grade, criteria=(limit,)),))


def at(limit, steps):
    return float(round_to_step(limit.limit + steps * limit.step, limit.step))


def should_pass(limit, steps):
    met = {Op.AT_LEAST: steps >= 0, Op.ABOVE: steps > 0, Op.AT_MOST: steps <= 0, Op.BELOW: steps < 0}
    return met[limit.op] or limit.kind == "information"


def a_load(grade, limit, value, basis=None, moisture=None) -> Facts:
    water = {} if moisture is None else {Analyte.MOISTURE: Measured(moisture)}
    values = water | {limit.analyte: Measured(value, None, basis or limit.basis)}
    return Facts(grade.species, grade.claims, 20.0, values)


def a_cell(grade, **content) -> CellState:
    return CellState("C", ("P",), 1000.0, grade=grade.id, claims=grade.claims, **content)


def passes(facts, cell, pack: RulePack):
    found = route(facts, [cell], pack)
    assert (found.cell is None) == bool(BAD & set(codes(by_cell(found, "C"))))
    return found.cell == "C"


@EVERY
@STEPS
def test_a_load_in_an_empty_cell_passes_on_its_side_of_the_limit(pack, grade, limit, steps):
    facts = a_load(grade, limit, at(limit, steps))
    assert passes(facts, a_cell(grade), alone(pack, grade, limit)) is should_pass(limit, steps)


@EVERY
@STEPS
def test_the_last_value_that_rounds_to_a_step_is_compared_as_that_step(pack, grade, limit, steps):
    """Half a step less and a thousandth is the step below, half a step less is the step itself."""
    one, half = alone(pack, grade, limit), limit.step / 2
    value = at(limit, steps) - half
    assert passes(a_load(grade, limit, value), a_cell(grade), one) is should_pass(limit, steps)
    below = value - limit.step / 1000
    assert passes(a_load(grade, limit, below), a_cell(grade), one) is should_pass(limit, steps - 1)


@ON_A_BASIS
@pytest.mark.parametrize("stated", BASES)
@pytest.mark.parametrize("measured", BASES)
def test_a_value_is_compared_on_the_basis_of_the_limit_whatever_it_was_measured_on(
    pack, grade, limit, stated, measured
):
    """Exactly: half a step under a step counts as that step on any basis, the next millionth does not."""
    limit = replace(limit, basis=stated)
    one = alone(pack, grade, limit)
    for moisture in MOISTURES:
        for steps in (-1, 0, 1):
            edge = at(limit, steps) - limit.step / 2
            for moved, counts_as in ((0.0, steps), (-2e-6, steps - 1), (limit.step / 2, steps)):
                value = on_basis(edge + moved, stated, measured, moisture)
                facts = a_load(grade, limit, value, measured, moisture)
                assert passes(facts, a_cell(grade), one) is should_pass(limit, counts_as), (moisture, value)


@WITH_ODDS
def test_an_uncertain_value_passes_where_the_odds_are_what_the_limit_asks_for(pack, grade, limit):
    """As far inside the limit as the quantile of the odds says; a falling number by its liquefaction."""
    one, inside = alone(pack, grade, limit), 1 if limit.op.is_lower_bound else -1
    edge = at(limit, 0) + {">=": -0.5, ">": 0.5, "<=": 0.5, "<": -0.5}[limit.op.value] * limit.step
    u = 3 * limit.step
    away = NormalDist().inv_cdf(limit.sure) * u
    if limit.analyte == "falling_number":  # u seconds are u / (FN - 50) of its liquefaction number
        over = edge - 50
        surest = 50 + (over + math.sqrt(over**2 + 4 * away * over)) / 2
    else:
        surest = edge + inside * away
    for moved, is_sure in ((1e-3, True), (-1e-3, False)):
        measured = Measured(surest + inside * moved * limit.step, u, limit.basis)
        facts = Facts(grade.species, grade.claims, 20.0, {limit.analyte: measured})
        assert passes(facts, a_cell(grade), one) is is_sure


@OF_THE_MIXTURE
@STEPS
def test_a_cell_passes_by_what_it_holds_with_the_load(pack, grade, limit, steps):
    one, load = alone(pack, grade, limit), at(limit, 5 if limit.op.is_lower_bound else -5)
    for value, counts_as in ((0.0, steps), (-limit.step / 2, steps), (-limit.step / 2 - 1e-4, steps - 1)):
        held = balanced(limit, at(limit, steps) + value, load)
        cell = a_cell(grade, content_t=80.0, content={limit.analyte: Measured(held, None, limit.basis)})
        assert passes(a_load(grade, limit, load), cell, one) is should_pass(limit, counts_as), value


def balanced(limit, wanted, load):
    """What 80 t must have for 20 t of the load to bring them to what is wanted."""
    if limit.analyte == "falling_number":
        number = (100 * liquefaction_number(wanted) - 20 * liquefaction_number(load)) / 80
        return falling_number_of(number)
    return (100 * wanted - 20 * load) / 80
