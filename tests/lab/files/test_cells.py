"""Cells of laboratory files are read as laboratories write them; what may be two things is refused."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis
from station.lab.files.cells import Measure, read_barcode, read_date, read_measure, read_number
from station.lab.files.result import Refused
from station.lab.files.units import basis_named, factor_to, split_unit


@pytest.mark.parametrize(
    ("text", "value", "comparator", "uncertainty", "unit"),
    [
        ("11,4", 11.4, "", None, ""),
        ("11.4 %", 11.4, "", None, "%"),
        ("< 200 µg/kg", 200, "<", None, "µg/kg"),
        ("<200", 200, "<", None, ""),
        ("≤ 20", 20, "<", None, ""),
        ("inf. à 50 µg/kg", 50, "<", None, "µg/kg"),
        (">= 400 s", 400, ">", None, "s"),
        ("11,4 ± 0,2 %", 11.4, "", 0.2, "%"),
        ("11.4 +/- 0.2", 11.4, "", 0.2, ""),
        ("1 250,5", 1250.5, "", None, ""),
        ("1.250,5 µg/kg", 1250.5, "", None, "µg/kg"),
        ("\N{MINUS SIGN}1,5", -1.5, "", None, ""),
        ("1,2e3", 1200, "", None, ""),
    ],
)
def test_a_cell_holds_number_comparator_uncertainty_and_unit(
    text: str, value: float, comparator: str, uncertainty: float | None, unit: str
) -> None:
    assert read_measure(text, "either") == Measure(value, comparator, uncertainty, unit)


@pytest.mark.parametrize("text", ["", " ", "-", "--", "n/a", "NA", "—"])
def test_what_was_not_measured_is_nothing(text: str) -> None:
    assert read_measure(text, "comma") is None
    assert read_date(text, "") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("traces", "no_number"),
        ("#FORMULA", "no_result_in_cell"),
        ("#REF!", "no_result_in_cell"),
        ("n.d.", "not_detected_without_limit"),
        ("< LOQ", "not_detected_without_limit"),
        ("1,234", "unclear_number"),
        ("1.2.3", "no_number"),
        ("12,5,1", "no_number"),
        ("==5", "no_number"),
    ],
)
def test_what_is_no_number_says_why(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_measure(text, "either")
    assert caught.value.code == code


def test_three_digits_behind_a_separator_are_what_the_profile_says() -> None:
    assert read_number("1,234", "comma") == 1.234
    assert read_number("1.234", "point") == 1.234
    assert read_number("0,234", "either") == 0.234
    assert read_number("1.234.567", "either") == 1234567
    for text, decimal in (("1,234", "point"), ("1.234", "comma")):
        with pytest.raises(Refused):
            read_number(text, decimal)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("14/07/2026", "day_first", date(2026, 7, 14)),
        ("07/14/2026", "month_first", date(2026, 7, 14)),
        ("2026-07-14", "day_first", date(2026, 7, 14)),
        ("2026-07-14 10:03:22", "", date(2026, 7, 14)),
        ("14.7.26", "day_first", date(2026, 7, 14)),
        ("26/07/14", "year_first", date(2026, 7, 14)),
        ("14/07/2026", "", date(2026, 7, 14)),
        ("07/07/2026", "", date(2026, 7, 7)),
    ],
)
def test_a_day_is_read_in_its_order(text: str, order: str, day: date) -> None:
    assert read_date(text, order) == day


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [("03/04/2026", "", "unclear_date"), ("31/02/2026", "day_first", "no_date"), ("46217", "", "no_date"),
     ("07/14/2026", "day_first", "no_date")],
)  # fmt: skip
def test_a_day_that_may_be_two_is_refused(text: str, order: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_date(text, order)
    assert caught.value.code == code


def test_a_barcode_that_became_a_number_is_refused() -> None:
    assert read_barcode(" b-0017 ") == "B-0017"
    for text, code in (("2,60E+12", "rounded_barcode"), ("  ", "no_barcode")):
        with pytest.raises(Refused) as caught:
            read_barcode(text)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("analyte", "unit", "factor"),
    [("protein", "g/kg", 0.1), ("protein", "%", 1), ("don", "mg/kg", 1000), ("don", "ppb", 1),
     ("don", "μg/kg", 1), ("test_weight", "g/l", 0.1), ("falling_number", "s", 1),
     ("protein", "kg/hl", None)],
)  # fmt: skip
def test_units_become_the_analyte_s_own(analyte: str, unit: str, factor: float | None) -> None:
    assert factor_to(Analyte(analyte), unit) == factor


def test_a_basis_is_named_alone_or_behind_the_unit() -> None:
    assert basis_named("Matière sèche") is Basis.DRY_MATTER
    assert basis_named("tel quel") is Basis.AS_IS
    assert basis_named("bizarre") is None
    assert split_unit("% MS") == ("%", Basis.DRY_MATTER)
    assert split_unit("g/100 g") == ("g/100 g", None)


@given(st.text(max_size=30), st.sampled_from(["comma", "point", "either"]))
def test_any_text_is_read_or_refused(text: str, decimal: str) -> None:
    for read in (
        lambda: read_measure(text, decimal),
        lambda: read_date(text, ""),
        lambda: read_barcode(text),
    ):
        with contextlib.suppress(Refused):
            read()
