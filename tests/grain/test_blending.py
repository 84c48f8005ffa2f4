import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis
from station.grain.blending import Part, blend, falling_number_of, liquefaction_number
from station.grain.cells import Measured
from station.grain.units import Tonnes

FN, PROTEIN, MOISTURE = Analyte.FALLING_NUMBER, Analyte.PROTEIN, Analyte.MOISTURE
DM = Basis.DRY_MATTER


def mix(analyte, *parts, basis=None):
    return blend([Part(Tonnes(t), {analyte: Measured(v, None, basis)}) for t, v in parts])[analyte]


@pytest.mark.parametrize(
    ("parts", "seconds", "digits"),
    [
        (((1, 400), (1, 220)), 279, 0),
        (((475, 300), (25, 62)), 175.5, 1),
        (((475, 300), (25, 120)), 271.5, 1),
        (((500, 280), (25, 150)), 266.6, 1),
    ],
)
def test_falling_number_is_blended_through_the_liquefaction_number(parts, seconds, digits):
    assert round(mix(FN, *parts).value, digits) == seconds


def test_plain_averaging_would_hide_the_bad_load():
    plain = (475 * 300 + 25 * 62) / 500
    assert round(plain, 1) == 288.1
    assert mix(FN, (475, 300), (25, 62)).value < 180


@pytest.mark.parametrize("seconds", [50.0, 49.0, 0.0])
def test_at_fifty_seconds_there_is_no_liquefaction_number_and_no_blended_value(seconds):
    assert liquefaction_number(seconds) is None
    assert mix(FN, (100, 300), (1, seconds)).value is None


@given(st.floats(51, 900))
def test_the_liquefaction_number_comes_back_as_the_falling_number(seconds):
    assert falling_number_of(liquefaction_number(seconds)) == pytest.approx(seconds)


def test_a_mean_is_weighted_by_tonnes():
    assert mix(MOISTURE, (300, 13.0), (100, 15.0)).value == 13.5


def test_protein_of_different_bases_is_blended_on_dry_matter():
    dry = Part(Tonnes(10), {PROTEIN: Measured(12.0, None, Basis.DRY_MATTER)})
    moist = {PROTEIN: Measured(10.2, None, Basis.AS_IS), MOISTURE: Measured(15.0)}
    blended = blend([dry, Part(Tonnes(10), moist)])[PROTEIN]
    assert (blended.value, blended.basis) == (12.0, Basis.DRY_MATTER)


def test_tonnes_whose_value_is_not_known_are_counted_apart():
    parts = [
        Part(Tonnes(10), {PROTEIN: Measured(12.0, None, Basis.DRY_MATTER)}),
        Part(Tonnes(5), {PROTEIN: Measured(10.0, None, Basis.AS_IS)}),
        Part(Tonnes(5), {PROTEIN: Measured(10.0)}),
        Part(Tonnes(2), {}),
    ]
    blended = blend(parts)[PROTEIN]
    assert (blended.value, blended.known_t, blended.total_t) == (12.0, 10.0, 22.0)


def test_parts_without_mass_do_not_count_and_negative_ones_are_refused():
    assert blend([Part(Tonnes(0), {MOISTURE: Measured(15.0)})]) == {}
    with pytest.raises(ValueError, match="less than nothing"):
        blend([Part(Tonnes(-1), {MOISTURE: Measured(15.0)})])


parts = st.lists(st.tuples(st.floats(0.1, 500), st.floats(51, 900)), min_size=1, max_size=8)


@given(parts, st.sampled_from([FN, Analyte.TEST_WEIGHT]))
def test_a_blend_lies_between_its_parts_and_ignores_their_order(some, analyte):
    blended = mix(analyte, *some)
    values = [value for _, value in some]
    assert min(values) - 1e-5 <= blended.value <= max(values) + 1e-5
    assert mix(analyte, *reversed(some)).value == pytest.approx(blended.value, abs=2e-6)
    assert blended.known_t == blended.total_t


@given(parts)
def test_a_blended_falling_number_never_exceeds_the_plain_mean(some):
    plain = sum(t * v for t, v in some) / sum(t for t, _ in some)
    assert mix(FN, *some).value <= plain + 1e-5


def test_own_errors_average_out_and_one_instruments_error_stays():
    loads = [Part(25.0, {PROTEIN: Measured(11.0 + n % 3, 0.2, DM, {"nir": 0.1})}) for n in range(16)]
    mixed = blend(loads)[PROTEIN]
    own = math.sqrt(0.2**2 - 0.1**2)
    assert mixed.shared == {"nir": 0.1}
    assert mixed.u == pytest.approx(math.sqrt(own**2 / 16 + 0.1**2), abs=1e-6)


def test_two_instruments_errors_are_not_one_error():
    loads = [Part(10.0, {PROTEIN: Measured(11.0, 0.1, DM, {name: 0.1})}) for name in ("a", "b")]
    mixed = blend(loads)[PROTEIN]
    assert mixed.shared == {"a": 0.05, "b": 0.05}
    assert mixed.u == pytest.approx(0.1 / math.sqrt(2), abs=1e-6)


def test_a_mean_has_no_uncertainty_where_that_of_a_part_is_not_known():
    loads = [Part(10.0, {PROTEIN: Measured(11.0, u, DM)}) for u in (0.1, None)]
    assert blend(loads)[PROTEIN].u is None


def test_the_uncertainty_of_a_falling_number_goes_by_its_liquefaction_number():
    alone = blend([Part(10.0, {FN: Measured(300.0, 20.0)})])[FN]
    assert (alone.value, alone.u) == (300.0, pytest.approx(20.0))
    sound = Part(475.0, {FN: Measured(300.0, 20.0)})
    mixed = blend([sound, Part(25.0, {FN: Measured(62.0, 5.0)})])[FN]
    step = blend([sound, Part(25.0, {FN: Measured(62.01, 5.0)})])[FN]
    steep = (step.value - mixed.value) / 0.01  # seconds of the mixture for one of the bad part
    assert mixed.u >= steep * 5.0 * 0.99


@given(
    st.lists(
        st.tuples(st.floats(1, 50), st.floats(8, 15), st.floats(0, 0.5), st.floats(0, 1)),
        min_size=3,
        max_size=6,
    ),
    st.integers(1, 5),
)
def test_blending_in_steps_gives_what_blending_at_once_gives(rows, cut):
    loads = [Part(t, {PROTEIN: Measured(value, u, DM, {"nir": u * share})}) for t, value, u, share in rows]
    cut = min(cut, len(loads) - 1)
    whole = blend(loads)[PROTEIN]
    first = blend(loads[:cut])[PROTEIN].measured
    second = blend(loads[cut:])[PROTEIN].measured
    parts = [
        Part(sum(one.tonnes for one in loads[:cut]), {PROTEIN: first}),
        Part(sum(one.tonnes for one in loads[cut:]), {PROTEIN: second}),
    ]
    again = blend(parts[::-1])[PROTEIN]
    assert again.value == pytest.approx(whole.value, abs=1e-5)
    assert again.u == pytest.approx(whole.u, abs=1e-4)
