"""What a laboratory says is kept; a correction supersedes, and what cannot be true is refused."""

from drivers.reading import Analyte, Basis
from station.grain.reasons import Code, Reason
from station.lab.results import NewResult, record_result
from station.models.references import references_of
from station.receival.arrivals.visits import NewLoad
from station.receival.laboratory import retaining
from station.store import queries
from station.store.evidence import readings_of
from station.store.laboratory import lab_results
from station.store.tables import LabResult
from tests.silo_rig import ANNE, START, Silo


def told(silo: Silo, value: float, barcode: str = "S1", laboratory: str = "Labo Sud") -> LabResult | Reason:
    new = NewResult(barcode, Analyte.PROTEIN, value, Basis.DRY_MATTER, laboratory, START)
    return record_result(silo.desk.ledger, new, "Marc", silo.clock())


def held(silo: Silo) -> list[tuple[str, float]]:
    with silo.desk.ledger.read() as tx:
        sample = queries.sample_by_barcode(tx, "S1")
        assert sample is not None
        return [(row.laboratory, row.value) for row in lab_results(tx, sample.id)]


def test_a_later_value_of_one_laboratory_supersedes_and_another_ones_stands_beside(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    first, again = told(silo, 11.9), told(silo, 11.9)
    assert isinstance(first, LabResult)
    assert first == again
    told(silo, 12.1)
    told(silo, 11.5, laboratory="Labo Nord")
    assert held(silo) == [("Labo Sud", 12.1), ("Labo Nord", 11.5)]


def test_the_number_on_the_bag_names_the_sample_too(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    kept = retaining.keep(silo.desk, "S1", ANNE, silo.clock())
    told(silo, 11.9, barcode=kept.number.lower())
    told(silo, 12.1)
    assert held(silo) == [("Labo Sud", 12.1)]


def test_a_limit_is_no_reference_and_two_reports_stand_beside_each_other(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    for report, value, comparator in (("R1", 200.0, "<"), ("R2", 300.0, ""), ("R1", 250.0, "<")):
        new = NewResult(
            "S1", Analyte.DON, value, None, "Labo Sud", START, comparator=comparator, report=report
        )
        assert isinstance(record_result(silo.desk.ledger, new, "Marc", silo.clock()), LabResult)
    assert held(silo) == [("Labo Sud", 300.0), ("Labo Sud", 250.0)]
    with silo.desk.ledger.read() as tx:
        sample = queries.sample_by_barcode(tx, "S1")
        assert sample is not None
        references = references_of(silo.desk, [], lab_results(tx, sample.id))
    assert [one.value for one in references] == [300.0]


def test_an_unknown_sample_and_an_impossible_value_are_reasons(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    refused = [told(silo, 11.9, "S9"), told(silo, 119.0)]
    assert [one.code for one in refused if isinstance(one, Reason)] == [
        Code.UNKNOWN_BARCODE, Code.IMPLAUSIBLE_VALUE,
    ]  # fmt: skip


def test_a_value_that_is_not_usual_is_recorded_only_by_who_was_asked(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    refused = told(silo, 1.19)
    assert isinstance(refused, Reason)
    assert refused.code is Code.UNUSUAL_VALUE
    assert held(silo) == []
    new = NewResult("S1", Analyte.PROTEIN, 1.19, Basis.DRY_MATTER, "Labo Sud", START)
    record_result(silo.desk.ledger, new, "Marc", silo.clock(), despite_remarks=True)
    assert held(silo) == [("Labo Sud", 1.19)]


def test_a_protein_needs_its_basis_and_a_moisture_has_one(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    protein = NewResult("S1", Analyte.PROTEIN, 11.9, None, "Labo Sud", START)
    refused = record_result(silo.desk.ledger, protein, "Marc", silo.clock())
    assert isinstance(refused, Reason)
    assert refused.code is Code.WRONG_BASIS
    moisture = NewResult("S1", Analyte.MOISTURE, 13.9, None, "Labo Sud", START)
    row = record_result(silo.desk.ledger, moisture, "Marc", silo.clock())
    assert isinstance(row, LabResult)
    assert row.basis == "as_is"


def test_references_are_the_labs_value_and_the_machines_on_dry_matter_but_nothing_typed(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.measure_well(visit)
    told(silo, 12.1)
    with silo.desk.ledger.read() as tx:
        sample = queries.sample_by_barcode(tx, "S1")
        assert sample is not None
        found = {
            (one.analyte, one.source): (one.value, one.basis)
            for one in references_of(silo.desk, readings_of(tx, sample.id), lab_results(tx, sample.id))
        }
    assert found["protein", "lab"] == (12.1, "dm")
    value, basis = found["protein", "machine"]
    assert (round(value, 2), basis) == (12.02, "dm")
    assert ("test_weight", "machine") in found
