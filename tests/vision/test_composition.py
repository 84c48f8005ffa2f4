"""Shares of the sample: corrected for known confusion, with limits that hold what was true."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.vision.composition import Confusion, Share, compose
from tests.draws import examples

PERFECT = Confusion(tuple(np.eye(3)[k][None] * 5000.0 * np.ones((40, 1)) for k in range(3)))
MISTAKEN = Confusion(
    (
        np.array([[460.0, 30, 10], [440, 55, 5], [470, 20, 10], [450, 40, 10], [480, 15, 5]]),
        np.array([[40.0, 150, 10], [30, 140, 30], [60, 130, 10], [20, 170, 10]]),
        np.array([[5.0, 15, 80], [5, 25, 70], [10, 10, 80]]),
    )
)


def shares(counts: list[int], confusion: Confusion) -> list[Share]:
    return compose(np.array(counts), confusion).by_count()


def width(share: Share) -> float:
    return share.high - share.low


def test_a_perfect_model_gives_the_counted_shares() -> None:
    found = shares([270, 24, 6], PERFECT)
    assert [s.share for s in found] == pytest.approx([0.9, 0.08, 0.02], abs=0.002)


def test_counting_bias_is_taken_out() -> None:
    truth = np.array([0.95, 0.04, 0.01])
    counts = np.rint(10_000 * truth @ MISTAKEN.mean).astype(np.int64)
    assert counts[1] / 10_000 > 0.09
    assert compose(counts, MISTAKEN).by_count()[1].share == pytest.approx(0.04, abs=0.005)


def test_fewer_kernels_give_wider_limits() -> None:
    assert width(shares([45, 4, 1], PERFECT)[1]) > 5 * width(shares([4500, 400, 100], PERFECT)[1])


def test_a_mistaken_model_stays_unsure_however_many_kernels_there_are() -> None:
    counts = [90_000, 8_000, 2_000]
    assert width(shares(counts, MISTAKEN)[1]) > 5 * width(shares(counts, PERFECT)[1])


def test_photos_that_differ_more_make_the_limits_wider() -> None:
    alike = np.array([[95.0, 5, 0]] * 6)
    apart = np.array([[99.0, 1, 0], [91, 9, 0], [99, 1, 0], [91, 9, 0], [85, 15, 0], [100, 0, 0]])
    rest = PERFECT.photos[1:]
    one, other = (shares([9500, 500, 0], Confusion((first, *rest))) for first in (alike, apart))
    assert width(other[1]) > 1.5 * width(one[1])


def test_four_hundred_kernels_cannot_state_93_percent_to_a_point_even_if_never_mistaken() -> None:
    assert width(shares([372, 20, 8], PERFECT)[0]) > 0.04


def test_a_class_nobody_has_seen_may_be_absent_altogether() -> None:
    found = shares([300, 0, 0], PERFECT)
    assert found[1].low == 0.0
    assert 0.002 < found[1].high < 0.02


def test_limits_hold_what_is_known_of_other_phones_but_the_share_is_that_of_the_own_photos() -> None:
    counts = [950, 50, 0]
    strict = tuple(np.array([np.roll([80.0, 15, 5], k)] * 8) for k in range(3))
    own, both = (shares(counts, Confusion(PERFECT.photos, other)) for other in ((), strict))
    assert both[1].share == own[1].share
    assert both[1].low < 0.001 < own[1].low
    assert both[0].high > 0.999 > own[0].high


def test_one_source_photo_is_taken_to_differ_from_others_as_photos_usually_do() -> None:
    alone = Confusion((MISTAKEN.photos[0], np.array([[20.0, 440, 4]]), np.array([[0.0, 1, 99]])))
    broken = shares([20, 440, 4], alone)[1]
    assert 0.75 < broken.low < 0.97
    assert broken.high == 1.0


def test_an_absent_class_and_a_whole_sample_lie_within_their_limits() -> None:
    sound, broken, _ = shares([300, 0, 0], PERFECT)
    assert (sound.high, broken.low) == (1.0, 0.0)


@pytest.mark.parametrize("truth", [(0.9, 0.07, 0.03), (0.98, 0.02, 0.0), (0.6, 0.3, 0.1)])
def test_the_limits_hold_the_truth_about_as_often_as_they_say(truth: tuple[float, ...]) -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(60):
        rows = MISTAKEN.possible[rng.integers(len(MISTAKEN.possible))]
        counts = rng.multinomial(300, np.array(truth) @ rows)
        found = compose(counts, MISTAKEN, seed=int(rng.integers(1000))).by_count()
        held += sum(s.low <= true <= s.high for s, true in zip(found, truth, strict=True))
    assert held >= 0.88 * 60 * 3


def test_by_mass_light_pieces_are_a_smaller_share_than_by_count() -> None:
    called = np.repeat([0, 1, 2], [240, 45, 15])
    areas = np.where(called == 1, 400.0, 900.0)
    found = compose(np.bincount(called), PERFECT)
    broken = found.by_mass(called, areas)[1]
    assert broken.share == pytest.approx(45 * 400**1.5 / (45 * 400**1.5 + 255 * 900**1.5), abs=0.003)
    assert broken.low < broken.share < broken.high < found.by_count()[1].share
    assert sum(s.share for s in found.by_mass(called, areas)) == pytest.approx(1, abs=1e-5)


def test_by_mass_does_not_depend_on_the_scale_of_the_photo() -> None:
    called = np.repeat([0, 1, 2], [240, 45, 15])
    areas = np.linspace(300, 900, 300)
    found = compose(np.bincount(called), MISTAKEN)
    small, large = found.by_mass(called, areas), found.by_mass(called, areas * 7)
    assert [s.share for s in small] == pytest.approx([s.share for s in large], abs=1e-6)


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=3, max_size=3).filter(any))
def test_shares_are_shares_lie_in_their_limits_and_repeat(counts: list[int]) -> None:
    found = shares(counts, MISTAKEN)
    assert found == shares(counts, MISTAKEN)
    assert all(0 <= s.low <= s.share <= s.high <= 1 for s in found)
    assert sum(s.share for s in found) == pytest.approx(1, abs=1e-5)
