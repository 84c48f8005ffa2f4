"""The pair page shows what so many samples bear, of samples that nobody chose for their values."""

from datetime import timedelta

import numpy as np
import pytest

from station.grain.units import Op
from station.lab.pages.pair import MOST_POINTS, pair
from station.lab.pages.study import CAMPAIGN, LAST_30_DAYS, Adjusted, ClassLimit, Sent
from tests.lab.pages.made import PAIR, START, drawn, row, rows_of, study, three_methods

LAB = [10.0 + 0.1 * place for place in range(60)]
PHONE = [value + (0.1 if place % 2 else 0.3) for place, value in enumerate(LAB)]


def shown(n: int) -> dict[str, object]:
    numbers = pair(study(rows_of(phone=PHONE[:n], lab=LAB[:n])), PAIR)["numbers"]
    line = numbers.pop("deming")
    return {
        **{name: value is not None for name, value in numbers.items()},
        "slope": line["slope"] is not None,
    }


def test_every_number_waits_for_its_samples() -> None:
    assert not any(shown(4)[name] for name in ("bias", "bias_ci", "loa", "sep", "ccc", "slope"))
    assert shown(5)["bias"]
    assert shown(5)["bias_ci"]
    for first, name in ((10, "loa"), (10, "loa_outer"), (10, "sep"), (20, "rpd"), (20, "ccc"), (40, "slope")):
        assert (shown(first - 1)[name], shown(first)[name]) == (False, True), name


def test_numbers_points_and_verdict_of_a_case_that_is_done_by_hand() -> None:
    found = pair(study(rows_of(phone=PHONE[:10], lab=LAB[:10])), PAIR)
    assert found["n"] == 10
    assert found["numbers"]["bias"] == pytest.approx(0.2)
    assert found["numbers"]["sep"] == pytest.approx(0.1 * (10 / 9) ** 0.5)
    assert found["verdict"] == "differs"
    assert found["points"][0] == {"x": 10.0, "y": 10.3, "load_id": "l0", "at": START.isoformat()}
    assert found["basis"] == {"phone": "dm", "lab": "dm"}
    assert (found["unit"], found["refused"], found["thinned_from"]) == ("%", None, None)
    assert [one["code"] for one in found["statements"]][:2] == ["offset", "differs"]


def test_four_points_are_a_list_and_no_statistics() -> None:
    found = pair(study(rows_of(phone=PHONE[:4], lab=LAB[:4])), PAIR)
    assert found["refused"] == {"code": "too_few", "params": {"n": 4, "needed": 5}}
    assert len(found["points"]) == 4
    assert found["verdict"] is None
    assert [one["code"] for one in found["statements"]] == ["not_enough"]


def test_what_was_chosen_for_its_doubts_is_counted_and_never_used() -> None:
    rows = rows_of(phone=[*PHONE[:12], 99.0, 99.0], lab=[*LAB[:12], 10.0, 10.0])
    sent = {**drawn(range(12)), "s12": Sent("chosen"), "s13": Sent("chosen")}
    found = pair(study(rows, sent=sent), PAIR)
    assert found["sampling"] == {
        "random": 12, "chosen": 2, "unknown": 0, "used": "random", "weighted": False,
    }  # fmt: skip
    assert found["numbers"]["bias"] == pytest.approx(0.2)
    only = pair(study(rows_of(phone=[11.0], lab=[10.0]), sent={"s0": Sent("chosen")}), PAIR)
    assert only["refused"]["code"] == "only_chosen"


def test_too_few_drawn_ones_stand_with_those_of_which_nobody_knows_and_it_is_said() -> None:
    found = pair(study(rows_of(phone=PHONE[:30], lab=LAB[:30]), sent=drawn(range(9))), PAIR)
    assert found["sampling"]["used"] == "unknown"
    assert found["n"] == 30


def test_a_bias_by_lot_counts_each_sample_for_those_that_it_stands_for() -> None:
    lab = LAB[:10]
    rows = rows_of(phone=[value + (0.4 if place < 5 else 0.0) for place, value in enumerate(lab)], lab=lab)
    found = pair(study(rows, sent={**drawn(range(5), 3.0), **drawn(range(5, 10), 1.0)}), PAIR)
    assert found["sampling"]["weighted"]
    assert found["numbers"]["bias"] == pytest.approx(0.3)
    sums = [(one["weight"], one["weight"] * (one["y"] - one["x"])) for one in found["points"]]
    assert sum(d for _, d in sums) / sum(w for w, _ in sums) == pytest.approx(0.3)  # as the file tells it
    low, high = found["numbers"]["bias_ci"]
    assert low < 0.3 < high


def test_weighted_intervals_hold_the_bias_of_all() -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(150):
        lab = rng.normal(12, 1, 40)
        shift = np.where(np.arange(40) < 20, 0.4, 0.0)  # half of the sample, which stands for three quarters
        rows = rows_of(phone=(lab + shift + rng.normal(0, 0.2, 40)).tolist(), lab=lab.tolist())
        sent = {**drawn(range(20), 3.0), **drawn(range(20, 40), 1.0)}
        low, high = pair(study(rows, sent=sent), PAIR)["numbers"]["bias_ci"]
        held.append(low <= 0.3 <= high)
    assert np.mean(held) >= 0.92


def test_a_phone_beside_the_machine_is_compared_on_every_load() -> None:
    found = pair(study(rows_of(phone=PHONE[:20], machine=LAB[:20])), {**PAIR, "reference": "machine"})
    assert found["sampling"]["used"] == "every"
    assert found["n"] == 20


def test_a_source_a_species_and_a_period_are_asked_for() -> None:
    rows = rows_of(phone=PHONE[:20], lab=LAB[:20])
    rows = [
        {**one, "source": "phone-2"} if one["seq"] < 6 and one["method"] == "phone" else one for one in rows
    ]
    rows = [{**one, "species": "barley"} if one["seq"] > 17 else one for one in rows]
    made = study(rows, names={"phone-2": "Pixel 6a 2"}, since={CAMPAIGN: START, LAST_30_DAYS: rows[10]["at"]})
    of_two = pair(made, {**PAIR, "source": "phone-2"})
    assert (of_two["n"], of_two["asked"]["source_name"]) == (6, "Pixel 6a 2")
    assert pair(made, PAIR)["n"] == 18
    assert pair(made, {**PAIR, "species": ""})["n"] == 20
    assert pair(made, {**PAIR, "period": LAST_30_DAYS})["n"] == 8


def test_many_points_are_thinned_alike_every_time_and_it_is_said() -> None:
    rng = np.random.default_rng(1)
    rows = rows_of(**three_methods(rng, 2_500, {"phone": 0.3, "machine": 0.1}))
    asked = {**PAIR, "reference": "machine"}
    first, again = pair(study(rows), asked), pair(study(list(reversed(rows))), asked)
    assert len(first["points"]) == MOST_POINTS
    assert first["thinned_from"] == 2_500
    assert first["points"] == again["points"]
    assert first["n"] == 2_500


def test_the_bias_stands_at_each_limit_of_the_species_on_its_basis() -> None:
    limits = [
        ClassLimit("soft_wheat", "milling_no_2", Op.AT_LEAST, 11.0, 0.1, "dm"),
        ClassLimit("soft_wheat", "feed", Op.AT_LEAST, 9.0, 0.1, "as_is"),
        ClassLimit("barley", "malting", Op.AT_MOST, 11.5, 0.1, "dm"),
    ]
    few = pair(study(rows_of(phone=PHONE[:20], lab=LAB[:20]), limits=limits), PAIR)
    assert few["limits"] == [{"limit": 11.0, "grade": "milling_no_2", "op": ">="}]
    line = few["numbers"]["deming"]
    assert (line["bias_at_by"], line["bias_at"]["11"]["value"]) == ("mean", few["numbers"]["bias"])
    many = pair(study(rows_of(phone=PHONE, lab=LAB), limits=limits), PAIR)
    assert many["numbers"]["deming"]["bias_at_by"] == "line"


def test_values_on_two_bases_are_refused_with_why() -> None:
    rows = [
        row(n, method, 11.0, basis=basis)
        for n in range(9)
        for method, basis in (("phone", "as_is"), ("lab", "dm"))
    ]
    found = pair(study(rows), PAIR)
    assert found["refused"]["code"] == "bases_differ"
    assert found["points"] == []


def test_an_adjusted_instrument_is_compared_since_then_and_what_was_before_is_counted() -> None:
    rows = rows_of(machine=[*(one + 1.0 for one in LAB[:20]), *LAB[20:]], lab=LAB)
    asked = {**PAIR, "test": "machine", "source": "NIR-7"}
    at = START + timedelta(hours=20)
    found = pair(study(rows, adjusted=[Adjusted("NIR-7", at)]), asked)
    assert (found["n"], found["numbers"]["bias"]) == (40, pytest.approx(0.0))
    assert found["split"] == {"at": at.isoformat(), "left_out": 20}
    of_others = [Adjusted("NIR-8", at), Adjusted("NIR-7", at, species="barley")]
    found = pair(study(rows, adjusted=of_others), asked)
    assert (found["n"], found["split"]) == (60, None)
    assert pair(study(rows, adjusted=[Adjusted("NIR-7", at)]), {**asked, "source": ""})["n"] == 60


def test_an_offset_is_real_where_its_own_interval_says_so() -> None:
    """A weighted bias has an interval of its own, and the sentence beside it says the same."""
    lab = LAB[:20]
    phone = [value + (0.05 if place < 10 else -0.04) + 0.01 * (place % 3) for place, value in enumerate(lab)]
    sent = {**drawn(range(10), 9.0), **drawn(range(10, 20), 1.0)}
    found = pair(study(rows_of(phone=phone, lab=lab), sent=sent, permitted=0.3), PAIR)
    assert found["numbers"]["bias_ci"][0] > 0
    assert not found["numbers"]["iso12099"]["bias_significant"]
    assert [one["code"] for one in found["statements"]][1] == "agrees_offset"
