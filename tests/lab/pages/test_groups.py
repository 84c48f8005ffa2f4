"""Biases of groups are drawn towards the mean of all, and named so that a person knows them."""

import numpy as np
import pytest

from station.lab.pages.groups import groups, model_of
from station.lab.pages.study import LoadFacts
from tests.lab.pages.made import PAIR, rows_of, study


def made(**over: object) -> dict[str, object]:
    rng = np.random.default_rng(2)
    lab = rng.normal(12, 1, 90)
    phones = np.arange(90) % 3
    phone = lab + np.array([0.0, 0.1, 0.4])[phones] + rng.normal(0, 0.2, 90)
    rows = [
        {**one, "source": f"phone-{phones[one['seq']]}", "variety": "Chevignon" if one["seq"] < 45 else ""}
        for one in rows_of(phone=phone.tolist(), lab=lab.tolist())
    ]
    names = {"phone-0": "Galaxy A54 1", "phone-1": "Galaxy A54 2", "phone-2": "Pixel 6a"}
    return groups(study(rows, names=names, **over), PAIR)


def test_each_phone_and_each_model_has_its_bias() -> None:
    found = made()["by"]
    phones = found["phone"]["groups"]
    assert [(one["name"], one["n"]) for one in phones] == [
        ("Galaxy A54 1", 30), ("Galaxy A54 2", 30), ("Pixel 6a", 30),
    ]  # fmt: skip
    for one, truth in zip(phones, (0.0, 0.1, 0.4), strict=True):
        assert one["ci"][0] <= truth <= one["ci"][1]
        assert abs(one["shrunken"] - found["phone"]["mean"]) < abs(one["raw"] - found["phone"]["mean"])
    models = found["phone_model"]["groups"]
    assert [(one["group"], one["n"]) for one in models] == [("Galaxy A54", 60), ("Pixel 6a", 30)]


def test_samples_of_no_group_are_left_out_and_one_group_is_not_drawn() -> None:
    variety = made()["by"]["variety"]
    assert [(one["group"], one["n"], one["shrunken"]) for one in variety["groups"]] == [
        ("Chevignon", 45, None)
    ]
    assert variety["tau"] is None


def test_campaigns_stand_beside_each_other() -> None:
    loads = {f"l{n}": LoadFacts("2025" if n < 30 else "2026") for n in range(90)}
    found = made(loads=loads)
    assert found["n"] == 60
    assert [(one["group"], one["n"]) for one in found["by"]["campaign"]["groups"]] == [
        ("2025", 30),
        ("2026", 60),
    ]


def test_too_few_are_refused() -> None:
    found = groups(study(rows_of(phone=[11.0] * 4, lab=[11.0] * 4)), PAIR)
    assert found["refused"]["code"] == "too_few"


@pytest.mark.parametrize(
    ("name", "model"),
    [("Galaxy A54 2", "Galaxy A54"), ("Pixel 6a no 3", "Pixel 6a"), ("Pixel 6a", "Pixel 6a"), ("3", "3")],
)
def test_phones_named_alike_but_for_a_number_are_of_one_model(name: str, model: str) -> None:
    assert model_of(name) == model
