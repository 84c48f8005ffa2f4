"""Groups are drawn towards the mean by how little they say."""

import numpy as np
import pytest

from station.lab.statistics.groups import group_biases


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
