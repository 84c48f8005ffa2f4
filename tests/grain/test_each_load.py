"""Wet grain is not hidden in a dry cell: a limit may say how far a single load may be out to be blended."""

from dataclasses import replace
from pathlib import Path

import pytest

import station
from drivers.reading import Analyte, Basis
from station.grain.cells import CellState, Facts, Measured
from station.grain.reasons import Code
from station.grain.routing import route
from station.grain.rules import RulePackError, parse_rule_pack
from tests.grain.packs import SHIPPED

WHEAT = Path(station.__path__[0]) / "rules" / "euronext_milling_wheat.toml"
PACK = SHIPPED["euronext_milling_wheat"]
DRY = CellState(
    "c1", ("p1",), 1_000.0, "soft_wheat", "milling_no_2", content_t=800.0,
    content={
        Analyte.MOISTURE: Measured(13.4, 0.1), Analyte.PROTEIN: Measured(12.4, 0.1, Basis.DRY_MATTER),
        Analyte.TEST_WEIGHT: Measured(78.0, 0.2),
    },
)  # fmt: skip


def proposed(moisture: float) -> tuple[str | None, set[Code]]:
    values = {
        Analyte.MOISTURE: Measured(moisture, 0.1), Analyte.PROTEIN: Measured(11.8, 0.2, Basis.DRY_MATTER),
        Analyte.TEST_WEIGHT: Measured(77.5, 0.4),
    }  # fmt: skip
    load = Facts("soft_wheat", frozenset(), 27.0, values)
    found = route(load, [DRY], PACK)
    against = {reason.code for refused in found.refused for reason in refused.reasons}
    return found.cell, against


@pytest.mark.parametrize("moisture", [15.0, 15.5, 16.0, 16.04])
def test_a_load_up_to_the_limit_for_each_is_blended(moisture: float) -> None:
    assert proposed(moisture)[0] == "c1"


@pytest.mark.parametrize("moisture", [16.05, 16.5, 18.0, 25.0, 60.0])
def test_a_load_beyond_it_goes_to_no_cell_however_dry_that_is(moisture: float) -> None:
    cell, against = proposed(moisture)
    assert cell is None
    assert Code.TOO_FAR_TO_BLEND in against


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        ("each = 16.0", "each = 14.0", "each_not_beyond"),
        ("each = 16.0", "each = 15.0", "each_not_beyond"),
        ("each = 16.0", "each = 16.05", "no_multiple"),
        (
            'kind = "blendable", sure = 0.9, each',
            'kind = "never_blend", sure = 0.9, each',
            "each_not_blended",
        ),
    ],
)
def test_a_limit_for_each_load_lies_beyond_that_of_the_mixture(was: str, now: str, code: str) -> None:
    text = WHEAT.read_text(encoding="utf-8").replace(was, now, 1)
    with pytest.raises(RulePackError) as wrong:
        parse_rule_pack(text)
    assert wrong.value.code == code


def test_a_balance_below_zero_makes_no_room() -> None:
    assert replace(DRY, content_t=-100.0, content={}).free_t == 1_000.0
