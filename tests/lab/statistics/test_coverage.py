"""Stated intervals hold what they state, and many pairs are compared at once."""

import pytest

from benchmarks import lab


def test_every_interval_is_checked() -> None:
    held = lab.coverage(runs=3)
    assert {"bias", "sep", "limit_of_agreement", "deming_slope", "passing_bablok_slope", "ccc"} <= set(held)
    assert {"hat_test", "collocation_third", "group_of_3", "limit_of_replicates"} <= set(held)
    assert all(0 <= share <= 1 for share in held.values())


@pytest.mark.long
@pytest.mark.timeout(600)
def test_95_percent_intervals_hold_92_to_98_percent_at_30_samples() -> None:
    outside = {name: share for name, share in lab.coverage().items() if not 0.92 <= share <= 0.98}
    assert not outside


@pytest.mark.long
def test_200_000_pairs_are_compared_within_five_seconds() -> None:
    found = lab.many_pairs()
    assert found["pairs_s"] < found["bar_s"]
