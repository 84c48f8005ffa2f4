"""Slips of the decimal point and of the unit are asked about, per species."""

import pytest

from drivers.reading import Analyte, Basis
from station.grain.plausible import usual_range, why_ask, why_not
from station.grain.reasons import Code


@pytest.mark.parametrize("species", ["soft_wheat", None])
@pytest.mark.parametrize(
    ("analyte", "value"), [("moisture", 1.4), ("protein", 1.18), ("falling_number", 2.8), ("don", 1.25)]
)
def test_slips_of_decimal_point_and_unit_are_asked_about(
    analyte: str, value: float, species: str | None
) -> None:
    reason = why_ask(Analyte(analyte), value, species)
    assert reason is not None
    assert (reason.code, reason.params["value"]) == (Code.UNUSUAL_VALUE, value)


def test_what_is_usual_depends_on_the_species() -> None:
    assert why_ask(Analyte.MOISTURE, 35, "maize") is None
    assert why_ask(Analyte.MOISTURE, 35, "soft_wheat") is not None
    assert usual_range(Analyte.OIL, "sunflower") == (36, 58)
    assert usual_range(Analyte.SPROUTED, "sunflower") == (0, 30)
    assert why_ask(Analyte("vitreousness"), 0, "durum") is None


@pytest.mark.parametrize(
    ("analyte", "value", "basis", "code"),
    [
        (Analyte.MOISTURE, 14.0, Basis.DRY_MATTER, Code.WRONG_BASIS),
        (Analyte.PROTEIN, 11.8, None, Code.WRONG_BASIS),
        (Analyte.PROTEIN, 118.0, Basis.DRY_MATTER, Code.IMPLAUSIBLE_VALUE),
        (Analyte.MOISTURE, float("nan"), Basis.AS_IS, Code.IMPLAUSIBLE_VALUE),
        (Analyte.PROTEIN, 11.8, Basis.MOISTURE_12, None),
    ],
)
def test_what_cannot_be_true_or_has_no_basis_is_refused(
    analyte: Analyte, value: float, basis: Basis | None, code: Code | None
) -> None:
    reason = why_not(analyte, value, basis)
    assert (reason.code if reason else None) == code
