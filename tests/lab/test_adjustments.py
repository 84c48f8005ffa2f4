"""What was changed in an instrument itself ends our correction of it, and splits its comparisons."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from station.acts.refusals import Fault, Refusal
from station.lab.adjustments import Adjusted, adjustments_of, record_adjustment, splits
from station.store.ids import new_id
from station.store.tables import AuditEvent, Correction, CorrectionAct
from tests.lab.test_controls import instrument_of
from tests.silo_rig import MARC, START, Silo


def corrected(silo: Silo, act: str, **over: Any) -> str:
    fields = {"source": instrument_of(silo, "nir").id, "analyte": "protein", "species": None, **over}
    at = silo.clock()
    row = Correction(id=new_id(at), method="machine", bias=0.2, u=0.05, unit="%", at=at, **fields)
    done = CorrectionAct(id=new_id(at), correction_id=row.id, act=act, at=at)
    with silo.desk.ledger.write() as tx:
        tx.add(row)
        tx.flush()
        tx.add(done)
        return row.id


def ended(silo: Silo) -> set[str]:
    with silo.desk.ledger.read() as tx:
        query = select(CorrectionAct).where(CorrectionAct.act == "ended", CorrectionAct.reason == "adjusted")
        return {row.correction_id for row in tx.exec(query)}


def test_it_ends_the_corrections_of_that_instrument_and_analyte_and_no_other(silo: Silo) -> None:
    approved, proposed = corrected(silo, "approved"), corrected(silo, "proposed", species="barley")
    kept = [
        corrected(silo, "approved", analyte="moisture"),
        corrected(silo, "approved", source=instrument_of(silo, "gac").id),
        corrected(silo, "declined"),
    ]
    nir = instrument_of(silo, "nir").id
    adjusted = Adjusted(
        "protein",
        silo.clock(),
        1.0,
        0.0,
        1.02,
        -0.1,
        network="Réseau Sud",
        done_by="S. Roux",
        reason="spring",
    )
    row = record_adjustment(silo.desk, nir, adjusted, MARC, silo.clock())
    assert ended(silo) == {approved, proposed}
    assert not ended(silo) & set(kept)
    with silo.desk.ledger.read() as tx:
        (event,) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "instrument_adjusted")).all()
    assert (event.by, event.subject_id, event.data["new"]) == ("marc", nir, [1.02, -0.1])
    assert event.data["corrections_ended"] == [approved, proposed]
    assert (row.old_slope, row.new_slope, row.network, row.done_by) == (1.0, 1.02, "Réseau Sud", "S. Roux")


def test_an_adjustment_for_one_species_ends_what_is_for_it_and_for_all(silo: Silo) -> None:
    wheat, every = corrected(silo, "approved", species="soft_wheat"), corrected(silo, "approved")
    corrected(silo, "approved", species="barley")
    adjusted = Adjusted("protein", silo.clock(), species="soft_wheat")
    record_adjustment(silo.desk, instrument_of(silo, "nir").id, adjusted, MARC, silo.clock())
    assert ended(silo) == {wheat, every}


def test_comparisons_are_split_where_it_was_done_not_where_it_was_told(silo: Silo) -> None:
    nir, gac = instrument_of(silo, "nir").id, instrument_of(silo, "gac").id
    later, earlier = START - timedelta(days=1), START - timedelta(days=30)
    for done in (later, earlier, later):
        record_adjustment(silo.desk, nir, Adjusted("protein", done), MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert splits(tx, nir, "protein") == [earlier, later]
        assert splits(tx, nir, "moisture") == splits(tx, gac, "protein") == []
        assert splits(tx, nir, "protein", "barley") == [earlier, later]
        assert [row.done_at for row in adjustments_of(tx, nir)] == [earlier, later, later]


@pytest.mark.parametrize(
    ("instrument", "analyte", "days", "code"),
    [
        ("nir", "gluten_glue", 0, Fault.UNKNOWN_ANALYTE),
        ("nir", "weight", 0, Fault.UNKNOWN_ANALYTE),
        ("nir", "protein", 1, Fault.ADJUSTED_IN_FUTURE),
        (None, "protein", 0, Fault.UNKNOWN_INSTRUMENT),
    ],
)
def test_what_cannot_have_been_is_refused(
    silo: Silo, instrument: str | None, analyte: str, days: int, code: Fault
) -> None:
    known = instrument_of(silo, instrument).id if instrument else "x"
    with pytest.raises(Refusal) as refused:
        record_adjustment(
            silo.desk, known, Adjusted(analyte, silo.clock() + timedelta(days=days)), MARC, silo.clock()
        )
    assert refused.value.code is code
    with silo.desk.ledger.read() as tx:
        assert not tx.exec(select(AuditEvent).where(col(AuditEvent.kind) == "instrument_adjusted")).all()


def test_a_species_that_is_not_received_here_is_refused(silo: Silo) -> None:
    adjusted = Adjusted("protein", silo.clock(), species="soft_weat")
    with pytest.raises(Refusal) as refused:
        record_adjustment(silo.desk, instrument_of(silo, "nir").id, adjusted, MARC, silo.clock())
    assert refused.value.code is Fault.UNKNOWN_SPECIES


def test_an_adjustment_for_one_species_splits_that_one_and_is_found_by_the_serial_number(silo: Silo) -> None:
    bridge = instrument_of(silo, "bridge")
    done = silo.clock()
    record_adjustment(silo.desk, bridge.id, Adjusted("protein", done, species="barley"), MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert splits(tx, "TB-1", "protein") == splits(tx, "TB-1", "protein", "barley") == [done]
        assert splits(tx, "TB-1", "protein", "soft_wheat") == []
