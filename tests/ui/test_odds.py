"""The odds of a choice read in grain terms, in both languages."""

import pytest

from station.api import schemas
from ui.words.i18n import translator
from ui.words.odds import known_part, odds_texts
from ui.words.parameters import odds

AFTER = {
    "t": 894.4,
    "protein": {"mean": 11.606127, "u": 0.09713, "unit": "%", "basis": "dm"},
    "falling_number": {"mean": 287.0, "u": None, "unit": "s", "basis": None},
}


def plain(texts: list[str]) -> list[str]:
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def test_the_odds_say_load_cell_and_what_the_cell_will_hold() -> None:
    assert plain(odds_texts(0.841346, 0.9932, AFTER, ["meets"], translator("en"))) == [
        "meets the grade: the load 84%, the cell with it 99.3%",
        "then 894.4 t at protein 11.61 ± 0.1 % dry m., falling number 287 s",
    ]


def test_they_read_in_french() -> None:
    first, second = plain(odds_texts(0.841346, 0.9932, AFTER, ["meets"], translator("fr")))
    assert first == "dans la qualité : l'apport 84 %, la cellule avec lui 99,3 %"
    assert second.startswith("ensuite 894,4 t à protéines 11,61 ± 0,1 % MS, Hagberg 287 s")


def test_a_cell_without_grade_has_no_odds_to_meet_it() -> None:
    assert len(odds_texts(1.0, 1.0, AFTER, ["hold_cell"], translator("en"))) == 1


def test_a_proposal_of_an_older_engine_says_none() -> None:
    assert odds_texts(None, None, None, ["meets"], translator("en")) == []


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "0%"),
        (0.0002, "< 0.1%"),
        (0.004, "0.4%"),
        (0.5, "50%"),
        (0.993, "99.3%"),
        (0.9998, "> 99.9%"),
        (1.0, "100%"),
    ],
)
def test_what_is_not_certain_never_reads_as_certain(p: float, text: str) -> None:
    assert odds(p, translator("en")) == text


def test_odds_of_which_a_part_is_not_known_say_so() -> None:
    text = plain(odds_texts(0.99, 0.999, None, ["meets", "known_later"], translator("en")))
    assert text == ["meets the grade by what is known: the load 99.0%, the cell with it 99.9%"]


def test_a_cells_mean_says_of_how_much_it_is_known_and_nothing_where_it_is_of_all() -> None:
    mean = schemas.CellMeanNow(value=14.5, unit="%", known_t=48.2)
    assert plain([known_part(mean.known_t, 118.2, translator("fr"))]) == [" (connu pour 48,2 t)"]
    assert known_part(mean.known_t, 48.3, translator("fr")) == ""
    assert known_part(schemas.CellMeanNow(value=14.5, unit="%").known_t, 118.2, translator("fr")) == ""
