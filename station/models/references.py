"""Ask what laboratory and machine say of the samples that captures show."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from station.acts.desk import Desk
from station.grain.assessment import assess
from station.models.agreement import Reference
from station.store.evidence import evidence_of, readings_by_sample, samples_shown
from station.store.laboratory import results_by_sample
from station.store.tables import LabResult, Reading


def references(tx: Session, desk: Desk, captures: Iterable[str]) -> dict[str, list[Reference]]:
    """Return the references by capture; captures that show no known sample are left out."""
    shown = samples_shown(tx, list(captures))
    ids = list({sample.id for sample in shown.values()})
    readings, lab = readings_by_sample(tx, ids), results_by_sample(tx, ids)
    known = {one: references_of(desk, readings.get(one, ()), lab.get(one, ())) for one in ids}
    return {capture: known[sample.id] for capture, sample in shown.items()}


def references_of(desk: Desk, readings: Sequence[Reading], lab: Sequence[LabResult]) -> list[Reference]:
    """Return the laboratories' values that hold, and the value of each analyte that the station would use
    from its instruments (protein on dry matter); what a person typed is no machine's value, and a limit
    ("< 200") is none."""
    by_laboratory = [Reference(row.analyte, row.value, row.basis, "lab") for row in lab if not row.comparator]
    by_machine = [one for one in evidence_of(readings) if one.typed_by is None]
    results = assess(by_machine, desk.policy.instrument_order).results
    machine = [
        Reference(one.analyte.value, one.value, one.basis.value if one.basis else None, "machine")
        for one in results.values()
    ]
    return by_laboratory + machine
