"""What the stand's own times tell is learnt from what is settled."""

import math

import pytest

from station.grain.rhythm import Rhythm
from station.grain.sittings import Usual, sittings_of
from station.grain.stand import Measured, Stand

from .test_pairing_odds import at, odds, paired, reading, sample

LAGS = {"meter": 0, "weight": 6, "nir": 15}


def bucket(name, first, of=None, without=()):
    return [
        reading(f"{name}{device}", first + lag, device, of=of)
        for device, lag in LAGS.items() if device not in without
    ]  # fmt: skip


def rhythm_of(measured, entered, stand=Stand(), photos=None):  # noqa: B008 - a frozen value
    sittings, _ = sittings_of(measured, stand.sitting_s)
    times = {name: at(seconds).timestamp() for name, seconds in entered.items()}
    return Rhythm.learn(stand, sittings, times, photos or {})


def test_a_second_measurement_takes_no_reading_of_the_next_bucket():
    day = [one for n in range(6) for one in bucket(f"b{n}", 100 * n)]
    again = reading("again", 530, "weight")
    found, lags = sittings_of([*day, again, *bucket("next", 560)], 40.0)
    assert lags["nir"].seconds == 15
    assert [sorted(one.devices) for one in found[-2:]] == [["weight"], ["meter", "nir", "weight"]]


def test_the_first_reading_is_placed_by_the_others_where_it_did_not_come():
    day = [one for n in range(6) for one in bucket(f"b{n}", 100 * n)]
    found, _ = sittings_of([*day, *bucket("next", 700, without=("meter",))], 40.0)
    assert found[-1].at == pytest.approx(at(700).timestamp())


@pytest.mark.parametrize("busy", [45, 60, 95])
def test_the_time_from_one_waiting_sample_to_the_next_is_learnt(busy):
    measured = [one for n in range(10) for one in bucket(f"b{n}", 1000 + busy * n, of=f"S{n}")]
    learnt = rhythm_of(measured, {f"S{n}": 800 for n in range(10)}).stand
    assert learnt.busy_s == pytest.approx(busy, rel=0.1)
    assert learnt.busy_sd < 0.2 * busy


@pytest.mark.parametrize("usual", [60, 75, 130])
def test_the_time_at_a_free_stand_is_learnt(usual):
    measured = [one for n in range(10) for one in bucket(f"b{n}", 400 * n + usual, of=f"S{n}")]
    learnt = rhythm_of(measured, {f"S{n}": 400 * n for n in range(10)}).stand
    assert learnt.usual_s == pytest.approx(usual, rel=0.1)


def test_where_nothing_is_settled_the_figures_of_the_site_hold_widely():
    stand = Stand()
    learnt = rhythm_of([], {}).stand
    assert (learnt.usual_s, learnt.busy_s) == (stand.usual_s, stand.busy_s)
    assert learnt.busy_sd > 3 * stand.busy_sd
    assert learnt.spread > stand.spread


def test_a_bucket_at_a_free_stand_tells_that_those_entered_before_it_had_not_come():
    rhythm = Rhythm(Stand(), Usual(0.0, 40.0))
    alone = rhythm.turn(1000.0, (-math.inf,), 0.0, 925.0, ())
    beside_one_just_entered = rhythm.turn(1000.0, (-math.inf,), 0.0, 925.0, (990.0,))
    beside_one_long_due = rhythm.turn(1000.0, (-math.inf,), 0.0, 925.0, (800.0,))
    assert alone.came_at == pytest.approx(1000.0, abs=1.0)
    assert beside_one_just_entered.log == pytest.approx(alone.log, abs=0.01)
    assert beside_one_long_due.log < alone.log - 2


def test_at_a_busy_stand_the_first_come_is_the_first_measured():
    rhythm = Rhythm(Stand(), Usual(0.0, 40.0))
    first = rhythm.turn(1060.0, (1000.0,), 900.0, 900.0, (950.0,))
    second = rhythm.turn(1060.0, (1000.0,), 900.0, 950.0, (900.0,))
    assert first.log > second.log + 2
    assert first.came_at < 1060.0


def test_one_device_alone_is_less_likely_the_next_bucket_once_the_others_had_their_time():
    samples = [sample(f"S{n}", 400 * n) for n in range(7)]
    day = [one for n in range(6) for one in bucket(f"b{n}", 400 * n + 75, of=f"S{n}")]
    alone = reading("r", 2475, "meter")

    def of_next(now):
        return odds(paired([*day, alone], samples, now=now)["r"]).get("S6", 0.0)

    assert of_next(2475) > of_next(2540)


def test_a_photo_whose_sample_is_not_measured_long_after_speaks_against_its_coming():
    photo = Measured("p", "phone", at(70), settled=True, sample_id="S1", is_photo=True)
    samples, readings = [sample("S1", 0), sample("S2", 10)], [reading("r", 80)]
    before = odds(paired([*readings, photo], samples, now=80)["r"])
    assert before["S1"] > odds(paired(readings, samples, now=80)["r"])["S1"]
