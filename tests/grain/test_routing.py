import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte
from station.grain.cells import Measured
from station.grain.routing import route

from .builders import (
    AS_IS,
    BARLEY,
    BARLEY_FEED,
    DM,
    FEED,
    MILLING,
    MOISTURE,
    PROTEIN,
    TEST_WEIGHT,
    by_cell,
    cell,
    codes,
    criterion,
    hold,
    load,
    pack,
    quarantine,
)

DON, FN = Analyte.DON, Analyte.FALLING_NUMBER
FEED_CELL = cell("F1", grade="feed")


def proposed(facts, cells, a_pack=None):
    found = route(facts, cells, a_pack or pack())
    return found.cell, found.pit, found.hold


def against(facts, a_cell, a_pack=None):
    """The codes against a cell, alone on its site but for a cell that takes anything."""
    found = route(facts, [a_cell], a_pack or pack())
    assert [r.cell for r in found.refused] == [a_cell.id]
    return codes(found.refused[0].reasons)


# a load that fits


def test_a_good_load_goes_to_the_cell_of_the_highest_grade_that_takes_it():
    found = route(load(), [FEED_CELL, cell("C1")], pack())
    assert (found.cell, found.pit, found.hold, found.reasons) == ("C1", "P1", False, ())
    assert [r.cell for r in found.ranked] == ["C1", "F1"]


def test_a_ranked_cell_says_all_that_speaks_for_it():
    found = codes(by_cell(route(load(), [cell()], pack()), "C1"))
    assert found == [
        "species_matches",
        "within_room",
        "meets",
        "meets",
        "meets",
        "known_later",
        "known_later",
        "reached_by",
    ]


def test_a_refused_cell_says_everything_against_it_and_what_would_speak_for_it():
    facts = load(also={PROTEIN: Measured(10.4, None, DM)}, claims=frozenset({"organic"}))
    bad = cell(open=False, pits=(), species="durum", capacity_t=10.0, claims=frozenset({"seed"}))
    found = against(facts, bad)
    assert found[:7] == [
        "wrong_cell_species",
        "cell_closed",
        "not_reachable",
        "no_room",
        "claim_not_honoured",
        "claim_required",
        "outside_limit",
    ]
    assert "meets" in found
    assert "known_later" in found


def test_a_limit_missed_by_less_than_the_rounding_step_is_met():
    assert proposed(load(also={PROTEIN: Measured(10.95, None, DM)}), [cell()])[0] == "C1"
    assert proposed(load(also={PROTEIN: Measured(10.94, None, DM)}), [cell()])[0] is None


def test_the_reason_shows_value_limit_and_basis():
    reasons = by_cell(route(load(also={PROTEIN: Measured(10.4, None, DM)}), [cell()], pack()), "C1")
    assert reasons[0].params == {
        "analyte": "protein",
        "value": 10.4,
        "limit": 11.0,
        "op": ">=",
        "unit": "%",
        "basis": "dm",
    }


def test_one_entry_per_pit_and_ties_go_by_cell_then_pit():
    found = route(load(), [cell("C2", pits=("P2", "P1")), cell("C1", pits=("P9",))], pack())
    assert [(r.cell, r.pit) for r in found.ranked] == [("C1", "P9"), ("C2", "P1"), ("C2", "P2")]


def test_a_started_cell_is_filled_before_another_is_opened():
    assert proposed(load(), [cell("C1"), cell("C2", content_t=40.0)])[0] == "C2"
    assert proposed(load(), [cell("C1", reserved_t=41.0), cell("C2", content_t=40.0)])[0] == "C1"


def test_the_filling_never_outweighs_the_grade():
    assert proposed(load(), [cell("C1"), cell("F1", grade="feed", capacity_t=1000, content_t=970)])[0] == "C1"


# room


@pytest.mark.parametrize(
    ("content", "reserved", "fits"),
    [(73.0, 0.0, True), (73.1, 0.0, False), (60.0, 13.0, True), (60.0, 13.1, False), (-5.0, 0.0, True)],
)
def test_room_is_capacity_less_content_less_reserved(content, reserved, fits):
    found = proposed(load(load_t=27.0), [cell(content_t=content, reserved_t=reserved)])
    assert (found[0] == "C1") is fits


def test_without_a_weight_the_truck_waits_even_for_a_hold_cell():
    found = route(load(load_t=None), [cell(), hold()], pack())
    assert (found.cell, found.hold, codes(found.reasons)) == (None, True, ["no_weight"])
    assert "no_weight" in codes(by_cell(found, "C1"))
    assert "no_weight" in codes(by_cell(found, "H1"))


# missing values


def test_a_missing_intake_value_makes_the_truck_wait():
    found = route(load(without={PROTEIN}), [cell()], pack())
    assert (found.cell, found.pit, found.hold) == (None, None, True)
    assert found.reasons[0].params == {"analytes": ["protein"]}
    assert codes(by_cell(found, "C1"))[0] == "missing"


def test_a_missing_intake_value_sends_it_to_a_hold_cell_where_there_is_one():
    found = route(load(without={PROTEIN}), [cell(), hold()], pack())
    assert (found.cell, found.hold, codes(found.reasons)) == ("H1", True, ["incomplete"])


def test_good_grain_is_not_sent_to_feed_because_a_value_is_missing():
    found = route(load(without={PROTEIN}), [cell(), FEED_CELL, hold()], pack())
    assert found.cell == "H1"
    assert codes(by_cell(found, "F1"))[0] == "incomplete"


def test_a_value_that_only_a_lesser_cell_asks_for_is_not_waited_for():
    sprouted = criterion(Analyte.SPROUTED, "<=", 4.0)
    picky_feed = replace(FEED, criteria=(*FEED.criteria, sprouted))
    found = route(load(), [cell(), FEED_CELL], pack(MILLING, picky_feed))
    assert found.cell == "C1"
    assert codes(by_cell(found, "F1"))[0] == "missing"


def test_a_value_that_only_a_cell_of_equal_value_asks_for_is_not_waited_for():
    twin = replace(MILLING, id="twin", criteria=(criterion(Analyte.SPROUTED, "<=", 2.0),))
    assert proposed(load(), [cell("T", grade="twin"), cell()], pack(MILLING, twin))[0] == "C1"


def test_a_cell_that_is_out_of_question_anyway_is_not_waited_for():
    facts = load(without={PROTEIN}, also={TEST_WEIGHT: Measured(70.0)})
    assert proposed(facts, [cell(), FEED_CELL])[0] == "F1"
    assert proposed(load(without={PROTEIN}), [cell(content_t=90.0), FEED_CELL])[0] == "F1"


def test_a_value_measured_badly_is_missing_and_says_so():
    found = codes(by_cell(route(load(without={PROTEIN}, badly=(PROTEIN,)), [cell()], pack()), "C1"))
    assert found[:2] == ["missing", "measured_badly"]


def test_later_values_are_named_and_judged_once_they_are_there():
    assert proposed(load(also={FN: Measured(260.0)}), [cell()])[0] == "C1"
    assert "outside_limit" in against(load(also={FN: Measured(180.0)}), cell())


def test_a_declared_value_counts_until_it_is_measured():
    declared = criterion(FN, ">=", 220.0, required="declared")
    a_pack = pack(replace(MILLING, criteria=(declared,)))
    reasons = codes(by_cell(route(load(declared={FN: Measured(250.0)}), [cell()], a_pack), "C1"))
    assert {"declared", "meets"} <= set(reasons)
    assert "not_declared" in codes(by_cell(route(load(), [cell()], a_pack), "C1"))
    assert "outside_limit" in against(load(declared={FN: Measured(200.0)}), cell(), a_pack)
    both = load(declared={FN: Measured(250.0)}, also={FN: Measured(200.0)})
    assert "outside_limit" in against(both, cell(), a_pack)


# bases


def test_as_is_protein_is_compared_on_dry_matter_with_the_load_s_moisture():
    moist = {PROTEIN: Measured(9.6, None, AS_IS), MOISTURE: Measured(13.6)}
    assert proposed(load(also=moist), [cell()])[0] == "C1"


def test_protein_without_moisture_or_without_basis_is_missing():
    as_is = load(without={MOISTURE}, also={PROTEIN: Measured(11.8, None, AS_IS)})
    assert {"missing", "no_moisture_for_basis"} <= set(against(as_is, cell()))
    bare = load(also={PROTEIN: Measured(11.8)})
    assert {"missing", "not_on_basis"} <= set(against(bare, cell()))


# claims


@pytest.mark.parametrize(
    ("load_claims", "cell_claims", "expected"),
    [
        ((), (), None),
        (("organic",), ("organic",), None),
        (("organic",), (), "claim_not_honoured"),
        ((), ("organic",), "claim_required"),
        (("organic", "seed"), ("organic",), "claim_not_honoured"),
    ],
)
def test_claims_must_be_honoured_and_asked_for_on_both_sides(load_claims, cell_claims, expected):
    facts, a_cell = load(claims=frozenset(load_claims)), cell(claims=frozenset(cell_claims))
    found = route(facts, [a_cell], pack())
    assert (found.cell is None) == (expected is not None)
    if expected:
        assert codes(by_cell(found, "C1"))[0] == expected


def test_the_claims_of_a_grade_are_claims_of_its_cells():
    organic = replace(FEED, id="o", claims=frozenset({"organic"}))
    a_cell = cell(grade="o")
    assert "claim_required" in against(load(), a_cell, pack(organic))
    assert proposed(load(claims=frozenset({"organic"})), [a_cell], pack(organic))[0] == "C1"


def test_a_hold_cell_must_honour_the_claims_too():
    facts = load(without={PROTEIN}, claims=frozenset({"organic"}))
    assert proposed(facts, [cell(claims=frozenset({"organic"})), hold()])[0] is None
    assert proposed(facts, [cell(), hold(claims=frozenset({"organic"}))])[0] == "H1"


# hold and quarantine


def test_hold_and_quarantine_cells_take_nothing_that_fits_elsewhere():
    found = route(load(), [cell(), hold(), quarantine()], pack())
    assert [r.cell for r in found.ranked] == ["C1"]
    assert codes(by_cell(found, "H1"))[0] == "not_a_hold_case"
    assert codes(by_cell(found, "Q1"))[0] == "not_a_quarantine_case"


def test_when_nothing_fits_the_hold_cell_is_proposed():
    found = route(load(also={MOISTURE: Measured(17.0)}), [cell(), hold(), quarantine()], pack())
    assert (found.cell, found.hold, codes(found.reasons)) == ("H1", True, ["nothing_fits"])
    assert codes(found.ranked[0].reasons)[0] == "hold_cell"


def test_where_nothing_is_configured_the_truck_waits():
    found = route(load(), [], pack())
    assert (found.cell, found.hold, found.ranked, found.refused) == (None, True, (), ())
    assert codes(found.reasons) == ["nothing_fits"]


def test_a_hold_cell_of_another_species_or_without_room_is_no_way_out():
    facts = load(without={PROTEIN})
    assert proposed(facts, [cell(), hold(species="barley")])[0] is None
    assert proposed(facts, [cell(), hold(species="soft_wheat")])[0] == "H1"
    assert proposed(facts, [cell(), hold(capacity_t=20.0)])[0] is None


def test_a_load_over_a_contaminant_limit_goes_to_quarantine_and_nowhere_else():
    facts = load(also={DON: Measured(1500.0)})
    found = route(facts, [cell(), FEED_CELL, hold(), quarantine()], pack())
    assert (found.cell, found.hold) == ("Q1", True)
    assert [r.cell for r in found.ranked] == ["Q1"]
    assert codes(found.reasons) == ["never_blend"]
    assert codes(by_cell(found, "F1"))[0] == "never_blend"
    assert proposed(facts, [cell(), FEED_CELL, hold()])[0] is None


def test_the_refusal_for_a_contaminant_is_said_once():
    found = against(load(also={DON: Measured(1500.0)}), cell())
    assert found.count("never_blend") == 1


def test_a_contaminant_at_its_limit_is_no_case_for_quarantine():
    assert proposed(load(also={DON: Measured(1000.0)}), [cell(), quarantine()])[0] == "C1"


def test_a_tighter_limit_of_one_grade_bars_only_that_grade():
    strict = criterion(DON, "<=", 500.0, step=1.0, required="later", kind="never_blend")
    baby = replace(MILLING, id="baby", criteria=(strict,))
    found = route(
        load(also={DON: Measured(700.0)}), [cell("B", grade="baby"), cell("C1")], pack(MILLING, baby)
    )
    assert found.cell == "C1"
    assert codes(by_cell(found, "B"))[0] == "never_blend"


def test_the_looser_limit_of_another_species_excuses_nothing():
    loose = criterion(DON, "<=", 5000.0, step=1.0, required="later", kind="never_blend")
    a_pack = pack(MILLING, replace(BARLEY, criteria=(loose,)))
    assert proposed(load(also={DON: Measured(1500.0)}), [cell(), hold(), quarantine()], a_pack)[0] == "Q1"


def test_the_wrong_variety_bars_the_malting_cell_and_not_the_feed_cell():
    barley = {
        PROTEIN: Measured(10.5, None, DM),
        MOISTURE: Measured(13.0),
        Analyte.VARIETY_PURITY: Measured(80.0),
    }
    cells = [
        cell("M", species="barley", grade="malting"),
        cell("F", species="barley", grade="feed_barley"),
        quarantine(),
    ]
    found = route(load(barley, species="barley"), cells, pack(BARLEY, BARLEY_FEED))
    assert found.cell == "F"
    assert codes(by_cell(found, "M"))[0] == "never_blend"


@pytest.mark.parametrize(("seconds", "expected"), [(50.0, "Q1"), (49.0, "Q1"), (62.0, "F1")])
def test_a_falling_number_that_cannot_be_blended_goes_to_quarantine(seconds, expected):
    cells = [cell(), FEED_CELL, quarantine()]
    assert proposed(load(also={FN: Measured(seconds)}), cells)[0] == expected


def test_an_adverse_visual_check_goes_to_quarantine():
    found = route(load(adverse=("live_insects",)), [cell(), hold(), quarantine()], pack())
    assert found.cell == "Q1"
    assert found.reasons[0].params == {"findings": ["live_insects"]}


# rules and grades


def test_without_a_rule_pack_the_truck_waits_or_goes_to_a_hold_cell():
    found = route(load(), [cell()], None)
    assert (found.cell, codes(found.reasons)) == (None, ["no_rule_pack"])
    assert route(load(), [cell(), hold()], None).cell == "H1"


@pytest.mark.parametrize("grade", [None, "nonesuch"])
def test_a_cell_without_a_known_grade_takes_nothing(grade):
    assert "unknown_grade" in against(load(), cell(grade=grade))


def test_a_cell_takes_the_species_of_its_grade():
    assert proposed(load(), [cell(species=None)])[0] == "C1"
    assert "wrong_cell_species" in against(load(species="barley"), cell(species=None))
    assert "wrong_cell_species" in against(load(species="barley"), cell(species="barley"))


# properties

analyte_values = st.fixed_dictionaries(
    {},
    optional={
        PROTEIN: st.builds(Measured, st.floats(8, 15), st.none(), st.sampled_from([None, AS_IS, DM])),
        MOISTURE: st.builds(Measured, st.floats(9, 20)),
        TEST_WEIGHT: st.builds(Measured, st.floats(65, 85)),
        FN: st.builds(Measured, st.floats(0, 400)),
        DON: st.builds(Measured, st.floats(0, 2000)),
    },
)
claims = st.frozensets(st.sampled_from(["organic", "seed"]), max_size=1)
loads = st.builds(
    load,
    analyte_values,
    species=st.sampled_from(["soft_wheat", "soft_wheat", "barley"]),
    claims=claims,
    load_t=st.none() | st.floats(0.5, 60),
    adverse=st.sampled_from([(), (), (), ("smell",)]),
)
one_cell = st.builds(
    cell,
    st.sampled_from([f"C{n}" for n in range(12)]),
    pits=st.lists(st.sampled_from(["P1", "P2", "P3"]), max_size=3).map(tuple),
    species=st.sampled_from(["soft_wheat", "soft_wheat", "barley", None]),
    grade=st.sampled_from(["milling", "milling", "feed", "x", None]),
    capacity_t=st.floats(0, 200),
    content_t=st.floats(0, 150),
    reserved_t=st.sampled_from([0.0, 0.0, 20.0]),
    claims=claims,
    open=st.sampled_from([True, True, True, False]),
    role=st.sampled_from(["normal", "normal", "normal", "hold", "quarantine"]),
)
sites = st.lists(one_cell, max_size=8, unique_by=lambda c: c.id)
packs = st.sampled_from([pack(), pack(), pack(), None])


@given(loads, sites, packs)
def test_every_cell_is_ranked_once_per_pit_or_refused_with_a_reason(facts, cells, a_pack):
    found = route(facts, cells, a_pack)
    ranked = {r.cell for r in found.ranked}
    refused = [r.cell for r in found.refused]
    assert ranked.isdisjoint(refused)
    assert sorted([*ranked, *refused]) == sorted(c.id for c in cells)
    pits = {c.id: set(c.pits) for c in cells}
    entries = [(r.cell, r.pit) for r in found.ranked]
    assert len(entries) == len(set(entries))
    assert set(entries) == {(c, p) for c in ranked for p in pits[c]}
    assert all(r.reasons for r in (*found.ranked, *found.refused))


@given(loads, sites, packs)
def test_the_first_ranked_is_proposed_and_the_rest_follow_in_order(facts, cells, a_pack):
    found = route(facts, cells, a_pack)
    keys = [(-r.score, r.cell, r.pit) for r in found.ranked]
    assert keys == sorted(keys)
    assert all(0.0 <= r.score <= 1.0 and round(r.score, 6) == r.score for r in found.ranked)
    roles = {c.id: c.role for c in cells}
    first = found.ranked[0] if found.ranked else None
    assert (found.cell, found.pit) == ((first.cell, first.pit) if first else (None, None))
    assert found.hold == (first is None or roles[first.cell] != "normal")
    assert len({roles[r.cell] for r in found.ranked}) <= 1
    assert found.reasons or not found.hold


@given(loads, sites, packs, st.randoms(use_true_random=False))
def test_the_same_site_in_another_order_gives_the_same_bytes(facts, cells, a_pack, rng):
    shuffled = list(cells)
    rng.shuffle(shuffled)
    one, two = (
        json.dumps(route(facts, some, a_pack).as_dict(), allow_nan=False) for some in (cells, shuffled)
    )
    assert one == two


@given(loads, one_cell, st.floats(0, 100))
def test_a_cell_that_takes_a_load_still_takes_it_with_more_room(facts, a_cell, more):
    roomier = replace(a_cell, capacity_t=a_cell.capacity_t + more)
    if route(facts, [a_cell], pack()).cell is not None:
        assert route(facts, [roomier], pack()).cell is not None


@given(loads, one_cell, st.floats(0.1, 1))
def test_a_cell_that_takes_a_load_takes_a_lighter_one_like_it(facts, a_cell, part):
    if facts.load_t is not None and route(facts, [a_cell], pack()).cell is not None:
        lighter = replace(facts, load_t=facts.load_t * part)
        assert route(lighter, [a_cell], pack()).cell is not None


@given(loads, sites)
def test_no_load_enters_a_normal_cell_that_it_would_spoil(facts, cells):
    found = route(facts, cells, pack())
    if not found.hold:
        chosen = next(c for c in cells if c.id == found.cell)
        assert chosen.open
        assert chosen.species in (facts.species, None)
        assert chosen.claims == facts.claims
        assert chosen.free_t >= facts.load_t - 1e-6
        assert not facts.adverse
        if facts.species not in {grade.species for grade in pack().grades}:
            assert chosen.grade is None  # stored by declaration
            return
        assert facts.values[MOISTURE].value < 15.05
        assert chosen.grade == "feed" or PROTEIN in facts.values
        assert DON not in facts.values or facts.values[DON].value < 1000.5


SUNFLOWER = {"species": "sunflower", "grade": None}


@pytest.mark.parametrize("rules", [pack(), None])
def test_a_species_that_the_pack_does_not_grade_is_stored_by_declaration(rules):
    facts = load({}, species="sunflower")
    found = route(facts, [cell("T1", **SUNFLOWER), cell("C1")], rules)
    assert (found.cell, found.hold, found.reasons) == ("T1", False, ())
    assert "by_declaration" in codes(by_cell(found, "T1"))
    assert "wrong_cell_species" in codes(by_cell(found, "C1"))


def test_a_cell_without_grade_takes_no_species_that_the_pack_grades():
    found = route(load(), [cell("C1", grade=None), cell("T1", **SUNFLOWER)], pack())
    assert found.cell is None
    assert "unknown_grade" in codes(by_cell(found, "C1"))


def test_by_declaration_asks_for_room_claims_and_a_visual_check_as_ever():
    cells = [cell("T1", **SUNFLOWER, capacity_t=10.0), cell("T2", **SUNFLOWER, claims=frozenset({"organic"}))]
    assert route(load({}, species="sunflower"), cells, pack()).cell is None
    adverse = load({}, species="sunflower", adverse=("smell",))
    found = route(adverse, [cell("T1", **SUNFLOWER), quarantine()], pack())
    assert (found.cell, found.hold) == ("Q1", True)


def test_of_two_cells_the_started_one_is_filled_first_by_declaration():
    cells = [cell("T1", **SUNFLOWER), cell("T2", **SUNFLOWER, content_t=40.0)]
    assert route(load({}, species="sunflower"), cells, pack()).cell == "T2"


@pytest.mark.parametrize("known_as", ["values", "expected"])
def test_a_falling_number_without_liquefaction_number_is_never_blended_whatever_the_grades_ask(known_as):
    seconds = {Analyte.FALLING_NUMBER: Measured(49.9, 15.0)}
    facts = load(also=seconds) if known_as == "values" else load(expected=seconds)
    found = route(facts, [cell(grade="feed"), quarantine()], pack(FEED))
    assert (found.cell, codes(by_cell(found, "C1"))[0]) == ("Q1", "never_blend")


def test_a_never_blend_load_says_that_a_quarantine_cell_is_missing_or_refuses():
    facts = load(also={Analyte.DON: Measured(1500.0, 10.0)})
    for special, why in (([], "no_quarantine_cell"), ([quarantine(capacity_t=10.0)], "quarantine_refuses")):
        found = route(facts, [cell(), hold(), *special], pack())
        assert (found.cell, codes(found.reasons)) == (None, ["never_blend", why])
        assert codes(by_cell(found, "H1"))[0] == "needs_quarantine"
