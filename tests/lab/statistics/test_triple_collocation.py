"""Triple collocation allows each method a scale."""

import numpy as np
import pytest

from station.lab.statistics import three_way as hat
from station.lab.statistics.triple_collocation import triple_collocation
from tests.lab.statistics.test_three_way import three


def test_triple_collocation_sees_the_error_of_a_method_that_compresses() -> None:
    x = three(20_000, scale=0.75)
    found = triple_collocation(x)
    assert found is not None
    assert np.sqrt(found.variances) == pytest.approx([0.4, 0.15, 0.1], abs=0.02)
    assert 1 / found.scales[1:] == pytest.approx([0.75, 0.75], abs=0.01)
    assert found.correlations[2] == pytest.approx(1 / 1.01, abs=0.005)
    assert np.all(found.intervals[:, 0] < found.variances)
    assert np.all(found.variances < found.intervals[:, 1])
    assert hat.error_variances(x)[0] == pytest.approx(
        0.16 + 0.0625, abs=0.02
    )  # the hat charges it to the method


def test_methods_that_do_not_rise_together_have_no_collocation() -> None:
    x = three(50)
    x[:, 2] *= -1
    assert triple_collocation(x) is None
