"""Where phone and machine disagree, the laboratory sides with one, with both or with neither."""

import numpy as np
import pytest

from station.lab.pages.study import Sent
from station.lab.pages.who_was_right import SIDES, who_was_right
from tests.lab.pages.made import THREE, drawn, rows_of, study, three_methods

# tolerance 0.3: phone, machine, laboratory; the last one does not disagree by more than it
CASES = [(12.5, 12.0, 12.6), (12.5, 12.0, 11.9), (12.5, 12.0, 12.25), (12.5, 12.0, 13.0), (12.3, 12.0, 20.0)]
PHONES, MACHINES, LABS = (list(column) for column in zip(*CASES, strict=True))


def test_four_cases_done_by_hand() -> None:
    found = who_was_right(study(rows_of(phone=PHONES, machine=MACHINES, lab=LABS)), THREE)
    assert (found["compared"], found["disagreed"]) == (5, 4)
    assert [found["counts"][side]["n"] for side in SIDES] == [1, 1, 1, 1]
    assert [found["counts"][side]["tonnes"] for side in SIDES] == [10.0] * 4
    assert found["refused"] == {"code": "too_few", "params": {"n": 4, "needed": 5}}
    assert found["counts"]["phone"]["share"] is None
    newest = found["loads"][0]
    assert (newest["load_id"], newest["sides_with"], newest["lab"]) == ("l3", "neither", 13.0)
    assert (newest["supplier_id"], newest["ticket"], newest["sampled"]) == ("dupont", 3, "unknown")


def test_shares_have_exact_intervals_and_nothing_is_said_without_a_tolerance() -> None:
    rows = rows_of(phone=PHONES[:2] * 5, machine=MACHINES[:2] * 5, lab=LABS[:2] * 5)
    found = who_was_right(study(rows), THREE)["counts"]
    assert found["phone"]["share"] == 0.5
    assert found["phone"]["ci"] == pytest.approx([0.1870860, 0.8129140], abs=1e-6)
    assert who_was_right(study(rows, tolerance=None), THREE)["refused"]["code"] == "no_tolerance"


def test_loads_drawn_with_different_chances_stand_for_others() -> None:
    rows = rows_of(phone=PHONES[:2] * 10, machine=MACHINES[:2] * 10, lab=LABS[:2] * 10)
    sent = {**drawn(range(0, 20, 2), 3.0), **drawn(range(1, 20, 2), 1.0)}
    found = who_was_right(study(rows, sent=sent), THREE)["counts"]
    assert found["phone"]["share"] == pytest.approx(0.75)
    assert (found["phone"]["n"], found["phone"]["tonnes"]) == (10, 300.0)


def test_what_was_chosen_for_its_doubts_is_listed_and_not_counted() -> None:
    rows = rows_of(phone=PHONES, machine=MACHINES, lab=LABS)
    found = who_was_right(study(rows, sent={"s0": Sent("chosen")}), THREE)
    assert found["counts"]["phone"]["n"] == 0
    assert [one["sampled"] for one in found["loads"]] == ["unknown"] * 3 + ["chosen"]


def sides(runs: int, seed: int) -> float:
    """How often the count of the truth, over all loads, lies in the interval from those that were drawn."""
    rng = np.random.default_rng(seed)
    held = []
    for _ in range(runs):
        values = three_methods(rng, 600, {"phone": 0.4, "machine": 0.15, "lab": 0.1}, {"phone": 0.2})
        rows = rows_of(**values)
        lot = rng.permutation(600)[:150].tolist()
        truth = who_was_right(study(rows), THREE)
        estimate = who_was_right(
            study(rows, sent={**{f"s{n}": Sent("chosen") for n in range(600)}, **drawn(lot)}), THREE
        )
        for side in SIDES:
            low, high = estimate["counts"][side]["ci"]
            held.append(low <= truth["counts"][side]["share"] <= high)
    return float(np.mean(held))


def test_the_interval_holds_the_count_of_the_truth() -> None:
    assert sides(3, seed=1) >= 0.9


@pytest.mark.long
def test_the_interval_holds_the_count_of_the_truth_in_many_seasons() -> None:
    assert sides(80, seed=2) >= 0.95
