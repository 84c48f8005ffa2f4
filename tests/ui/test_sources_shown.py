"""A value shows how well it is known and of what it is made: on the terminal, and on the load's page."""

from typing import Any

from station.api import schemas
from tests.silo_rig import START
from ui.tui.board import Board
from ui.tui.lines.load import sections
from ui.web.pages.load_tables import _sources
from ui.words.i18n import translator

PARTS = [
    schemas.ValuePart(kind="instrument", name="nir", value=11.8, u=0.2, weight=0.8),
    schemas.ValuePart(kind="photo", name="phone 1 wheat 1", value=12.2, u=0.45, weight=0.2),
]


def protein(**over: Any) -> schemas.UsedValue:
    return schemas.UsedValue(
        analyte="protein", value=11.88, unit="%", basis="dm", device="nir", typed_by=None, at=START,
        reading_id="r", **over,
    )  # fmt: skip


def evidence(used: schemas.UsedValue) -> tuple[str, ...]:
    load = schemas.Load.model_construct(
        values=[used], photo=[], captures=[], readings=[], proposal=None, decision=None, visual_check=None,
        declared_variety="", operator_variety="", model_variety="", lab_variety="", claims=[], owners=[],
        outcome_reason="",
    )  # fmt: skip
    (entry,) = sections(load, Board(), translator("fr"))[0].entries
    assert not isinstance(entry, str)
    return tuple(entry)


def test_the_terminal_tells_the_uncertainty_and_the_sources_of_a_value() -> None:
    entry = evidence(protein(u=0.18, parts=PARTS))
    assert entry[1].replace("\N{NO-BREAK SPACE}", " ") == "11,9 % ± 0,18"
    assert entry[3] == "nir + photo"
    alone = evidence(protein(parts=PARTS[1:], by_photo=True))
    assert (alone[3], "±" in alone[1]) == ("photo", False)


def test_the_page_tells_each_source_with_its_own_value() -> None:
    shown = _sources(protein(parts=PARTS), translator("fr"))
    assert shown.casefold() == "nir 11,8 ± 0,2, photo 12,2 ± 0,45"
    assert _sources(protein(), translator("fr")).casefold() == "nir"
