"""Readings are recorded once, paired by rule, or wait in the exceptions with a reason."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import select

from drivers.reading import Analyte, Unit, Value
from drivers.reading import Reading as Measured
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.reasons import Code
from station.receival.arrivals import taking_back, visits
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import pairings, readings, samples
from station.receival.storage import cells
from station.store import queries
from station.store.tables import AuditEvent, Frame, Pairing, Reading
from tests.silo_rig import ANNE, GOOD, GOOD_NIR, Silo


def pairing(silo: Silo, reading: Reading) -> Pairing:
    with silo.desk.ledger.read() as tx:
        found = queries.pairing_of(tx, reading.id)
    assert found is not None
    return found


def waiting(silo: Silo) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return [one.code for one in queries.unpaired(tx)]


def test_a_reading_with_a_barcode_goes_to_its_sample(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    row = silo.measure("gac", GOOD, "S2", product="Wheat")
    found = pairing(silo, row)
    assert (found.state, found.code, found.params) == ("paired", Code.PAIRED_BY_BARCODE, {"barcode": "S2"})
    assert waiting(silo) == []


def test_a_reading_without_a_barcode_goes_to_the_only_sample_that_fits(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.arrive("EF-456-GH", NewLoad("barley", barcode="S2"))
    silo.clock.pass_(minutes=3)
    found = pairing(silo, silo.measure("gac", GOOD, product="Wheat"))
    assert (found.code, found.params["barcode"]) == (Code.PAIRED_BY_WINDOW, "S1")


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        (lambda silo: silo.measure("gac", GOOD, "S9"), Code.UNKNOWN_BARCODE),
        (lambda silo: silo.measure("gac", GOOD), Code.SEVERAL_OPEN_SAMPLES),
        (lambda silo: silo.measure("gac", GOOD, "S1", product="Barley"), Code.CONTRADICTS_DECLARATION),
    ],
)
def test_what_cannot_be_paired_waits_with_its_reason(
    silo: Silo, measure: Callable[[Silo], Reading], code: Code
) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S2"))
    row = measure(silo)
    assert waiting(silo) == [code]
    pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock(), reason="it is the bag of S1")
    found = pairing(silo, row)
    assert (found.state, found.code, found.by) == ("paired", Code.PAIRED_BY_PERSON, "anne")
    assert waiting(silo) == []
    with pytest.raises(NotFound):
        pairings.assign(silo.desk, row.id, "S2", ANNE, silo.clock())


@pytest.mark.parametrize(
    ("barcode", "product", "against"),
    [
        ("S9", None, ["other_barcode"]),
        ("S2", None, ["other_barcode"]),
        (None, "Barley", ["contradicts_declaration"]),
        ("S1", "Barley", ["contradicts_declaration"]),
        ("S9", "Barley", ["other_barcode", "contradicts_declaration"]),
    ],
)
def test_what_contradicts_the_sample_is_assigned_with_a_reason_only(
    silo: Silo, barcode: str | None, product: str | None, against: list[str]
) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    ended = silo.arrive("EF-456-GH", NewLoad("barley", barcode="S2"))
    visits.cancel_visit(silo.desk, ended.id, "wrong plate", ANNE, silo.clock())
    row = silo.measure("gac", GOOD, barcode, product=product)
    with pytest.raises(Conflict) as refused:
        pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock())
    assert refused.value.code is Fault.CONTRADICTS_SAMPLE
    assert [remark["code"] for remark in refused.value.params["remarks"]] == against
    assert pairing(silo, row).state == "unpaired"
    pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock(), reason="typed wrong")
    with silo.desk.ledger.read() as tx:
        kinds = select(AuditEvent).where(AuditEvent.kind == "exception_assigned")
        event = tx.exec(kinds).one()
    assert event.data["reason"] == "typed wrong"
    assert [why["code"] for why in event.data["against"]] == against


def test_a_sample_whose_load_has_ended_takes_a_value_with_a_reason_only(silo: Silo) -> None:
    barcode = silo.barcode(silo.loads(silo.receive("AB-123-CD").visit)[0])
    row = silo.measure("gac", GOOD, barcode)
    with pytest.raises(Conflict) as refused:
        pairings.assign(silo.desk, row.id, barcode, ANNE, silo.clock())
    assert [remark["code"] for remark in refused.value.params["remarks"]] == ["sample_closed"]
    assert pairings.assign(silo.desk, row.id, barcode, ANNE, silo.clock(), reason="late").state == "paired"


def test_a_waiting_value_becomes_a_courtesy_samples_and_its_barcode_may_still_be_a_loads(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("barley"))
    row = silo.measure("gac", GOOD, "X7", product="Barley")
    pairings.assign(silo.desk, row.id, "X7", ANNE, silo.clock(), as_courtesy=True)
    with silo.desk.ledger.read() as tx:
        sample = queries.sample_by_barcode(tx, "X7")
    assert sample is not None
    assert (sample.kind, sample.load_id, sample.species) == ("courtesy", None, "barley")
    load = silo.loads(visit)[0]
    with pytest.raises(Conflict) as refused:
        samples.enter_load_sample(silo.desk, load.id, "X7", ANNE, silo.clock())
    assert refused.value.code is Fault.BARCODE_USED
    taking_back.restore_exceptions(silo.desk, [row.id], ANNE, silo.clock())
    taken = samples.enter_load_sample(silo.desk, load.id, "X7", ANNE, silo.clock())
    assert (taken.id, taken.kind, taken.load_id) == (sample.id, "load", load.id)


def test_several_are_dismissed_together_or_not_at_all(silo: Silo) -> None:
    rows = [silo.measure("gac", GOOD, barcode) for barcode in ("X1", "X2", "X3")]
    with pytest.raises(NotFound):
        pairings.dismiss_all(silo.desk, [rows[0].id, "nobody"], "trial", ANNE, silo.clock())
    assert len(waiting(silo)) == 3
    pairings.dismiss_all(silo.desk, [rows[0].id, rows[2].id, rows[0].id], "trial", ANNE, silo.clock())
    assert [pairing(silo, row).state for row in rows] == ["dismissed", "unpaired", "dismissed"]


def test_after_the_window_nothing_pairs_without_a_barcode(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.clock.pass_(minutes=16)
    assert pairing(silo, silo.measure("gac", GOOD)).code == Code.NO_OPEN_SAMPLE


def test_a_clock_that_jumps_back_pairs_nothing_by_time(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.clock.pass_(hours=-2)
    assert pairing(silo, silo.measure("gac", GOOD)).state == "unpaired"
    assert pairing(silo, silo.measure("gac", GOOD, "S1")).state == "paired"


def test_after_a_clock_that_jumped_back_the_day_goes_on_in_order(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    silo.clock.pass_(hours=-5)
    second = silo.receive("EF-456-GH").tickets[0]
    assert second.number == 2
    with silo.desk.ledger.read() as tx:
        c1 = next(cell for cell in cells.states(tx) if cell.id == "c1")
    assert c1.content_t == pytest.approx(800 + 2 * 27.88)


def test_a_dismissed_reading_stays_recorded_and_waits_no_longer(silo: Silo) -> None:
    row = silo.measure("gac", GOOD, "S9")
    pairings.dismiss_all(silo.desk, [row.id], "cleaning run", ANNE, silo.clock())
    found = pairing(silo, row)
    assert (found.state, found.code, found.params) == ("dismissed", Code.DISMISSED, {"text": "cleaning run"})
    with silo.desk.ledger.read() as tx:
        assert tx.get(Reading, row.id) is not None
        history = tx.exec(select(Pairing).where(Pairing.item_id == row.id)).all()
    assert sorted(one.state for one in history) == ["dismissed", "unpaired"]
    assert [one.current for one in history].count(True) == 1


def test_a_message_with_an_identity_that_comes_twice_is_one_row(silo: Silo) -> None:
    first = silo.measure("nir", GOOD_NIR, identity="m-1")
    again = silo.measure("nir", GOOD_NIR, identity="m-1")
    other = silo.measure("nir", GOOD_NIR, identity="m-2")
    assert first.id == again.id != other.id


def test_a_message_sent_again_is_looked_for_among_the_newest_of_its_port_only(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker gives again what one connection left, and a whole campaign is long."""
    monkeypatch.setattr(readings, "RESENT", 3)
    rows = [silo.measure("nir", GOOD_NIR, data=b'{"n": %d}' % number) for number in range(5)]
    for _ in range(5):
        silo.measure("gac", GOOD)
    again = [
        silo.measure("nir", GOOD_NIR, data=b'{"n": %d}' % number, sent_again=True) for number in (2, 3, 4)
    ]
    assert [row.id for row in again] == [row.id for row in rows[2:]]
    assert silo.measure("nir", GOOD_NIR, data=b'{"n": 1}', sent_again=True).id != rows[1].id


def test_an_equal_message_is_the_same_only_when_it_says_that_it_was_sent_again(silo: Silo) -> None:
    first = silo.measure("nir", GOOD_NIR, data=b"{}")
    assert silo.measure("nir", GOOD_NIR, data=b"{}", sent_again=True).id == first.id
    assert silo.measure("nir", GOOD_NIR, data=b"{}").id != first.id  # measured twice with equal results


def test_a_frame_tried_again_after_an_error_is_one_row(silo: Silo) -> None:
    frame = silo.stored("gac")
    reading = Measured("gac", "analysis", frame.frame, {Analyte.MOISTURE: Value(13.0, Unit.PERCENT)})
    rows = {readings.take_reading(silo.desk, reading, frame).id for _ in range(3)}
    assert len(rows) == 1
    with silo.desk.ledger.read() as tx:
        assert len(tx.exec(select(Frame)).all()) == 1


def test_a_reading_keeps_its_bytes_and_where_they_lie(silo: Silo) -> None:
    row = silo.measure("gac", GOOD, data=b"GAC,13.6\r\n")
    with silo.desk.ledger.read() as tx:
        frame = tx.get_one(Frame, row.frame_id)
    assert (frame.data, frame.segment) == (b"GAC,13.6\r\n", "gac/1")


def test_the_decision_makes_later_readings_evidence_only(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    decision = silo.decide(load)
    late = silo.measure("gac", {"moisture": 22.0, "test_weight": 60.0}, "S1")
    assert pairing(silo, late).state == "paired"
    proposal = silo.proposal(load)
    assert proposal is not None
    assert proposal.id == decision.proposal_id
    ticket = silo.confirm(15_240, visit, "last").tickets[0]
    assert ticket.document["values"]["moisture"]["value"] == 13.6


def test_a_reading_after_the_end_waits_because_the_sample_is_closed(silo: Silo) -> None:
    visit = silo.receive("AB-123-CD").visit
    barcode = silo.barcode(silo.loads(visit)[0])
    assert pairing(silo, silo.measure("gac", GOOD, barcode)).code == Code.SAMPLE_CLOSED


def test_a_typed_value_wins_and_names_who_typed_it(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    readings.type_reading(silo.desk, "S1", {"protein": (12.5, "dm")}, "NIR silent", ANNE, silo.clock())
    silo.decide(silo.loads(visit)[0])
    value = silo.confirm(15_240, visit, "last").tickets[0].document["values"]["protein"]
    assert value == {"value": 12.5, "unit": "%", "basis": "dm", "typed_by": "anne", "n": 1}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"sugar": (1.0, None)}, Fault.UNKNOWN_ANALYTE),
        ({"weight": (43_120.0, None)}, Fault.UNKNOWN_ANALYTE),
        ({"moisture": (75.0, None)}, Fault.IMPLAUSIBLE_VALUE),
        ({"moisture": (14.0, "dm")}, Fault.WRONG_BASIS),
        ({"protein": (11.8, None)}, Fault.WRONG_BASIS),
        ({"oil": (44.0, None)}, Fault.WRONG_BASIS),
        ({"moisture": (float("nan"), None)}, Fault.IMPLAUSIBLE_VALUE),
    ],
)
def test_a_typed_value_that_cannot_be_true_is_refused(
    silo: Silo, values: dict[str, tuple[float, str | None]], code: Fault
) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    with pytest.raises(Invalid) as refused:
        readings.type_reading(silo.desk, "S1", values, "", ANNE, silo.clock())
    assert refused.value.code is code


def test_a_courtesy_sample_takes_readings_and_belongs_to_no_load(silo: Silo) -> None:
    sample = samples.enter_own_sample(silo.desk, "B1", "courtesy", "barley", "", ANNE, silo.clock())
    row = silo.measure("gac", GOOD, "B1", product="Barley")
    assert pairing(silo, row).sample_id == sample.id
    with pytest.raises(Conflict):
        samples.enter_own_sample(silo.desk, "B1", "courtesy", None, "", ANNE, silo.clock())


def test_a_sample_scanned_later_brings_the_waiting_reading_by_hand(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat"))
    load = silo.loads(visit)[0]
    row = silo.measure("gac", GOOD, "S1")
    samples.enter_load_sample(silo.desk, load.id, "S1", ANNE, silo.clock())
    pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock())
    proposal = silo.proposal(load)
    assert proposal is not None
    assert proposal.assessment["results"]["moisture"]["reading_id"] == row.id


@pytest.mark.parametrize(
    ("name", "value", "basis"),
    [("moisture", 1.4, None), ("protein", 1.18, "dm"), ("falling_number", 2.8, None), ("don", 1.25, None)],
)
def test_a_typed_value_that_is_not_usual_is_asked_about(
    silo: Silo, name: str, value: float, basis: str | None
) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    typed = {name: (value, basis)}
    with pytest.raises(Conflict) as refused:
        readings.type_reading(silo.desk, "S1", typed, "", ANNE, silo.clock())
    assert refused.value.code is Fault.UNUSUAL_VALUE
    assert [remark["code"] for remark in refused.value.params["remarks"]] == ["unusual_value"]
    row = readings.type_reading(silo.desk, "S1", typed, "", ANNE, silo.clock(), despite_remarks=True)
    assert [remark["code"] for remark in row.remarks] == ["unusual_value"]
    with silo.desk.ledger.read() as tx:
        event = tx.exec(select(AuditEvent).where(AuditEvent.subject_id == row.id)).first()
    assert event is not None
    assert event.data["despite"] == ["unusual_value"]
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    assert "unusual_value" in [reason["code"] for reason in proposal.assessment["results"][name]["reasons"]]


def test_what_is_usual_is_told_by_the_sample(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    samples.enter_own_sample(silo.desk, "B1", "courtesy", "barley", "", ANNE, silo.clock())
    light = {"test_weight": (55.0, None)}
    readings.type_reading(silo.desk, "B1", light, "", ANNE, silo.clock())
    with pytest.raises(Conflict):
        readings.type_reading(silo.desk, "S1", light, "", ANNE, silo.clock())


def test_moisture_is_always_as_is(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    row = readings.type_reading(silo.desk, "S1", {"moisture": (14.0, None)}, "", ANNE, silo.clock())
    assert row.values["moisture"] == {"value": 14.0, "unit": "%", "basis": "as_is"}


def test_a_barcode_is_one_whatever_its_case_and_the_scanners_prefix(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="]C1s0012"))
    row = silo.measure("gac", GOOD, "s0012")
    assert silo.barcode(silo.loads(visit)[0]) == "S0012"
    with silo.desk.ledger.read() as tx:
        paired = queries.pairing_of(tx, row.id)
        sample = queries.sample_by_barcode(tx, "]C1S0012")
    assert paired is not None
    assert sample is not None
    assert paired.sample_id == sample.id


def test_what_does_not_fit_the_sites_pattern_becomes_no_sample(silo: Silo) -> None:
    for barcode in ("AB-123-CD", "3017620422003", "WHEAT"):
        with pytest.raises(Invalid) as refused:
            samples.enter_own_sample(silo.desk, barcode, "courtesy", None, "", ANNE, silo.clock())
        assert refused.value.code == Fault.NOT_A_SAMPLE_BARCODE
    silo.desk = replace(silo.desk, policy=replace(silo.desk.policy, barcode_pattern="wheat"))
    assert (
        samples.enter_own_sample(silo.desk, "Wheat", "courtesy", None, "", ANNE, silo.clock()).barcode
        == "WHEAT"
    )
