"""What is judged is the raw value minus a known bias; the raw value, typed values and other sources stay."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis, Unit
from station.grain.assessed import Assessment
from station.grain.assessment import assess
from station.grain.correcting import Correction, shift_of
from tests.grain.builders import AS_IS, DM, MOISTURE, PROTEIN, codes, evidence

ORDER = {PROTEIN: ("nir", "old"), MOISTURE: ("gac", "nir")}
ON_DM = Correction("k1", "nir-7", PROTEIN, -0.2, 0.05, Unit.PERCENT, DM)
MOIST = Correction("k2", "gac-1", MOISTURE, 0.3, 0.1, Unit.PERCENT, AS_IS)


def read(reading_id, port, source, at=0, *, u=None, typed_by=None, **values):
    known = {Analyte(name): value for name, value in (u or {}).items()}
    return replace(
        evidence(reading_id, port, at, typed_by=typed_by, **values), source=source, uncertainty=known
    )


def test_the_judged_value_is_the_raw_one_minus_the_bias_and_less_certain():
    found = assess([read("r1", "nir", "nir-7", protein=(11.2, DM), u={"protein": 0.12})], ORDER, {}, [ON_DM])
    result = found.results[PROTEIN]
    assert (result.value, result.raw, result.measured) == (11.4, 11.2, 11.2)
    assert result.u == pytest.approx(0.13)
    assert codes(result.reasons) == ["chosen_by_order", "corrected"]
    assert result.reasons[-1].params == {
        "analyte": "protein", "value": 11.4, "raw": 11.2, "added": 0.2, "unit": "%", "basis": "dm",
        "corrections": ["k1"],
    }  # fmt: skip


def test_an_unknown_uncertainty_stays_unknown():
    found = assess([read("r1", "nir", "nir-7", protein=(11.2, DM))], ORDER, {}, [ON_DM])
    assert found.results[PROTEIN].u is None


def test_a_correction_on_dry_matter_acts_on_what_was_brought_to_it():
    found = assess([read("r1", "nir", "nir-7", protein=(10.2, AS_IS), moisture=15.0)], ORDER, {}, [ON_DM])
    result = found.results[PROTEIN]
    assert (result.raw, result.value, result.basis) == (12.0, 12.2, DM)


def test_a_correction_as_is_goes_through_the_conversion():
    as_is = replace(ON_DM, basis=AS_IS, bias=-0.17)
    found = assess([read("r1", "nir", "nir-7", protein=(10.2, AS_IS), moisture=15.0)], ORDER, {}, [as_is])
    result = found.results[PROTEIN]
    assert (result.raw, result.value) == (12.0, 12.2)


def test_a_value_on_another_basis_is_not_corrected():
    found = assess([read("r1", "nir", "nir-7", protein=(10.2, AS_IS))], ORDER, {}, [ON_DM])
    assert (found.results[PROTEIN].value, found.results[PROTEIN].raw) == (10.2, None)


def test_protein_is_brought_to_dry_matter_with_the_moisture_as_it_was_measured():
    both = [read("r1", "gac", "gac-1", moisture=15.0), read("r2", "nir", "nir-7", protein=(10.2, AS_IS))]
    found = assess(both, ORDER, {}, [MOIST])
    assert (found.results[MOISTURE].value, found.results[MOISTURE].raw) == (14.7, 15.0)
    assert (found.results[PROTEIN].value, found.results[PROTEIN].raw) == (12.0, None)


def test_typed_values_and_other_instruments_are_untouched():
    typed = read("r1", None, None, typed_by="anne", moisture=14.0)
    assert assess([typed], ORDER, {}, [MOIST]).results[MOISTURE].raw is None
    named = replace(typed, source="gac-1")
    assert assess([named], ORDER, {}, [MOIST]).results[MOISTURE].value == 14.0
    other = read("r1", "gac", "gac-2", moisture=14.0)
    assert assess([other], ORDER, {}, [MOIST]).results[MOISTURE].value == 14.0


def test_the_instrument_counts_not_the_port_that_it_was_plugged_into():
    two = [read("r1", "gac", "gac-1", moisture=14.0), read("r2", "gac", "gac-2", 1, moisture=14.0)]
    result = assess(two, ORDER, {}, [MOIST]).results[MOISTURE]
    assert (result.raw, result.value) == (14.0, 13.85)  # one of two replicates is 0.3 too high


def test_two_corrected_instruments_bring_each_its_own_bias():
    other = replace(MOIST, id="k3", source="gac-2", bias=0.1, u=0.2)
    shift = shift_of(["gac-1", "gac-2"], MOISTURE, None, [MOIST, other])
    assert shift is not None
    assert (shift.bias, shift.corrections) == (0.2, ("k2", "k3"))
    assert shift.u == pytest.approx((0.05**2 + 0.1**2) ** 0.5)


def test_an_assessment_with_a_raw_value_is_read_back_as_it_was():
    found = assess([read("r1", "nir", "nir-7", protein=(11.2, DM))], ORDER, {}, [ON_DM])
    assert Assessment.from_dict(found.as_dict()) == found


def test_without_corrections_nothing_is_said_of_raw_values():
    found = assess([read("r1", "nir", "nir-7", protein=(11.2, DM))], ORDER)
    assert "raw" not in found.as_dict()["results"]["protein"]


def test_a_correction_is_read_back_as_it_was():
    for one in (ON_DM, replace(MOIST, basis=None)):
        assert Correction.from_dict(one.as_dict()) == one


def test_a_basis_that_is_the_only_one_need_not_be_said():
    said = read("r1", "gac", "gac-1", moisture=(15.0, Basis.AS_IS))
    assert assess([said], ORDER, {}, [replace(MOIST, basis=None)]).results[MOISTURE].value == 14.7


READINGS = st.lists(
    st.tuples(
        st.sampled_from(["nir", "gac"]), st.sampled_from(["nir-7", "gac-1", None]), st.booleans(),
        st.floats(8, 16).map(lambda n: round(n, 2)), st.floats(11, 18).map(lambda n: round(n, 2)),
        st.sampled_from([DM, AS_IS]),
    ),
    max_size=5,
)  # fmt: skip
CORRECTIONS = st.lists(
    st.builds(
        Correction,
        id=st.uuids().map(str),
        source=st.sampled_from(["nir-7", "gac-1"]),
        analyte=st.sampled_from([PROTEIN, MOISTURE]),
        bias=st.floats(-1, 1).map(lambda n: round(n, 4)),
        u=st.floats(0, 0.3).map(lambda n: round(n, 4)),
        unit=st.just(Unit.PERCENT),
        basis=st.sampled_from([DM, AS_IS]),
    ),
    unique_by=lambda one: (one.source, one.analyte),
)


@given(READINGS, CORRECTIONS, st.randoms(use_true_random=False))
def test_what_was_recorded_judges_again_to_the_byte_and_no_raw_value_ever_moves(drawn, corrections, rng):
    readings = [
        read(
            f"r{place}", port, source, place, typed_by="anne" if typed else None, u={"protein": 0.1},
            protein=(protein, basis), moisture=moisture,
        )
        for place, (port, source, typed, protein, moisture, basis) in enumerate(drawn)
    ]  # fmt: skip
    found = assess(readings, ORDER, {}, corrections)
    recorded = json.loads(json.dumps([one.as_dict() for one in corrections]))
    rng.shuffle(readings)
    again = assess(readings, ORDER, {}, [Correction.from_dict(one) for one in recorded])
    assert json.dumps(again.as_dict()) == json.dumps(found.as_dict())
    without = assess(readings, ORDER, {}).results
    assert {a: r.measured for a, r in found.results.items()} == {a: r.value for a, r in without.items()}
    assert all(r.value == without[a].value for a, r in found.results.items() if r.typed_by)
