"""More samples narrow the interval of the bias, by a known amount."""

import pytest

from station.lab.more_samples import gain


def test_ten_samples_of_sep_one_know_their_bias_to_seven_tenths() -> None:
    differences = [(-1) ** n * (9 / 10) ** 0.5 for n in range(10)]  # spread 1
    found = gain(differences, 10)
    assert found.half_width == pytest.approx(0.715, abs=1e-3)  # t(0.975, 9) / √10
    assert found.half_width_then == pytest.approx(0.468, abs=1e-3)  # t(0.975, 19) / √20


def test_one_sample_tells_nothing() -> None:
    assert gain([0.1], 5).half_width is None
