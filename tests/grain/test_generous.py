"""A load goes to the grade that surely gains by it more than a lesser one could."""

import math
from dataclasses import replace

import pytest

from drivers.reading import Analyte
from station.grain.cells import Measured
from station.grain.grades import Grade
from station.grain.odds import below
from station.grain.routing import route
from station.grain.worth import most_moved

from .builders import DM, FEED, MILLING, PROTEIN, cell, criterion, load, pack

PREMIUM = Grade(
    "premium", "soft_wheat", {"en": "premium"}, 1.0, frozenset(), (criterion(PROTEIN, ">=", 11.5),)
)
BREAD = replace(MILLING, value=0.7, criteria=(criterion(PROTEIN, ">=", 11.0),))
ANYTHING = replace(FEED, criteria=())
PACK = replace(pack(PREMIUM, BREAD, ANYTHING), prices={"premium": 230.0, "milling": 220.0, "feed": 200.0})


@pytest.mark.parametrize(
    ("high", "low", "u"),
    [
        (0.3, 0.29, 0.1),
        (0.3, 0.29, 0.9),
        (0.05, 0.01, 0.2),
        (1.0, 0.5, 0.3),
        (0.2, -0.1, 0.3),
        (0.1, 0.2, 0.3),
    ],
)
def test_the_most_that_odds_can_move_is_found_at_once(high: float, low: float, u: float) -> None:
    tried = [u * n / 4000 for n in range(1, 4001)]
    most = max(0.0, *(below(high / x) - below(low / x) for x in tried))
    assert most_moved(high, low, u) == pytest.approx(most, abs=1e-6)


def test_what_is_known_exactly_moves_only_across_the_limit() -> None:
    assert most_moved(0.3, 0.1, 0.0) == 0.0
    assert most_moved(0.3, -0.1, 0.0) == 1.0
    assert most_moved(-0.1, -0.3, 0.5) == most_moved(math.inf, math.inf, 0.5) == 0.0


def site(premium: float, bread: float):
    held = {"content_t": 900.0, "capacity_t": 1500.0}
    return [
        cell("P", grade="premium", content={PROTEIN: Measured(premium, 0.15, DM, {"nir": 0.15})}, **held),
        cell("B", grade="milling", content={PROTEIN: Measured(bread, 0.15, DM, {"nir": 0.15})}, **held),
        cell("F", grade="feed", content={PROTEIN: Measured(10.5, 0.15, DM, {"nir": 0.15})}, **held),
    ]


def proposed(value: float, *, premium: float, bread: float) -> str | None:
    rich = {Analyte.PROTEIN: Measured(value, 0.22, DM, {"nir": 0.15})}
    return route(load(rich), site(premium, bread), PACK).cell


def test_a_rich_load_is_kept_for_the_cell_that_needs_it() -> None:
    assert proposed(12.0, premium=11.7, bread=11.9) == "P"
    assert proposed(12.0, premium=11.7, bread=11.05) == "B"


def test_a_poor_load_goes_where_the_cell_can_bear_it() -> None:
    assert proposed(10.6, premium=11.55, bread=11.9) == "B"
    assert proposed(10.6, premium=11.55, bread=11.05) == "F"
