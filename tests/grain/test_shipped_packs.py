"""The packs that ship are valid, say how sure they are, and every limit of theirs cuts where it says."""

from decimal import Decimal

import pytest

from drivers.reading import PLAUSIBLE, Analyte, Basis
from station.grain.cells import Facts, Measured
from station.grain.criteria import judge
from station.grain.paying import pay_of
from station.grain.rules import packs_at

from . import packs
from .builders import NOON
from .packs import PACKS

SHIPPED = list(packs.SHIPPED.values())
LIMITS = [
    pytest.param(pack, grade, one, id=f"{name} {grade.id} {one.analyte} {one.op} {one.limit}")
    for name, pack, grade, one in packs.limits_of(PACKS)
]
CHARGES = [
    pytest.param(pack, grade.id, one, id=f"{grade.id} {one.id}")
    for pack in PACKS.values()
    for one in pack.adjustments
    for grade in pack.grades
    if grade.species == one.species and (not one.grades or grade.id in one.grades)
]


def steps_around(limit, step):
    """The limit, one step to each side, and what is rounded to them."""
    exact, step = Decimal(str(limit)), Decimal(str(step))
    for steps in (-1, 0, 1):
        value = exact + steps * step
        for moved in (value, value - step / 2, value + step / 2 - Decimal("0.000001")):
            yield float(moved), value


def is_within(value, op, limit):
    limit = Decimal(str(limit))
    return {">=": value >= limit, ">": value > limit, "<=": value <= limit, "<": value < limit}[op.value]


@pytest.mark.parametrize(("pack", "grade", "criterion"), LIMITS)
def test_every_limit_cuts_at_its_step_and_includes_what_it_says(pack, grade, criterion):
    low, high = PLAUSIBLE[criterion.analyte]
    moisture = {Analyte.MOISTURE: Measured(13.0)}
    exact = packs.exact(pack)
    for given, rounded in steps_around(criterion.limit, criterion.step):
        if not low <= given <= high:
            continue
        values = moisture | {criterion.analyte: Measured(given, None, criterion.basis)}
        judged = judge(Facts(grade.species, grade.claims, 20.0, values), grade, exact)
        said = [
            reason.code.value
            for reason in (*judged.in_favour, *judged.against)
            if reason.params.get("limit") == criterion.limit
            and reason.params.get("op") == criterion.op.value
            and reason.params["analyte"] == criterion.analyte
        ]
        refused = {
            "blendable": "outside_limit",
            "never_blend": "never_blend",
            "information": "for_information",
        }
        met = is_within(rounded, criterion.op, criterion.limit)
        assert said == ["meets" if met else refused[criterion.kind]], given


@pytest.mark.parametrize(("pack", "grade", "adjustment"), CHARGES)
def test_every_charge_begins_one_step_beyond_its_limit(pack, grade, adjustment):
    for given, rounded in steps_around(adjustment.limit, adjustment.step):
        values = {adjustment.analyte: Measured(given, None, adjustment.basis)}
        if adjustment.basis is Basis.DRY_MATTER:
            values |= {Analyte.MOISTURE: Measured(13.0)}
        lines = {line.adjustment: line for line in pay_of(pack, grade, 30_000, values).lines}
        beyond = is_within(rounded, adjustment.op, adjustment.limit)
        assert (adjustment.id in lines) == beyond, given
        if beyond:
            step = (
                Decimal(str(adjustment.step)) * Decimal(str(adjustment.rate)) / Decimal(str(adjustment.per))
            )
            most = step if adjustment.most is None else min(step, Decimal(str(adjustment.most)))
            assert abs(lines[adjustment.id].amount) == most


def test_three_packs_hold_together_each_for_its_species():
    held = packs_at(SHIPPED, NOON)
    assert {species: pack.name for species, pack in held.items()} == {
        "soft_wheat": "Euronext milling wheat",
        "barley": "French malting barley",
        "rapeseed": "Rapeseed",
    }


def test_every_shipped_limit_and_charge_says_how_sure_its_source_is():
    for pack in SHIPPED:
        assert pack.confidence
        assert all(one.confidence for grade in pack.grades for one in grade.criteria)
        assert all(one.confidence for one in pack.adjustments)
        assert pack.prices.keys() == {grade.id for grade in pack.grades}


def test_what_the_sources_say_stands_in_the_packs():
    limits = {
        (grade.id, str(one.analyte), one.op.value): one.limit
        for pack in SHIPPED
        for grade in pack.grades
        for one in grade.criteria
        if one.kind != "information"
    }
    assert limits["milling_no_2", "falling_number", ">="] == 220  # W1
    assert limits["milling_no_2", "protein", ">="] == 11.0
    assert limits["intervention", "moisture", "<="] == 14.5  # W7
    assert limits["organic_bread", "test_weight", ">"] == 74.0  # W11
    assert limits["malting_barley", "variety_purity", ">"] == 93.0  # B1
    assert limits["feed_barley", "other_grains", "<="] == 2.0  # B8
    assert limits["rapeseed", "moisture", "<="] == 9.0  # R1
    assert limits["milling_no_2", "don", "<="] == 1000  # F1
