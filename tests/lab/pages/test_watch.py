"""The watch finds a drift, says since when and how much, and leaves honest instruments alone."""

from datetime import timedelta

import numpy as np
import pytest

from station.lab.pages.study import Adjusted, Control
from station.lab.pages.watch import MIN_BASELINE, delay, limits_for, watch
from tests.lab.pages.made import START, drawn, row, rows_of, study

ASKED = {"analyte": "protein", "method": "machine", "source": "NIR-7", "species": "soft_wheat"}
LAB = 12.0


def checked(differences: list[float], **over: object) -> dict[str, object]:
    """What the watch says of checks with these differences, an hour apart."""
    n = len(differences)
    rows = rows_of(machine=[LAB + d for d in differences], lab=[LAB] * n)
    return watch(study(rows, sent=drawn(range(n)), **over), ASKED)


def noise(rng: np.random.Generator, n: int) -> list[float]:
    return rng.normal(0, 0.1, n).tolist()


def test_a_baseline_needs_thirty_checks() -> None:
    found = checked([0.0, 0.2] * 14)
    assert found["refused"] == {"code": "baseline_too_few", "params": {"n": 28, "needed": 30}}
    assert found["baseline"] is None
    assert len(found["checks"]) == 28
    assert found["checks"][0]["u"] is None


def test_a_shift_is_found_with_its_beginning_and_its_size() -> None:
    found = checked([*[0.2, 0.0] * 20, *[0.4] * 8])  # a mean of 0.1 before
    assert found["baseline"]["n"] == MIN_BASELINE
    assert found["baseline"]["bias"] == pytest.approx(0.1)
    assert found["baseline"]["sep"] == pytest.approx(0.1 * (30 / 29) ** 0.5)
    (alarm,) = [one for one in found["alarms"] if one["rule"] == "ewma"]
    assert alarm["since"] == (START + timedelta(hours=40)).isoformat()
    assert alarm["shift"] == pytest.approx(0.3)
    assert found["in_alarm"]


def test_one_wild_check_is_told_alone() -> None:
    found = checked([*[0.0, 0.2] * 15, 0.0, 0.2, 0.46, 0.0, 0.2, 0.0])
    assert [(one["rule"], one["checks"]) for one in found["alarms"]] == [("three_s", 1)]
    assert found["alarms"][0]["since"] == (START + timedelta(hours=32)).isoformat()
    assert not found["in_alarm"]


def test_an_adjustment_begins_a_new_baseline() -> None:
    at = START + timedelta(hours=45)
    adjusted = [Adjusted("NIR-7", at, network="Réseau NIR", old_bias=0.1, new_bias=0.4)]
    found = checked([*[0.0, 0.2] * 22, 0.1, *[0.3, 0.5] * 20], adjusted=adjusted)
    assert found["baseline"]["bias"] == pytest.approx(0.4)
    assert found["baseline"]["from"] == at.isoformat()
    assert found["alarms"] == []
    assert [one["at"] for one in found["splits"]] == [at.isoformat()]


def test_values_that_are_held_stay_on_the_chart() -> None:
    rows = rows_of(machine=[LAB + 0.1, LAB - 0.1] * 16, lab=[LAB] * 40)
    held = [row(n, "machine", LAB + 0.5) for n in range(32, 40)]
    made = study(rows, held=held, sent=drawn(range(40)))
    assert len(watch(made, ASKED)["checks"]) == 40
    assert any(one["rule"] == "ewma" for one in watch(made, ASKED)["alarms"])


def test_control_samples_stand_beside_and_say_when_the_next_is_due() -> None:
    controls = [
        Control("NIR-7", START + timedelta(days=day), 12.1, 12.0, passed=day < 14) for day in (0, 7, 14)
    ]
    found = checked(
        [0.0, 0.2] * 20, controls=[*controls, Control("other", START, 1.0, 2.0, passed=False)],
        verified_until={"NIR-7": "2026-08-01"},
    )  # fmt: skip
    assert found["controls"] == {
        "n": 3, "failed": 1, "last": (START + timedelta(days=14)).isoformat(), "last_passed": False,
        "every_days": 7, "due": (START + timedelta(days=21)).isoformat(),
    }  # fmt: skip
    assert [one["kind"] for one in found["checks"]].count("control") == 3
    assert all(one["ewma"] is None for one in found["checks"] if one["kind"] == "control")
    assert found["verified_until"] == "2026-08-01"


def test_control_samples_alone_make_a_chart() -> None:
    rng = np.random.default_rng(1)
    controls = [
        Control("NIR-7", START + timedelta(days=day), 12.0 + d, 12.0, passed=True)
        for day, d in enumerate([*noise(rng, 40), *[0.4] * 5])
    ]
    found = watch(study([], controls=controls), ASKED)
    assert found["baseline"]["n"] == 30
    assert found["in_alarm"]


def delays(shift: float, runs: int, seed: int) -> list[int]:
    """How many checks after a shift (in standard errors) the watch tells."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        said = checked([*noise(rng, 40), *(0.1 * shift + np.array(noise(rng, 100))).tolist()])
        after = [one["charted"] - 10 for one in said["alarms"] if one["charted"] > 10 and one["shift"] > 0]
        found.append(after[0] if after else 100)
    return found


def false_alarms(runs: int, checks: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    return float(np.mean([bool(checked(noise(rng, 30 + checks))["alarms"]) for _ in range(runs)]))


def test_the_delay_is_that_of_the_table() -> None:
    table = delay(30)["2"]
    assert table["ewma"] == pytest.approx(4.2, abs=0.05)
    assert table["three_s"] == pytest.approx(6.3, abs=0.05)
    assert np.mean(delays(2.0, 25, seed=1)) <= table["ewma_here"] + 1


def test_honest_instruments_are_left_alone_as_often_as_stated() -> None:
    # two rules of one false alarm in 370 checks: 100 checks alarm in 42 of 100 cases at the most
    assert false_alarms(40, 100, seed=3) <= 0.42


@pytest.mark.long
def test_many_honest_instruments_and_many_drifts_keep_to_the_table() -> None:
    assert false_alarms(600, 100, seed=4) <= 1 - (1 - 1 / 370) ** 200
    for shift in (1.0, 1.5, 2.0, 3.0):
        mean = float(np.mean(delays(shift, 150, seed=5)))
        assert mean <= delay(30)[f"{shift:g}"]["ewma_here"] * 1.35 + 0.5, shift


def test_limits_close_in_on_the_known_ones_as_the_baseline_grows() -> None:
    assert limits_for(30)[0] > limits_for(100)[0] > limits_for(100_000)[0]
    assert limits_for(1_000_000) == pytest.approx((2.7015, 3.0), abs=1e-3)
