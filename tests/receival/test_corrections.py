"""What was entered wrong is corrected until the ticket, and the audit says from what to what."""

import pytest
from sqlmodel import col, select

from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.identifiers import Regime
from station.receival.arrivals.corrections import Correction, LoadCorrection, correct_arrival
from station.receival.arrivals.visits import NewLoad
from station.store import queries
from station.store.tables import (
    AuditEvent,
    Decision,
    Load,
    LoadOwner,
    Reservation,
    Supplier,
    Vehicle,
    Visit,
)
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


def decided(silo: Silo, visit: Visit) -> Load:
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    [load] = silo.loads(visit)
    silo.decide(load)
    return load


def standing(silo: Silo, load: Load) -> tuple[Decision | None, list[str]]:
    """The decision that holds, and the cells in which something is reserved."""
    with silo.desk.ledger.read() as tx:
        open_ones = select(Reservation.cell_id).where(col(Reservation.released_at).is_(None))
        return queries.current_decision(tx, load.id), list(tx.exec(open_ones))


@pytest.mark.parametrize("wanted", [LoadCorrection("barley"), LoadCorrection(claims=("organic",))])
def test_a_decision_that_no_longer_holds_is_withdrawn_and_asked_for_again(
    silo: Silo, wanted: LoadCorrection
) -> None:
    visit = silo.arrive("AB-123-CD")
    load = decided(silo, visit)
    decision, _ = standing(silo, load)
    assert decision is not None
    correct(silo, visit, loads={load.id: wanted})
    assert standing(silo, load) == (None, [])
    proposal = silo.proposal(load)
    assert proposal is not None
    assert proposal.id != decision.proposal_id
    with silo.desk.ledger.read() as tx:
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "decision_withdrawn")).one()
    assert (event.by, event.load_id, event.subject_id) == ("anne", load.id, decision.id)
    assert event.data["cell"] == decision.cell
    assert event.data["against"]
    with pytest.raises(Conflict) as refused:
        silo.confirm(15_240, visit, "last")
    assert refused.value.code == Fault.LOAD_NOT_DECIDED
    again = silo.decide(load)
    assert standing(silo, load) == (again, [again.cell])


def test_a_decision_that_still_holds_stays(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", supplier="EARL Dupond")
    load = decided(silo, visit)
    before = standing(silo, load)
    correct(silo, visit, supplier="EARL Dupont", new_supplier=True)
    correct(silo, visit, loads={load.id: LoadCorrection(regime=Regime.DEPOSIT)})
    assert standing(silo, load) == before


def test_an_override_holds_as_long_as_nothing_new_speaks_against_it(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    [load] = silo.loads(visit)
    chosen = silo.decide(load, "h1", "p1")
    correct(silo, visit, loads={load.id: LoadCorrection(regime=Regime.DEPOSIT)})
    assert standing(silo, load) == (chosen, ["h1"])


def test_a_supplier_that_nobody_knows_is_asked_about(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", supplier="EARL Dupont")
    with pytest.raises(Conflict) as refused:
        correct(silo, visit, supplier="EARL Dupond")
    assert (refused.value.code, refused.value.params) == (
        Fault.NEW_SUPPLIER, {"names": ["EARL Dupond"], "near": ["EARL Dupont"]},
    )  # fmt: skip
    correct(silo, visit, supplier="earl DUPONT")
    correct(silo, visit, supplier="EARL Dupond", new_supplier=True)


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
