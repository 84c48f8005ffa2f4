"""An instrument is not a port: swaps, histories, remarks, and what a failed line disturbed."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from drivers.disturbance import Disturbance
from drivers.reading import UNIT_OF, Analyte, Reading, Value
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.reasons import Code
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.measuring import instruments, pairings, readings
from station.receival.measuring.instruments import Description, Plugged, plugged
from station.receival.measuring.wiring import Wiring
from station.store import queries
from station.store.tables import AuditEvent, Instrument, PortAssignment, Weighing
from station.store.tables import Reading as ReadingRow
from tests.silo_rig import ANNE, GOOD, GOOD_NIR, SITE, START, Silo

LOANER = Description("GAC 2500 (loan)", "L-77", verified_until=date(2027, 3, 31))


def at_port(silo: Silo, port_id: str) -> Plugged:
    with silo.desk.ledger.read() as tx:
        return plugged(tx)[port_id]


def swap(silo: Silo, port_id: str = "gac", new: Description = LOANER) -> Plugged:
    return instruments.swap(silo.desk, port_id, new, "broken down", ANNE, silo.clock())


def reload(silo: Silo, **gac: object) -> None:
    """The station starts again with this description of the moisture meter."""
    bridge, meter, nir = SITE.instruments
    silo.load_site(instruments=[bridge, meter.model_copy(update=gac), nir])


def disturbed(silo: Silo, barcode: str | None = None) -> ReadingRow:
    frame = replace(silo.stored("gac"), disturbance=Disturbance.RECONNECTED)
    values = {Analyte.MOISTURE: Value(13.6, UNIT_OF[Analyte.MOISTURE])}
    reading = Reading("gac", "analysis", frame.frame, values, sample_id=barcode)
    return readings.take_reading(silo.desk, reading, frame)


def test_a_loaner_starts_its_own_history_and_readings_before_keep_theirs(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    before = silo.measure("gac", GOOD, "S1")
    loaner = swap(silo)
    after = silo.measure("gac", GOOD, "S1")
    assert before.instrument_id == "gac"
    assert after.instrument_id == loaner.instrument.id != "gac"
    assert before.port_id == after.port_id == "gac"
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Instrument, "gac").name == "GAC 2100"
        assert len(tx.exec(select(ReadingRow).where(ReadingRow.instrument_id == "gac")).all()) == 1


def test_a_swapped_instruments_values_count_by_the_sites_order_of_ports(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    swap(silo)
    silo.measure("gac", {"moisture": 13.1, "test_weight": 77.0}, "S1")
    silo.measure("nir", GOOD_NIR, "S1")
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    moisture = proposal.assessment["results"]["moisture"]
    assert (moisture["value"], moisture["instrument"]) == (13.1, "gac")


def test_the_repaired_instrument_comes_back_to_its_own_history(silo: Silo) -> None:
    reload(silo, serial_number="G-1")
    swap(silo)
    again = swap(silo, new=Description("GAC 2100", "G-1", verified_until=date(2028, 1, 1)))
    assert again.instrument.id == "gac"
    assert again.instrument.verified_until == date(2028, 1, 1)
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(PortAssignment).where(PortAssignment.port_id == "gac")).all()
        assert [row.by for row in rows] == [None, "anne", "anne"]
        assert [row.to_at is None for row in rows] == [False, False, True]


def test_a_restart_keeps_the_swap_until_the_file_names_another_instrument(silo: Silo) -> None:
    reload(silo, serial_number="G-1")
    loaner = swap(silo).instrument.id
    reload(silo, serial_number="G-1")
    assert at_port(silo, "gac").instrument.id == loaner
    reload(silo, serial_number="L-77")  # the file has caught up
    assert at_port(silo, "gac").instrument.id == loaner
    swap(silo, new=Description("GAC 2100", "G-1"))
    reload(silo, serial_number="L-77")  # the file says nothing new
    assert at_port(silo, "gac").instrument.id == "gac"
    reload(silo, serial_number="G-9")
    assert at_port(silo, "gac").instrument.id not in ("gac", loaner)


def test_a_serial_number_that_is_only_now_written_down_is_no_swap(silo: Silo) -> None:
    reload(silo, serial_number="G-1", verified_until=date(2027, 1, 1))
    now = at_port(silo, "gac").instrument
    assert (now.id, now.serial_number, now.verified_until) == ("gac", "G-1", date(2027, 1, 1))


def test_a_port_that_the_file_no_longer_names_is_unplugged_and_its_history_stays(silo: Silo) -> None:
    silo.load_site(instruments=SITE.instruments[:1])
    with silo.desk.ledger.read() as tx:
        assert set(plugged(tx)) == {"bridge"}
        assert len(instruments.history(tx)) == 3


@pytest.mark.parametrize(
    ("port_id", "new", "code"),
    [
        ("nowhere", LOANER, Fault.UNKNOWN_PORT),
        ("bridge", Description("Bridge", "TB-1"), Fault.SAME_INSTRUMENT),
    ],
)
def test_a_swap_that_cannot_be_is_refused(silo: Silo, port_id: str, new: Description, code: Fault) -> None:
    with pytest.raises((NotFound, Conflict)) as refused:
        swap(silo, port_id, new)
    assert refused.value.code is code


def test_an_instrument_is_plugged_in_at_one_port_only(silo: Silo) -> None:
    second = SITE.instruments[1].model_copy(update={"id": "gac2", "serial_number": "G-2"})
    silo.load_site(instruments=[*SITE.instruments, second])
    with pytest.raises(Conflict) as refused:
        swap(silo, "gac", Description("GAC", "G-2"))
    assert (refused.value.code, refused.value.params["port"]) == (Fault.INSTRUMENT_IN_USE, "gac2")


def test_a_loaners_message_number_is_not_taken_for_the_old_ones(silo: Silo) -> None:
    first = silo.measure("nir", GOOD_NIR, identity="1")
    swap(silo, "nir", Description("NIR loan", "N-2"))
    assert silo.measure("nir", GOOD_NIR, identity="1").id != first.id


def test_a_message_sent_again_after_the_swap_stays_one_row(silo: Silo) -> None:
    first = silo.measure("nir", GOOD_NIR, identity="1", data=b"{}")
    swap(silo, "nir", Description("NIR loan", "N-2"))
    assert silo.measure("nir", GOOD_NIR, identity="1", data=b"{}", sent_again=True).id == first.id


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Europe/Paris", "2026-07-20T21:59:00+00:00", date(2026, 7, 20)),
        ("Europe/Paris", "2026-07-20T22:00:00+00:00", date(2026, 7, 21)),
        ("", "2026-07-20T22:00:00+00:00", date(2026, 7, 20)),
    ],
)
def test_a_verification_ends_with_the_day_at_the_site(silo: Silo, zone: str, at: str, day: date) -> None:
    assert replace(silo.desk.policy, timezone=zone).day(datetime.fromisoformat(at)) == day


def test_an_expired_verification_is_told_with_every_value_and_blocks_nothing(silo: Silo) -> None:
    reload(silo, verified_until=START.date() - timedelta(days=1))
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    row = silo.measure("gac", GOOD, "S1")
    silo.measure("nir", GOOD_NIR, "S1")
    assert [remark["code"] for remark in row.remarks] == [Code.VERIFICATION_EXPIRED]
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    told = [reason["code"] for reason in proposal.assessment["results"]["moisture"]["reasons"]]
    assert Code.VERIFICATION_EXPIRED in told
    silo.decide(silo.loads(visit)[0])
    assert silo.confirm(15_240, visit, "last").tickets


def test_the_last_day_of_a_verification_counts(silo: Silo) -> None:
    reload(silo, verified_until=START.date())
    assert silo.measure("gac", GOOD).remarks == []


@pytest.mark.parametrize(("celsius", "told"), [(4.9, True), (5.0, False), (35.0, False), (41.5, True)])
def test_grain_outside_the_instruments_temperatures_is_told(silo: Silo, celsius: float, told: bool) -> None:
    reload(silo, grain_temperature_c=(5.0, 35.0))
    row = silo.measure("gac", {"moisture": 13.0, "temperature": celsius})
    assert [remark["code"] for remark in row.remarks] == [Code.GRAIN_TEMPERATURE_OUTSIDE] * told


def test_what_an_instrument_is_legal_for_is_kept_with_each_reading_until_the_site_file_says_otherwise(
    silo: Silo,
) -> None:
    reload(silo, legal_for=[Analyte.MOISTURE])
    before = silo.measure("gac", GOOD)
    reload(silo)
    assert (before.legal_for, silo.measure("gac", GOOD).legal_for) == (["moisture"], [])


OTHER_MODEL = Wiring("tesma-plus2", "tcp:127.0.0.1:9", {})


def test_another_model_is_the_legal_instrument_only_where_a_person_says_so(silo: Silo) -> None:
    reload(silo, legal_for=[Analyte.MOISTURE])
    with pytest.raises(Conflict) as refused:
        swap_other(silo, LOANER)
    assert refused.value.code is Fault.LEGAL_FOR_NOT_SAID
    assert refused.value.params == {"name": "GAC 2100", "analytes": ["moisture"]}
    assert at_port(silo, "gac").instrument.id == "gac"
    assert swap_other(silo, replace(LOANER, legal_for=())).instrument.legal_for == []
    swap(silo, new=Description("GAC 2100", "G-1"))
    said = replace(LOANER, serial_number="L-78", legal_for=("moisture",))
    assert swap_other(silo, said).instrument.legal_for == ["moisture"]
    assert silo.measure("gac", GOOD).legal_for == ["moisture"]


def test_the_same_model_is_legal_for_the_same(silo: Silo) -> None:
    reload(silo, legal_for=[Analyte.MOISTURE])
    assert swap(silo).instrument.legal_for == ["moisture"]


def swap_other(silo: Silo, new: Description) -> Plugged:
    return instruments.swap(silo.desk, "gac", new, "", ANNE, silo.clock(), wiring=OTHER_MODEL)


def test_the_instruments_uncertainty_comes_with_the_value(silo: Silo) -> None:
    nir = SITE.instruments[2].model_copy(update={"uncertainty": {Analyte.PROTEIN: 0.2}})
    silo.load_site(instruments=[*SITE.instruments[:2], nir])
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.measure("nir", GOOD_NIR, "S1")
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    results = proposal.assessment["results"]
    assert results["protein"]["u"] == pytest.approx(0.2 / (1 - 0.135), abs=1e-3)  # of the dry matter
    assert results["moisture"]["u"] is None


def test_an_analysis_from_a_failed_line_waits_until_a_person_confirms_it(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    row = disturbed(silo)
    with silo.desk.ledger.read() as tx:
        (waits,) = queries.unpaired(tx)
    assert (waits.code, waits.params) == (
        Code.FAULT_DURING_MEASUREMENT, {"what": "reconnected", "barcode": "S1"},
    )  # fmt: skip
    load = silo.loads(visit)[0]
    proposal = silo.proposal(load)
    assert proposal is None or "moisture" not in proposal.assessment["results"]
    with pytest.raises(Conflict) as refused:
        pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock())
    assert refused.value.code is Fault.MEASURED_WITH_FAULT
    pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock(), despite_remarks=True)
    assert last_event(silo, "exception_assigned").data["despite"] == [Code.FAULT_DURING_MEASUREMENT]
    proposal = silo.proposal(load)
    assert proposal is not None
    assert proposal.assessment["results"]["moisture"]["reading_id"] == row.id


def test_a_weight_whose_line_failed_is_offered_with_that_remark(silo: Silo) -> None:
    taken = disturbed_weight(silo)
    with silo.desk.ledger.read() as tx:
        row = tx.get_one(Weighing, taken.id)
    assert [remark["code"] for remark in row.remarks] == [Code.FAULT_DURING_MEASUREMENT]
    assert row.state == "offered"


def disturbed_weight(silo: Silo, kg: float = 43_120.0) -> Weighing:
    frame = replace(silo.stored("bridge"), disturbance=Disturbance.RECONNECTED)
    values = {Analyte.WEIGHT: Value(kg, UNIT_OF[Analyte.WEIGHT])}
    reading = Reading("toledo-continuous", "weight", frame.frame, values)
    return weighings.take_weighing(silo.desk, reading, "equal_readings", kg, frame)


def test_a_weight_whose_line_failed_counts_only_when_a_person_says_that_it_is_right(silo: Silo) -> None:
    visit, taken = silo.arrive("AB-123-CD"), disturbed_weight(silo)
    with pytest.raises(Conflict) as refused:
        weighings.confirm(silo.desk, taken.id, visit.id, "first", ANNE, silo.clock())
    assert refused.value.code is Fault.MEASURED_WITH_FAULT
    assert [one["code"] for one in refused.value.params["remarks"]] == [Code.FAULT_DURING_MEASUREMENT]
    assert silo.chain(visit) == []
    weighings.confirm(silo.desk, taken.id, visit.id, "first", ANNE, silo.clock(), despite_remarks=True)
    event = last_event(silo, "weighing_confirmed")
    assert (event.by, event.data["despite"]) == ("anne", [Code.FAULT_DURING_MEASUREMENT])


def test_a_remark_that_is_only_told_is_not_asked_about(silo: Silo) -> None:
    expired = Description("Bridge 2", "TB-2", verified_until=START.date() - timedelta(days=1))
    instruments.swap(silo.desk, "bridge", expired, "", ANNE, silo.clock())
    visit, taken = silo.arrive("AB-123-CD"), silo.weigh(43_120)
    assert [one["code"] for one in taken.remarks] == [Code.VERIFICATION_EXPIRED]
    weighings.confirm(silo.desk, taken.id, visit.id, "first", ANNE, silo.clock())
    assert last_event(silo, "weighing_confirmed").data["despite"] == []


def last_event(silo: Silo, kind: str) -> AuditEvent:
    with silo.desk.ledger.read() as tx:
        found = tx.exec(select(AuditEvent).where(AuditEvent.kind == kind)).all()
    return found[-1]


def test_a_new_verification_is_newer_than_the_site_file_until_that_says_another(silo: Silo) -> None:
    reload(silo, verified_until=date(2026, 7, 1))
    assert [remark["code"] for remark in silo.measure("gac", GOOD).remarks] == [Code.VERIFICATION_EXPIRED]
    again = Description("", verified_until=date(2028, 7, 1))
    instruments.describe_plugged(silo.desk, "gac", again, "sticker", ANNE, silo.clock())
    assert silo.measure("gac", GOOD).remarks == []
    reload(silo, verified_until=date(2026, 7, 1))  # the file says nothing new
    now = at_port(silo, "gac").instrument
    assert (now.id, now.name, now.verified_until) == ("gac", "GAC 2100", date(2028, 7, 1))
    reload(silo, verified_until=date(2027, 1, 1))
    assert at_port(silo, "gac").instrument.verified_until == date(2027, 1, 1)
    event = last_event(silo, "instrument_described")
    assert (event.by, event.data["verified_until"], event.data["note"]) == ("anne", "2028-07-01", "sticker")
