"""What the laboratory measures days later is expected from its word on grain alike, and widely."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte
from station.grain.expecting import Expected, LabSaid, expected, later_analytes
from station.grain.grades import Intake
from tests.grain.builders import BARLEY, MILLING, NOON, pack

FN = Analyte.FALLING_NUMBER
WITH_INTAKE = replace(pack(), intake={"soft_wheat": {FN: Intake(300.0, 60.0)}}, uncertainty={FN: 20.0})


def said(value, *, variety="", days=1.0, is_composite=False, species="soft_wheat", u=None):
    return LabSaid(species, variety, is_composite, value, u, None, NOON - timedelta(days=days))


def of(*rows, variety="", rules=None):
    return expected(FN, "soft_wheat", variety, rows, rules or pack(), NOON)


FIVE = [said(value, variety="rubisko") for value in (260.0, 280.0, 300.0, 320.0, 340.0)]
SPREAD = math.sqrt(1000)


def test_what_may_come_later_and_is_blended_is_expected_and_nothing_that_must_never_be_blended():
    assert later_analytes([pack(MILLING, BARLEY)]) == {FN}
    assert later_analytes([]) == frozenset()


def test_the_latest_composite_of_the_species_tells_the_mean_and_single_loads_the_spread():
    found = of(*FIVE, said(240.0, is_composite=True, days=3), said(250.0, is_composite=True, days=2))
    assert (found.value, found.how, found.n) == (250.0, "composite", 1)
    assert found.u == pytest.approx(SPREAD, abs=1e-4)


def test_a_laboratorys_own_uncertainty_widens_it():
    assert of(*FIVE, said(250.0, is_composite=True, u=20.0)).u == pytest.approx(
        math.hypot(SPREAD, 20.0), abs=1e-4
    )
    assert of(*FIVE, rules=WITH_INTAKE).u == pytest.approx(math.hypot(SPREAD, 20.0), abs=1e-4)


def test_without_a_composite_five_of_the_variety_tell_more_than_the_species():
    others = [said(200.0), said(210.0)]
    assert (of(*FIVE, *others, variety="rubisko").how, of(*FIVE, *others, variety="rubisko").value) == (
        "variety",
        300.0,
    )
    assert of(*FIVE, *others, variety="apache").how == "species"
    assert of(*FIVE, *others).n == 7


def test_fewer_than_five_results_spread_as_the_rule_pack_says_of_a_harvest_or_not_at_all():
    assert of(*FIVE[:4]) is None
    assert of(*FIVE[:4], rules=WITH_INTAKE).u == pytest.approx(math.hypot(60.0, 20.0), abs=1e-4)
    assert of() is None


@pytest.mark.parametrize(
    ("row", "is_used"),
    [
        (said(200.0, is_composite=True, days=13.9), True),
        (said(200.0, is_composite=True, days=14.1), False),
        (said(200.0, is_composite=True, days=-1), False),
        (said(200.0, is_composite=True, species="durum"), False),
    ],
)
def test_a_composite_tells_of_two_weeks_of_one_species(row, is_used):
    assert (of(*FIVE, row).how == "composite") is is_used


def test_results_of_another_season_tell_nothing():
    assert of(*(replace(one, at=NOON - timedelta(days=121)) for one in FIVE)) is None


def test_an_expectation_comes_back_from_what_is_stored():
    found = of(*FIVE)
    assert Expected.from_dict(found.as_dict()) == found
    assert found.reason(FN).params["how"] == "species"


@given(st.permutations(FIVE))
def test_the_order_of_results_changes_nothing(rows):
    assert of(*rows, variety="rubisko") == of(*FIVE, variety="rubisko")
