"""The exact value on both sides of every border of the bench, and factors that no other test states."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Basis, Flag, Value
from station.grain.assessment import assess
from station.grain.cells import CellState
from station.grain.combining import combine
from station.grain.inspection import Inspection
from station.grain.loadweight import estimate_load_kg
from station.grain.pairing import Item, KnownSample, PairingPolicy, pair
from station.grain.ranking import score
from station.grain.reasons import Code
from station.grain.remarks import remarks_on
from station.grain.rules import pack_at
from station.grain.sizes import sizes_of
from station.grain.units import Kilograms, MoisturePercent, on_basis
from station.grain.weighing import WatchState, WeighingRule, watch

from .builders import FEED, MILLING, NOON, cell, evidence, minutes, pack, weight

RULE = WeighingRule(equal_for_s=0.0)  # these readings all come at one instant
ZERO = weight(0.0)


def taken(state, readings):
    found = []
    for reading in readings:
        state, one = watch(state, reading, RULE)
        found += [one.kg] if one else []
    return found


@pytest.mark.parametrize(
    ("kg", "is_another"), [(43_069, True), (43_070, False), (43_120, False), (43_170, False), (43_171, True)]
)
def test_after_a_restart_a_weight_within_fifty_kilograms_is_the_vehicle_that_was_weighed(kg, is_another):
    state = WatchState.after_restart(43_120.0)
    assert taken(state, [weight(float(kg))] * 3) == ([float(kg)] if is_another else [])


def test_after_a_restart_without_a_recorded_weight_any_vehicle_is_weighed():
    assert taken(WatchState.after_restart(None), [weight(43_120.0)] * 3) == [43_120.0]


def test_the_print_key_takes_a_weight_a_step_beside_the_one_just_taken():
    """Grain ran out, a person got off: a pressed key means what is shown now."""
    pressed = weight(43_140.0, Flag.STABLE, Flag.PRINT)
    assert taken(WatchState(), [*[ZERO] * 3, *[weight(43_120.0)] * 3, pressed]) == [43_120.0, 43_140.0]


@pytest.mark.parametrize("flag", [Flag.NEGATIVE, Flag.UNDERLOAD, Flag.OVERLOAD, Flag.NET, Flag.ERROR])
def test_what_is_no_load_is_not_taken_by_the_print_key_either(flag):
    assert taken(WatchState(), [ZERO, weight(43_120.0, Flag.STABLE, Flag.PRINT, flag)]) == []


@pytest.mark.parametrize("analyte", [a for a in PLAUSIBLE if a != Analyte.WEIGHT])
def test_the_ends_of_what_is_plausible_are_values_and_what_lies_beyond_was_measured_badly(analyte):
    low, high = PLAUSIBLE[analyte]
    for value in (low, high):
        assert assess([evidence("r1", "gac", 0, **{analyte: value})], {}).results[analyte].value == value
    for value in (low - 0.001, high + 0.001):
        found = assess([evidence("r1", "gac", 0, **{analyte: value})], {})
        assert (found.results, found.badly) == ({}, (analyte,))


def test_the_uncertainty_of_a_protein_is_brought_to_dry_matter_with_its_value():
    read = evidence("r1", "nir", 0, protein=(10.0, Basis.AS_IS), moisture=20.0)
    result = assess([replace(read, uncertainty={Analyte.PROTEIN: 0.2})], {}).results[Analyte.PROTEIN]
    assert (result.value, result.u) == (12.5, pytest.approx(0.25))


@pytest.mark.parametrize(
    ("content_t", "reserved_t", "filled"),
    [(0, 0, 0.0), (30, 20, 0.5), (80, 20, 1.0), (80, 60, 1.0), (-5, 0, 0.0), (-5, 10, 0.05)],
)
def test_a_cell_is_filled_from_nothing_to_all_of_it_whatever_its_balance_says(content_t, reserved_t, filled):
    assert cell(content_t=float(content_t), reserved_t=float(reserved_t)).filled == pytest.approx(filled)


def test_a_cell_without_capacity_is_full():
    assert CellState("C1", ("P1",), 0.0).filled == 1.0


def test_a_score_is_eight_tenths_the_grades_value_and_two_tenths_how_full_the_cell_is():
    half = cell(content_t=30.0, reserved_t=20.0)
    assert score(half, MILLING) == pytest.approx(0.8 * 1.0 + 0.2 * 0.5)
    assert score(half, FEED) == pytest.approx(0.8 * 0.2 + 0.2 * 0.5)
    assert score(half, None) == pytest.approx(0.2 * 0.5)


def test_the_pack_that_began_last_is_in_force_whatever_its_version():
    """A waiver that ends gives way to the season's pack, and a correction of spring may have any number."""
    spring = pack(valid_from=NOON - timedelta(days=60), version="9")
    summer = pack(valid_from=NOON, version="10")
    assert pack_at([spring, summer], NOON) is summer
    assert pack_at([summer, spring], NOON - timedelta(seconds=1)) is spring


@pytest.mark.parametrize(
    ("age", "is_paired"),
    [
        (timedelta(microseconds=-1), False),
        (timedelta(0), True),
        (minutes(15), True),
        (minutes(15) + timedelta(microseconds=1), False),
    ],
)
def test_both_ends_of_the_pairing_window_count(age, is_paired):
    sample = KnownSample("s1", "S1", "soft_wheat", "load", NOON, open=True)
    found = pair(Item("reading", None, None, None, NOON + age), [sample], PairingPolicy(minutes(15)))
    assert (found.sample_id == "s1") is is_paired


def test_an_estimate_keeps_grams():
    """Shares of a common gross are added up again: whole kilograms would lose some."""
    third = estimate_load_kg(Kilograms(40_000.0), Kilograms(15_000.0), 0.62, 1 / 3)
    assert third == 8333.333


def limits_of(name, **known):
    unknown = {"verified_until": None, "grain_low_c": None, "grain_high_c": None}
    return SimpleNamespace(name=name, **{**unknown, **known})


@pytest.mark.parametrize(("day", "is_told"), [(30, False), (31, False), (32, True)])
def test_an_instrument_is_verified_on_its_last_day_too(day, is_told):
    limits = limits_of("Bridge", verified_until=date(2026, 7, 31))
    found = remarks_on(limits, {}, date(2026, 7, 1) + timedelta(days=day - 1))
    assert [reason.code for reason in found] == [Code.VERIFICATION_EXPIRED] * is_told


@pytest.mark.parametrize(
    ("celsius", "is_told"), [(3.9, True), (4.0, False), (35.0, False), (35.1, True), (None, False)]
)
def test_grain_at_an_end_of_the_instruments_temperatures_is_within_them(celsius, is_told):
    limits = limits_of("NIR", grain_low_c=4.0, grain_high_c=35.0)
    measured = {Analyte.TEMPERATURE: Value(celsius, UNIT_OF[Analyte.TEMPERATURE])}
    found = remarks_on(limits, measured, NOON.date())
    assert [reason.code for reason in found] == [Code.GRAIN_TEMPERATURE_OUTSIDE] * is_told
    if is_told:
        assert found[0].params == {"instrument": "NIR", "celsius": celsius, "low": 4.0, "high": 35.0}


@pytest.mark.parametrize(
    ("given", "wanted", "value"),
    [
        (Basis.MOISTURE_13_5, Basis.DRY_MATTER, 10.0 / 0.865),
        (Basis.MOISTURE_12, Basis.DRY_MATTER, 10.0 / 0.88),
        (Basis.DRY_MATTER, Basis.MOISTURE_13_5, 8.65),
        (Basis.DRY_MATTER, Basis.MOISTURE_12, 8.8),
        (Basis.AS_IS, Basis.MOISTURE_13_5, 10.0 * 86.5 / 85.0),
    ],
)
def test_a_basis_of_fixed_moisture_is_that_moisture(given, wanted, value):
    assert on_basis(10.0, given, wanted, MoisturePercent(15.0)) == pytest.approx(value, abs=1e-12)


def test_sizes_tell_the_tenth_the_middle_and_the_ninth_tenth():
    sizes = sizes_of([float(n) for n in range(101)], [n / 10 for n in range(101)])
    assert (sizes.length_mm.p10, sizes.length_mm.p50, sizes.length_mm.p90) == (10.0, 50.0, 90.0)
    assert (sizes.width_mm.p10, sizes.width_mm.p50, sizes.width_mm.p90) == (1.0, 5.0, 9.0)


@pytest.mark.parametrize(("cards", "has_card"), [((True, True), True), ((True, False), False)])
def test_a_capture_has_the_card_only_where_every_photo_has_it(cards, has_card):
    photos = [Inspection("ab" * 32, accepted=True, kernels=100, cut=0, card=card) for card in cards]
    assert combine(photos).card is has_card
