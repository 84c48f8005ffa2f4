"""The last tonnes of one supplier are judged as one, where a buyer grants it."""

from dataclasses import replace

import pytest

from drivers.reading import Analyte
from station.grain.averaging import averaged, tonnes_asked
from station.grain.cells import Delivered, Measured
from station.grain.routing import route

from .builders import DM, FEED, GOOD, MILLING, MOISTURE, PROTEIN, TEST_WEIGHT, cell, codes, load, pack

PACK = replace(
    pack(MILLING, FEED),
    running_average={"milling": 60.0},
    tolerance={PROTEIN: 0.5, MOISTURE: 0.6},
    prices={"milling": 212.0, "feed": 190.0},
)
EMPTY, LESSER = cell("C1"), cell("C2", grade="feed")


def of(protein, tonnes=30.0, **changes):
    return load(also={PROTEIN: Measured(protein, 0.2, DM)}, load_t=tonnes, **changes)


def test_a_load_just_outside_is_carried_by_the_ones_before_it():
    found = averaged(PACK, "milling", [of(10.8), of(11.4)])
    assert (found.granted, found.tonnes) == (True, 60.0)
    assert found.content[PROTEIN].value == 11.1


def test_only_the_last_tonnes_count_and_of_the_oldest_a_part():
    found = averaged(PACK, "milling", [of(10.8, 40.0), of(11.2, 40.0), of(14.0, 500.0)])
    assert (round(found.content[PROTEIN].value, 4), found.tonnes) == (10.9333, 60.0)
    assert (found.granted, codes(found.against)) == (False, ["outside_limit"])


def test_falling_numbers_are_averaged_as_liquefaction_numbers():
    values = {Analyte.FALLING_NUMBER: Measured(220.0)}, {Analyte.FALLING_NUMBER: Measured(400.0)}
    found = averaged(PACK, "milling", [load(also=values[0], load_t=30.0), load(also=values[1], load_t=30.0)])
    assert round(found.content[Analyte.FALLING_NUMBER].value) == 279


def test_what_never_blends_each_load_meets_alone():
    bad = load(also={Analyte.DON: Measured(1200.0)}, load_t=30.0)
    found = averaged(PACK, "milling", [of(11.5), bad])
    assert (found.granted, codes(found.against)) == (False, ["never_blend"])


def test_a_value_of_the_intake_is_known_of_every_load_or_missing():
    found = averaged(PACK, "milling", [of(11.5), load(without=[PROTEIN], load_t=30.0)])
    assert (found.granted, codes(found.against)) == (False, ["missing"])


def test_nothing_is_granted_where_nobody_grants_it():
    assert averaged(PACK, "feed", [of(11.5)]) is None
    assert averaged(PACK, "best", [of(11.5)]) is None
    assert averaged(PACK, "milling", []) is None
    assert averaged(PACK, "milling", [of(11.5, None)]) is None


def after(*earlier, protein=10.8):
    """A load just outside, after these of 30 t."""
    delivered = [Delivered(30.0, GOOD | {PROTEIN: Measured(one, 0.2, DM)}) for one in earlier]
    return of(protein, delivered=tuple(delivered))


def first(facts, *cells, by=PACK):
    return route(facts, cells, by).ranked[0]


def test_an_empty_cell_takes_what_the_suppliers_mean_carries_and_says_what_it_will_hold():
    entry = first(after(11.4), EMPTY, LESSER)
    assert (entry.cell, "average_grants" in codes(entry.reasons)) == ("C1", True)
    assert entry.after.content[PROTEIN].value == 10.8
    assert entry.p_cell_ok < 0.5
    assert route(after(11.4), [EMPTY, LESSER], PACK).ask is None


def test_a_cells_own_content_is_never_judged_by_a_suppliers_mean():
    at_the_limit = cell("C1", content_t=60.0, content=GOOD | {PROTEIN: Measured(11.0, 0.1, DM)})
    found = route(after(11.8, 11.8), [at_the_limit, LESSER], PACK)
    assert found.cell == "C2"
    (against,) = [one.reasons for one in found.refused if one.cell == "C1"]
    assert "cell_outside" in codes(against)
    assert not {"average_grants", "average_outside"} & set(codes(against))


def test_a_cell_that_takes_the_load_by_its_mixture_comes_first():
    started = cell("C9", content_t=50.0, content=GOOD)
    entry = first(after(11.4), EMPTY, started)
    assert entry.cell == "C9"


@pytest.mark.parametrize("protein", [10.9, 10.5])
def test_no_mean_that_is_under_the_limit_grants_anything(protein):
    found = route(after(10.9, protein=protein), [EMPTY, LESSER], PACK)
    assert found.cell == "C2"
    (against,) = [one.reasons for one in found.refused if one.cell == "C1"]
    assert {"outside_limit", "average_outside"} <= set(codes(against))


def test_nothing_is_asked_for_a_load_that_is_inside_far_outside_wet_or_not_weighed():
    assert tonnes_asked(of(10.8), PACK) == 60.0
    assert tonnes_asked(of(10.5), PACK) == 60.0
    assert tonnes_asked(of(10.4), PACK) == 0.0
    assert tonnes_asked(of(11.0), PACK) == 0.0
    assert tonnes_asked(of(10.8, None), PACK) == 0.0
    wet = load(also={PROTEIN: Measured(10.8, 0.2, DM), MOISTURE: Measured(15.2, 0.1)}, load_t=30.0)
    assert tonnes_asked(wet, PACK) == 0.0
    assert tonnes_asked(load(without=[TEST_WEIGHT], also={PROTEIN: Measured(10.8, 0.2, DM)}), PACK) == 0.0


def test_less_sure_loads_carry_no_more():
    sure = replace(MILLING, criteria=tuple(replace(one, sure=0.8) for one in MILLING.criteria))
    asking = replace(PACK, grades=(sure, FEED))
    assert first(after(11.4), EMPTY, LESSER, by=asking).cell == "C1"
    vague = replace(after(11.4), values=GOOD | {PROTEIN: Measured(10.8, 1.0, DM)})
    assert first(vague, EMPTY, LESSER, by=asking).cell == "C2"
