"""The storage plan: a manager's word holds over the site file's; what lies there keeps its name."""

from typing import Any

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound, Refusal
from station.receival.storage import cells, movements, plans
from station.receival.storage.plan_standing import in_force
from station.receival.storage.plans import Planned
from station.site.file import Plan
from station.store.tables import AuditEvent, Cell, StoragePlan
from tests.silo_rig import ANNE, MARC, Silo

BARLEY = Planned(species="barley", grade="", target_t=400, expected={"2026-W29": 120.0})


def cell(silo: Silo, cell_id: str = "c4") -> Cell:
    with silo.desk.ledger.read() as tx:
        return tx.get_one(Cell, cell_id)


def rows(silo: Silo) -> list[StoragePlan]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(StoragePlan)))


def test_a_named_person_changes_in_july_what_an_empty_cell_is_for(silo: Silo) -> None:
    row = plans.set_plan(silo.desk, "c4", BARLEY, "more barley than expected", MARC, silo.clock())
    assert (row.by, row.why) == ("marc", "more barley than expected")
    with silo.desk.ledger.read() as tx:
        (state,) = [one for one in cells.states(tx) if one.id == "c4"]
    assert (state.species, state.grade, state.target_t) == ("barley", None, 400)
    silo.load_site()
    assert (cell(silo).species, cell(silo).target_kg) == ("barley", 400_000), "the site file says less"


def test_what_is_not_said_stays_and_every_change_is_kept(silo: Silo) -> None:
    plans.set_plan(silo.desk, "c4", BARLEY, "more barley", MARC, silo.clock())
    plans.set_plan(silo.desk, "c4", Planned(target_t=300), "the roof leaks", MARC, silo.clock())
    assert [(one.species, one.target_kg) for one in rows(silo)] == [
        ("barley", 400_000), ("barley", 300_000),
    ]  # fmt: skip
    assert rows(silo)[1].expected == {"2026-W29": 120.0}


def test_loads_go_where_the_plan_wants_them(silo: Silo) -> None:
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    before = silo.proposal(load)
    assert before is not None
    assert before.cell == "c1"
    plans.set_plan(silo.desk, "c1", Planned(target_t=810), "keep room", MARC, silo.clock())
    after = silo.proposal(load)
    assert after is not None
    assert after.cell == "c4"


@pytest.mark.parametrize(
    ("planned", "fault"),
    [
        (BARLEY, Fault.CELL_HOLDS_OTHER),
        (Planned(claims=("organic",)), Fault.CELL_HOLDS_CLAIM),
        (Planned(grade="organic_bread"), None),
        (Planned(target_t=799.9), Fault.TARGET_UNDER_CONTENT),
    ],
)
def test_a_plan_that_the_content_does_not_fit_waits_until_the_cell_is_empty(
    silo: Silo, planned: Planned, fault: Fault | None
) -> None:
    if fault is not None:
        with pytest.raises(Conflict) as told:
            plans.set_plan(silo.desk, "c1", planned, "why not", MARC, silo.clock())
        assert told.value.code is fault
        assert rows(silo) == []
    movements.move_out(silo.desk, "c1", 800_000, "sold", "", ANNE, silo.clock())
    plans.set_plan(silo.desk, "c1", planned, "empty now", MARC, silo.clock())
    assert len(rows(silo)) == 1


def test_a_grade_that_the_mean_does_not_meet_is_refused_with_the_value(silo: Silo) -> None:
    with silo.desk.ledger.write() as tx:
        row = cells.last_movement(tx, "c1")
        assert row is not None
        row.content = {**row.content, "protein": {**row.content["protein"], "value": 9.8}}
        tx.get_one(Cell, "c1").grade = "feed_wheat"
    with pytest.raises(Conflict) as told:
        plans.set_plan(silo.desk, "c1", Planned(grade="milling_no_2"), "try it", MARC, silo.clock())
    assert told.value.code is Fault.CELL_HOLDS_GRADE
    assert (told.value.params["analyte"], told.value.params["value"]) == ("protein", 9.8)


@pytest.mark.parametrize(
    ("cell_id", "planned", "kind", "fault"),
    [
        ("c9", BARLEY, NotFound, Fault.UNKNOWN_CELL),
        ("c4", Planned(species="maize"), Invalid, Fault.UNKNOWN_SPECIES),
        ("c4", Planned(species="barley", grade="intervention"), Invalid, Fault.GRADE_OF_OTHER_SPECIES),
        ("c4", Planned(grade="gold"), Invalid, Fault.UNKNOWN_GRADE),
        ("c4", Planned(grade=""), Invalid, Fault.GRADE_NOT_SAID),
        ("c4", Planned(claims=("organik",)), Invalid, Fault.UNKNOWN_CLAIM),
        ("c4", Planned(target_t=601), Invalid, Fault.TARGET_OVER_CAPACITY),
        ("c4", Planned(expected={"2026-W54": 1.0}), Invalid, Fault.NOT_A_WEEK),
    ],
)
def test_what_cannot_be_planned_has_its_sentence_and_changes_nothing(
    silo: Silo, cell_id: str, planned: Planned, kind: type[Refusal], fault: Fault
) -> None:
    with pytest.raises(kind) as told:
        plans.set_plan(silo.desk, cell_id, planned, "try it", MARC, silo.clock())
    assert told.value.code is fault
    assert rows(silo) == []


def test_an_operator_plans_nothing(silo: Silo) -> None:
    with pytest.raises(NotAllowed):
        plans.set_plan(silo.desk, "c4", BARLEY, "try it", ANNE, silo.clock())


def test_the_site_file_says_the_first_plan_and_a_person_holds_over_it(silo: Silo) -> None:
    def planned(**said: Any) -> list[Plan]:
        return [Plan(cell="c4", **said)]

    silo.load_site(plan=planned(target_t=500))
    silo.load_site(plan=planned(target_t=500))
    assert [(one.by, one.target_kg) for one in rows(silo)] == [(None, 500_000)], "said again is not said anew"
    plans.set_plan(silo.desk, "c4", Planned(target_t=200), "mid July", MARC, silo.clock())
    silo.load_site(plan=planned(target_t=550))
    with silo.desk.ledger.read() as tx:
        assert in_force(tx)["c4"].target_kg == 200_000
    silo.load_site(plan=[Plan(cell="c1", species="barley", grade="")])
    assert cell(silo, "c1").species == "soft_wheat", "it holds wheat"
    with silo.desk.ledger.read() as tx:
        waits = [one.data for one in tx.exec(select(AuditEvent)) if one.kind == "storage_plan_waits"]
    assert waits == [{"cell": "c1", "code": "cell_holds_other"}]
