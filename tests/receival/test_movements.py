"""Grain leaves, goes to another cell, is counted; what a cell holds is the sum of what moved."""

from itertools import count as count_from
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound, Refusal
from station.grain.identifiers import Regime
from station.grain.past import Grain
from station.grain.reasons import Code, Reason
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.masters.external import External
from station.receival.storage import cells, movements
from station.receival.storage.movements import Title
from station.store import audit, pages
from station.store.ids import new_id
from station.store.tables import AuditEvent, Cell, CellMovement, Weighing, WeighingUse
from tests.silo_rig import ANNE, MARC, Silo

CELLS = ("c1", "c3", "c5", "h1")
PAPERS = count_from(100)


def leave(silo: Silo, kg: float, cell: str = "c1", **over: Any) -> CellMovement:
    paper = over.pop("paper", f"BL-{next(PAPERS)}")
    return movements.move_out(silo.desk, cell, kg, "sale", paper, ANNE, silo.clock(), **over)


def shift(
    silo: Silo, kg: float, source: str, target: str, by: Any = ANNE, **over: Any
) -> tuple[CellMovement, CellMovement]:
    return movements.transfer(silo.desk, source, target, kg, "room", "", by, silo.clock(), **over)


def count(silo: Silo, kg: float, cell: str = "c1", by: Any = MARC, **over: Any) -> CellMovement:
    over = {"despite_kg": kg, **over}
    return movements.correct_inventory(silo.desk, cell, kg, "inventory", "", by, silo.clock(), **over)


def bring(
    silo: Silo, cell: str, kg: float, grain: Grain | None = None, **values: tuple[float, str, str | None]
) -> None:
    """As the closing of a load moves it."""
    moved = {name: {"value": v, "unit": unit, "basis": basis} for name, (v, unit, basis) in values.items()}
    at = silo.clock()
    with silo.desk.ledger.write() as tx:
        cells.move(
            tx,
            CellMovement(
                id=new_id(at), cell_id=cell, kind="in", kg=kg, values=moved,
                regime="owned", organisation="x", at=at, grain=grain.as_dict() if grain else {},
            ),
        )  # fmt: skip


def balance(silo: Silo, cell: str) -> float:
    with silo.desk.ledger.read() as tx:
        last = cells.last_movement(tx, cell)
    return last.content_kg if last else 0.0


def content(silo: Silo, cell: str) -> dict[str, Any]:
    with silo.desk.ledger.read() as tx:
        return cells.content_of(tx, cell)


def newest(silo: Silo) -> AuditEvent:
    with silo.desk.ledger.read() as tx:
        return tx.exec(select(AuditEvent).order_by(col(AuditEvent.seq).desc()).limit(1)).one()


def counts(silo: Silo) -> tuple[int, int]:
    with silo.desk.ledger.read() as tx:
        return len(tx.exec(select(CellMovement.id)).all()), audit.last_seq(tx)


def test_what_leaves_is_recorded_with_who_why_and_the_paper(silo: Silo) -> None:
    title = Title(Regime.DEPOSIT, "Union du Nord")
    row = leave(silo, 26_400, paper="BL-7", title=title, external=External("erp", "V-1"))
    assert (row.kind, row.kg, row.by) == ("out", -26_400, "anne")
    assert (row.reason, row.paper_number) == ("sale", "BL-7")
    assert (row.regime, row.organisation, row.external_ref) == ("deposit", "Union du Nord", "V-1")
    assert balance(silo, "c1") == 800_000 - 26_400
    event = newest(silo)
    assert (event.kind, event.by, event.terminal, event.subject_id) == (
        "grain_moved_out", "anne", "bridge house", row.id,
    )  # fmt: skip
    assert event.data == {
        "cell": "c1", "kg": -26_400, "reason": "sale", "paper_number": "BL-7", "weighings": [], "despite": [],
    }  # fmt: skip
    assert (leave(silo, 1).regime, leave(silo, 1).organisation) == ("owned", "Silo de Beauvoir")
    with pytest.raises(Conflict):
        leave(silo, 1, external=External("erp", "V-1"))


def test_the_quality_of_what_remains_is_what_it_was(silo: Silo) -> None:
    before = content(silo, "c1")
    row = leave(silo, 200_000)
    assert row.values["protein"] == {**before["protein"], "known_t": 200.0}
    assert content(silo, "c1")["protein"] == {**before["protein"], "known_t": 600.0}
    leave(silo, 600_000)
    assert content(silo, "c1") == {}
    assert balance(silo, "c1") == 0


def test_more_than_a_cell_is_known_to_hold_is_asked_about_and_then_recorded(silo: Silo) -> None:
    before = counts(silo)
    with pytest.raises(Conflict) as refused:
        leave(silo, 800_001)
    assert (refused.value.code, refused.value.params["content_kg"]) == (Fault.MORE_THAN_KNOWN, 800_000)
    with pytest.raises(Conflict):
        shift(silo, 1, "c5", "h1")
    assert counts(silo) == before
    leave(silo, 810_000, despite_kg=810_000)
    assert newest(silo).data["despite"] == ["more_than_known"]
    assert (balance(silo, "c1"), content(silo, "c1")) == (-10_000, {})
    count(silo, 5_000)
    assert balance(silo, "c1") == 5_000


def test_a_movement_out_rests_on_two_weighings_that_are_used_by_it(silo: Silo) -> None:
    empty, full = silo.weigh(15_000), silo.weigh(41_400)
    pair = (empty.id, full.id)
    for kg, ids in ((26_000, pair), (26_400, (full.id, empty.id)), (26_400, (full.id, full.id))):
        with pytest.raises(Invalid) as wrong:
            leave(silo, kg, weighings=ids)
        assert wrong.value.code is Fault.NOT_THE_DIFFERENCE
    row = leave(silo, 26_400, weighings=pair)
    assert (row.first_weighing_id, row.last_weighing_id) == pair
    assert newest(silo).data["weighings"] == list(pair)
    with silo.desk.ledger.read() as tx:
        assert {one.state for one in tx.exec(select(Weighing)).all()} == {"used"}
        uses = tx.exec(select(WeighingUse).order_by(col(WeighingUse.seq))).all()
        assert [(use.role, use.visit_id, use.by) for use in uses] == [
            ("first", None, "anne"), ("last", None, "anne"),
        ]  # fmt: skip
        assert pages.offered_weighings(tx, 0, 50) == []
    with pytest.raises(Conflict) as again:
        leave(silo, 26_400, weighings=pair)
    assert again.value.code is Fault.WEIGHING_USED
    with pytest.raises(Conflict):
        weighings.dismiss(silo.desk, full.id, "tractor", ANNE, silo.clock())
    with pytest.raises(NotFound):
        leave(silo, 26_400, weighings=("nothing", full.id))


def test_a_weight_whose_line_failed_is_asked_about_here_too(silo: Silo) -> None:
    empty, full = silo.weigh(15_000), silo.weigh(41_400)
    remark = Reason(Code.FAULT_DURING_MEASUREMENT, {"what": "parity"}).as_dict()
    with silo.desk.ledger.write() as tx:
        row = tx.get_one(Weighing, full.id)
        row.remarks = [remark]
        tx.add(row)
    with pytest.raises(Conflict) as asked:
        leave(silo, 26_400, weighings=(empty.id, full.id))
    assert asked.value.code is Fault.MEASURED_WITH_FAULT
    leave(silo, 26_400, weighings=(empty.id, full.id), despite_remarks=True)
    assert newest(silo).data["despite"] == [Code.FAULT_DURING_MEASUREMENT]


def test_a_transfer_is_two_movements_of_one_act(silo: Silo) -> None:
    bring(silo, "c5", 300_000, protein=(10.0, "%", "dm"), moisture=(14.0, "%", None))
    leaving, coming = shift(silo, 100_000, "c1", "c5")
    assert (leaving.cell_id, leaving.kg, coming.cell_id, coming.kg) == ("c1", -100_000, "c5", 100_000)
    assert leaving.transfer_id == coming.transfer_id == leaving.id
    assert (leaving.kind, coming.kind) == ("transfer", "transfer")
    assert (balance(silo, "c1"), balance(silo, "c5")) == (700_000, 400_000)
    assert content(silo, "c1")["protein"]["value"] == 11.6
    assert content(silo, "c5")["protein"] == {
        "value": pytest.approx(10.4), "unit": "%", "basis": "dm", "known_t": 400.0,
    }  # fmt: skip
    event = newest(silo)
    assert (event.kind, event.subject_id, event.data["to_cell"]) == ("grain_transferred", leaving.id, "c5")


def test_a_transfer_carries_no_more_knowledge_than_there_was(silo: Silo) -> None:
    """Protein is known of 100 of 400 t: of the 200 t that go it is known of 50."""
    bring(silo, "c5", 100_000, protein=(10.0, "%", "dm"))
    bring(silo, "c5", 300_000, moisture=(14.0, "%", None))
    shift(silo, 200_000, "c5", "c4")
    assert content(silo, "c4")["protein"]["known_t"] == 50.0
    assert content(silo, "c5")["protein"]["known_t"] == 50.0
    assert content(silo, "c4")["moisture"]["known_t"] == 150.0


def test_a_falling_number_that_cannot_be_known_stays_so_in_the_other_cell(silo: Silo) -> None:
    bring(silo, "c5", 100_000, falling_number=(280.0, "s", None))
    bring(silo, "c5", 10_000, falling_number=(45.0, "s", None))
    bring(silo, "h1", 50_000, falling_number=(300.0, "s", None))
    assert content(silo, "c5")["falling_number"]["value"] is None
    shift(silo, 20_000, "c5", "h1", by=MARC, despite_kg=20_000)
    assert content(silo, "h1")["falling_number"]["value"] is None


def test_falling_numbers_blend_by_liquefaction_in_a_transfer(silo: Silo) -> None:
    bring(silo, "c5", 200_000, falling_number=(400.0, "s", None))
    bring(silo, "c4", 100_000, falling_number=(220.0, "s", None))
    shift(silo, 100_000, "c5", "c4")
    assert content(silo, "c4")["falling_number"]["value"] == pytest.approx(278.85, abs=0.01)


@pytest.mark.parametrize(("source", "target"), [("q1", "c5"), ("c5", "c3")])
def test_what_may_never_be_blended_takes_a_manager(silo: Silo, source: str, target: str) -> None:
    """Out of quarantine, or grain that is not organic into the organic cell."""
    bring(silo, source, 10_000)
    with pytest.raises(NotAllowed) as refused:
        shift(silo, 1_000, source, target)
    assert (refused.value.code, refused.value.status) == (Fault.NEVER_BLEND_TRANSFER, 403)
    assert balance(silo, source) == 10_000
    with pytest.raises(Conflict):
        shift(silo, 1_000, source, target, by=MARC)
    shift(silo, 1_000, source, target, by=MARC, despite_kg=1_000)
    assert balance(silo, target) == 1_000


@pytest.mark.parametrize(
    ("source", "target", "grain"),
    [
        ("c5", "c4", Grain(("soft_wheat",), frozenset(), never_blend=True)),
        ("c3", "c3b", Grain(("soft_wheat",), frozenset())),  # not organic, so the cell has lost its claim
        ("c5", "c4", Grain(("durum",), frozenset())),
    ],
)
def test_a_transfer_asks_what_came_into_a_cell_not_what_it_was_meant_for(
    silo: Silo, source: str, target: str, grain: Grain
) -> None:
    with silo.desk.ledger.write() as tx:
        tx.add(Cell(id="c3b", name="C3b", species="soft_wheat", claims=["organic"], capacity_kg=300_000))
    bring(silo, source, 10_000, grain)
    with pytest.raises(NotAllowed) as refused:
        shift(silo, 1_000, source, target)
    assert (refused.value.code, balance(silo, source)) == (Fault.NEVER_BLEND_TRANSFER, 10_000)
    with pytest.raises(Conflict):
        shift(silo, 1_000, source, target, by=MARC)
    shift(silo, 1_000, source, target, by=MARC, despite_kg=1_000)
    assert balance(silo, target) == 1_000


def test_grain_that_is_spoilt_alike_may_be_brought_together(silo: Silo) -> None:
    spoilt = Grain(("soft_wheat",), frozenset(), never_blend=True)
    for cell in ("c5", "c4"):
        bring(silo, cell, 10_000, spoilt)
    shift(silo, 1_000, "c5", "c4")
    assert balance(silo, "c4") == 11_000


def test_another_species_takes_a_manager_and_a_hold_cell_takes_any(silo: Silo) -> None:
    with silo.desk.ledger.write() as tx:
        row = tx.get_one(Cell, "c5")
        row.species = "barley"
        tx.add(row)
    with pytest.raises(NotAllowed):
        shift(silo, 1_000, "c1", "c5")
    shift(silo, 1_000, "c1", "h1")


def test_an_inventory_sets_the_balance_and_leaves_the_quality(silo: Silo) -> None:
    row = count(silo, 780_000)
    assert (row.kind, row.kg, balance(silo, "c1")) == ("correction", -20_000, 780_000)
    assert content(silo, "c1")["protein"]["known_t"] == pytest.approx(780.0)
    assert count(silo, 790_000).kg == 10_000
    assert content(silo, "c1")["protein"] == {
        "value": 11.6, "unit": "%", "basis": "dm", "known_t": pytest.approx(790.0),
    }  # fmt: skip
    assert count(silo, 790_000).kg == 0
    event = newest(silo)
    assert (event.kind, event.by, event.data["counted_kg"]) == ("inventory_corrected", "marc", 790_000)
    count(silo, 0)
    assert content(silo, "c1") == {}


def test_only_a_manager_corrects_an_inventory(silo: Silo) -> None:
    before = counts(silo)
    with pytest.raises(NotAllowed) as refused:
        count(silo, 1_000, by=ANNE)
    assert refused.value.code is Fault.NOT_ALLOWED
    assert counts(silo) == before


def test_an_act_on_no_cell_or_into_itself_writes_nothing(silo: Silo) -> None:
    before = counts(silo)
    acts = (
        lambda: leave(silo, 1, "c9"),
        lambda: shift(silo, 1, "c1", "c9"),
        lambda: shift(silo, 1, "c9", "c1"),
        lambda: shift(silo, 1, "c1", "c1"),
        lambda: count(silo, 1, "c9"),
    )
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code in (Fault.UNKNOWN_CELL, Fault.SAME_CELL)
    assert counts(silo) == before


def test_a_truck_that_waits_is_proposed_a_cell_that_has_room_again(silo: Silo) -> None:
    """c1 is full until grain leaves it: the milling wheat that waits goes there then."""
    count(silo, 990_000)
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    before = silo.proposal(load)
    assert before is not None
    assert before.cell != "c1"
    leave(silo, 200_000)
    after = silo.proposal(load)
    assert after is not None
    assert after.cell == "c1"


kilograms = st.integers(1, 900_000).map(lambda tenths: tenths / 10)
acts = st.lists(
    st.tuples(
        st.sampled_from(("in", "out", "transfer", "correction")),
        st.sampled_from(CELLS),
        st.sampled_from(CELLS),
        kilograms,
    ),
    min_size=1,
    max_size=8,
)


@given(sequence=acts)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_a_cell_holds_is_the_sum_of_what_moved(
    silo: Silo, sequence: list[tuple[str, str, str, float]]
) -> None:
    """The sequences follow each other on one ledger."""
    expected = {cell: balance(silo, cell) for cell in CELLS}
    for kind, cell, other, kg in sequence:
        if kind == "in":
            bring(silo, cell, kg, moisture=(13.0, "%", None), falling_number=(kg / 1000 + 45, "s", None))
            expected[cell] += kg
        elif kind == "out":
            leave(silo, kg, cell, despite_kg=kg)
            expected[cell] -= kg
        elif kind == "correction":
            count(silo, kg, cell)
            expected[cell] = kg
        elif cell != other:
            shift(silo, kg, cell, other, by=MARC, despite_kg=kg)
            expected[cell] -= kg
            expected[other] += kg
    with silo.desk.ledger.read() as tx:
        sums = select(CellMovement.cell_id, func.sum(CellMovement.kg)).group_by(CellMovement.cell_id)
        moved = dict(tx.exec(sums).all())
        every = {cell: cells.content_of(tx, cell) for cell in CELLS}
    for cell in CELLS:
        assert balance(silo, cell) == pytest.approx(moved.get(cell, 0.0), abs=1e-3)
        assert balance(silo, cell) == pytest.approx(expected[cell], abs=1e-3)
        for value in every[cell].values():
            assert value["known_t"] >= 0
    assert sum(balance(silo, cell) for cell in CELLS) == pytest.approx(sum(moved.values()), abs=1e-2)
