"""Charts, run lengths, outliers, robust means, groups, laboratories and risks on cases with known answers."""

import math

import numpy as np
import pytest

from station.lab.statistics import control_charts as charts
from station.lab.statistics import laboratories as labs
from station.lab.statistics.decision_risk import (
    Intake,
    cell_shares,
    conformance_probability,
    expected_cost,
    global_risk,
    wrong_cell_share,
)
from station.lab.statistics.groups import group_biases
from station.lab.statistics.outliers import critical_deviate, far_from_median, generalised_esd
from station.lab.statistics.robust import algorithm_a, huber_proposal_2


@pytest.mark.parametrize(
    ("shift", "shewhart", "cusum", "slow_cusum", "ewma"),
    [
        (0, 370, 370, 370, 370),
        (0.5, 155, 35, 29, 28),
        (1, 44, 9.9, 11.4, 9.7),
        (2, 6.3, 3.9, 5.2, 4.2),
        (3, 2.0, 2.5, 3.5, 2.8),
    ],
)
def test_the_table_of_run_lengths_is_met(
    shift: float, shewhart: float, cusum: float, slow_cusum: float, ewma: float
) -> None:
    found = (
        charts.shewhart_run_length(shift),
        charts.cusum_run_length(shift, 0.5, 4.775),
        charts.cusum_run_length(shift, 0.25, 8.01),
        charts.ewma_run_length(shift, 0.1, 2.7015),
    )
    assert found == pytest.approx((shewhart, cusum, slow_cusum, ewma), rel=0.025)


def test_an_ewma_without_memory_is_the_shewhart_chart() -> None:
    assert charts.ewma_run_length(1, 1.0, 3.0) == pytest.approx(charts.shewhart_run_length(1))
    found = charts.ewma_chart(np.array([0.0, 2.9, -3.1]), 1.0, 3.0)
    assert found.first_alarm == 2


def test_a_cusum_adds_what_passes_the_allowance() -> None:
    found = charts.cusum_chart(np.array([1.0, 1.0, -3.0, 0.0]), 0.5, 0.9)
    assert found.up.tolist() == [0.5, 1.0, 0.0, 0.0]
    assert found.down.tolist() == [0, 0, 2.5, 2.0]
    assert found.first_alarm == 1
    assert charts.cusum_chart(np.zeros(3)).first_alarm is None


def test_one_wild_value_stands_apart_and_equal_ones_do_not() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, 40)
    values[[3, 30]] = 9, -9
    assert {3, 30} <= set(generalised_esd(values).places)
    assert {3, 30} <= set(far_from_median(values))
    for few in (np.array([]), np.array([1.0]), np.array([1.0, 2.0]), np.ones(30)):
        assert generalised_esd(few).places == ()
        assert far_from_median(few) == ()
    assert labs.grubbs_critical(54) == pytest.approx(critical_deviate(54))


def test_a_wild_value_hardly_moves_the_robust_mean() -> None:
    values = np.array([9.9, 10.0, 10.1, 10.0, 9.95, 10.05, 50.0])
    for found in (algorithm_a(values), huber_proposal_2(values)):
        assert found.mean == pytest.approx(10.02, abs=0.02)
        assert found.sd < 0.2
    assert algorithm_a(np.ones(5)).sd == 0


def test_balanced_groups_shrink_as_the_analysis_of_variance_says() -> None:
    groups = [np.array([0.0, 2.0]), np.array([4.0, 6.0]), np.array([11.0, 13.0])]
    found = group_biases(groups)
    assert found is not None
    within, of_means = 2.0, np.var([1, 5, 12], ddof=1)
    assert found.within == pytest.approx(within)
    assert found.between == pytest.approx(of_means - within / 2)
    weight = (of_means - within / 2) / of_means
    assert [group.weight for group in found.groups] == pytest.approx([weight] * 3)
    assert found.groups[0].shrunken == pytest.approx(6 + weight * (1 - 6))


def test_groups_that_do_not_differ_are_all_the_mean() -> None:
    found = group_biases([np.array([0.0, 2.0]), np.array([0.5, 1.5]), np.array([1.0])])
    assert found is not None
    assert found.between == 0
    assert {group.shrunken for group in found.groups} == {found.mean}
    assert group_biases([np.array([1.0, 2.0])]) is None
    assert group_biases([np.array([1.0]), np.array([2.0])]) is None
    same = group_biases([np.ones(3), np.full(3, 2.0)])
    assert same is not None
    assert [group.shrunken for group in same.groups] == [1, 2]


def test_laboratories_may_differ_by_r() -> None:
    assert labs.critical_difference(0.1, 0.2) == pytest.approx(2.8 * 0.2)
    assert labs.critical_difference_of_methods(0.3, 0.4) == pytest.approx(1.96 * 0.5)
    assert labs.share_beyond(0, 1, 1.959964) == pytest.approx(0.05, rel=1e-6)
    assert labs.share_beyond(0.2, 0, 0.1) == 1
    found = labs.precision_study(np.array([[10.0, 10.2], [10.4, 10.6], [9.8, 10.0]]))
    assert found.s_r == pytest.approx(math.sqrt(0.02))
    assert found.s_L == pytest.approx(math.sqrt(np.var([10.1, 10.5, 9.9], ddof=1) - 0.01))
    assert found.k == pytest.approx([1, 1, 1])
    assert labs.cochran_critical(10, 3) == pytest.approx(0.445, abs=6e-4)  # ISO 5725-2 table 4
    assert labs.z_score(10.3, 10, 0.1) == pytest.approx(3)
    assert labs.z_score(10.3, 10, 0.1, 0.04) == pytest.approx(0.3 / math.hypot(0.1, 0.04))
    assert labs.zeta_score(10.5, 0.3, 10, 0.4) == pytest.approx(1)


@pytest.mark.parametrize(
    ("u", "bias", "wrong"),
    [(0.10, 0, 0.056), (0.15, 0, 0.084), (0.45, 0, 0.240), (0.45, 0.3, 0.284), (0.225, 0, 0.125)],
)
def test_the_example_of_wrong_cells_is_met(u: float, bias: float, wrong: float) -> None:
    edges, intake = (11.5, 12.5), Intake(12, 1)
    assert wrong_cell_share(edges, intake, u, bias) == pytest.approx(wrong, abs=6e-4)
    shares = cell_shares(edges, intake, u, bias)
    assert shares.sum() == pytest.approx(1)
    assert expected_cost(shares, 1 - np.eye(3)) == pytest.approx(wrong, abs=6e-4)


@pytest.mark.parametrize(
    ("guard", "wrong", "refused"),
    [(0, 0.210, 0.052), (1, 0.073, 0.130), (1.64, 0.027, 0.183), (2, 0.014, 0.209)],
)
def test_the_example_of_guard_bands_is_met(guard: float, wrong: float, refused: float) -> None:
    found = global_risk((12.5, math.inf), (12.5 + guard * 0.45, math.inf), Intake(12, 1), 0.45)
    assert found.consumer / found.accepted == pytest.approx(wrong, abs=6e-4)
    assert found.producer == pytest.approx(refused, abs=6e-4)


def test_the_intake_as_prior_moves_a_reading_near_a_limit() -> None:
    assert conformance_probability(12.6, 12.5, 0.45) == pytest.approx(0.59, abs=0.005)
    assert conformance_probability(12.6, 12.5, 0.45, Intake(12, 1)) == pytest.approx(0.50, abs=0.005)
    assert conformance_probability(12.6, 12.5, 0) == 1


def test_a_method_without_error_puts_nothing_in_a_wrong_cell() -> None:
    assert wrong_cell_share((11.5, 12.5), Intake(12, 1), 0) == pytest.approx(0, abs=1e-3)
