"""Concordance is scatter times shift."""

import numpy as np
import pytest

from station.lab.statistics.concordance import concordance


def test_concordance_is_scatter_times_shift() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    shifted = concordance(x, x + 1)
    assert shifted is not None
    assert shifted.scatter == pytest.approx(1)
    assert shifted.value == pytest.approx(2 * 1.25 / (1.25 + 1.25 + 1))
    assert shifted.value == pytest.approx(shifted.scatter * shifted.shift)
    assert concordance(x, np.ones(4)).value == 0  # type: ignore[union-attr]
    assert concordance(np.ones(4), np.ones(4)) is None
