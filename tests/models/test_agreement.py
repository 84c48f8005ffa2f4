"""Differences of two ways of measuring, with hand-made pairs and the published factors."""

import math
from dataclasses import replace

import pytest

from station.models.agreement import ModelValue, Reference, Verdict, agreement, evidence
from station.models.difference import LEAST, difference, student
from tests.silo_rig import START


@pytest.mark.parametrize(("n", "t"), [(10, 2.262), (15, 2.145), (20, 2.093), (30, 2.045), (100, 1.984)])
def test_students_t_is_that_of_the_tables(n: int, t: float) -> None:
    assert student(n - 1) == pytest.approx(t, abs=6e-4)


def test_under_ten_samples_nothing_is_concluded() -> None:
    assert difference([(1.0, 0.0)] * (LEAST - 1)) is None


def test_bias_and_limits_are_test_minus_reference() -> None:
    found = difference([(10 + d, 10.0) for d in (0.5, 1.5) * 8])
    assert found is not None
    assert found.n == 16
    sd = math.sqrt(16 * 0.25 / 15)
    assert (found.bias, found.sd) == pytest.approx((1.0, sd))
    assert found.bias_high - found.bias == pytest.approx(2.1314 * sd / 4, rel=1e-3)
    assert (found.low, found.high) == pytest.approx((1 - 1.96 * sd, 1 + 1.96 * sd), abs=1e-4)
    assert found.outer_low < found.low < found.bias_low < found.bias_high < found.high < found.outer_high


def verdict(number: int, broken: float, *, accepted: bool = True, kernels: int = 300) -> Verdict:
    share = {"share": broken, "low": broken - 0.01, "high": broken + 0.01}
    shares = {"broken": share} if accepted else {}
    return Verdict(f"c{number}", START, accepted, kernels, shares, mass=shares)


def test_agreement_is_over_the_captures_that_both_judged() -> None:
    candidate = [verdict(n, 0.05, kernels=303) for n in range(12)]
    active = [verdict(n, 0.03, accepted=n != 3) for n in range(2, 14)]
    found = agreement(candidate, active)
    assert (found["captures"], found["both_accepted"], found["same_verdict"]) == (10, 9, 0.9)
    assert found["kernels_apart"] == pytest.approx(0.01)
    assert found["classes"] == {"broken": {"n": 9, "verdict": "not_enough_samples"}}
    active[1] = verdict(3, 0.03)
    assert agreement(candidate, active)["classes"]["broken"]["bias"] == pytest.approx(0.02)


def test_evidence_compares_per_analyte_and_source_and_counts_contradictions() -> None:
    verdicts = [verdict(n, 0.04) for n in range(10)]
    known = {one.capture_id: [Reference("broken", 3.5, None, "lab")] for one in verdicts[:9]}
    known["c9"] = [Reference("broken", 8.0, None, "lab"), Reference("moisture", 13.0, None, "machine")]
    (found,) = evidence(verdicts, known)
    assert (found["analyte"], found["against"], found["n"], found["contradicted"]) == ("broken", "lab", 10, 1)
    assert found["bias"] == pytest.approx(0.05)


def test_a_share_by_count_is_never_taken_for_an_analyte_by_mass() -> None:
    by_count = [replace(verdict(n, 0.04), mass={}) for n in range(10)]
    known = {one.capture_id: [Reference("broken", 3.5, None, "lab")] for one in by_count}
    assert evidence(by_count, known) == []


def test_a_number_is_compared_on_its_own_basis_only() -> None:
    said = ModelValue("protein", 12.0, 11.5, 12.5, "dm")
    assert said.comparable(Reference("protein", 11.0, "dm", "lab"))
    assert not said.comparable(Reference("protein", 11.0, "as_is", "lab"))
    assert not said.comparable(Reference("moisture", 11.0, "dm", "lab"))
