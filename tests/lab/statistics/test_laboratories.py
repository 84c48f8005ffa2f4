"""Laboratories differ by what ISO 5725 and ISO 13528 say."""

import math

import numpy as np
import pytest

from station.lab.statistics import laboratories as labs


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
