"""What was entered wrong is corrected until the ticket, and the audit says from what to what."""

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.identifiers import Regime
from station.receival.corrections import Correction, LoadCorrection, correct_arrival
from station.receival.visits import NewLoad
from station.store import queries
from station.store.tables import AuditEvent, LoadOwner, Supplier, Vehicle, Visit
from tests.silo_rig import ANNE, Silo


def correct(silo: Silo, visit: Visit, **over: object) -> Visit:
    correction = Correction(**over)  # type: ignore[arg-type]
    return correct_arrival(silo.desk, visit.id, correction, ANNE, silo.clock())


def test_plate_supplier_and_owner_are_corrected_and_the_audit_names_no_person(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", supplier="EARL Dupond")
    after = correct(silo, visit, plate="AB-128-CD", supplier="EARL Dupont")
    assert after.plate == "AB-128-CD"
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Vehicle, after.vehicle_id).plate == "AB-128-CD"
        assert tx.get_one(Supplier, after.supplier_id).name == "EARL Dupont"
        [owner] = tx.exec(select(LoadOwner)).all()
        assert owner.supplier_id == after.supplier_id
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "arrival_corrected")).one()
    assert event.by == "anne"
    assert event.data["changes"] == {
        "vehicle": [visit.vehicle_id, after.vehicle_id], "supplier": [visit.supplier_id, after.supplier_id],
    }  # fmt: skip


def test_species_claims_and_regime_of_a_load_are_corrected_and_it_is_judged_anew(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    [load] = silo.loads(visit)
    wanted = LoadCorrection("barley", ("organic",), Regime.DEPOSIT)
    correct(silo, visit, loads={load.id: wanted})
    after = silo.load(load)
    assert (after.species, after.claims, after.regime) == ("barley", ["organic"], "deposit")
    with silo.desk.ledger.read() as tx:
        assert queries.samples_of(tx, load.id)[0].species == "barley"
    with pytest.raises(Invalid) as refused:
        correct(silo, visit, loads={load.id: LoadCorrection("hay")})
    assert refused.value.code == Fault.UNKNOWN_SPECIES


def test_a_decided_load_keeps_its_decision_beside_the_new_proposal(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    [load] = silo.loads(visit)
    decision = silo.decide(load)
    correct(silo, visit, loads={load.id: LoadCorrection("barley")})
    proposal = silo.proposal(load)
    assert proposal is not None
    assert proposal.id != decision.proposal_id
    with silo.desk.ledger.read() as tx:
        current = queries.current_decision(tx, load.id)
    assert current is not None
    assert current.id == decision.id


def test_after_its_ticket_nothing_is_corrected(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        visit = tx.exec(select(Visit)).one()
    with pytest.raises(Conflict) as refused:
        correct(silo, visit, plate="AB-128-CD")
    assert refused.value.code == Fault.VISIT_ENDED


def test_the_right_plate_may_be_on_site_already(silo: Silo) -> None:
    silo.arrive("AB-128-CD")
    visit = silo.arrive("AB-123-CD", NewLoad("barley"))
    with pytest.raises(Conflict) as refused:
        correct(silo, visit, plate="AB-128-CD")
    assert refused.value.code == Fault.VEHICLE_ON_SITE
    assert correct(silo, visit, plate="AB-128-CD", comes_again=True).plate == "AB-128-CD"
