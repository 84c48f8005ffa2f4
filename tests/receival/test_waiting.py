"""What comes without a barcode waits with odds, is settled by what comes later, and can be taken back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from drivers.reading import UNIT_OF, Analyte, Value
from drivers.reading import Reading as Measured
from station.acts.refusals import Conflict
from station.grain.reasons import Code, Reason
from station.receival.arrivals import taking_back
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import pairings, readings
from station.store import queries
from station.store.tables import AuditEvent, InstrumentOffset, Pairing, Reading
from tests.silo_rig import ANNE, GOOD, GOOD_NIR, MARC, Silo


@pytest.fixture
def by_odds(silo: Silo) -> Silo:
    silo.desk = replace(silo.desk, policy=replace(silo.desk.policy, pairing={"rule": "odds"}))
    return silo


def pairing(silo: Silo, reading: Reading) -> Pairing:
    with silo.desk.ledger.read() as tx:
        found = queries.pairing_of(tx, reading.id)
    assert found is not None
    return found


def test_two_that_stand_side_by_side_are_named_with_their_odds(by_odds: Silo) -> None:
    by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    by_odds.clock.pass_(seconds=35)
    by_odds.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    by_odds.clock.pass_(seconds=60)
    found = pairing(by_odds, by_odds.measure("gac", GOOD))
    assert (found.state, found.code) == ("unpaired", Code.SEVERAL_OPEN_SAMPLES)
    assert [one["barcode"] for one in found.params["candidates"]] == ["S1", "S2"]


def test_what_waits_is_settled_when_the_next_truck_is_measured_and_its_load_judged(by_odds: Silo) -> None:
    visit = by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    by_odds.confirm(43_120, visit, "first")
    by_odds.clock.pass_(seconds=75)
    row = by_odds.measure("gac", GOOD)
    nir = by_odds.measure("nir", GOOD_NIR)
    by_odds.clock.pass_(minutes=4)
    by_odds.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    by_odds.clock.pass_(seconds=75)
    by_odds.measure("gac", GOOD)
    for one in (row, nir):
        found = pairing(by_odds, one)
        assert (found.state, found.code) == ("paired", Code.PAIRED_BY_ODDS)
        assert found.params["odds"] >= found.params["sure"]
    proposal = by_odds.proposal(by_odds.loads(visit)[0])
    assert proposal is not None
    assert proposal.cell is not None


def test_a_person_who_assigns_one_settles_what_was_measured_beside_it(by_odds: Silo) -> None:
    by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    by_odds.clock.pass_(seconds=35)
    by_odds.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    by_odds.clock.pass_(seconds=60)
    first = by_odds.measure("gac", GOOD)
    by_odds.clock.pass_(seconds=15)
    second = by_odds.measure("nir", GOOD_NIR)
    pairings.assign(by_odds.desk, first.id, "S2", ANNE, by_odds.clock())
    assert pairing(by_odds, second).state == "paired"
    assert pairing(by_odds, second).params["barcode"] == "S2"


def test_what_was_paired_by_odds_is_taken_back_and_waits_for_a_person(by_odds: Silo) -> None:
    visit = by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    by_odds.clock.pass_(seconds=75)
    row = by_odds.measure("gac", GOOD)
    by_odds.clock.pass_(minutes=4)
    by_odds.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    by_odds.clock.pass_(seconds=75)
    by_odds.measure("gac", GOOD)
    assert pairing(by_odds, row).state == "paired"
    taking_back.restore_exceptions(by_odds.desk, [row.id], ANNE, by_odds.clock())
    by_odds.clock.pass_(seconds=20)
    by_odds.measure("nir", GOOD_NIR)
    found = pairing(by_odds, row)
    assert (found.state, found.code) == ("unpaired", Code.PAIRING_UNDONE)
    proposal = by_odds.proposal(by_odds.loads(visit)[0])
    assert proposal is not None
    assert "moisture" in str(proposal.result["reasons"])


def test_a_barcode_typed_wrong_by_one_letter_waits_and_names_the_sample(by_odds: Silo) -> None:
    pairing_of_site = {"rule": "odds", "typed": ["gac"]}
    by_odds.desk = replace(by_odds.desk, policy=replace(by_odds.desk.policy, pairing=pairing_of_site))
    by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S260017"))
    by_odds.clock.pass_(seconds=60)
    for device, is_named in (("gac", True), ("nir", False)):
        found = pairing(by_odds, by_odds.measure(device, GOOD, "S260018"))
        assert (found.state, found.code) == ("unpaired", Code.UNKNOWN_BARCODE)
        assert ("candidates" in found.params) is is_named


def at_its_own_time(silo: Silo, device_time: datetime) -> Reading:
    frame = silo.stored("gac", None)
    values = {Analyte(name): Value(value, UNIT_OF[Analyte(name)]) for name, value in GOOD.items()}
    measured = Measured("gac", "analysis", frame.frame, values, device_time=device_time.replace(tzinfo=None))
    return readings.take_reading(silo.desk, measured, frame)


def test_a_pairing_names_the_offset_by_which_its_reading_was_placed(by_odds: Silo) -> None:
    wrong = timedelta(minutes=4)
    for _ in range(4):
        by_odds.clock.pass_(minutes=2)
        row = at_its_own_time(by_odds, by_odds.clock() + wrong)
    kept = pairing(by_odds, row).params
    with by_odds.desk.ledger.read() as tx:
        (offset,) = tx.exec(select(InstrumentOffset)).all()
    assert kept["offset"] == offset.id
    assert offset.seconds == pytest.approx(-240, abs=0.1)
    measured = by_odds.clock() - timedelta(minutes=6)
    held_up = pairing(by_odds, at_its_own_time(by_odds, measured + wrong)).params
    assert held_up["late"]
    assert abs(datetime.fromisoformat(held_up["measured_at"]) - measured) < timedelta(seconds=1)


def test_a_manager_undoes_a_pairing_after_its_ticket(by_odds: Silo) -> None:
    visit = by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    by_odds.confirm(43_120, visit, "first")
    by_odds.clock.pass_(seconds=60)
    by_odds.measure("nir", GOOD_NIR, "S1")
    row = by_odds.measure("gac", GOOD)
    with by_odds.desk.ledger.write() as tx:
        sample = queries.sample_by_barcode(tx, "S1")
        assert sample is not None
        paired = Reason(Code.PAIRED_BY_ODDS, {"barcode": "S1", "odds": 0.9995})
        pairings.pair_with(tx, "reading", row.id, sample, paired, by_odds.clock(), None)
    by_odds.decide(by_odds.loads(visit)[0])
    by_odds.confirm(15_240, visit, "last")
    with pytest.raises(Conflict):
        taking_back.restore_exceptions(by_odds.desk, [row.id], ANNE, by_odds.clock())
    taking_back.restore_exceptions(by_odds.desk, [row.id], MARC, by_odds.clock())
    with by_odds.desk.ledger.read() as tx:
        event = tx.exec(select(AuditEvent).where(AuditEvent.kind == "assignment_undone")).one()
    assert event.load_id == by_odds.loads(visit)[0].id


def test_an_automatic_pairing_leaves_one_event(by_odds: Silo) -> None:
    by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    by_odds.clock.pass_(seconds=75)
    row = by_odds.measure("gac", GOOD)
    with by_odds.desk.ledger.read() as tx:
        events = tx.exec(select(AuditEvent).where(AuditEvent.subject_id == row.id)).all()
    assert [one.kind for one in events] == ["reading_received", "reading_paired"]


def test_what_nothing_else_disputes_is_settled_by_time_and_once(by_odds: Silo) -> None:
    by_odds.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    by_odds.clock.pass_(seconds=75)
    row = by_odds.measure("gac", GOOD)
    assert pairing(by_odds, row).state == "unpaired"
    by_odds.clock.pass_(minutes=8)
    by_odds.desk = replace(
        by_odds.desk, policy=replace(by_odds.desk.policy, pairing={"rule": "odds", "sure": 0.95})
    )
    pairings.settle_by_time(by_odds.desk, by_odds.clock())
    found = pairing(by_odds, row)
    assert (found.state, found.params["barcode"]) == ("paired", "S1")
    pairings.settle_by_time(by_odds.desk, by_odds.clock())
    assert pairing(by_odds, row).id == found.id
