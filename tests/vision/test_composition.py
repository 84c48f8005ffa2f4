"""Shares of the sample: corrected for known confusion, with limits that hold what was true."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.vision.composition import Confusion, shares

PERFECT = Confusion(tuple(np.eye(3)[k][None] * 5000.0 for k in range(3)))
MISTAKEN = Confusion(
    (
        np.array([[460.0, 30, 10], [440, 55, 5], [470, 20, 10]]),
        np.array([[40.0, 150, 10], [30, 140, 30]]),
        np.array([[5.0, 15, 80], [5, 25, 70]]),
    )
)


def test_a_perfect_model_gives_the_counted_shares() -> None:
    found = shares(np.array([270, 24, 6]), PERFECT)
    assert [s.share for s in found] == pytest.approx([0.9, 0.08, 0.02], abs=0.002)


def test_counting_bias_is_taken_out() -> None:
    truth = np.array([0.95, 0.04, 0.01])
    counts = np.rint(10_000 * truth @ MISTAKEN.mean()).astype(np.int64)
    assert counts[1] / 10_000 > 0.09
    assert shares(counts, MISTAKEN)[1].share == pytest.approx(0.04, abs=0.005)


def test_fewer_kernels_give_wider_limits() -> None:
    few, many = shares(np.array([45, 4, 1]), PERFECT), shares(np.array([4500, 400, 100]), PERFECT)
    assert few[1].high - few[1].low > 5 * (many[1].high - many[1].low)


def test_a_mistaken_model_stays_unsure_however_many_kernels_there_are() -> None:
    found = shares(np.array([90_000, 8_000, 2_000]), MISTAKEN)
    sure = shares(np.array([90_000, 8_000, 2_000]), PERFECT)
    assert found[1].high - found[1].low > 5 * (sure[1].high - sure[1].low)


def test_the_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    truth = np.array([0.9, 0.07, 0.03])
    held = 0
    for trial in range(40):
        mixed = truth @ MISTAKEN.draw(rng, 1)[0]
        found = shares(rng.multinomial(300, mixed), MISTAKEN, seed=trial)
        held += found[1].low <= truth[1] <= found[1].high
    assert held >= 34


def test_no_kernels_mean_nothing_is_known() -> None:
    assert [(s.low, s.high) for s in shares(np.array([0, 0, 0]), PERFECT)] == [(0.0, 1.0)] * 3


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=3, max_size=3))
def test_shares_are_shares_lie_in_their_limits_and_repeat(counts: list[int]) -> None:
    found = shares(np.array(counts), MISTAKEN)
    assert found == shares(np.array(counts), MISTAKEN)
    assert all(0 <= s.low <= s.share <= s.high <= 1 for s in found)
    if sum(counts):
        assert sum(s.share for s in found) == pytest.approx(1, abs=1e-5)
