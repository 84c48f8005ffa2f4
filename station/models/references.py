"""Ask what laboratory and machine say of the samples that captures show."""

from collections.abc import Iterable

from sqlmodel import Session

from station.acts.desk import Desk
from station.grain.assessment import assess
from station.models.agreement import Reference
from station.store.evidence import evidence_of, readings_of, sample_shown
from station.store.laboratory import lab_results
from station.store.tables import Sample


def references(tx: Session, desk: Desk, captures: Iterable[str]) -> dict[str, list[Reference]]:
    """Return the references by capture; captures that show no known sample are left out."""
    samples = {capture: sample_shown(tx, capture) for capture in captures}
    known = {sample.id: sample for sample in samples.values() if sample is not None}
    found = {id_: references_of(tx, desk, sample) for id_, sample in known.items()}
    return {capture: found[sample.id] for capture, sample in samples.items() if sample is not None}


def references_of(tx: Session, desk: Desk, sample: Sample) -> list[Reference]:
    """Return the laboratories' values that hold, and the value of each analyte that the station would use
    from its instruments (protein on dry matter); what a person typed is no machine's value."""
    lab = [Reference(row.analyte, row.value, row.basis, "lab") for row in lab_results(tx, sample.id)]
    by_machine = [one for one in evidence_of(readings_of(tx, sample.id)) if one.typed_by is None]
    results = assess(by_machine, desk.policy.instrument_order).results
    machine = [
        Reference(one.analyte.value, one.value, one.basis.value if one.basis else None, "machine")
        for one in results.values()
    ]
    return lab + machine
