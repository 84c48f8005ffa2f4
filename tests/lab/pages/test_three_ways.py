"""Three methods tell each one's own error, once thirty samples are there."""

import numpy as np
import pytest

from station.lab.pages.three_ways import error_ratios, three_ways
from tests.lab.pages.made import THREE, row, rows_of, study, three_methods

ERRORS = {"phone": 0.40, "machine": 0.15, "lab": 0.10}


def test_the_errors_of_a_simulated_truth_lie_in_their_intervals() -> None:
    made = study(rows_of(**three_methods(np.random.default_rng(2), 400, ERRORS)))
    found = three_ways(made, THREE)
    assert (found["n"], found["n_complete"], found["refused"]) == (400, 400, None)
    for method, error in ERRORS.items():
        low, high = found["methods"][method]["sd_ci"]
        assert low <= error <= high
        low, high = found["triple_collocation"]["sd_ci"][method]
        assert low <= error <= high
    ratio = error_ratios(made, "soft_wheat", "campaign")["phone", "lab"]
    assert ratio == pytest.approx((0.10 / 0.40) ** 2, abs=0.04)


def test_under_thirty_samples_no_error_is_told() -> None:
    made = study(rows_of(**three_methods(np.random.default_rng(2), 29, ERRORS)))
    found = three_ways(made, THREE)
    assert found["refused"] == {"code": "three_too_few", "params": {"n": 29, "needed": 30}}
    assert found["methods"]["phone"] == {"sd": None, "sd_ci": None, "replicate_sd": None}
    assert found["triple_collocation"] is None
    assert error_ratios(made, "soft_wheat", "campaign") == {}


def test_an_error_too_small_to_see_is_none_and_said_so() -> None:
    n = 60
    truth = np.linspace(10, 14, n)
    wave = 0.2 * np.sin(np.arange(n))
    other = 0.2 * np.cos(np.arange(n))
    # the others' errors go a little against each other, which the laboratory's variance is charged with
    rows = rows_of(
        phone=(truth + wave).tolist(), machine=(truth - wave / 10 + other).tolist(), lab=truth.tolist()
    )  # fmt: skip
    found = three_ways(study(rows), THREE)
    assert found["methods"]["lab"]["sd"] is None
    assert found["methods"]["lab"]["sd_ci"][1] > 0
    assert "too_small" in [one["code"] for one in found["statements"]]


def test_repeated_readings_stand_beside() -> None:
    rows = rows_of(**three_methods(np.random.default_rng(2), 40, ERRORS))
    again = [
        row(one["seq"], "machine", one["value"] + 0.2, source_id=f"again{one['seq']}")
        for one in rows
        if one["method"] == "machine"
    ]
    found = three_ways(study([*rows, *again]), THREE)
    assert found["methods"]["machine"]["replicate_sd"] == pytest.approx(0.2 / 2**0.5)
    assert found["methods"]["phone"]["replicate_sd"] is None


def test_without_a_common_sample_it_is_said() -> None:
    assert three_ways(study(rows_of(phone=[11.0])), THREE)["refused"]["code"] == "no_samples"
