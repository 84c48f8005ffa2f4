"""A typed number is read as the screen prints it; what may mean two numbers is two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.words.i18n import LANGUAGES, translator
from ui.words.numbers import kilograms_in, numbers_in

NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    "text",
    [
        "24860", "24 860", "24,860", "24.860", f"24{NARROW}860", "24\N{NO-BREAK SPACE}860",
        "24\N{THIN SPACE}860", "24'860", "24\N{RIGHT SINGLE QUOTATION MARK}860", " 24 860 kg ", "24860kg",
        "24.860,0", "24,860.0", "024860",
    ],
)  # fmt: skip
def test_a_weight_may_be_typed_as_any_screen_or_slip_prints_it(text: str) -> None:
    assert kilograms_in(text) == 24_860


@pytest.mark.parametrize(
    "text",
    [
        "", "kg", "24 86", "2 4860", "24,86,0", "0,860", "2486,000", "24860.000", "-24860", "24.860 t", "1e4",
        "nan", "inf", "24,860.", "24;860", "٢٤٨٦٠", "24860 / 2", "1,2,3",
    ],
)  # fmt: skip
def test_what_is_no_weight_is_not_guessed(text: str) -> None:
    assert kilograms_in(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
@given(kg=st.integers(0, 200_000))
def test_every_weight_is_read_back_as_it_is_printed(language: str, kg: int) -> None:
    assert kilograms_in(translator(language).kg(kg)) == kg


@given(kg=st.integers(1_000, 200_000), sign=st.sampled_from(" ,.'\u00a0\u202f\u2009"))
def test_no_sign_before_three_figures_makes_a_small_weight_of_a_large_one(kg: int, sign: str) -> None:
    text = f"{kg:,}".replace(",", sign)
    assert kilograms_in(text) == kg


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("13,2", (13.2,)), ("13.2", (13.2,)), ("-2", (-2,)), ("-2,5", (-2.5,)), ("0,125", (0.125,)),
        ("\N{MINUS SIGN}2,5", (-2.5,)),
        ("1 250", (1_250,)), ("1.250,5", (1_250.5,)), ("1,250.5", (1_250.5,)),
        (f"1{NARROW}250,75", (1_250.75,)), ("1,250", (1_250, 1.25)),
        ("1.250", (1_250, 1.25)), ("-1,250", (-1_250, -1.25)), ("1250", (1_250,)),
        ("", ()), ("1,2,3", ()), ("1e9", ()), ("nan", ()), ("inf", ()), ("12x", ()), ("٣", ()), ("+-2", ()),
    ],
)  # fmt: skip
def test_a_number_is_one_unless_its_sign_may_part_thousands_or_decimals(
    text: str, meant: tuple[float, ...]
) -> None:
    assert numbers_in(text) == meant


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.decimals(0, 9_999, places=2, allow_nan=False))
def test_every_value_is_read_back_as_it_is_printed(language: str, value: float) -> None:
    assert numbers_in(translator(language).plain(float(value)))[0] == float(value)


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading_of_numbers(text: str) -> None:
    assert all(abs(number) < 1e10 for number in numbers_in(text))
    assert (kilograms_in(text) or 0) >= 0
