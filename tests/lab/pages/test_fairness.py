"""Honest names lie beside chance; one that pushes values over a limit stands out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from station.grain.units import Op
from station.lab.pages.fairness import ALARM, fairness, smooth_share, window_of
from station.lab.pages.study import ClassLimit, LoadFacts, Study
from tests.lab.pages.made import THREE, row, rows_of, study

AT_LEAST = ClassLimit("soft_wheat", "milling_no_2", Op.AT_LEAST, 11.0, 0.1, "dm")
AT_MOST = ClassLimit("soft_wheat", "milling_no_2", Op.AT_MOST, 15.0, 0.1, "dm")


@pytest.mark.parametrize(
    ("value", "limit", "window"),
    [
        (10.94, AT_LEAST, -1), (10.95, AT_LEAST, 1), (11.24, AT_LEAST, 1), (11.25, AT_LEAST, 2),
        (10.65, AT_LEAST, -1), (10.64, AT_LEAST, -2), (11.6, AT_LEAST, None), (10.3, AT_LEAST, None),
        (15.0, AT_MOST, 1), (15.1, AT_MOST, -1), (14.8, AT_MOST, 1), (14.7, AT_MOST, 2),
        (11.0, replace(AT_LEAST, op=Op.ABOVE), -1), (11.1, replace(AT_LEAST, op=Op.ABOVE), 1),
    ],
)  # fmt: skip
def test_windows_begin_at_the_limit_as_the_pack_rounds(value: float, limit: ClassLimit, window: int) -> None:
    assert window_of(value, [limit], 3) == window


def made(values: Sequence[float], operators: Sequence[str], **over: object) -> Study:
    rows = rows_of(machine=list(values))
    loads = {
        f"l{n}": LoadFacts("2026", f"supplier {n % 40}", decided_by=name) for n, name in enumerate(operators)
    }
    return study(rows, loads=loads, limits=[AT_LEAST], repeatability=0.3, **over)


def season(rng: np.random.Generator, pushed: bool, n: int = 1_500) -> Study:
    """Values of six operators; the first one measures again until the value passes, if so."""
    truth = rng.normal(11.2, 0.8, n)
    names = [f"operator {place % 6}" for place in range(n)]
    values = np.round(truth + rng.normal(0, 0.12, n), 2)
    if pushed:
        values = np.where(
            (np.arange(n) % 6 == 0) & (values < 10.95) & (values > 10.7),
            np.round(10.96 + (values % 0.1), 2),
            values,
        )
    return made(values.tolist(), names)


def test_a_case_done_by_hand() -> None:
    values = [11.0] * 9 + [10.9] + [11.0, 10.9] * 5 + [10.6, 11.3] * 200  # as many farther out on both sides
    found = fairness(made(values, ["anne"] * 10 + ["marc"] * 10 + ["paul"] * 400), THREE)
    anne, marc, _ = found["by"]["operator"]
    assert (anne["key"], anne["near"], anne["just_inside"], anne["expected"]) == ("anne", 10, 9, 5.0)
    assert anne["ci"] == [2, 8]
    # P(9 or more of 10) for two names, with the share one standard error higher
    share = 0.5 + 0.25 * (2 / 200.5) ** 0.5 / 3
    assert anne["chance"] == pytest.approx(2 * (10 * share**9 * (1 - share) + share**10))
    assert anne["flagged"]
    assert (marc["just_inside"], marc["flagged"]) == (5, False)
    assert found["window"] == {"steps": 3, "step": 0.1, "wide": pytest.approx(0.3)}
    assert found["by"]["instrument"][0]["key"] == "NIR-7"


def test_names_of_persons_are_left_to_who_may_put_them() -> None:
    found = fairness(made([11.0] * 10, ["anne"] * 10, names={"NIR-7": "NIR of the yard"}), THREE)["by"]
    assert found["operator"][0]["name"] == ""
    assert found["instrument"][0]["name"] == "NIR of the yard"


def test_what_was_measured_again_and_then_passed_is_counted() -> None:
    rows = [row(n, "machine", 10.8) for n in range(20)]
    rows += [row(n, "machine", 11.1, source_id=f"again {n}", at=rows[n]["at"], seq=100 + n) for n in range(3)]
    loads = {f"l{n}": LoadFacts("2026", "dupont", decided_by="anne" if n < 4 else "marc") for n in range(20)}
    found = fairness(study(rows, loads=loads, limits=[AT_LEAST], repeatability=0.3), THREE)
    anne = next(one for one in found["by"]["operator"] if one["key"] == "anne")
    assert (anne["retests"], anne["retests_that_changed"]) == (3, 3)
    # three of the three among her four loads of twenty: C(17,1) / C(20,4), the least of three looks
    assert anne["chances"]["retests"] == pytest.approx(3 * 17 / 4845)


def test_an_override_that_changed_the_grade_is_counted() -> None:
    loads = {
        f"l{n}": LoadFacts("2026", "dupont", decided_by="anne", overridden=n < 5, grade_changed=n < 2)
        for n in range(20)
    }
    found = fairness(study(rows_of(machine=[11.5] * 20), loads=loads, limits=[AT_LEAST]), THREE)
    assert found["by"]["operator"][0]["overrides_that_changed"] == 2
    assert found["by"]["operator"][0]["chances"]["overrides"] == 1  # all of them are hers, as all loads are


def test_a_steep_slope_is_no_cheating() -> None:
    assert smooth_share([-2] * 20 + [2] * 160).share == pytest.approx(1 / (1 + (20.5 / 160.5) ** (1 / 3)))
    few = smooth_share([-2, 2])
    assert few.share == 0.5
    assert few.error > 0.09  # two values tell little of a slope


def test_a_limit_in_the_tail_flags_nobody_who_is_honest() -> None:
    rng = np.random.default_rng(5)
    values = np.round(rng.normal(78, 1.2, 1_200), 1).tolist()
    names = [f"operator {place % 5}" for place in range(1_200)]
    loads = {
        f"l{n}": LoadFacts("2026", f"supplier {n % 40}", decided_by=name) for n, name in enumerate(names)
    }
    tail = [replace(AT_LEAST, limit=limit, basis=None) for limit in (76.0, 73.0)]
    rows = [{**one, "basis": None} for one in rows_of(machine=values)]
    found = fairness(study(rows, loads=loads, limits=tail, repeatability=0.8), THREE)
    assert found["smooth_share"] > 0.7
    assert not [one["key"] for rows in found["by"].values() for one in rows if one["flagged"]]


def test_who_pushes_values_over_the_limit_stands_first_and_others_do_not() -> None:
    found = fairness(season(np.random.default_rng(1), pushed=True), THREE)["by"]["operator"]
    assert [one["key"] for one in found if one["flagged"]] == ["operator 0"]


def flagged(runs: int, seed: int) -> float:
    """The share of dimensions of honest seasons in which any name is flagged."""
    rng = np.random.default_rng(seed)
    any_flagged = [
        any(one["flagged"] for one in rows)
        for _ in range(runs)
        for rows in fairness(season(rng, pushed=False), THREE)["by"].values()
    ]
    return float(np.mean(any_flagged))


def test_honest_seasons_flag_nobody_more_often_than_stated() -> None:
    assert flagged(4, seed=2) <= 2 * ALARM + 0.08


@pytest.mark.long
def test_many_honest_seasons_flag_nobody_more_often_than_stated() -> None:
    assert flagged(120, seed=3) <= ALARM + 0.02


def test_without_a_limit_there_is_nothing_to_be_fair_about() -> None:
    found = fairness(study(rows_of(machine=[11.0] * 9)), THREE)
    assert found["refused"]["code"] == "no_limit"
