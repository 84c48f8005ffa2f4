"""Risks near a limit meet the printed examples."""

import math

import numpy as np
import pytest

from station.lab.statistics.decision_risk import (
    Intake,
    cell_shares,
    conformance_probability,
    expected_cost,
    global_risk,
    wrong_cell_share,
)


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
