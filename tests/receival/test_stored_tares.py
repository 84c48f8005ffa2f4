"""A stored tare is a real weighing that counts again: never a typed one, never too old, never in silence."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Refusal
from station.printing.ticket_text import ticket_text
from station.receival.bridge import weighings
from station.receival.bridge.stored_tares import end_tare, store_tare, use_tare
from station.receival.bridge.weighings import Confirmed
from station.store import batches
from station.store.tables import StoredTare, Ticket, Visit
from tests.silo_rig import ANNE, Silo


@pytest.fixture
def yard(silo: Silo) -> Silo:
    """The site lets stored tares count for 30 days."""
    silo.desk = replace(silo.desk, stored_tare_days=30)
    return silo


def stored(silo: Silo, plate: str = "AB-123-CD", tare_kg: float = 15_240, **over: str) -> StoredTare:
    return store_tare(silo.desk, silo.receive(plate, tare_kg=tare_kg, **over).weighing.id, ANNE, silo.clock())


def decided(silo: Silo, plate: str = "AB-123-CD", **over: str) -> Visit:
    visit = silo.arrive(plate, **over)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return visit


def use(silo: Silo, visit: Visit, tare: StoredTare, **over: Any) -> Confirmed:
    return use_tare(silo.desk, visit.id, tare.id, ANNE, silo.clock(), **over)


def refusal(act: Any) -> Refusal:
    with pytest.raises(Refusal) as error:
        act()
    return error.value


def test_it_is_the_last_weighing_of_a_visit_and_the_ticket_says_so(yard: Silo) -> None:
    tare = stored(yard)
    yard.clock.pass_(days=3)
    done = use(yard, decided(yard), tare)
    (ticket,) = done.tickets
    assert (ticket.net_kg, ticket.tare_kg) == (27_880, 15_240)
    said = ticket.document["tare"]
    assert (said["rule"], said["at"]) == ("stored_tare", tare.weighed_at.isoformat())
    assert [one["code"] for one in said["remarks"]] == ["stored_tare"]
    paper = ticket_text(ticket.document, "fr")
    assert "TARE ENREGISTRÉE" in paper
    assert "! Tare enregistrée du " in paper


def test_the_weight_that_repeats_it_names_the_real_one_and_is_no_new_tare(yard: Silo) -> None:
    tare = stored(yard)
    done = use(yard, decided(yard), tare)
    assert done.weighing.repeats_id == tare.weighing_id
    with yard.desk.ledger.read() as tx:
        assert batches.tares_kg(tx, [(tare.vehicle_id, None)]) == {(tare.vehicle_id, None): [15_240]}
    error = refusal(lambda: store_tare(yard.desk, done.weighing.id, ANNE, yard.clock()))
    assert error.code is Fault.TARE_NOT_MEASURED


def test_one_that_is_too_old_is_refused_and_nothing_is_written(yard: Silo) -> None:
    tare = stored(yard)
    yard.clock.pass_(days=31)
    visit, before = decided(yard), len(yard.tickets())
    assert refusal(lambda: use(yard, visit, tare)).code is Fault.TARE_TOO_OLD
    assert refusal(lambda: use(yard, visit, tare, despite_remarks=True)).code is Fault.TARE_TOO_OLD
    assert (len(yard.tickets()), len(yard.chain(visit))) == (before, 1)


def test_a_site_without_a_limit_of_age_uses_none(silo: Silo) -> None:
    weighing = silo.receive("AB-123-CD").weighing
    error = refusal(lambda: store_tare(silo.desk, weighing.id, ANNE, silo.clock()))
    assert error.code is Fault.NO_STORED_TARES


def test_it_belongs_to_the_vehicle_with_its_trailer(yard: Silo) -> None:
    tare = stored(yard, trailer="XY-456-ZZ")
    assert refusal(lambda: use(yard, decided(yard), tare)).code is Fault.TARE_NOT_OF_VEHICLE
    assert use(yard, decided(yard, trailer="XY-456-ZZ"), tare).tickets


def test_a_typed_weight_is_never_kept(yard: Silo) -> None:
    typed = weighings.type_weighing(yard.desk, 15_240, "", ANNE, yard.clock())
    error = refusal(lambda: store_tare(yard.desk, typed.id, ANNE, yard.clock(), plate="AB-123-CD"))
    assert error.code is Fault.TARE_NOT_MEASURED


def test_a_full_weight_is_no_tare(yard: Silo) -> None:
    visit = yard.arrive("AB-123-CD")
    gross = yard.confirm(43_120, visit, "first").weighing
    error = refusal(lambda: store_tare(yard.desk, gross.id, ANNE, yard.clock()))
    assert error.code is Fault.TARE_NOT_OF_VEHICLE


def test_an_empty_vehicle_is_weighed_for_it_without_a_visit(yard: Silo) -> None:
    empty = yard.weigh(15_300)
    tare = store_tare(yard.desk, empty.id, ANNE, yard.clock(), plate="AB-123-CD")
    (ticket,) = use(yard, decided(yard), tare).tickets
    assert ticket.net_kg == 27_820
    error = refusal(lambda: store_tare(yard.desk, empty.id, ANNE, yard.clock()))
    assert error.code is Fault.TARE_NOT_OF_VEHICLE


def test_a_new_one_takes_the_place_of_the_old_one_and_an_ended_one_is_gone(yard: Silo) -> None:
    old, new = stored(yard), stored(yard, tare_kg=15_400)
    with yard.desk.ledger.read() as tx:
        held = {row.id: row.ended_at is None for row in tx.exec(select(StoredTare))}
    assert held == {old.id: False, new.id: True}
    visit = decided(yard)
    assert refusal(lambda: use(yard, visit, old)).code is Fault.UNKNOWN_TARE
    end_tare(yard.desk, new.id, ANNE, yard.clock())
    assert refusal(lambda: use(yard, visit, new)).code is Fault.UNKNOWN_TARE


def test_what_is_not_decided_is_not_closed_by_it(yard: Silo) -> None:
    tare = stored(yard)
    visit = yard.arrive("AB-123-CD")
    assert refusal(lambda: use(yard, visit, tare)).code is Fault.NO_FIRST_WEIGHING
    yard.confirm(43_120, visit, "first")
    with pytest.raises(Conflict):
        use(yard, visit, tare)
    with yard.desk.ledger.read() as tx:
        assert len(tx.exec(select(Ticket)).all()) == 1
