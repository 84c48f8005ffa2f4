"""Grain is cleaned, dried and ventilated, an empty cell is cleaned; a cell keeps in mind what went in."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.reading import Analyte
from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed
from station.grain.cells import CellState
from station.receival.storage import cell_acts, cells, movements
from station.receival.storage.cell_acts import Drying, Said
from station.store.ids import new_id
from station.store.tables import CellMovement, Visit
from tests.receival.guarded import mouldy
from tests.silo_rig import ANNE, MARC, Silo
from ui.words.problems import problem

SAID = Said("harvest", "")
CELLS = ("c1", "c5", "h1")


def bring(silo: Silo, cell: str, kg: float, grain: dict[str, Any] | None = None, **values: float) -> None:
    units = {"moisture": "%", "impurities": "%", "protein": "%"}
    bases = {"protein": "dm"}
    at = silo.clock()
    row = CellMovement(
        id=new_id(at), cell_id=cell, kind="in", kg=kg, regime="owned", organisation="x", at=at,
        values={
            name: {"value": v, "unit": units[name], "basis": bases.get(name)} for name, v in values.items()
        },
        grain=grain or {},
    )  # fmt: skip
    with silo.desk.ledger.write() as tx:
        cells.move(tx, row)


def state(silo: Silo, cell: str) -> CellState:
    with silo.desk.ledger.read() as tx:
        return next(one for one in cells.states(tx) if one.id == cell)


def last(silo: Silo, cell: str) -> CellMovement:
    with silo.desk.ledger.read() as tx:
        row = cells.last_movement(tx, cell)
    assert row is not None
    return row


def dry(silo: Silo, cell: str, kg: float, low: float, high: float, **more: Any) -> tuple[CellMovement, ...]:
    return cell_acts.dry_grain(silo.desk, cell, Drying(kg, high, low, **more), SAID, MARC, silo.clock())


def clean(silo: Silo, cell: str) -> CellMovement:
    return cell_acts.clean_cell(silo.desk, cell, SAID, ANNE, silo.clock())


def empty(silo: Silo, cell: str) -> None:
    movements.correct_inventory(silo.desk, cell, 0.0, "emptied", "", MARC, silo.clock(), despite_kg=0.0)


def test_drying_takes_water_and_leaves_the_dry_matter(silo: Silo) -> None:
    bring(silo, "c5", 100_000, moisture=18.0, protein=12.0)
    (row,) = dry(silo, "c5", 100_000, 14.0, 18.0)
    assert row.kg == pytest.approx(100_000 * 82 / 86 - 100_000, abs=1e-3)
    assert (row.act["water_kg"], row.act["freinte_kg"]) == (pytest.approx(4651.163), 0.0)
    held = state(silo, "c5")
    assert held.content[Analyte.MOISTURE].value == 14.0
    assert held.content[Analyte.PROTEIN].value == 12.0
    assert held.content_t * 86 == pytest.approx(100 * 82)


def test_what_the_scale_misses_of_a_drying_is_freinte(silo: Silo) -> None:
    bring(silo, "c5", 100_000, moisture=18.0)
    (row,) = dry(silo, "c5", 100_000, 14.0, 18.0, measured_kg=95_000.0)
    assert row.act["freinte_kg"] == pytest.approx(95_348.837 - 95_000)
    assert last(silo, "c5").content_kg == 95_000


def test_a_part_is_dried_into_another_cell(silo: Silo) -> None:
    bring(silo, "c5", 100_000, {"species": ["soft_wheat"], "claims": []}, moisture=18.0)
    leaving, coming = dry(silo, "c5", 43_000, 14.0, 18.0, to_cell="h1")
    assert (leaving.kg, coming.kg, coming.transfer_id) == (-43_000, 41_000, leaving.id)
    assert state(silo, "h1").content[Analyte.MOISTURE].value == 14.0
    assert state(silo, "c5").content[Analyte.MOISTURE].value == 18.0
    assert last(silo, "h1").standing["species"] == ["soft_wheat"]


@pytest.mark.parametrize(
    ("kg", "low", "high", "measured"),
    [(9.0, 18.0, 14.0, None), (9.0, 14.0, 14.0, None), (9.0, 14.0, 18.0, 10.0)],
)
def test_grain_gains_nothing_in_a_dryer(
    silo: Silo, kg: float, low: float, high: float, measured: float | None
) -> None:
    with pytest.raises(Invalid) as refused:
        dry(silo, "c1", kg, low, high, measured_kg=measured)
    assert refused.value.code is (Fault.DRYING_WRONG if measured is None else Fault.MORE_CAME_OUT)
    title, _ = problem(refused.value.code, refused.value.params, "fr")
    assert "?" not in title
    with pytest.raises(Conflict):
        dry(silo, "c1", 800_001, 12.0, 13.0)
    assert last(silo, "c1").kind == "opening"


def test_waste_leaves_and_what_was_measured_then_is_what_the_cell_holds(silo: Silo) -> None:
    bring(silo, "c5", 100_000, impurities=3.0, moisture=14.0)
    row = cell_acts.clean_grain(silo.desk, "c5", 1_500, {Analyte.IMPURITIES: 1.2}, SAID, ANNE, silo.clock())
    assert (row.kind, row.content_kg, row.act["waste_kg"]) == ("grain_cleaning", 98_500, 1_500)
    held = state(silo, "c5").content
    assert (held[Analyte.IMPURITIES].value, held[Analyte.MOISTURE].value) == (1.2, 14.0)
    with pytest.raises(Conflict) as refused:
        cell_acts.clean_grain(silo.desk, "c5", 98_501, {}, SAID, ANNE, silo.clock())
    assert refused.value.code is Fault.MORE_THAN_KNOWN


def test_ventilation_moves_no_grain_and_says_how_warm_it_is(silo: Silo) -> None:
    row = cell_acts.ventilate(silo.desk, "c1", 12.0, 18.5, SAID, ANNE, silo.clock())
    assert (row.kg, row.content_kg, row.act["hours"]) == (0.0, 800_000, 12.0)
    assert state(silo, "c1").content[Analyte("temperature")].value == 18.5


def test_only_an_empty_cell_is_cleaned_and_a_broomful_counts_as_nothing(silo: Silo) -> None:
    with pytest.raises(Conflict) as refused:
        clean(silo, "c1")
    assert refused.value.code is Fault.CELL_NOT_EMPTY
    movements.move_out(silo.desk, "c1", 799_994, "sale", "", ANNE, silo.clock())
    assert clean(silo, "c1").content_kg == 0
    assert last(silo, "c1").standing == {}


def test_grain_that_honours_no_claim_takes_it_from_the_cell_until_it_is_emptied_and_cleaned(
    silo: Silo,
) -> None:
    bring(silo, "c3", 20_000, {"species": ["soft_wheat"], "claims": ["organic"]})
    assert state(silo, "c3").claims == {"organic"}
    with pytest.raises(Conflict) as asked:
        movements.transfer(silo.desk, "c1", "c3", 1_000, "by mistake", "", MARC, silo.clock())
    assert (asked.value.code, asked.value.params["claims"]) == (Fault.CLAIMS_GIVEN_UP, ["organic"])
    assert state(silo, "c3").claims == {"organic"}
    movements.transfer(silo.desk, "c1", "c3", 1_000, "by mistake", "", MARC, silo.clock(), despite_kg=1_000)
    assert state(silo, "c3").claims == frozenset()
    empty(silo, "c3")
    assert state(silo, "c3").claims == frozenset()
    clean(silo, "c3")
    assert state(silo, "c3").claims == {"organic"}


def test_a_cell_that_took_quarantine_grain_takes_nothing_until_it_is_emptied_and_cleaned(silo: Silo) -> None:
    bring(silo, "q1", 10_000, {"species": ["soft_wheat"], "claims": []})
    with pytest.raises(NotAllowed):
        movements.transfer(silo.desk, "q1", "c5", 1_000, "room", "", ANNE, silo.clock())
    for source, target, kg in (("q1", "c5", 1_000), ("c5", "h1", 500)):
        with pytest.raises(Conflict) as asked:
            movements.transfer(silo.desk, source, target, kg, "room", "", MARC, silo.clock())
        assert asked.value.code is Fault.SPOILS_CELL
        movements.transfer(silo.desk, source, target, kg, "room", "", MARC, silo.clock(), despite_kg=kg)
    assert [one.code for one in state(silo, "c5").barred] == ["cell_never_blend"]
    assert state(silo, "h1").barred
    assert not state(silo, "q1").barred
    empty(silo, "c5")
    assert state(silo, "c5").barred
    clean(silo, "c5")
    assert not state(silo, "c5").barred


def test_a_load_that_a_manager_put_where_it_may_never_be_blended_bars_the_cell(silo: Silo) -> None:
    load = mouldy(silo)
    silo.decide(load, "c5", "p1", actor=MARC)
    with silo.desk.ledger.read() as tx:
        visit = tx.get_one(Visit, load.visit_id)
    silo.confirm(15_240, visit, "last")
    assert [one.code for one in state(silo, "c5").barred] == ["cell_never_blend"]
    assert last(silo, "c5").grain["never_blend"]


weights = st.integers(1, 3_000_000).map(lambda grams: grams / 10)
moistures = st.integers(80, 250).map(lambda tenths: tenths / 10)
acts = st.lists(
    st.tuples(
        st.sampled_from(("in", "out", "transfer", "correction", "drying", "drying_to", "cleaning", "waste")),
        st.sampled_from(CELLS), st.sampled_from(CELLS), weights, moistures, moistures,
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(sequence=acts)
@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_mass_is_kept_to_the_gram_and_nothing_goes_below_zero_unasked(
    silo: Silo, sequence: list[tuple[str, str, str, float, float, float]]
) -> None:
    """The sequences follow each other on one ledger."""
    expected = {cell: round(kg_in(silo, cell), 3) for cell in CELLS}
    for kind, cell, other, kg, one, two in sequence:
        with suppress(Conflict, Invalid):  # more than is known, not empty, no drying: nothing is written
            _act(silo, expected, kind, cell, other, kg, one, two)
        for name in CELLS:
            assert kg_in(silo, name) == pytest.approx(expected[name], abs=5e-4)
            assert kg_in(silo, name) > -1e-3
            for value in last(silo, name).content.values() if kg_in(silo, name) else ():
                assert 0 <= value["known_t"] <= kg_in(silo, name) / 1000 + 1e-6


def kg_in(silo: Silo, cell: str) -> float:
    with silo.desk.ledger.read() as tx:
        row = cells.last_movement(tx, cell)
    return row.content_kg if row else 0.0


def _act(
    silo: Silo,
    expected: dict[str, float],
    kind: str,
    cell: str,
    other: str,
    kg: float,
    one: float,
    two: float,
) -> None:
    if kind == "in":
        bring(silo, cell, kg, {"species": ["soft_wheat"], "claims": []}, moisture=one)
        expected[cell] += kg
    elif kind == "out":
        movements.move_out(silo.desk, cell, kg, "sale", "", ANNE, silo.clock())
        expected[cell] -= kg
    elif kind == "transfer":
        movements.transfer(silo.desk, cell, other, kg, "room", "", MARC, silo.clock())
        expected[cell] -= kg
        expected[other] += kg
    elif kind == "correction":
        movements.correct_inventory(silo.desk, cell, kg, "counted", "", MARC, silo.clock(), despite_kg=kg)
        expected[cell] = kg
    elif kind == "waste":
        cell_acts.clean_grain(silo.desk, cell, kg, {}, SAID, ANNE, silo.clock())
        expected[cell] -= kg
    elif kind == "cleaning":
        clean(silo, cell)
        expected[cell] = 0.0
    else:
        into = cell if kind == "drying" else other
        rows = dry(silo, cell, kg, two, one, to_cell=into)
        masses = rows[0].act
        assert masses["kg_in"] * (100 - one) == pytest.approx(masses["kg_computed"] * (100 - two), abs=0.06)
        assert masses["kg_in"] == pytest.approx(
            masses["kg_out"] + masses["water_kg"] + masses["freinte_kg"], abs=1e-6
        )
        expected[cell] -= kg
        expected[into] += masses["kg_out"]
