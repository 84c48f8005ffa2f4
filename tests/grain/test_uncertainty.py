"""How well a value is known: what an instrument shares with all it measured, what more evidence adds."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis, Unit
from station.grain.assessed import Assessment
from station.grain.assessment import assess
from station.grain.correcting import Correction
from station.grain.grades import SamplingPlan
from station.grain.photographed import PhotoValue, photo_value
from station.grain.precision import Precision, planned_points
from tests.grain.builders import AS_IS, DM, MOISTURE, PROTEIN, codes, evidence

ORDER = {PROTEIN: ("nir", "old"), MOISTURE: ("gac", "nir")}
PACK = Precision(uncertainty={PROTEIN: 0.2, MOISTURE: 0.2}, tolerance={PROTEIN: 0.5, MOISTURE: 0.5})


def read(reading_id, port, at=0, *, u=None, typed_by=None, legal=(), **values):
    known = {Analyte(name): value for name, value in (u or {}).items()}
    one = evidence(reading_id, port, at, typed_by=typed_by, **values)
    return replace(
        one, source=None if typed_by else f"{port}-1", uncertainty=known, legal_for=frozenset(legal)
    )


def photo(value, u=0.45, capture="k1", source="phone-1/wheat 1", analyte=PROTEIN, basis=DM):
    return PhotoValue(analyte, value, u, basis, source, capture, {source: 0.8 * u})


def protein(*readings, limit=None, corrections=(), precision=PACK, photos=()):
    limits = {} if limit is None else {PROTEIN: limit}
    return assess(readings, ORDER, limits, corrections, precision, photos).results[PROTEIN]


def test_what_an_instrument_states_comes_before_what_the_pack_says_of_such_instruments():
    stated = protein(read("r1", "nir", u={"protein": 0.12}, protein=(11.8, DM)))
    assert (stated.u, stated.shared) == (0.12, {"nir-1": 0.12})
    assert protein(read("r1", "nir", protein=(11.8, DM))).u == 0.2
    assert protein(read("r1", "nir", protein=(11.8, DM)), precision=Precision()).u is None


def test_replicates_average_what_repeatability_says_is_chance_and_nothing_else():
    two = protein(
        read("r1", "nir", 0, protein=(11.8, DM)), read("r2", "nir", 1, protein=(11.9, DM)), limit=0.28
    )
    assert two.u == pytest.approx(math.sqrt(0.2**2 - 0.1**2 + 0.1**2 / 2), abs=1e-6)
    assert two.shared == {"nir-1": pytest.approx(math.sqrt(0.03), abs=1e-6)}


def test_at_least_half_of_an_instruments_uncertainty_stays_however_often_it_measures():
    many = protein(
        *(read(f"r{n}", "nir", n, protein=(11.8, DM)) for n in range(40)),
        limit=2.0,
    )
    assert many.shared == {"nir-1": 0.1}
    assert 0.1 < many.u < 0.105


def test_replicates_that_lie_apart_are_less_certain_than_their_repeatability_says():
    near = [read(f"r{n}", "nir", n, protein=(value, DM)) for n, value in enumerate((11.8, 11.9, 11.85))]
    apart = [read(f"r{n}", "nir", n, protein=(value, DM)) for n, value in enumerate((11.2, 12.3, 11.8))]
    assert protein(*near, limit=0.28).u < 0.19
    assert protein(*apart, limit=0.28).u > 0.3


def test_a_corrections_uncertainty_is_shared_by_all_that_it_corrects():
    shift = Correction("k1", "nir-1", PROTEIN, -0.2, 0.05, Unit.PERCENT, DM)
    result = protein(read("r1", "nir", u={"protein": 0.12}, protein=(11.2, DM)), corrections=[shift])
    assert (result.value, result.u) == (11.4, 0.13)
    assert result.shared == {"nir-1": 0.12, "k1": 0.05}


def test_few_probe_points_add_an_error_of_the_load_once():
    coarse = replace(PACK, spread={PROTEIN: 0.3}, points=3)
    one = protein(read("r1", "nir", protein=(11.8, DM)), precision=coarse)
    assert one.u == pytest.approx(math.hypot(0.2, 0.3 / math.sqrt(3)), abs=1e-6)
    assert one.shared == {"nir-1": 0.2}, "what the points missed is this load's own"
    both = read("r1", "nir", protein=(11.8, DM)), read("r2", "old", protein=(11.9, DM))
    assert protein(*both, precision=coarse).u == pytest.approx(
        math.hypot(0.2 / math.sqrt(2), 0.3 / math.sqrt(3)), abs=1e-6
    )
    unknown = protein(read("r1", "nir", protein=(11.8, DM)), precision=replace(coarse, points=None))
    assert unknown.u == pytest.approx(math.hypot(0.2, 0.3), abs=1e-6)


def test_the_plan_says_how_many_points_a_load_of_so_many_tonnes_needs():
    plan = SamplingPlan(((15.0, 5), (30.0, 8), (50.0, 11)))
    assert [planned_points(plan, tonnes) for tonnes in (15.0, 15.1, 50.0, 90.0)] == [5, 8, 11, 11]
    assert planned_points(plan, None) is None
    assert planned_points(SamplingPlan(), 20.0) is None


def test_a_typed_value_is_as_uncertain_as_the_pack_says_and_nothing_is_mixed_into_it():
    typed = protein(
        read("r1", "nir", u={"protein": 0.1}, protein=(11.8, DM)),
        read("r2", None, 1, typed_by="p1", protein=(11.9, DM)),
        photos=[photo(11.9)],
    )
    assert (typed.value, typed.u, typed.shared, typed.parts) == (11.9, 0.2, {"typed": 0.2}, ())


def test_instruments_that_agree_are_weighed_by_how_well_each_is_known():
    found = assess(
        [read("r1", "nir", u={"protein": 0.1}, protein=(11.8, DM)), read("r2", "old", protein=(12.1, DM))],
        ORDER,
        precision=PACK,
    )
    result = found.results[PROTEIN]
    assert result.value == pytest.approx((11.8 / 0.01 + 12.1 / 0.04) / 125)
    assert (result.raw, result.replicates) == (11.8, ("r1",))
    assert result.u == pytest.approx(1 / math.sqrt(125), abs=1e-6)
    assert [(part.name, part.weight, part.ids) for part in result.parts] == [
        ("nir", 0.8, ("r1",)), ("old", 0.2, ("r2",)),
    ]  # fmt: skip
    assert result.reasons[-1].params["parts"][0] == {
        "kind": "instrument", "name": "nir", "value": 11.8, "weight": 0.8,
    }  # fmt: skip
    assert found.others == {}
    assert Assessment.from_dict(found.as_dict()) == found


def test_as_is_and_dry_matter_are_combined_on_dry_matter():
    result = protein(
        read("r1", "nir", protein=(10.2, AS_IS), moisture=15.0), read("r2", "old", protein=(12.2, DM))
    )
    assert (result.basis, result.raw) == (DM, 12.0)
    assert 12.0 < result.value < 12.2


def test_without_a_tolerance_or_an_uncertainty_the_order_decides():
    two = read("r1", "nir", protein=(11.8, DM)), read("r2", "old", protein=(12.0, DM))
    assert protein(*two, precision=replace(PACK, tolerance={})).value == 11.8
    assert protein(*two, precision=replace(PACK, uncertainty={})).value == 11.8


def test_instruments_that_disagree_are_named_and_never_averaged():
    result = protein(read("r1", "nir", protein=(11.8, DM)), read("r2", "old", protein=(12.4, DM)))
    assert (result.value, result.u, result.parts) == (11.8, 0.2, ())
    assert codes(result.reasons) == ["chosen_by_order", "instruments_differ"]
    assert result.reasons[-1].params["values"] == {"nir": 11.8, "old": 12.4}


def test_a_legal_instrument_gives_its_value_alone_wherever_it_stands_in_the_order():
    readings = [
        read("r1", "gac", u={"moisture": 0.1}, moisture=14.4),
        read("r2", "nir", legal=[MOISTURE], moisture=14.6),
    ]
    result = assess(readings, ORDER, precision=PACK).results[MOISTURE]
    assert (result.value, result.raw, result.instrument, result.u) == (14.6, None, "nir", 0.2)
    assert codes(result.reasons) == ["legal_first"]
    far = [replace(readings[0], values=evidence("r1", "gac", 0, moisture=13.0).values), readings[1]]
    assert codes(assess(far, ORDER, precision=PACK).results[MOISTURE].reasons)[-1] == "instruments_differ"


def test_a_photo_that_agrees_makes_the_value_a_little_surer():
    alone = protein(read("r1", "nir", protein=(11.8, DM)))
    with_photo = protein(read("r1", "nir", protein=(11.8, DM)), photos=[photo(12.1)])
    assert (with_photo.raw, with_photo.measured) == (11.8, 11.8)
    assert 11.8 < with_photo.value < 11.9
    assert with_photo.u < alone.u
    assert not with_photo.by_photo


def test_a_photo_that_disagrees_is_told_and_left_out():
    result = protein(read("r1", "nir", protein=(11.8, DM)), photos=[photo(12.9)])
    assert (result.value, result.u) == (11.8, 0.2)
    assert result.reasons[-1].params == {
        "analyte": "protein", "unit": "%", "tolerance": 0.5, "value": 11.8, "photo": 12.9,
    }  # fmt: skip


def test_where_no_instrument_measured_it_the_photo_is_the_value_and_says_so():
    found = assess([], ORDER, precision=PACK, photos=[photo(11.6), photo(11.8, capture="k2")])
    result = found.results[PROTEIN]
    assert (result.value, result.by_photo, codes(result.reasons)) == (11.7, True, ["by_photo"])
    assert result.parts[0].ids == ("k1", "k2")
    assert 0.8 * 0.45 < result.u < 0.45, "two photos of one phone are not two phones"
    assert Assessment.from_dict(found.as_dict()) == found


def test_what_was_measured_badly_is_measured_again_and_not_photographed():
    found = assess([read("r1", "nir", protein=None)], ORDER, precision=PACK, photos=[photo(11.6)])
    assert (found.results, found.badly) == ({}, (PROTEIN,))


def test_a_phone_never_tells_a_moisture():
    wet = photo(13.6, 0.3, analyte=MOISTURE, basis=AS_IS)
    assert assess([], ORDER, precision=PACK, photos=[wet]).results == {}
    measured = read("r1", "gac", moisture=13.9)
    assert assess([measured], ORDER, precision=PACK, photos=[wet]).results[MOISTURE].value == 13.9
    assert photo_value(MOISTURE, 13.6, (13.0, 14.2), AS_IS, "phone", "k1", {}) is None


def test_a_photos_limits_are_its_uncertainty_and_a_correction_adds_its_own():
    made = photo_value(PROTEIN, 11.6, (10.6, 12.6), DM, "phone", "k1", {"c1": 0.2})
    assert made.u == pytest.approx(math.hypot(1 / 1.96, 0.2), abs=1e-4)
    assert made.shared == {"phone": pytest.approx(1.0 / 1.96, abs=1e-4), "c1": 0.2}
    own = photo_value(PROTEIN, 11.6, (10.6, 12.6), DM, "phone", "k1", {}, 0.6)
    assert own.shared == {"phone": pytest.approx(0.6 / 1.96, abs=1e-4)}
    assert photo_value(PROTEIN, 11.6, (11.6, 11.6), DM, "phone", "k1", {}) is None
    assert PhotoValue.from_dict(made.as_dict()) == made


NUMBERS = st.floats(11.6, 12.0).map(lambda value: round(value, 2))
READINGS = st.lists(
    st.tuples(st.sampled_from(["nir", "old"]), NUMBERS, st.sampled_from([None, 0.1, 0.3])), max_size=4
).map(
    lambda rows: [
        read(f"r{n}", port, n, u={} if u is None else {"protein": u}, protein=(value, DM))
        for n, (port, value, u) in enumerate(rows)
    ]
)
PHOTOS = st.lists(st.tuples(NUMBERS, st.sampled_from(["a", "b"])), max_size=3).map(
    lambda rows: [photo(value, 0.45, f"k{n}", source) for n, (value, source) in enumerate(rows)]
)


@given(READINGS, PHOTOS, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_changes_nothing(readings, photos, random):
    found = assess(readings, ORDER, {PROTEIN: 0.5}, (), PACK, photos)
    random.shuffle(readings)
    random.shuffle(photos)
    assert assess(readings, ORDER, {PROTEIN: 0.5}, (), PACK, photos) == found


@given(READINGS, PHOTOS)
def test_more_evidence_that_agrees_never_makes_a_value_less_certain(readings, photos):
    """One instrument is as good at each of its readings."""
    readings = [
        replace(one, uncertainty={PROTEIN: {"nir": 0.1, "old": 0.3}[one.instrument]}) for one in readings
    ]
    before = math.inf
    for count in range(len(readings) + 1):
        for result in assess(readings[:count], ORDER, {PROTEIN: 0.5}, (), PACK).results.values():
            assert result.u <= before + 2e-6
            before = result.u
    for count in range(len(photos) + 1):
        for result in assess(readings, ORDER, {PROTEIN: 0.5}, (), PACK, photos[:count]).results.values():
            assert result.u <= before + 2e-6
            before = result.u


@given(st.floats(9.0, 11.2), st.floats(11.8, 14.0), st.floats(0.05, 1.0), st.floats(0.05, 1.0))
def test_what_disagrees_is_never_averaged(low, high, u_low, u_high):
    first, second = round(low, 3), round(high, 3)
    two = (
        read("r1", "nir", u={"protein": u_low}, protein=(first, DM)),
        read("r2", "old", u={"protein": u_high}, protein=(second, DM)),
    )
    assert protein(*two).value == first
    assert protein(two[0], photos=[photo(second, u_high)]).value == first
    assert protein(two[1], photos=[photo(first, u_low)]).value == second


def test_the_basis_of_a_photo_is_its_own():
    wet = photo(10.2, basis=Basis.AS_IS)
    found = assess([read("r1", "gac", moisture=15.0)], ORDER, precision=PACK, photos=[wet])
    assert (found.results[PROTEIN].value, found.results[PROTEIN].basis) == (12.0, DM)
    dry = assess([], ORDER, precision=PACK, photos=[wet]).results[PROTEIN]
    assert (dry.value, dry.basis) == (10.2, AS_IS)
