import pytest

from benchmarks.ratios import Comparison, Spread, compare, figures


def test_times_sizes_and_rates_are_figures_however_deep_their_unit_stands() -> None:
    result = {
        "cells": 40,
        "route_ms": {"n": 200, "p50": 0.68, "max": 65},
        "frames_per_second": {"toledo-continuous": 125_196},
        "resident_mb": [88.0, 89.5],
        "by_fault": {"silence": {"p50_s": 0.03}},
        "cores_1": {"300": {"stages_s": {"decode": 0.03}, "kernels_per_s": 3665.5}},
        "cpu_percent_of_a_core": 4.63,
        "seconds": 76,
    }
    assert figures(result) == {
        "route_ms.p50": 0.68,
        "route_ms.max": 65.0,
        "frames_per_second.toledo-continuous": 125_196.0,
        "resident_mb.0": 88.0,
        "resident_mb.1": 89.5,
        "by_fault.silence.p50_s": 0.03,
        "cores_1.300.stages_s.decode": 0.03,
        "cores_1.300.kernels_per_s": 3665.5,
        "cpu_percent_of_a_core": 4.63,
        "seconds": 76.0,
    }


def test_bars_counts_shares_and_words_are_no_figures() -> None:
    assert figures({"bar_ms": 10, "bar_s": {"300": 0.35}, "frames": 6720, "ratio_p95": 1.3}) == {}
    assert figures({"skipped_s": "no real photos", "settled_s": True, "whole (A)": {"low": 0.2}}) == {}


def test_rounds_are_paired_in_their_order_and_their_ratios_spread() -> None:
    this = [{"route_ms": {"p50": ms}} for ms in (2.0, 3.0, 9.0)]
    other = [{"route_ms": {"p50": ms}} for ms in (4.0, 4.0, 6.0)]
    (found,) = compare(this, other)
    assert found == Comparison(
        "route_ms.p50", "lower", (2.0, 3.0, 9.0), (4.0, 4.0, 6.0), Spread(0.5, 0.75, 1.5)
    )
    assert found.as_dict()["ratio"] == {"min": 0.5, "median": 0.75, "max": 1.5}


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("start_s", "lower"),
        ("peak_mb", "lower"),
        ("kernels_per_s", "higher"),
        ("frames_per_second", "higher"),
    ],
)
def test_a_rate_is_better_when_higher_and_a_cost_when_lower(name: str, better: str) -> None:
    (found,) = compare([{name: 1}], [{name: 1}])
    assert found.better == better


def test_what_one_revision_lacks_is_told_and_has_no_ratio() -> None:
    new, gone = compare([{"new_s": 1.0}] * 3, [{"gone_s": 2.0}] * 3)
    assert (new.figure, new.this, new.other, new.ratio) == ("new_s", (1.0,) * 3, (None,) * 3, None)
    assert (gone.figure, gone.this, gone.other, gone.ratio) == ("gone_s", (None,) * 3, (2.0,) * 3, None)


def test_a_round_that_lacks_the_figure_or_measures_nothing_beside_it_gives_no_ratio() -> None:
    (found,) = compare([{"t_s": 1.0}, {"t_s": 1.0}, {}], [{"t_s": 0.0}, {"t_s": 2.0}, {"t_s": 2.0}])
    assert found.ratio == Spread(0.5, 0.5, 0.5)
    (zero,) = compare([{"t_s": 1.0}], [{"t_s": 0}])
    assert zero.ratio is None
