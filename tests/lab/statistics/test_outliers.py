"""Wild values stand apart, equal ones do not."""

import numpy as np
import pytest

from station.lab.statistics import laboratories as labs
from station.lab.statistics.outliers import critical_deviate, far_from_median, generalised_esd


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
