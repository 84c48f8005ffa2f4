"""The files in examples/ are what the README shows: they must work together and show why."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from station.grain.routing import route
from station.grain.rules import parse_rule_pack
from station.grain.wire import read_cells, read_facts

from .builders import codes

EXAMPLES = Path(__file__).parents[2] / "examples"
PACK = parse_rule_pack((EXAMPLES / "rules.toml").read_bytes().decode())
CELLS = read_cells((EXAMPLES / "cells.json").read_bytes())
SAMPLE = json.loads((EXAMPLES / "sample.json").read_bytes())


def routed(changes=None, cells=CELLS, **values):
    sample = json.loads(json.dumps(SAMPLE)) | (changes or {})
    for name, value in values.items():
        if value is None:
            del sample["values"][name]
        else:
            sample["values"][name] = {"value": value, "basis": "dm" if name == "protein" else None}
    return route(read_facts(json.dumps(sample)), cells, PACK)


def test_the_example_load_goes_to_the_started_milling_cell():
    found = routed()
    assert (found.cell, found.pit, found.hold, found.reasons) == ("C1", "P1", False, ())


def test_the_example_shows_why_not_for_every_kind_of_reason():
    against = {r.cell: codes(r.reasons)[0] for r in routed().refused}
    assert against == {
        "C3": "claim_required",
        "C6": "no_room",
        "C7": "wrong_cell_species",
        "H1": "not_a_hold_case",
        "Q1": "not_a_quarantine_case",
    }


@pytest.mark.parametrize(
    ("changes", "values", "expected"),
    [
        ({}, {"protein": 11.0}, "C1"),
        ({}, {"protein": 10.95}, "C1"),
        ({}, {"protein": 10.94}, "C5"),
        ({}, {"test_weight": 76.0}, "C1"),
        ({}, {"test_weight": 75.9}, "C4"),
        ({}, {"test_weight": 75.9, "moisture": 14.6}, "H1"),
        ({}, {"moisture": 15.0}, "C1"),
        ({}, {"moisture": 15.1}, "H1"),
        ({}, {"protein": None}, "H1"),
        ({}, {"temperature": None}, "C1"),
        ({}, {"falling_number": 180}, "C5"),
        ({}, {"don": 1000}, "C1"),
        ({}, {"don": 1001}, "Q1"),
        ({}, {"ergot": 0.1}, "Q1"),
        ({"claims": ["organic"]}, {}, "C3"),
        ({"claims": ["organic"]}, {"test_weight": 74.0}, None),
        ({"claims": ["organic"]}, {"test_weight": 74.1}, "C3"),
        ({"load_t": 190}, {}, "C2"),
        ({"load_t": 1200}, {}, None),
        ({"load_t": None}, {}, None),
        ({"species": "barley"}, {}, "H1"),
        ({"adverse": ["live_insects"]}, {}, "Q1"),
    ],
)
def test_the_shipped_limits_send_a_load_that_is_judged_alone_where_their_sources_say(
    changes, values, expected
):
    cells = [replace(cell, content={}) for cell in CELLS]
    assert routed(changes, cells, **values).cell == expected


def test_a_load_outside_a_limit_goes_where_the_example_s_content_carries_it():
    found = routed(protein=10.2)
    assert found.cell == "C1"
    assert found.ranked[0].after.content["protein"].value == 11.557111
    assert "cell_stays" in codes(found.ranked[0].reasons)
    assert "outside_limit" in codes(next(r.reasons for r in found.refused if r.cell == "C2"))


def test_every_shipped_criterion_names_its_source_and_don_is_never_blended():
    for grade in PACK.grades:
        assert all(c.source for c in grade.criteria)
        assert {c.kind for c in grade.criteria if c.analyte == "don"} == {"never_blend"}
        intake = {c.analyte.value for c in grade.criteria if c.required == "intake"}
        assert intake <= {"protein", "moisture", "test_weight"}
