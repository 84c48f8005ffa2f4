"""What the pages say is held against the truth: each part of the check passes on what is right and fails on
what is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from station.demo.season.check import check_season

BEGIN = datetime(2026, 7, 6, 12, tzinfo=UTC)
DRIFT = BEGIN + timedelta(days=10)
CHECKS = 90  # three a day


def at(number):
    return BEGIN + timedelta(hours=8 * number)


def checks(charted_from=30):
    return [
        {
            "at": at(n).isoformat(), "d": 0.0, "u": 0.0, "kind": "lab", "limit": 0.6,
            "ewma": 0.0 if n >= charted_from else None,
        }
        for n in range(CHECKS)
    ]  # fmt: skip


def watch(source, method, alarms=()):
    told = [
        {"at": at(n).isoformat(), "since": at(n - 5).isoformat(), "rule": "ewma", "shift": 0.3}
        for n in alarms
    ]
    asked = {"analyte": "protein", "method": method, "source": source, "species": ""}
    result = {"checks": checks(), "alarms": told, "baseline": {"sep": 0.2, "n": 30}}
    return {"page": "watch", "asked": asked, "result": result}


def pair(phone, bias, ci):
    asked = {
        "analyte": "protein", "species": "", "test": "phone", "reference": "lab", "source": phone,
        "period": "campaign",
    }  # fmt: skip
    return {"page": "pair", "asked": asked, "result": {"numbers": {"n": 60, "bias": bias, "bias_ci": ci}}}


def right(machine=(0.6, 0.9), both=(0.1, 0.4)):
    inside = {"n": 30, "share": 0.75, "ci": list(machine)}
    counts = {side: dict(inside, ci=[0.0, 0.4]) for side in ("phone", "neither")}
    counts["both"] = dict(inside, ci=list(both))
    asked = {"analyte": "protein", "species": "", "period": "campaign"}
    return {"page": "who_was_right", "asked": asked, "result": {"counts": {**counts, "machine": inside}}}


def said(drift_alarms=(48,), honest_alarms=(), high_ci=(0.3, 0.6), sides=()):
    return [
        watch("nir1", "machine", drift_alarms),
        watch("N-2", "machine", honest_alarms),
        watch("high", "phone"),
        watch("fair", "phone"),
        pair("high", 0.45, list(high_ci)),
        pair("fair", 0.0, [-0.1, 0.1]),
        right(*sides),
    ]


TRUTH = {
    "analyzers": {
        "nir1": {"serial": "N-1", "drift": {"since": DRIFT.isoformat(), "rate_per_day": 0.05}},
        "nir2": {"serial": "N-2", "drift": None},
    },
    "happened": [],
    "phones": {
        "high": {"name": "Phone 1", "reads_high": True},
        "fair": {"name": "Phone 2", "reads_high": False},
    },
    "phone_bias": {"": {"high": {"mean": 0.42, "n": 500}, "fair": {"mean": 0.02, "n": 500}}},
    "who_was_right": {
        "": {
            "counts": {
                "machine": {"n": 300, "share": 0.7}, "phone": {"n": 20, "share": 0.05},
                "both": {"n": 100, "share": 0.24}, "neither": {"n": 5, "share": 0.01},
            }
        }
    },
}  # fmt: skip


def test_a_season_that_the_pages_tell_rightly_passes():
    checked = check_season(said(), TRUTH)
    assert checked.ok
    assert checked.drift.delay == 48 - 29  # the thirtieth check is the first after the drift began
    assert checked.drift.usual < checked.drift.longest


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"drift_alarms": ()}, "drift"),
        ({"drift_alarms": (20,)}, "drift"),  # before it drifted
        ({"drift_alarms": (88,)}, "drift"),  # far too late
        ({"honest_alarms": tuple(range(31, 90, 9))}, "honest"),
        ({"high_ci": (0.5, 0.6)}, "high_phone"),
        ({"sides": ((0.8, 0.9), (0.1, 0.2))}, "sides"),
    ],
)
def test_what_the_pages_tell_wrongly_fails(wrong, part):
    checked = check_season(said(**wrong), TRUTH)
    found = getattr(checked, part)
    assert not checked.ok
    assert not (all(one.ok for one in found) if part == "sides" else found.ok)


def test_one_of_four_intervals_may_miss():
    assert check_season(said(sides=((0.8, 0.9),)), TRUTH).ok


def test_what_came_after_the_adjustment_is_no_finding_of_the_drift():
    truth = {**TRUTH, "happened": [{"what": "adjusted", "at": at(40).isoformat()}]}
    assert check_season(said(drift_alarms=(48,)), truth).drift.delay is None


def test_a_page_without_a_result_is_no_finding():
    assert not check_season([], TRUTH).ok
