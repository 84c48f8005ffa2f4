"""Tractor and trailer are two identities; a tare is of the two together."""

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid
from station.receival.arrivals.corrections import Correction, correct_arrival
from station.receival.arrivals.visits import Arrival, NewLoad, enter_arrival
from station.receival.deciding import decisions
from station.receival.deciding.offers import offers_among, standing_visits
from station.store import batches, queries
from station.store.tables import AuditEvent, Vehicle, Visit
from tests.silo_rig import ANNE, Silo

TRACTOR, TRAILER, OTHER = "AB-123-CD", "XY-456-ZZ", "QR-789-ST"


def tares(silo: Silo, visit: Visit) -> list[float]:
    pair = (visit.vehicle_id, visit.trailer_id)
    with silo.desk.ledger.read() as tx:
        return batches.tares_kg(tx, [pair])[pair]


def enter(silo: Silo, plate: str = TRACTOR, trailer: str = "") -> Visit:
    arrival = Arrival(plate, "EARL Dupont", (NewLoad("soft_wheat"),), trailer=trailer)
    return enter_arrival(silo.desk, arrival, ANNE, silo.clock())


def known_by(silo: Silo, letters: str) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return [row.plate for row in queries.vehicles_like(tx, letters)]


def test_a_tare_is_of_the_tractor_with_this_trailer_and_no_other(silo: Silo) -> None:
    for trailer, tare_kg in ((TRAILER, 15_240), (OTHER, 17_000), ("", 8_100), (TRAILER, 15_300)):
        silo.receive(TRACTOR, tare_kg=tare_kg, trailer=trailer)
    assert tares(silo, silo.arrive(TRACTOR, trailer=TRAILER)) == [15_300, 15_240]
    assert tares(silo, silo.arrive(TRACTOR, trailer="xy 456 zz")) == [15_300, 15_240]
    assert tares(silo, silo.arrive(TRACTOR, trailer=OTHER)) == [17_000]
    assert tares(silo, silo.arrive(TRACTOR)) == [8_100]
    assert tares(silo, silo.arrive("EF-456-GH", trailer=TRAILER)) == []


def test_what_was_weighed_last_counts_not_who_arrived_last(silo: Silo) -> None:
    first, second = silo.arrive(TRACTOR), silo.arrive(TRACTOR)
    for visit in (second, first):
        silo.confirm(43_120, visit, "first")
        silo.measure_well(visit)
        silo.decide(silo.loads(visit)[0])
        silo.confirm(15_000 if visit is second else 15_200, visit, "last")
    assert tares(silo, first) == [15_200, 15_000]


def test_the_last_part_of_a_visit_weighed_apart_is_no_tare_of_the_vehicle(silo: Silo) -> None:
    visit = silo.arrive(TRACTOR, NewLoad("soft_wheat", barcode="S1"), NewLoad("soft_wheat", barcode="S2"))
    silo.confirm(26_000, visit, "first")
    silo.confirm(22_000, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    silo.confirm(9_000, visit, "intermediate", despite_remarks=True)
    silo.confirm(6_000, visit, "last", despite_remarks=True)
    assert tares(silo, visit) == []


def test_a_vehicle_weighed_again_full_is_one_vehicle(silo: Silo) -> None:
    visit = silo.arrive(TRACTOR)
    silo.confirm(43_120, visit, "first")
    silo.confirm(43_140, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    silo.confirm(15_240, visit, "last")
    assert tares(silo, visit) == [15_240]


def test_who_took_a_load_away_again_did_not_leave_empty(silo: Silo) -> None:
    visit = silo.arrive(TRACTOR, NewLoad("soft_wheat", barcode="S1"), NewLoad("soft_wheat", barcode="S2"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    kept, refused = silo.loads(visit)
    silo.decide(kept)
    decisions.refuse(silo.desk, refused.id, "insects", ANNE, silo.clock())
    silo.confirm(28_000, visit, "last", despite_remarks=True)
    assert tares(silo, visit) == []


def test_proposal_preselection_and_question_use_the_tare_of_the_pair(silo: Silo) -> None:
    silo.receive(TRACTOR, tare_kg=15_240, trailer=TRAILER)
    silo.receive(TRACTOR, tare_kg=9_000, trailer=OTHER)
    visit = silo.arrive(TRACTOR, trailer=TRAILER)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    proposal = silo.proposal(load)
    assert proposal is not None
    assert proposal.load_t == pytest.approx(43.12 - 15.24)
    silo.decide(load)
    with silo.desk.ledger.read() as tx:
        assert [
            offer.rank[0] for offer in offers_among(standing_visits(tx), 15_400) if offer.role == "last"
        ] == [0]
        assert [
            offer.rank[0] for offer in offers_among(standing_visits(tx), 9_000) if offer.role == "last"
        ] == [2]
    with pytest.raises(Conflict) as asked:
        silo.confirm(9_000, visit, "last")
    assert asked.value.code == Fault.UNUSUAL_TARE


def test_either_of_the_two_on_site_is_asked_about(silo: Silo) -> None:
    first = enter(silo, TRACTOR, TRAILER)
    for plate, trailer, is_here in ((TRACTOR, "", TRACTOR), ("EF-456-GH", TRAILER, TRAILER)):
        with pytest.raises(Conflict) as refused:
            enter(silo, plate, trailer)
        assert refused.value.code == Fault.VEHICLE_ON_SITE
        assert (refused.value.params["visit_id"], refused.value.params["plate"]) == (first.id, is_here)
    with pytest.raises(Conflict):
        enter(silo, TRAILER)
    with pytest.raises(Invalid) as same:
        enter(silo, "GH-111-IJ", "gh 111 ij")
    assert same.value.code == Fault.TRAILER_IS_VEHICLE


def test_the_pair_is_found_by_either_plate_and_the_trailer_is_no_vehicle_itself(silo: Silo) -> None:
    enter(silo, TRACTOR, TRAILER)
    assert known_by(silo, "ab1") == known_by(silo, "xy4") == known_by(silo, "") == [TRACTOR]
    with silo.desk.ledger.read() as tx:
        kept = tx.exec(select(Vehicle.is_trailer).order_by(Vehicle.plate)).all()  # type: ignore[arg-type]
    assert kept == [False, True]


def test_a_wrong_trailer_is_corrected_and_the_audit_names_no_plate(silo: Silo) -> None:
    silo.receive(TRACTOR, tare_kg=15_240, trailer=TRAILER)
    visit = enter(silo, TRACTOR)
    correct_arrival(silo.desk, visit.id, Correction(trailer=TRAILER), ANNE, silo.clock())
    right = silo.visit(visit)
    assert (right.trailer_plate, tares(silo, right)) == (TRAILER, [15_240])
    with silo.desk.ledger.read() as tx:
        (event,) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "arrival_corrected")).all()
    assert event.data == {"changes": {"trailer": [None, right.trailer_id]}}
    correct_arrival(silo.desk, visit.id, Correction(trailer=""), ANNE, silo.clock())
    assert silo.visit(visit).trailer_id is None


def test_plates_typed_the_wrong_way_round_are_corrected_at_once(silo: Silo) -> None:
    visit = enter(silo, TRAILER, TRACTOR)
    correct_arrival(silo.desk, visit.id, Correction(plate=TRACTOR, trailer=TRAILER), ANNE, silo.clock())
    right = silo.visit(visit)
    assert (right.plate, right.trailer_plate) == (TRACTOR, TRAILER)
    assert (right.vehicle_id, right.trailer_id) == (visit.trailer_id, visit.vehicle_id)


def test_a_trailer_that_is_on_site_is_asked_about_when_corrected(silo: Silo) -> None:
    enter(silo, TRACTOR, TRAILER)
    visit = enter(silo, "EF-456-GH")
    with pytest.raises(Conflict) as refused:
        correct_arrival(silo.desk, visit.id, Correction(trailer=TRAILER), ANNE, silo.clock())
    assert refused.value.code == Fault.VEHICLE_ON_SITE
    again = Correction(trailer=TRAILER, comes_again=True)
    correct_arrival(silo.desk, visit.id, again, ANNE, silo.clock())
    assert silo.visit(visit).trailer_plate == TRAILER


def test_the_ticket_prints_both_plates(silo: Silo) -> None:
    (ticket,) = silo.receive(TRACTOR, trailer=TRAILER).tickets
    assert (ticket.document["plate"], ticket.document["trailer"]) == (TRACTOR, TRAILER)
