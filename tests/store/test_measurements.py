"""Every value of a sample stands in one flat table, which can be made again from the ledger."""

from typing import Any

from sqlmodel import Session, select

from drivers.reading import Analyte, Basis
from station.acts.desk import Actor
from station.lab.results import NewResult, record_result
from station.receival.arrivals import corrections
from station.receival.arrivals.corrections import Correction, LoadCorrection
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import captures, readings, samples
from station.receival.measuring.captures import StoredPhoto
from station.receival.measuring.pairings import assign
from station.receival.persons import people
from station.store import measurements
from station.store.tables import LabResult, Measurement, Sample
from tests.silo_rig import ANNE, START, Silo

SHARES = {
    "broken": {"count": 9, "share": 0.03, "low": 0.01, "high": 0.06, "wide": False},
    "whole": {"count": 291, "share": 0.97, "low": 0.94, "high": 0.99, "wide": False},
}


def told(silo: Silo, value: float, barcode: str = "S1") -> LabResult:
    new = NewResult(barcode, Analyte.PROTEIN, value, Basis.DRY_MATTER, "Labo Sud", START)
    row = record_result(silo.desk.ledger, new, "marc", silo.clock())
    assert isinstance(row, LabResult)
    return row


def photographed(silo: Silo, barcode: str | None, capture: str = "c-1", **result: Any) -> None:
    phone, _ = people.add_terminal(silo.desk, f"phone of {capture}", "phone", silo.clock())
    photo = StoredPhoto(f"{capture:0>64}", 1, "image/jpeg")
    form = {"barcode": barcode} if barcode else {}
    captures.receive_capture(silo.desk, capture, form, [photo], phone, silo.clock())
    told = {"accepted": True, "classes": SHARES, "kernels": 300, "reasons": [], **result}
    captures.record_outside_inspection(
        silo.desk, capture, "wheat", "2", None, "app: lab", told, None, silo.clock()
    )


def rows(silo: Silo) -> list[Measurement]:
    with silo.desk.ledger.read() as tx:
        return in_order(tx)


def in_order(tx: Session) -> list[Measurement]:
    return sorted(tx.exec(select(Measurement)), key=lambda row: (row.seq, row.analyte, row.method))


def bytes_of(silo: Silo) -> list[tuple[Any, ...]]:
    """What the database itself holds, in canonical order."""
    with silo.desk.ledger.read() as tx:
        query = "SELECT * FROM measurement ORDER BY source_id, analyte, method, replicate"
        return [tuple(row) for row in tx.connection().exec_driver_sql(query)]


def a_day(silo: Silo) -> None:
    """Two trucks, a photo, a typed value, a correction of a laboratory, of an arrival and of a pairing."""
    silo.receive("AB-123-CD")
    visit = silo.arrive("EF-456-GH", NewLoad("soft_wheat", barcode="S1", declared_variety="Chevignon"))
    silo.measure("gac", {"moisture": 13.1, "test_weight": None}, "S1")
    lost = silo.measure("nir", {"protein": 11.0}, "S9")
    readings.type_reading(silo.desk, "S1", {"falling_number": (280, None)}, "slip", ANNE, silo.clock())
    photographed(silo, "S1", mass={"broken": {"share": 0.02, "low": 0.0, "high": 0.04}})
    photographed(silo, None, "c-2")
    told(silo, 11.9)
    told(silo, 12.1)
    assign(silo.desk, lost.id, "S1", ANNE, silo.clock(), reason="wrong label")
    load = silo.loads(visit)[0]
    correction = Correction(loads={load.id: LoadCorrection(species="barley")})
    corrections.correct_arrival(silo.desk, visit.id, correction, ANNE, silo.clock())


def test_a_table_that_was_dropped_is_made_again_equal_to_the_byte(silo: Silo) -> None:
    a_day(silo)
    before = bytes_of(silo)
    assert len(before) > 8
    assert measurements.rebuild(silo.desk.ledger) == len(before)
    assert bytes_of(silo) == before
    with silo.desk.ledger.write() as tx:
        tx.connection().exec_driver_sql("DROP TABLE measurement")
    assert measurements.rebuild(silo.desk.ledger) == len(before)
    assert bytes_of(silo) == before


def test_a_row_that_no_source_stands_for_is_taken_out(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    before = bytes_of(silo)
    with silo.desk.ledger.write() as tx:
        tx.add(Measurement(
            source_id="x", analyte="protein", method="lab", seq=1, value=1, unit="%", at=START
        ))  # fmt: skip
    measurements.rebuild(silo.desk.ledger)
    assert bytes_of(silo) == before


def test_a_reading_says_its_instrument_basis_and_uncertainty_and_follows_its_sample(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1", declared_variety="Chevignon"))
    lost = silo.measure("nir", {"protein": 11.0, "moisture": None}, "S9")
    (row,) = rows(silo)
    assert (row.sample_id, row.load_id, row.variety) == (None, None, "")
    assign(silo.desk, lost.id, "S1", ANNE, silo.clock(), reason="wrong label")
    (row,) = rows(silo)
    assert (row.method, row.value, row.unit, row.basis) == ("machine", 11.0, "%", "as_is")
    assert (row.species, row.variety) == ("soft_wheat", "Chevignon")
    assert row.sample_id
    assert row.load_id
    assert row.source


def test_a_photo_counts_kernels_and_a_laboratory_weighs(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    photographed(silo, "S1", mass={"broken": {"share": 0.02, "low": 0.0, "high": 0.04}})
    new = NewResult("S1", Analyte.BROKEN, 2.4, None, "Labo Sud", START)
    record_result(silo.desk.ledger, new, "marc", silo.clock())
    phone, lab = rows(silo)
    assert (phone.method, phone.value, phone.basis, phone.mass_value) == ("phone", 3.0, "by_count", 2.0)
    assert phone.release == "wheat 2"
    assert round(phone.uncertainty or 0, 3) == 1.276  # (6 - 1) / 2 / 1.96
    assert (lab.method, lab.value, lab.basis, lab.mass_value) == ("lab", 2.4, "by_mass", None)


def test_what_a_shadow_a_refusal_or_a_person_says_is_no_measurement(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    photographed(silo, "S1", accepted=False)
    readings.type_reading(silo.desk, "S1", {"moisture": (13, None)}, "slip", ANNE, silo.clock())
    assert rows(silo) == []


def test_a_superseded_report_keeps_its_row_and_names_its_successor(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    first, second = told(silo, 11.9), told(silo, 12.1)
    assert [(row.source_id, row.value, row.superseded_by) for row in rows(silo)] == [
        (first.id, 11.9, second.id), (second.id, 12.1, None),
    ]  # fmt: skip


def test_a_composites_result_is_no_loads(silo: Silo) -> None:
    samples.enter_own_sample(silo.desk, "K7", "composite", "soft_wheat", "", ANNE, silo.clock())
    told(silo, 11.9, "K7")
    (row,) = rows(silo)
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Sample, row.sample_id).kind == "composite"
    assert row.load_id is None


def test_an_analyte_that_a_source_tells_twice_has_two_rows(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    number = {"value": 2.5, "low": 2.0, "high": 3.0, "unit": "%", "basis": None}
    photographed(silo, "S1", numbers={"broken": number})
    assert [(row.replicate, row.value) for row in rows(silo)] == [(1, 3.0), (2, 2.5)]


def test_the_actor_is_not_in_it() -> None:
    assert "by" not in Measurement.model_fields
    assert "station" not in Measurement.model_fields
    assert isinstance(ANNE, Actor)
