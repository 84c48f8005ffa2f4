"""Charts and their run lengths meet printed tables and cases done by hand."""

import numpy as np
import pytest

from station.lab.statistics import control_charts as charts


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
