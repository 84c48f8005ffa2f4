"""A bias is proposed where enough samples that nobody picked say so, and where it matters."""

import numpy as np
import pytest

from station.lab.bias_evidence import LEAST, effective_size, propose, weighted_bias

PERMITTED = 0.2
SCATTER = np.array([-0.1, 0.1] * 15)


def offered(d, weights=None, others=(), permitted=PERMITTED):
    d = np.asarray(d, dtype=float)
    return propose(d, np.ones(d.size) if weights is None else np.asarray(weights, float), permitted, others)


def test_a_clear_bias_is_proposed_with_its_uncertainty_and_errors_before_and_after() -> None:
    found = offered(SCATTER + 0.25)
    assert found is not None
    assert found.bias == 0.25
    assert found.u == pytest.approx(0.1017 / 30**0.5, abs=1e-4)
    before, after = found.evidence["before"], found.evidence["after"]
    assert before["bias"] == pytest.approx(0.25)
    assert before["sep"] == pytest.approx(0.1 * (30 / 29) ** 0.5)
    assert before["rmsep"] == pytest.approx((0.25**2 + 0.1**2) ** 0.5)
    assert after["bias"] == pytest.approx(0, abs=1e-12)
    assert after["rmsep"] == pytest.approx(0.1 * 30 / 29), "none flatters what it helped to find"
    assert found.evidence["n"] == 30


def test_too_few_samples_are_no_evidence() -> None:
    assert offered((SCATTER + 0.25)[: LEAST - 1]) is None
    assert offered((SCATTER + 0.25)[:LEAST]) is not None


def test_a_few_heavy_samples_are_no_more_than_they_are() -> None:
    weights = np.ones(30)
    weights[0] = 100
    assert effective_size(weights) < 2
    assert offered(SCATTER + 0.25, weights) is None


@pytest.mark.parametrize("bias", [0.0, 0.02, 0.1, -0.1])
def test_what_does_not_matter_is_left_alone(bias: float) -> None:
    """0.1 is half of the permitted difference: it must be passed, not met."""
    assert offered(SCATTER + bias) is None


def test_a_bias_within_its_scatter_is_left_alone() -> None:
    assert offered(10 * SCATTER + 0.25) is None


def test_where_nothing_is_permitted_nothing_is_proposed() -> None:
    assert offered(SCATTER + 0.25, permitted=0) is None


def test_the_bias_is_drawn_towards_the_others_of_the_method() -> None:
    honest = [SCATTER, SCATTER + 0.01, SCATTER - 0.01]
    alone, among = offered(3 * SCATTER + 0.25), offered(3 * SCATTER + 0.25, others=honest)
    assert alone is not None
    assert among is not None
    assert 0 < among.bias < alone.bias
    assert among.evidence["shrunken_ci"][0] > 0


def test_a_weighted_mean_counts_what_each_sample_stands_for() -> None:
    mean, error = weighted_bias(np.array([0.0, 1.0]), np.array([3.0, 1.0]))
    assert mean == 0.25
    equal, t_test = weighted_bias(SCATTER, np.ones(30))
    assert equal == pytest.approx(0)
    assert t_test == pytest.approx(np.std(SCATTER, ddof=1) / 30**0.5)
    assert error > 0


def test_a_random_bias_is_inside_its_interval_as_often_as_stated() -> None:
    """Weighted draws, 1,000 studies: the 95 % interval holds the truth in 93 to 97 % of them."""
    rng = np.random.default_rng(7)
    weights = np.array([1.0, 2.0] * 20)
    n, inside = effective_size(weights), 0
    for _ in range(1000):
        mean, error = weighted_bias(rng.normal(0.3, 0.2, 40), weights)
        inside += abs(mean - 0.3) <= 2.03 * error
    assert n == pytest.approx(36)
    assert 930 <= inside <= 970
