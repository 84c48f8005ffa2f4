"""What one operator alone may not decide is read off the proposal's own reasons."""

from dataclasses import replace

import pytest
from hypothesis import given

from station.grain.cells import Measured
from station.grain.guard import Guard, Guarded, guard_of, waits_for_approval, waived_of
from station.grain.identifiers import Species
from station.grain.routing import route
from tests.grain.builders import (
    DM,
    MILLING,
    MOISTURE,
    PROTEIN,
    TEST_WEIGHT,
    cell,
    hold,
    load,
    pack,
    quarantine,
)
from tests.grain.test_routing import SUNFLOWER, loads, packs, sites

ORGANIC = frozenset({"organic"})
FEED_CELL = cell("F1", grade="feed")
WITHOUT_PROTEIN = load({MOISTURE: Measured(14.0), TEST_WEIGHT: Measured(77.0)})


def result_of(facts, *cells, rules=None):
    return route(facts, cells, rules or pack()).as_dict()


def guard(facts, chosen, *others):
    return guard_of(result_of(facts, chosen, *others), chosen.id, chosen.role)


def test_a_cell_that_is_ranked_is_not_guarded():
    assert guard(load(), cell()) == Guard()


@pytest.mark.parametrize("reason_against", [{"open": False}, {"pits": ()}, {"capacity_t": 1.0}])
def test_room_pits_and_blendable_limits_are_the_operators_own_affair(reason_against):
    assert not guard(load(), cell(**reason_against))
    assert not guard(load(also={PROTEIN: Measured(8.0, None, DM)}), cell())


@pytest.mark.parametrize(
    ("facts", "chosen", "rules"),
    [
        (load(claims=ORGANIC), cell(), (Guarded.CLAIMS,)),
        (load(), cell(claims=ORGANIC), (Guarded.CLAIMS,)),
        (WITHOUT_PROTEIN, cell(), (Guarded.MEASUREMENT,)),
        (load(adverse=("smell",)), cell(), (Guarded.NEVER_BLEND,)),
        (load(adverse=("smell",)), hold(), (Guarded.NEVER_BLEND,)),
        (load(adverse=("smell",), claims=ORGANIC), cell(), (Guarded.NEVER_BLEND, Guarded.CLAIMS)),
        (load(), cell(species=Species.BARLEY), (Guarded.NEVER_BLEND,)),
        (load(), cell(grade="nonesuch"), (Guarded.MEASUREMENT,)),
    ],
)
def test_claims_missing_measurements_and_what_may_not_be_blended_are_guarded(facts, chosen, rules):
    assert guard(facts, chosen).rules == rules


def test_quarantine_is_where_such_a_load_belongs():
    assert not guard(load(adverse=("heat",)), quarantine())


def test_a_lesser_cell_that_would_take_good_grain_for_want_of_a_value_is_guarded():
    found = guard(WITHOUT_PROTEIN, FEED_CELL, cell())
    assert (found.rules, found.lacking) == ((Guarded.MEASUREMENT,), ("protein",))


def test_what_is_waived_guards_nothing_and_only_a_cell_that_asks_for_no_more_is_ranked():
    waived = replace(WITHOUT_PROTEIN, waived=(PROTEIN,))
    result = result_of(waived, cell(), FEED_CELL)
    assert (result["proposal"], waived_of(result)) == ("F1", ("protein",))
    assert [entry["cell"] for entry in result["refused"]] == ["C1"]
    assert not guard(waived, cell(), FEED_CELL)
    assert not guard(waived, FEED_CELL, cell())
    more = load({TEST_WEIGHT: Measured(77.0)}, waived=(PROTEIN,))
    assert guard(more, cell()).lacking == ("moisture",)
    assert waived_of(result_of(load(waived=(PROTEIN,)), cell())) == ()  # it was measured


def test_a_species_stored_by_declaration_demands_no_measurement():
    assert not guard(load({}, species="sunflower"), cell("T1", **SUNFLOWER))


def test_a_load_without_a_cell_says_for_which_word_it_waits():
    assert waits_for_approval(result_of(load(claims=ORGANIC), cell())) == (Guarded.CLAIMS,)
    assert waits_for_approval(result_of(load(claims=ORGANIC), cell(open=False))) == ()
    assert waits_for_approval(result_of(load(), cell(claims=ORGANIC))) == ()
    assert waits_for_approval(result_of(load(adverse=("smell",)), cell(), quarantine())) == ()
    assert waits_for_approval(result_of(load(adverse=("smell",)), cell())) == (Guarded.NEVER_BLEND,)


@given(loads, sites, packs)
def test_no_cell_is_free_to_an_operator_that_the_load_would_spoil(facts, cells, a_pack):
    result = route(facts, cells, a_pack).as_dict()
    for one in cells:
        found = guard_of(result, one.id, one.role)
        grade = a_pack.grade(one.grade) if a_pack else None
        asked = one.claims | (grade.claims if grade and one.role == "normal" else frozenset())
        assert (Guarded.CLAIMS in found.rules) == (facts.claims != asked)
        if facts.adverse and one.role != "quarantine":
            assert Guarded.NEVER_BLEND in found.rules
        if one.role == "normal" and grade == MILLING and not facts.values and facts.species == "soft_wheat":
            assert Guarded.MEASUREMENT in found.rules
