import math
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.grain.pairing import Item, KnownSample, PairingPolicy, pair, pair_by_odds
from station.grain.stand import Measured, Stand

from .builders import NOON, minutes

POLICY = PairingPolicy(minutes(15), "odds")


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def sample(name, entered, species="soft_wheat", *, ended=None):
    ends = None if ended is None else at(ended)
    return KnownSample(name, name, species, "load", at(entered), ended is None, ends)


def reading(name, seconds, device="nir", species=None, *, of=None, values=None, stray=0.0, stamp=None):
    return Measured(
        name, device, at(seconds), species, values or {}, of is not None, of, stray=stray, stamp=stamp
    )


def photo(name, seconds, of):
    return Measured(name, "phone", at(seconds), settled=True, sample_id=of, is_photo=True)


def paired(measured, samples, now=10_000, policy=POLICY):
    return pair_by_odds(measured, samples, policy, at(now))


def odds(pairing):
    if pairing.sample_id is not None:
        return {pairing.reason.params["barcode"]: pairing.reason.params["odds"]}
    return {one["barcode"]: one["odds"] for one in pairing.reason.params.get("candidates", [])}


def test_a_sample_alone_is_likely_and_sure_only_once_the_next_is_measured():
    first = paired([reading("r", 80)], [sample("S1", 0)], now=80)["r"]
    assert first.reason.code == "several_open_samples"
    assert odds(first)["S1"] > 0.98
    later = [reading("r", 80), reading("q", 480)]
    settled = paired(later, [sample("S1", 0), sample("S2", 400)], now=480)["r"]
    assert settled.sample_id == "S1"
    assert settled.reason.code == "paired_by_odds"
    assert settled.reason.params["odds"] >= settled.reason.params["sure"] == 0.999


def test_two_that_stand_side_by_side_are_named_with_their_odds_the_first_come_first():
    pairing = paired([reading("r", 110)], [sample("S2", 40), sample("S1", 0)], now=110)["r"]
    assert pairing.sample_id is None
    candidates = pairing.reason.params["candidates"]
    assert [one["barcode"] for one in candidates] == ["S1", "S2"]
    total = sum(one["odds"] for one in candidates) + pairing.reason.params["none"]
    assert total == pytest.approx(1.0, abs=0.002)


def test_the_photo_of_a_sample_tells_which_bucket_is_at_the_stand():
    samples, readings = [sample("S1", 0), sample("S2", 40)], [reading("r", 110)]
    without = odds(paired(readings, samples, now=110)["r"])
    with_photo = odds(paired([*readings, photo("p", 105, "S2")], samples, now=110)["r"])
    assert with_photo["S2"] > without["S2"]


def test_the_product_tells_two_samples_apart():
    samples = [sample("S1", 0), sample("S2", 40, "barley")]
    said = odds(paired([reading("r", 110, species="barley")], samples, now=110)["r"])
    assert said["S2"] > odds(paired([reading("r", 110)], samples, now=110)["r"])["S2"]


def test_what_was_measured_by_this_analyzer_is_less_likely():
    samples = [sample("S1", 0), sample("S2", 100)]
    fresh = odds(paired([reading("r", 185)], samples, now=185)["r"])
    known = odds(paired([reading("q", 80, of="S1"), reading("r", 185)], samples, now=185)["r"])
    assert known["S2"] > fresh["S2"]
    assert known["S2"] > 0.9


def test_what_waits_is_settled_when_the_other_sample_has_its_reading():
    samples = [sample("S1", 0), sample("S2", 60)]
    first = [reading("r", 105)]
    before = odds(paired(first, samples, now=105)["r"])
    after = odds(paired([*first, reading("q", 175, of="S2")], samples, now=300)["r"])
    assert after["S1"] > before["S1"]


def test_the_same_message_sent_again_goes_where_the_first_went():
    twice = [
        reading("r", 80, of="S1", values={"moisture": 13.1}, stamp="t"),
        reading("q", 90, values={"moisture": 13.1}, stamp="t"),
    ]
    assert paired(twice, [sample("S1", 0), sample("S2", 30)], now=90)["q"].sample_id == "S1"


def test_equal_values_right_after_speak_for_the_same_sample():
    samples = [sample("S1", 0), sample("S2", 90)]
    before = reading("q", 80, of="S1", values={"moisture": 13.1, "protein": 11.0})

    def of_first(moisture, protein):
        now = reading("r", 140, values={"moisture": moisture, "protein": protein})
        return odds(paired([before, now], samples, now=140)["r"]).get("S1", 0.0)

    assert of_first(13.1, 11.0) > of_first(14.6, 12.5)


def test_a_reading_of_a_load_that_ended_since_waits_and_names_it():
    samples = [sample("S1", 0, ended=300), sample("S2", 400)]
    known = [reading("r", 80), reading("q", 480)]
    policy = PairingPolicy(minutes(15), "odds", 0.9)
    pairing = paired(known, samples, now=480, policy=policy)["r"]
    assert pairing.reason.code == "sample_closed"
    assert pairing.reason.params["barcode"] == "S1"


def test_a_product_that_contradicts_is_never_paired():
    known = [reading("r", 80, species="barley"), reading("q", 480, of="S2")]
    pairing = paired(known, [sample("S1", 0), sample("S2", 400)], now=480)["r"]
    assert pairing.sample_id is None


@pytest.mark.parametrize(("age_s", "is_named"), [(-0.001, False), (0, True), (900, True), (900.001, False)])
def test_both_ends_of_the_window_count(age_s, is_named):
    stand = Stand(foreign=1e-12, spread=3.0)
    policy = PairingPolicy(minutes(15), "odds", stand=stand)
    said = paired([reading("r", age_s)], [sample("S1", 0)], now=age_s, policy=policy)["r"]
    assert ("S1" in odds(said)) is is_named
    assert (said.reason.code == "no_open_sample") is not is_named


names = st.lists(
    st.tuples(st.integers(0, 600), st.sampled_from(["soft_wheat", "barley"])), min_size=1, max_size=6
)
times = st.lists(st.tuples(st.integers(0, 700), st.sampled_from(["nir", "meter"])), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(names, times, st.randoms(use_true_random=False))
def test_the_order_of_samples_and_readings_tells_nothing(entered, measured, rng: random.Random):
    samples = [sample(f"S{n}", at_s, species) for n, (at_s, species) in enumerate(entered)]
    readings = [reading(f"r{n}", at_s, device) for n, (at_s, device) in enumerate(measured)]
    first = paired(readings, samples, now=800)
    rng.shuffle(samples)
    rng.shuffle(readings)
    assert paired(readings, samples, now=800) == first
    for pairing in first.values():
        assert sum(odds(pairing).values()) <= 1 + 4e-6  # six samples, each rounded to six decimals


@settings(max_examples=60, deadline=None)
@given(names, st.integers(0, 700))
def test_one_more_open_sample_that_came_last_makes_no_other_likelier(entered, measured):
    samples = [sample(f"S{n}", at_s, species) for n, (at_s, species) in enumerate(entered)]
    one_more = sample("X", max(at_s for at_s, _ in entered) + 1)
    fewer = odds(paired([reading("r", measured)], samples, now=measured)["r"])
    more = odds(paired([reading("r", measured)], [*samples, one_more], now=measured)["r"])
    for barcode, share in more.items():
        if barcode != "X" and barcode in fewer:
            assert share <= fewer[barcode] + 2e-6


def typed(barcode):
    return Item("capture", barcode, None, None, at(60), typed=True)


@pytest.mark.parametrize("barcode", ["S260018", "S26017", "S2600177", "S206017", "260017"])
def test_a_typed_barcode_one_edit_away_is_named_and_never_paired(barcode):
    pairing = pair(typed(barcode), [sample("S260017", 0), sample("S269999", 0)], POLICY)
    assert (pairing.sample_id, pairing.reason.code) == (None, "unknown_barcode")
    assert [one["barcode"] for one in pairing.reason.params["candidates"]] == ["S260017"]
    assert 0.5 < pairing.reason.params["candidates"][0]["odds"] < 0.999


def test_a_scanned_barcode_that_is_unknown_names_nothing():
    item = Item("reading", "S260018", None, None, at(60))
    assert "candidates" not in pair(item, [sample("S260017", 0)], POLICY).reason.params


def test_odds_are_never_certain():
    known = [reading("r", 80), reading("q", 480, of="S2")]
    found = paired(known, [sample("S1", 0), sample("S2", 400)], now=480)["r"]
    assert not math.isclose(found.reason.params["odds"], 1.0, abs_tol=1e-7)
