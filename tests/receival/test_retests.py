"""A sample measured again waits for the word of who wanted it, before its load is decided."""

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import readings
from station.receival.measuring.retests import explain_retest
from station.store.tables import AuditEvent, Load
from tests.silo_rig import ANNE, GOOD, MARC, Silo


def measured(silo: Silo, *moistures: float) -> Load:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    for moisture in moistures:
        silo.measure("gac", {**GOOD, "moisture": moisture}, "S1")
    return silo.loads(visit)[0]


def test_a_second_measurement_without_a_word_is_asked_about_and_nothing_is_decided(silo: Silo) -> None:
    load = measured(silo, GOOD["moisture"])
    with pytest.raises(Conflict) as refused:
        silo.decide(load)
    assert refused.value.code is Fault.RETEST_UNEXPLAINED
    assert refused.value.params["count"] == 2
    explain_retest(silo.desk, load.id, "badly mixed sample", MARC, silo.clock())
    silo.decide(load)
    with silo.desk.ledger.read() as tx:
        (event,) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "retest_explained"))
    assert (event.by, event.load_id, event.data["reason"]) == (MARC.id, load.id, "badly mixed sample")


@pytest.mark.parametrize(("more", "is_asked"), [(1, False), (2, True)])
def test_a_word_said_before_covers_one_measurement_and_not_the_next(
    silo: Silo, more: int, is_asked: bool
) -> None:
    load = measured(silo)
    explain_retest(silo.desk, load.id, "supplier asked for it", ANNE, silo.clock())
    for _ in range(more):
        silo.measure("gac", GOOD, "S1")
    if not is_asked:
        silo.decide(load)
        return
    with pytest.raises(Conflict) as refused:
        silo.decide(load)
    assert refused.value.code is Fault.RETEST_UNEXPLAINED


def test_a_value_typed_over_an_instruments_needs_a_note_and_a_new_one_needs_none(silo: Silo) -> None:
    measured(silo)
    with pytest.raises(Conflict) as refused:
        readings.type_reading(silo.desk, "S1", {"moisture": (13.0, None)}, "", ANNE, silo.clock())
    assert refused.value.code is Fault.TYPED_OVER_INSTRUMENT
    assert refused.value.params == {"analyte": "moisture", "value": GOOD["moisture"], "unit": "%"}
    readings.type_reading(silo.desk, "S1", {"falling_number": (280.0, None)}, "", ANNE, silo.clock())
    row = readings.type_reading(silo.desk, "S1", {"moisture": (13.0, None)}, "display", ANNE, silo.clock())
    assert row.note == "display"
