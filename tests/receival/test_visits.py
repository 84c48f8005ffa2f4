"""Arrivals are entered whole or not at all; names that are the same are one; visits end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.receival import visits
from station.receival.visits import Arrival, NewLoad
from station.store import queries
from station.store.tables import LoadOwner, Supplier, Visit
from tests.silo_rig import ANNE, Silo


def test_two_spellings_of_a_supplier_and_a_plate_are_one(silo: Silo) -> None:
    first = silo.arrive("AB-123-CD", supplier="EARL Dupont")
    second = silo.arrive("ab 123 cd", supplier="Earl  DUPONT")
    assert (first.supplier_id, first.vehicle_id) == (second.supplier_id, second.vehicle_id)
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Supplier, first.supplier_id).external_id == "F0012"


def test_names_without_letters_stay_different(silo: Silo) -> None:
    assert silo.arrive(supplier="***").supplier_id != silo.arrive(supplier="???").supplier_id


def test_an_owner_named_twice_has_both_shares(silo: Silo) -> None:
    load = NewLoad("soft_wheat", owners=(("Martin", 0.25), ("MARTIN", 0.25), ("Leroy", 0.5)))
    visit = silo.arrive("AB-123-CD", load)
    with silo.desk.ledger.read() as tx:
        found = tx.exec(select(LoadOwner).where(LoadOwner.load_id == silo.loads(visit)[0].id)).all()
    assert sorted(owner.share for owner in found) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("loads", "code"),
    [
        ((NewLoad("oats"),), Fault.UNKNOWN_SPECIES),
        ((NewLoad("soft_wheat", claims=("blessed",)),), Fault.UNKNOWN_CLAIM),
        ((NewLoad("soft_wheat", declared={"sugar": 1.0}),), Fault.UNKNOWN_ANALYTE),
        ((NewLoad("soft_wheat", declared={"moisture": 99.0}),), Fault.IMPLAUSIBLE_VALUE),
        ((NewLoad("soft_wheat", owners=(("Martin", 0.4),)),), Fault.SHARES_NOT_WHOLE),
        ((NewLoad("soft_wheat", share=0.5), NewLoad("barley", share=0.4)), Fault.SHARES_NOT_WHOLE),
        ((NewLoad("soft_wheat", share=0.5), NewLoad("barley")), Fault.SHARES_NOT_WHOLE),
    ],
)
def test_an_invalid_arrival_writes_nothing(silo: Silo, loads: tuple[NewLoad, ...], code: Fault) -> None:
    with pytest.raises(Invalid) as refused:
        silo.arrive("AB-123-CD", *loads)
    assert refused.value.code is code
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(Visit)).all() == []


def test_a_used_barcode_refuses_the_whole_arrival(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    with pytest.raises(Conflict) as refused:
        silo.arrive("EF-456-GH", NewLoad("soft_wheat"), NewLoad("soft_wheat", barcode="S1"))
    assert refused.value.code is Fault.BARCODE_USED
    with silo.desk.ledger.read() as tx:
        assert [visit.plate for visit in queries.open_visits(tx)] == ["AB-123-CD"]


def test_a_visit_written_on_paper_is_entered_at_its_real_time_but_never_ahead(silo: Silo) -> None:
    at = silo.clock()
    earlier = Arrival("AB-123-CD", "Dupont", (NewLoad("soft_wheat"),), arrived_at=at - timedelta(hours=3))
    visit = visits.enter_arrival(silo.desk, earlier, ANNE, at)
    assert (visit.arrived_at, visit.entered_at) == (at - timedelta(hours=3), at)
    later = Arrival("AB-123-CD", "Dupont", (NewLoad("soft_wheat"),), arrived_at=at + timedelta(seconds=1))
    with pytest.raises(Invalid):
        visits.enter_arrival(silo.desk, later, ANNE, at)


def test_without_declared_shares_loads_share_equally(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat"), NewLoad("soft_wheat"), NewLoad("barley"))
    assert [load.share for load in silo.loads(visit)] == [1 / 3] * 3


def test_a_cancelled_visit_ends_its_loads_and_cannot_be_cancelled_again(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat"), NewLoad("barley"))
    visits.cancel_visit(silo.desk, visit.id, "wrong plate", ANNE, silo.clock())
    assert {load.outcome for load in silo.loads(visit)} == {"cancelled"}
    assert silo.visit(visit).ended_at is not None
    with pytest.raises(Conflict):
        visits.cancel_visit(silo.desk, visit.id, "again", ANNE, silo.clock())
    with pytest.raises(NotFound):
        visits.cancel_visit(silo.desk, "nobody", "again", ANNE, silo.clock())


def test_what_the_operator_sees_never_replaces_what_was_declared(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", declared_variety="Chevignon"))
    load = silo.loads(visit)[0]
    visits.see_variety(silo.desk, load.id, "Rubisko", ANNE, silo.clock())
    load = silo.load(load)
    assert (load.declared_variety, load.operator_variety, load.model_variety, load.lab_variety) == (
        "Chevignon", "Rubisko", "", "",
    )  # fmt: skip


def test_a_declared_value_that_is_not_usual_is_asked_about(silo: Silo) -> None:
    wanted = (NewLoad("soft_wheat", declared={"moisture": 1.4}),)
    arrival = Arrival("AB-123-CD", "EARL Dupont", wanted)
    with pytest.raises(Conflict) as refused:
        visits.enter_arrival(silo.desk, arrival, ANNE, silo.clock())
    assert refused.value.code is Fault.UNUSUAL_VALUE
    visit = visits.enter_arrival(silo.desk, replace(arrival, despite_remarks=True), ANNE, silo.clock())
    assert silo.loads(visit)[0].declared == {"moisture": 1.4}
