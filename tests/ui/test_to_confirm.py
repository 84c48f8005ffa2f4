"""What is to be confirmed is marked where it is read: on the load's line, about its values, on its cell."""

from typing import Any

import pytest

from station.api import schemas
from tests.silo_rig import START
from ui.tui.board import Board
from ui.tui.lines.lists import cell_notes
from ui.tui.lines.load import sections
from ui.tui.lines.queue import values_line
from ui.words.i18n import translator


def used(analyte: str, value: float, **over: Any) -> schemas.UsedValue:
    return schemas.UsedValue(
        analyte=analyte, value=value, unit="%", basis="as_is", device="nir", typed_by=None, at=START,
        reading_id="r", **over,
    )  # fmt: skip


@pytest.mark.parametrize(("language", "mark"), [("en", "to be confirmed"), ("fr", "à confirmer")])
def test_only_what_is_held_is_marked(language: str, mark: str) -> None:
    t = translator(language)
    values = [used("protein", 10.4, to_confirm=True), used("moisture", 13.6)]
    load = schemas.Load.model_construct(
        values=values, photo=[], captures=[], readings=[], proposal=None, decision=None, visual_check=None,
        declared_variety="", operator_variety="", model_variety="", lab_variety="", claims=[], owners=[],
        outcome_reason="",
    )  # fmt: skip
    first, second = values_line(load, t).split(" · ")
    assert mark in first
    assert mark not in second
    protein, moisture = sections(load, Board(), t)[0].entries
    assert protein[0].startswith("! ")
    assert [mark in entry[3] for entry in (protein, moisture)] == [True, False]
    assert not moisture[0].startswith("!")
    told = [entry for section in sections(load, Board(), t) for entry in section.entries]
    (warning,) = [entry for entry in told if isinstance(entry, str) and mark in entry]
    assert warning.startswith("! ")
    quality = {one.analyte: schemas.CellMeanNow(value=one.value, unit="%", basis="as_is") for one in values}
    cell = schemas.Cell.model_construct(
        quality=quality, to_confirm=["protein"], grade=None, role="normal", open=True, claims=[], pits=[],
        content_t=120.0,
    )  # fmt: skip
    assert cell_notes(cell, Board(), t).count(mark) == 1
