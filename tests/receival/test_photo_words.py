"""A phone's approved correction is taken off what its model says at the desk; the raw value is told."""

import math
from typing import Any

import pytest

from station.receival.measuring.photo_words import photo_reasons
from station.store.evidence import CaptureSeen
from station.store.learnt import Learnt
from station.store.tables import Capture, Correction, Inspection
from tests.silo_rig import START
from ui.words.reasons import message

NUMBER = {"value": 11.2, "low": 10.7, "high": 11.7, "unit": "%", "basis": "dm"}


def seen(**numbers: dict[str, Any]) -> CaptureSeen:
    result = {"classes": {}, "kernels": 300, "numbers": numbers}
    said = Inspection(
        id="i", capture_id="c", model="app", version="2", sha256="", accepted=True, at=START, result=result
    )
    return CaptureSeen(Capture(id="c", at=START, terminal_id="phone 3"), (said,))


def correction(**over: Any) -> Correction:
    told = {
        "id": "k1", "method": "phone", "source": "phone 3", "analyte": "protein", "species": "barley",
        "bias": -0.2, "u": 0.1, "unit": "%", "basis": "dm", "evidence": {"release": "app 2"}, "at": START,
    }  # fmt: skip
    return Correction(**{**told, **over})


def test_what_is_shown_is_corrected_and_less_certain() -> None:
    (reason,) = photo_reasons(seen(protein=NUMBER), Learnt((correction(),)), "barley")
    params = reason.params
    assert (params["value"], params["raw"], params["added"]) == (11.4, 11.2, 0.2)
    half = math.hypot(0.5, 1.96 * 0.1)
    assert (params["low"], params["high"]) == (
        pytest.approx(11.4 - half, abs=1e-4), pytest.approx(11.4 + half, abs=1e-4),
    )  # fmt: skip
    said = message(reason.code.value, params, "fr").replace("\N{NO-BREAK SPACE}", " ")
    assert said.endswith("11,4 % MS (de 10,86 à 11,94), valeur corrigée de +0,2")


def test_a_phones_moisture_says_that_it_is_used_for_nothing() -> None:
    (reason,) = photo_reasons(seen(moisture={**NUMBER, "basis": "as_is"}), Learnt(), "barley")
    assert message(reason.code.value, reason.params, "fr").endswith(", sans effet sur l'orientation")


@pytest.mark.parametrize(
    "over",
    [
        {"source": "phone 4"}, {"evidence": {"release": "app 1"}}, {"species": "soft_wheat"},
        {"method": "machine"}, {"analyte": "moisture", "basis": "as_is"}, {"basis": "as_is"},
    ],
)  # fmt: skip
def test_another_phones_models_or_species_correction_is_not_taken(over: dict[str, Any]) -> None:
    (reason,) = photo_reasons(seen(protein=NUMBER), Learnt((correction(**over),)), "barley")
    assert reason.params == {"analyte": "protein", **NUMBER}
