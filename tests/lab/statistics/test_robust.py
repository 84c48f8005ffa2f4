"""Wild values hardly move the robust mean."""

import numpy as np
import pytest

from station.lab.statistics.robust import algorithm_a, huber_proposal_2


def test_a_wild_value_hardly_moves_the_robust_mean() -> None:
    values = np.array([9.9, 10.0, 10.1, 10.0, 9.95, 10.05, 50.0])
    for found in (algorithm_a(values), huber_proposal_2(values)):
        assert found.mean == pytest.approx(10.02, abs=0.02)
        assert found.sd < 0.2
    assert algorithm_a(np.ones(5)).sd == 0
