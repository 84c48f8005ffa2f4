import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Analyte, Basis
from station.grain.cells import Measured
from station.grain.wire import WireError, cells_as_dict, facts_as_dict, read_cells, read_facts

from .builders import MOISTURE, PROTEIN, cell, hold, load

CELL = {
    "id": "C1", "pits": ["P1"], "species": "soft_wheat", "grade": "milling", "capacity_t": 100,
    "content_t": 1.5, "reserved_t": 0, "content": {"protein": {"value": 11.5, "u": 0.1}},
    "claims": ["organic"], "open": True, "role": "normal",
}  # fmt: skip
SAMPLE = {
    "species": "soft_wheat",
    "claims": [],
    "load_t": 27,
    "values": {"protein": {"value": 11.8, "u": None, "basis": "dm"}, "moisture": {"value": 13, "u": 0.1}},
}


def cells_with(**changes):
    return json.dumps({"cells": [CELL, {**CELL, "id": "C2", **changes}]})


def sample_with(**changes):
    return json.dumps({**SAMPLE, **changes})


def test_a_cells_file_is_read_as_cells():
    found = read_cells(cells_with(role="hold", species=None, grade=None))
    assert [c.id for c in found] == ["C1", "C2"]
    assert found[0].claims == frozenset({"organic"})
    assert found[0].content == {PROTEIN: Measured(11.5, 0.1, Basis.DRY_MATTER)}
    assert (found[1].species, found[1].grade, found[1].role) == (None, None, "hold")


def test_only_id_pits_and_capacity_must_be_said_of_a_cell():
    (found,) = read_cells('{"cells": [{"id": "C", "pits": [], "capacity_t": 5}]}')
    assert (found.content_t, found.reserved_t, found.open, found.role) == (0.0, 0.0, True, "normal")


def test_a_sample_file_is_read_as_a_load():
    found = read_facts(sample_with(adverse=["smell"], declared={"don": {"value": 300}}))
    assert (found.species, found.load_t, found.adverse) == ("soft_wheat", 27.0, ("smell",))
    assert found.values[MOISTURE] == Measured(13.0, 0.1, None)
    assert found.declared[Analyte.DON].value == 300.0


def test_null_is_measured_badly_and_absent_is_not_measured():
    found = read_facts(sample_with(values={"protein": {"value": None}}, load_t=None))
    assert (found.badly, dict(found.values), found.load_t) == ((PROTEIN,), {}, None)


@pytest.mark.parametrize(
    ("changes", "where", "problem"),
    [
        ({"capacity_t": "100"}, "cells[1].capacity_t", "number"),
        ({"capacity_t": False}, "cells[1].capacity_t", "number"),
        ({"capacity_t": -1}, "cells[1].capacity_t", "greater than or equal to 0"),
        ({"role": "spare"}, "cells[1].role", "'hold'"),
        ({"open": "yes"}, "cells[1].open", "boolean"),
        ({"open": 1}, "cells[1].open", "boolean"),
        ({"species": "wheat"}, "cells[1].species", "soft_wheat"),
        ({"pits": "P1"}, "cells[1].pits", "array"),
        ({"pits": [1]}, "cells[1].pits[0]", "string"),
        ({"capacity": 1}, "cells[1].capacity", "not permitted"),
        ({"id": "C1"}, "cells[1].id", "already the id of cells[0]"),
        ({"content": {"humidity": {"value": 1}}}, "cells[1].content.humidity.[key]", "moisture"),
        ({"content": {"moisture": {"value": 130}}}, "cells[1].content.moisture.value", "outside"),
        ({"content": {"moisture": 13}}, "cells[1].content.moisture", "object"),
    ],
)
def test_a_wrong_cell_is_named_by_its_path(changes, where, problem):
    with pytest.raises(WireError) as caught:
        read_cells(cells_with(**changes))
    assert caught.value.where == where
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (sample_with(species="oat"), "species"),
        (sample_with(load_t=0), "load_t"),
        (sample_with(load_t=True), "load_t"),
        (sample_with(values={"protein": {"value": 11, "basis": "dry"}}), "values.protein.basis"),
        (sample_with(values={"protein": {"value": 111}}), "values.protein.value"),
        (sample_with(values={"protein": {"value": 11, "u": -1}}), "values.protein.u"),
        (sample_with(values={"protein": {"u": 1}}), "values.protein.value"),
        ('{"species": "barley", "load_t": NaN}', "load_t"),
        ("{}", "species"),
        ("[]", ""),
        ("{", ""),
        ("", ""),
    ],
)
def test_a_wrong_sample_is_named_by_its_path(text, where):
    with pytest.raises(WireError) as caught:
        read_facts(text)
    assert caught.value.where == where


def test_what_is_written_is_read_back_equal():
    cells = (
        cell(content_t=12.5, content={MOISTURE: Measured(13.0, 0.1)}, claims=frozenset({"seed"})),
        hold(),
    )
    assert read_cells(json.dumps(cells_as_dict(cells))) == cells
    facts = load(badly=(Analyte.OIL,), declared={Analyte.DON: Measured(200.0)}, adverse=("heat",))
    assert read_facts(json.dumps(facts_as_dict(facts))) == facts


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def outcome_of(text):
    try:
        return read_facts(text).species
    except WireError as error:
        return str(error)


@given(st.sampled_from(sorted(SAMPLE)), json_values)
def test_any_sample_is_read_or_refused_with_a_message(key, value):
    assert outcome_of(json.dumps({**SAMPLE, key: value}))


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_with_a_message(data):
    with pytest.raises(WireError):
        read_cells(data)
