"""What rows and events keep beside the numbers: seals, clocks, marks, notes, and why something was done."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Flag, Reading, Value
from station.acts.refusals import Conflict, Fault, Invalid
from station.grain.reasons import Code
from station.receival.arrivals.loads import check_number
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.measuring import instruments, readings
from station.receival.measuring.instruments import Description
from station.store import audit, pages
from station.store.tables import AuditEvent, Visit, Weighing, WeighingUse
from station.store.tables import Reading as ReadingRow
from tests.silo_rig import ANNE, MARC, START, Silo


def events(silo: Silo, *kinds: str) -> list[AuditEvent]:
    with silo.desk.ledger.read() as tx:
        return [row for row in audit.events_after(tx, 0) if row.kind in kinds]


def decided(silo: Silo) -> Visit:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return visit


def test_the_sealed_number_of_a_weight_and_the_remarks_on_it_are_on_the_ticket(silo: Silo) -> None:
    """What the law asks for is what the indicator sealed; an expired verification marks the weight."""
    visit = decided(silo)
    yesterday = START.date() - timedelta(days=1)
    expired = Description("Bridge 2", "TB-2", verified_until=yesterday)
    bridge = instruments.swap(silo.desk, "bridge", expired, "", ANNE, silo.clock()).instrument
    stored = silo.stored("bridge")
    reading = Reading(
        "st-gs", "weight", stored.frame, {Analyte.WEIGHT: Value(15_240.0, UNIT_OF[Analyte.WEIGHT])},
        extra={"sealed_number": "000417"},
    )  # fmt: skip
    tare = weighings.take_weighing(silo.desk, reading, "print_key", 15_240.0, stored)
    assert (tare.sealed_number, tare.instrument_id, tare.port_id) == ("000417", bridge.id, "bridge")
    done = weighings.confirm(silo.desk, tare.id, visit.id, "last", ANNE, silo.clock(), despite_remarks=True)
    printed = done.tickets[0].document["tare"]
    assert (printed["sealed_number"], printed["rule"]) == ("000417", "print_key")
    params = {"instrument": "Bridge 2", "until": yesterday.isoformat()}
    assert printed["remarks"] == [
        {"code": Code.UNPROTECTED_LINE, "params": {}},
        {"code": Code.VERIFICATION_EXPIRED, "params": params},
    ]


def test_the_heads_own_weighing_takes_the_place_of_the_same_weight_without_its_number(silo: Silo) -> None:
    def seal(number: str, kg: float) -> Weighing:
        stored = silo.stored("bridge")
        reading = Reading(
            "dini-argeo", "weight", stored.frame, {Analyte.WEIGHT: Value(kg, UNIT_OF[Analyte.WEIGHT])},
            extra={"sealed_number": number},
        )  # fmt: skip
        return weighings.take_weighing(
            silo.desk, reading, "print_key", kg, stored, seals_last=True
        )  # fmt: skip

    visit = silo.arrive("AB-123-CD")
    first = silo.weigh(43_120)
    sealed = seal("158", 43_120.0)
    with silo.desk.ledger.read() as tx:
        assert [one.id for one in pages.offered_weighings(tx, 0, 9)] == [sealed.id]
        assert tx.get_one(Weighing, first.id).state == "dismissed"
    (event,) = events(silo, "weighing_dismissed")
    assert (event.by, event.data["sealed_as"]) == (None, sealed.id)
    weighings.confirm(silo.desk, sealed.id, visit.id, "first", ANNE, silo.clock(), despite_remarks=True)
    used = silo.weigh(15_240)
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    weighings.confirm(silo.desk, used.id, visit.id, "last", ANNE, silo.clock(), despite_remarks=True)
    assert seal("159", 15_240.0).id == used.id  # its ticket stands


def test_a_typed_weight_keeps_its_note_and_its_event_says_that_it_was_typed(silo: Silo) -> None:
    typed = weighings.type_weighing(silo.desk, 15_240.0, "indicator down", MARC, silo.clock())
    assert (typed.rule, typed.typed_by, typed.note) == ("typed", MARC.id, "indicator down")
    (event,) = events(silo, "weighing_taken")
    assert (event.by, event.terminal, event.subject_id) == (MARC.id, "office", typed.id)
    said = {"kg": 15_240.0, "rule": "typed", "port": "bridge", "remarks": [], "despite": []}
    assert event.data == said


def test_a_dismissed_weight_keeps_why_in_its_own_row(silo: Silo) -> None:
    weighing = weighings.dismiss(silo.desk, silo.weigh(2_300).id, "tractor", ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        use = tx.exec(select(WeighingUse).where(WeighingUse.weighing_id == weighing.id)).one()
    assert (use.role, use.by, use.reason, use.visit_id) == ("dismissed", ANNE.id, "tractor", None)


def test_a_last_weight_of_a_load_that_is_not_decided_says_so(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    with pytest.raises(Conflict) as refused:
        silo.confirm(15_240, visit, "last")
    assert refused.value.code is Fault.LOAD_NOT_DECIDED


def test_a_visit_that_has_ended_takes_no_weight(silo: Silo) -> None:
    done = silo.receive("AB-123-CD")
    with pytest.raises(Conflict) as refused:
        silo.confirm(43_120, done.visit, "first")
    assert refused.value.code is Fault.VISIT_ENDED


def test_the_events_of_a_closed_load_tell_role_net_and_number(silo: Silo) -> None:
    visit = decided(silo)
    load = silo.loads(visit)[0]
    (ticket,) = silo.confirm(15_240, visit, "last").tickets
    kinds = ("weighing_confirmed", "decision_made", "ticket_issued")
    told = [(one.kind, one.by, one.load_id, one.data) for one in events(silo, *kinds)]
    decision = {"load": load.id, "cell": "c1", "pit": "p1", "overridden": False, "reason": ""}
    decision |= {"guard": [], "approved_by": None, "approval": None, "waivers": []}
    assert told == [
        ("weighing_confirmed", ANNE.id, None, {"kg": 43_120.0, "role": "first", "despite": []}),
        ("decision_made", ANNE.id, load.id, decision),
        ("weighing_confirmed", ANNE.id, None, {"kg": 15_240.0, "role": "last", "despite": []}),
        ("ticket_issued", ANNE.id, load.id, {"number": ticket.number, "net_kg": 27_880.0}),
    ]


def test_a_reading_keeps_the_devices_clock_its_serial_number_and_its_flags(silo: Silo) -> None:
    stored = silo.stored("gac")
    said = datetime(2026, 7, 20, 9, 58, 1)  # noqa: DTZ001 # the instrument says no zone
    reading = Reading(
        "gac", "analysis", stored.frame, {Analyte.MOISTURE: Value(13.6, UNIT_OF[Analyte.MOISTURE])},
        device_time=said, serial="0000-417", flags=frozenset({Flag.DUPLICATE, Flag.ERROR}),
        extra={"as_sent": {"moisture": "13.6"}},
    )  # fmt: skip
    row = readings.take_reading(silo.desk, reading, stored)
    with silo.desk.ledger.read() as tx:
        kept = tx.get_one(ReadingRow, row.id)
    assert (kept.device_time, kept.serial) == ("2026-07-20T09:58:01", "0000-417")
    assert kept.flags == sorted([Flag.DUPLICATE.value, Flag.ERROR.value])
    assert kept.extra == {"as_sent": {"moisture": "13.6"}}


@pytest.mark.parametrize(
    ("name", "said", "basis"),
    [("protein", "as_is", "as_is"), ("protein", "dm", "dm"), ("moisture", None, "as_is")],
)
def test_a_typed_value_is_on_the_basis_that_was_said_or_on_the_only_one_there_is(
    silo: Silo, name: str, said: str | None, basis: str
) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    row = readings.type_reading(silo.desk, "S1", {name: (12.5, said)}, "", ANNE, silo.clock())
    assert row.values == {name: {"value": 12.5, "unit": "%", "basis": basis}}


def test_a_protein_without_its_basis_is_not_taken(silo: Silo) -> None:
    """Never on no basis: such a value could be compared with no limit."""
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    with pytest.raises(Invalid) as refused:
        readings.type_reading(silo.desk, "S1", {"protein": (12.5, None)}, "", ANNE, silo.clock())
    assert refused.value.code is Fault.WRONG_BASIS


@pytest.mark.parametrize("analyte", list(PLAUSIBLE))
def test_the_ends_of_what_is_plausible_may_be_typed_and_what_lies_beyond_may_not(analyte: Analyte) -> None:
    low, high = PLAUSIBLE[analyte]
    assert check_number(analyte, low) == check_number(analyte, high) == analyte
    for value in (low - 0.001, high + 0.001, float("nan")):
        with pytest.raises(Invalid) as refused:
            check_number(analyte, value)
        assert refused.value.code is Fault.IMPLAUSIBLE_VALUE


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        (14, Code.PAIRED_BY_WINDOW),
        (15, Code.PAIRED_BY_WINDOW),
        (15.001, Code.NO_OPEN_SAMPLE),
    ],
)
def test_a_sample_is_looked_for_in_the_whole_window(silo: Silo, minutes: float, code: Code) -> None:
    silo.clock.step = timedelta(0)
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.clock.pass_(minutes=minutes)
    row = silo.measure("gac", {"moisture": 13.6})
    assert pairing_code(silo, row.id) == code


def pairing_code(silo: Silo, item_id: str) -> Any:
    (event,) = [one for one in events(silo, "reading_paired") if one.subject_id == item_id]
    return event.data["code"]
