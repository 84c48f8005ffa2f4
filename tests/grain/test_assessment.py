import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis, Flag
from station.grain.assessed import Assessment
from station.grain.assessment import assess
from station.grain.units import known

from .builders import AS_IS, DM, MOISTURE, PROTEIN, TEST_WEIGHT, codes, evidence

ORDER = {MOISTURE: ("gac", "nir"), PROTEIN: ("nir",)}


def test_the_first_instrument_of_the_site_gives_the_value_and_the_others_stay_evidence():
    found = assess([evidence("r1", "nir", 1, moisture=13.9), evidence("r2", "gac", 0, moisture=13.6)], ORDER)
    result = found.results[MOISTURE]
    assert (result.value, result.instrument, result.reading_id) == (13.6, "gac", "r2")
    assert result.reasons[0].params == {"analyte": "moisture", "instrument": "gac", "position": 1}
    assert found.others == {MOISTURE: ("r1",)}


def test_every_valid_replicate_counts_and_none_is_chosen():
    found = assess(
        [
            evidence("r1", "gac", 0, moisture=13.6),
            evidence("r2", "gac", 1, moisture=13.8),
            evidence("r3", "gac", 2, moisture=None),
        ],
        ORDER,
        {MOISTURE: 0.3},
    )
    result = found.results[MOISTURE]
    assert (result.value, result.rule, result.replicates) == (13.7, "mean", ("r1", "r2"))
    assert codes(result.reasons) == ["chosen_by_order", "mean_of_replicates", "measured_badly"]
    assert found.others[MOISTURE] == ("r3",)
    assert found.badly == ()


def test_two_replicates_that_differ_give_no_value_and_ask_for_a_third():
    two = [evidence("r1", "gac", 0, moisture=14.8), evidence("r2", "gac", 1, moisture=14.4)]
    found = assess(two, ORDER, {MOISTURE: 0.3})
    assert (found.results, found.badly) == ({}, (MOISTURE,))
    (reason,) = found.reasons
    assert (reason.code, reason.params) == (
        "replicates_differ",
        {"analyte": "moisture", "spread": 0.4, "limit": 0.3},
    )
    third = assess([*two, evidence("r3", "gac", 2, moisture=14.7)], ORDER, {MOISTURE: 0.3}).results[MOISTURE]
    assert (third.value, third.rule) == (14.7, "median")


def test_protein_is_brought_to_dry_matter_by_the_moistures_of_the_same_readings():
    found = assess(
        [
            evidence("r1", "nir", 0, protein=(10.0, AS_IS), moisture=13.0),
            evidence("r2", "nir", 1, protein=(10.2, AS_IS), moisture=14.0),
            evidence("r3", "gac", 2, moisture=20.0),
        ],
        ORDER,
    )
    assert found.results[PROTEIN].value == pytest.approx(10.1 * 100 / (100 - 13.5))


def test_the_next_instrument_steps_in_when_the_first_measured_badly_and_says_so():
    found = assess([evidence("r1", "gac", 0, moisture=None), evidence("r2", "nir", 0, moisture=13.9)], ORDER)
    result = found.results[MOISTURE]
    assert result.value == 13.9
    assert result.reasons[0].params["position"] == 2
    assert result.reasons[1].params == {"analyte": "moisture", "instrument": "gac"}


def test_a_typed_value_wins_over_every_instrument_and_the_latest_typed_wins():
    found = assess(
        [
            evidence("r1", "gac", 9, moisture=13.6),
            evidence("r2", None, 1, typed_by="Anne", moisture=13.0),
            evidence("r3", None, 2, typed_by="Luc", moisture=13.1),
        ],
        ORDER,
    )
    result = found.results[MOISTURE]
    assert (result.value, result.typed_by, result.instrument) == (13.1, "Luc", None)
    assert codes(result.reasons) == ["typed_value", "typed_over"]
    assert result.reasons[1].params == {
        "analyte": "moisture",
        "value": 13.6,
        "unit": "%",
        "instrument": "gac",
    }


def test_an_analyte_without_order_combines_the_values_of_all_instruments():
    found = assess(
        [evidence("r1", "gac", 1, test_weight=77.0), evidence("r2", "niléma", 2, test_weight=77.5)], ORDER
    )
    assert found.results[TEST_WEIGHT].value == 77.25


def test_an_instrument_the_site_does_not_list_is_evidence_only():
    found = assess([evidence("r1", "borrowed", 1, moisture=13.0)], ORDER)
    assert found.results == {}
    assert found.badly == ()
    assert codes(found.reasons) == ["instrument_not_in_order"]
    assert found.others == {MOISTURE: ("r1",)}


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf"), 99.0])
def test_a_value_measured_badly_is_named_and_not_used(bad):
    found = assess([evidence("r1", "gac", 0, moisture=bad)], ORDER)
    assert found.results == {}
    assert found.badly == (MOISTURE,)
    assert found.reasons[0].params == {"analyte": "moisture", "instrument": "gac"}


def test_a_reading_with_an_error_is_measured_badly():
    found = assess([evidence("r1", "gac", 0, flags=frozenset({Flag.ERROR}), moisture=13.0)], ORDER)
    assert found.badly == (MOISTURE,)


def test_as_is_protein_becomes_dry_matter_with_the_moisture_of_its_own_reading():
    found = assess(
        [
            evidence("r1", "nir", 0, protein=(10.2, AS_IS), moisture=15.0),
            evidence("r2", "gac", 0, moisture=12.0),
        ],
        ORDER,
    )
    protein = found.results[PROTEIN]
    assert (protein.value, protein.basis) == (12.0, DM)
    assert protein.reasons[-1].params == {"as_is": 10.2, "moisture": 15.0}
    assert found.results[MOISTURE].value == 12.0


@pytest.mark.parametrize("own", [{}, {"moisture": None}])
def test_without_a_moisture_of_its_own_protein_takes_the_one_used(own):
    found = assess(
        [evidence("r1", "nir", 0, protein=(10.2, AS_IS), **own), evidence("r2", "gac", 0, moisture=12.0)],
        ORDER,
    )
    assert found.results[PROTEIN].value == known(10.2 / 0.88)


def test_protein_stays_as_is_when_no_moisture_is_known():
    found = assess([evidence("r1", "nir", 0, protein=(10.2, AS_IS))], ORDER)
    protein = found.results[PROTEIN]
    assert (protein.value, protein.basis) == (10.2, AS_IS)
    assert codes(protein.reasons) == ["chosen_by_order", "no_moisture_for_basis"]


def test_protein_at_a_stated_moisture_becomes_dry_matter_without_measuring_any():
    found = assess([evidence("r1", "nir", 0, protein=(11.0, Basis.MOISTURE_12))], ORDER)
    assert (found.results[PROTEIN].value, found.results[PROTEIN].basis) == (12.5, DM)


def test_dry_matter_protein_is_left_alone():
    found = assess([evidence("r1", "nir", 0, protein=(12.0, DM), moisture=15.0)], ORDER)
    assert found.results[PROTEIN].value == 12.0


def test_readings_of_the_same_instant_are_told_apart_by_their_id():
    one, two = evidence("a", "gac", 0, moisture=13.0), evidence("b", "gac", 0, moisture=14.0)
    assert assess([one, two], ORDER) == assess([two, one], ORDER)
    assert assess([two, one], ORDER).results[MOISTURE].reading_id == "b"


def test_nothing_measured_is_an_empty_assessment_and_a_weight_is_no_part_of_it():
    assert assess([], ORDER) == Assessment()
    assert assess([evidence("r", "bridge", 0, weight=43_120.0)], {}) == Assessment()


values = st.none() | st.floats(allow_nan=True) | st.floats(0, 60)
protein_values = st.tuples(values, st.sampled_from([None, *Basis]))
readings = st.lists(
    st.builds(
        lambda n, instrument, at, moisture, protein, typed: evidence(
            f"r{n}", None if typed else instrument, at, typed_by=typed, moisture=moisture, protein=protein
        ),
        st.integers(0, 99),
        st.sampled_from(["gac", "nir", "other"]),
        st.integers(0, 3),
        values,
        protein_values,
        st.sampled_from([None, None, "Anne"]),
    ),
    max_size=6,
    unique_by=lambda e: e.reading_id,
)


@given(readings, st.randoms(use_true_random=False))
def test_an_assessment_survives_json_and_any_order_of_its_readings(some, rng):
    found = assess(some, ORDER)
    shuffled = list(some)
    rng.shuffle(shuffled)
    assert assess(shuffled, ORDER) == found
    assert Assessment.from_dict(json.loads(json.dumps(found.as_dict(), allow_nan=False))) == found


@given(readings)
def test_every_analyte_measured_is_used_or_explained(some):
    found = assess(some, ORDER)
    for analyte in {a for e in some for a in e.values}:
        explained = {r.params["analyte"] for r in found.reasons}
        assert (analyte in found.results) != (analyte.value in explained)
    assert set(found.badly).isdisjoint(found.results)
    assert Analyte.WEIGHT not in found.results
