"""A photo is asked for as the site says, nobody waits for it, and what was really taken is counted."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlmodel import select

from drivers.reading import Analyte
from station.grain.asking import Doubt, PhotoRule
from station.grain.reasons import Code
from station.receival.arrivals import visits
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import captures, pairings, readings
from station.receival.persons import people
from station.store.photos import PhotoCount, PhotosTaken, photos_taken
from station.store.tables import AuditEvent, Dispute, Load, Visit
from tests.receival.test_captures import PHOTO
from tests.silo_rig import ANNE, MARC, SITE, Silo


def asking(silo: Silo, **rule: object) -> Silo:
    return replace(silo, desk=replace(silo.desk, asking=PhotoRule(**rule)))  # type: ignore[arg-type]


def asked(silo: Silo, visit: Visit) -> list[str]:
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    return [reason["code"] for reason in proposal.photo_asked]


def photograph(silo: Silo, load: Load) -> None:
    phone, _ = people.add_terminal(silo.desk, f"phone {uuid4()}", "phone", silo.clock())
    form = {"barcode": silo.barcode(load)}
    captures.receive_capture(silo.desk, str(uuid4()), form, (PHOTO,), phone, silo.clock())


def decided(silo: Silo, plate: str, *, photo: bool = False, **over: object) -> Load:
    visit = silo.arrive(plate)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    if photo:
        photograph(silo, load)
    silo.decide(load, **over)  # type: ignore[arg-type]
    return load


def today(silo: Silo) -> PhotosTaken:
    with silo.desk.ledger.read() as tx:
        policy = silo.desk.policy
        return photos_taken(tx, policy.day_spans(policy.collecting_day(silo.clock.now)))


def test_without_a_word_of_the_site_no_photo_is_asked_for(silo: Silo) -> None:
    assert asked(silo, silo.arrive()) == []
    decided(silo, "EF-456-GH")
    assert today(silo).whole == PhotoCount(loads=1)


def test_one_that_is_asked_for_is_asked_from_the_arrival_on_and_decided_without(silo: Silo) -> None:
    silo = asking(silo, share=1.0)
    assert asked(silo, silo.arrive()) == [Code.PHOTO_OF_EVERY_LOAD]
    load = decided(silo, "EF-456-GH")
    with silo.desk.ledger.read() as tx:
        query = select(AuditEvent).where(AuditEvent.kind == "decision_made", AuditEvent.load_id == load.id)
        (event,) = tx.exec(query).all()
    assert event.data["photo"] == "not_taken"


def test_what_was_taken_is_counted_by_who_decided_and_by_reason(silo: Silo) -> None:
    decided(silo, "AA-000-AA", photo=True)
    silo = asking(silo, share=1.0)
    decided(silo, "AB-111-CD", photo=True)
    late = decided(silo, "AB-222-CD")
    decided(silo, "AB-333-CD", actor=MARC)
    cancelled = decided(silo, "AB-444-CD")
    visits.cancel_visit(silo.desk, cancelled.visit_id, "twice", ANNE, silo.clock())
    assert today(silo).whole == PhotoCount(loads=4, asked=3, taken=1, unasked=1)
    photograph(silo, late)
    found = today(silo)
    assert found.by_person == {
        ANNE.id: PhotoCount(loads=3, asked=2, taken=2, unasked=1),
        MARC.id: PhotoCount(loads=1, asked=1),
    }
    assert found.by_person[MARC.id].not_taken == 1
    assert found.by_reason == {Code.PHOTO_OF_EVERY_LOAD: PhotoCount(loads=3, asked=3, taken=2)}
    silo.clock.pass_(days=1)
    assert today(silo).whole == PhotoCount()


def test_a_load_that_is_decided_again_counts_once_as_it_was_decided_last(silo: Silo) -> None:
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    first = silo.decide(load)
    silo = asking(silo, share=1.0)
    silo.decide(load, "c5", "p1", actor=MARC, replaces=first.id)
    found = today(silo)
    assert found.whole == PhotoCount(loads=1, asked=1)
    assert list(found.by_person) == [MARC.id]


def test_what_is_asked_for_changes_no_question_that_stands_on_the_screen(silo: Silo) -> None:
    visit = silo.arrive()
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    before = silo.proposal(load)
    asking_now = asking(silo, share=1.0)
    assert before is not None
    asking_now.decide(load)  # it answers `before`, of which no photo was asked
    after = silo.proposal(load)
    assert after is not None
    assert (after.id, len(after.photo_asked)) == (before.id, 1)


def test_every_load_of_a_supplier_in_dispute_is_asked_for_until_it_is_closed(silo: Silo) -> None:
    silo = asking(silo, dispute=True)
    first = decided(silo, "AB-111-CD")
    dispute = Dispute(id="d1", load_id=first.id, reason="protein", at=silo.clock(), by=MARC.id)
    with silo.desk.ledger.write() as tx:
        tx.add(dispute)
    assert asked(silo, silo.arrive("AB-222-CD")) == [Code.PHOTO_IN_DISPUTE]
    assert asked(silo, silo.arrive("AB-333-CD", supplier="GAEC Martin")) == []
    with silo.desk.ledger.write() as tx:
        tx.get_one(Dispute, "d1").open = False
    assert asked(silo, silo.arrive("AB-444-CD")) == []


def test_doubts_are_of_values_that_were_typed_and_of_what_contradicts_the_declaration(silo: Silo) -> None:
    silo = asking(silo, doubt=frozenset(Doubt))
    visit = silo.arrive("AB-111-CD", NewLoad("soft_wheat", barcode="S1", declared_variety="Chevignon"))
    (load,) = silo.loads(visit)
    assert asked(silo, visit) == []
    readings.type_reading(silo.desk, "S1", {"moisture": (13.2, None)}, "", ANNE, silo.clock())
    assert asked(silo, visit) == [Code.PHOTO_NO_VALUE]
    silo.measure("gac", {"moisture": 13.2, "test_weight": 77.4}, "S1")
    assert asked(silo, visit) == []
    visits.see_variety(silo.desk, load.id, "KWS Extase", ANNE, silo.clock())
    reading = silo.measure("nir", {"protein": 10.4, "moisture": 13.2}, "S1", product="ORGE")
    pairings.assign(silo.desk, reading.id, "S1", ANNE, silo.clock(), reason="calibration mistaken")
    assert asked(silo, visit) == [Code.PHOTO_OTHER_VARIETY, Code.PHOTO_OTHER_PRODUCT]


@pytest.mark.parametrize(("value", "codes"), [(13.6, []), (14.95, [Code.PHOTO_NEAR_LIMIT])])
def test_a_value_near_a_limit_asks_for_a_photo(silo: Silo, value: float, codes: list[Code]) -> None:
    silo = asking(silo, doubt=frozenset({Doubt.NEAR_LIMIT}))
    exact = {"uncertainty": {Analyte.MOISTURE: 0.1}}
    silo.load_site(instruments=[one.model_copy(update=exact) for one in SITE.instruments])
    visit = silo.arrive("AB-111-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.measure("gac", {"moisture": value, "test_weight": 78.5}, "S1")
    assert asked(silo, visit) == codes
