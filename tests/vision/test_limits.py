"""The limits of a share are 95 % limits: exactly on known draws, and by the beta distribution where one is
known to be right."""

import math

import numpy as np
import pytest

from station.vision.composition import Composition, Confusion, Share, compose

CLASSES = 3
PERFECT = Confusion(tuple(np.eye(CLASSES)[k][None] * 5000.0 * np.ones((40, 1)) for k in range(CLASSES)))
SEEDS = range(12)


def composed(possible: np.ndarray) -> Composition:
    """Of two classes whose first one's share might as well be any of `possible`."""
    both = np.stack([possible, 1 - possible], axis=1)
    return Composition(np.array([0.5, 0.5]), both, np.eye(2))


def beta_tail(x: float, a: float, b: float, steps: int = 20_000) -> float:
    """Probability below x of the beta distribution with a, b >= 1: Simpson's rule over its density."""
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    at = np.linspace(0, x, steps + 1)[1:-1]
    density = np.exp(logs + (a - 1) * np.log(at) + (b - 1) * np.log1p(-at))
    ends = 0.0 if x <= 0 or x >= 1 else math.exp(logs + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))
    return float((ends + 4 * density[::2].sum() + 2 * density[1::2].sum()) * x / steps / 3)


def test_beta_tail_is_what_tables_say() -> None:
    assert beta_tail(0.5, 10, 10) == pytest.approx(0.5, abs=1e-9)
    # Clopper-Pearson, 95 %, 10 of 100: 4.90 % to 17.62 %
    assert 1 - beta_tail(0.0490047, 10, 91) == pytest.approx(0.975, abs=1e-5)
    assert beta_tail(0.1762226, 11, 90) == pytest.approx(0.975, abs=1e-5)


def test_a_fortieth_of_what_may_be_true_lies_below_the_lower_and_above_the_upper_limit() -> None:
    shares = np.linspace(0, 1, 4001)
    for found in composed(shares).by_count():
        assert (found.low, found.high) == (0.025, 0.975)
        assert np.mean(shares < found.low) == pytest.approx(0.025, abs=0.0003)
        assert np.mean(shares > found.high) == pytest.approx(0.025, abs=0.0003)


def test_limits_go_outwards_to_a_hundredth_of_a_percent() -> None:
    found = composed(np.linspace(0.40003, 0.60003, 4001)).by_count()[0]
    assert (found.low, found.high) == (0.4050, 0.5951)


@pytest.mark.parametrize("counts", [(270, 24, 6), (45, 4, 1), (900, 80, 20), (150, 100, 50)], ids=str)
def test_where_nothing_is_mistaken_one_in_twenty_truths_lies_outside_the_limits(
    counts: tuple[int, ...],
) -> None:
    """Jeffreys' half a kernel beside each count makes a share's distribution a beta one. Each seed's limits
    come from draws, so their mean is judged: 90 % limits would leave out 10 %."""
    below, above = [], []
    for index, count in enumerate(counts):
        a, b = count + 0.5, sum(counts) - count + 0.5 * (CLASSES - 1)
        if a < 1.5:
            continue  # its density has no end at 0 for Simpson's rule
        for seed in SEEDS:
            found = compose(np.array(counts), PERFECT, seed).by_count()[index]
            below.append(beta_tail(found.low, a, b))
            above.append(1 - beta_tail(found.high, a, b))
    assert np.mean(below) == pytest.approx(0.025, abs=0.008)
    assert np.mean(above) == pytest.approx(0.025, abs=0.008)


def test_limits_by_mass_are_of_the_same_kind() -> None:
    """All kernels have one size: only what a class may weigh beside its area makes the limits wider."""
    called = np.repeat([0, 1], 5)
    shares = np.linspace(0.2, 0.8, 4001)
    found = composed(shares).by_mass(called, np.full(10, 400.0))[0]
    alone = composed(shares).by_count()[0]
    assert found.low < alone.low < alone.high < found.high


def test_the_shares_of_a_photo_never_lie_outside_their_own_limits() -> None:
    found = composed(np.full(4001, 0.3)).by_count()[0]
    assert found == Share(0.5, 0.3, 0.5)
