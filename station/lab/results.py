"""Laboratory results: a third party's value for a sample, typed by a person. A correction supersedes.

What cannot be recorded is a reason, not an exception: the rows of a laboratory's file each get their own.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from drivers.reading import Analyte, Basis, default_basis
from station.grain.plausible import why_ask, why_not
from station.grain.reasons import Code, Reason
from station.lab.matching import sample_named
from station.lab.recording import Judged, Said, is_repeated, record
from station.store.engine import Ledger
from station.store.laboratory import lab_results
from station.store.tables import LabResult


@dataclass(frozen=True, slots=True)
class NewResult:
    """As the laboratory reports it, in the analyte's own unit. `barcode` is the sample's, or the number of
    what is kept of it. `basis` None: the analyte has none, or only one. `comparator` "<" or ">": the value is
    a limit."""

    barcode: str
    analyte: Analyte
    value: float
    basis: Basis | None
    laboratory: str
    received_at: datetime
    note: str = ""
    comparator: str = ""
    method: str = ""
    nitrogen_factor: float | None = None
    uncertainty: float | None = None
    citation: str = ""
    report: str = ""

    def said_of(self, sought: str, source: str) -> Said:
        return Said(
            sought, self.analyte, self.value, self.laboratory, comparator=self.comparator, basis=self.basis,
            method=self.method, nitrogen_factor=self.nitrogen_factor, uncertainty=self.uncertainty,
            citation=self.citation, report=self.report, source=source,
        )  # fmt: skip


def record_result(
    ledger: Ledger,
    new: NewResult,
    by: str,
    at: datetime,
    *,
    source: str = "typed",
    despite_remarks: bool = False,
) -> LabResult | Reason:
    """Records it; an earlier value of the same laboratory for the same analyte and basis is superseded, the
    same value again changes nothing. A reason: unknown_barcode, implausible_value, wrong_basis, and
    unusual_value where nobody says by `despite_remarks` that he was asked about it."""
    new = replace(new, basis=new.basis or default_basis(new.analyte))
    refused = why_not(new.analyte, new.value, new.basis)
    if refused is not None:
        return refused
    with ledger.write() as tx:
        sample = sample_named(tx, new.barcode)
        if sample is None:
            return Reason(Code.UNKNOWN_BARCODE, {"barcode": new.barcode})
        unusual = None if new.comparator else why_ask(new.analyte, new.value, sample.species)
        if unusual is not None and not despite_remarks:
            return unusual
        before = [row for row in lab_results(tx, sample.id) if _same_thing(row, new)]
        said = new.said_of(sample.barcode, source)
        if before and is_repeated(before[-1], said):
            return before[-1]
        judged = Judged(said, sample.id, None, (), before[-1] if before else None, is_known=False)
        despite = [unusual.code.value] if unusual else []
        return record(tx, judged, by, at, received_at=new.received_at, note=new.note, despite=despite)


def _same_thing(row: LabResult, new: NewResult) -> bool:
    basis = new.basis.value if new.basis else None
    if row.report and new.report and row.report != new.report:
        return False
    return (row.laboratory, row.analyte, row.basis) == (new.laboratory, new.analyte.value, basis)
