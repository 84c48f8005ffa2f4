"""One row of what a third party says is judged against what the ledger has, and recorded. Nothing is guessed:
what is open waits for a person. A correction supersedes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import UNIT_OF, Analyte, Basis, needs_basis
from station.grain.plausible import why_ask
from station.lab.matching import movements_on_paper, sample_named, written
from station.store import audit, measurements
from station.store.ids import new_id
from station.store.tables import LabResult, Sample

UNKNOWN_SAMPLE, UNKNOWN_PAPER, SEVERAL_MOVEMENTS = "unknown_sample", "unknown_paper", "several_movements"
BASIS, NITROGEN_FACTOR, UNUSUAL_VALUE = "basis", "nitrogen_factor", "unusual_value"
LAB, CUSTOMER = "lab", "customer"


@dataclass(frozen=True, slots=True)
class Said:
    """What a third party says, in the analyte's own unit. `sought` names the sample, of a customer the paper
    of the movement out; `hub_id` is headquarters' number of a result that came from there."""

    sought: str
    analyte: Analyte
    value: float
    laboratory: str
    party: str = LAB
    comparator: str = ""
    basis: Basis | None = None
    method: str = ""
    nitrogen_factor: float | None = None
    uncertainty: float | None = None
    citation: str = ""
    report: str = ""
    reported_on: date | None = None
    lab_number: str = ""
    line: int | None = None
    source: str = "typed"
    hub_id: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a row: what it speaks of, what it waits for, the row that it corrects or repeats.
    `is_known`: that row says the same."""

    said: Said
    sample_id: str | None
    movement_id: str | None
    waits_for: tuple[str, ...]
    before: LabResult | None
    is_known: bool

    @property
    def status(self) -> str:
        return "known" if self.is_known else "waiting" if self.waits_for else "accepted"

    @property
    def moved(self) -> dict[str, Any] | None:
        """What a corrected report changes of the value that held."""
        if self.before is None or self.is_known or self.before.state != "accepted":
            return None
        old = {"value": self.before.value, "comparator": self.before.comparator, "basis": self.before.basis}
        basis = self.said.basis.value if self.said.basis else None
        new = {"value": self.said.value, "comparator": self.said.comparator, "basis": basis}
        return {"from": old, "to": new, "sample_changed": self.before.sample_id != self.sample_id}


def judge(tx: Session, said: Said) -> Judged:
    """Judge a row. What a person said of the row that it corrects (sample, basis, nitrogen factor) holds on
    where the laboratory does not say it."""
    said = replace(said, sought=written(said.sought))
    sample_id, movement_id, waits = _subject(tx, said)
    before = _before(tx, said, sample_id)
    if before is not None and before.state == "accepted":
        if not sample_id and not movement_id:
            sample_id, movement_id, waits = before.sample_id, before.movement_id, []
        said = replace(
            said,
            basis=said.basis or (Basis(before.basis) if before.basis else None),
            nitrogen_factor=said.nitrogen_factor or before.nitrogen_factor,
        )
    waits += open_points(tx, said, sample_id)
    is_known = before is not None and is_repeated(before, said, waits)
    return Judged(said, sample_id, movement_id, tuple(waits), before, is_known)


def open_points(tx: Session, said: Said, sample_id: str | None) -> list[str]:
    """Return what a person has to say before the value is used."""
    points = []
    if needs_basis(said.analyte) and said.basis is None:
        points.append(BASIS)
    if said.analyte == Analyte.PROTEIN and said.nitrogen_factor is None:
        points.append(NITROGEN_FACTOR)
    sample = tx.get(Sample, sample_id) if sample_id else None
    if not said.comparator and why_ask(said.analyte, said.value, sample.species if sample else None):
        points.append(UNUSUAL_VALUE)
    return points


def record(
    tx: Session, judged: Judged, by: str, at: datetime, *, received_at: datetime | None = None,
    note: str = "", state: str | None = None, despite: Sequence[str] = (),
) -> LabResult:  # fmt: skip
    """Append the row, which supersedes the one before; `state` where a person dismisses it."""
    said, before = judged.said, judged.before
    row = LabResult(
        id=new_id(at), sample_id=judged.sample_id, movement_id=judged.movement_id, party=said.party,
        state=state or judged.status, waits_for=list(judged.waits_for), sought=said.sought,
        analyte=said.analyte.value, value=said.value, comparator=said.comparator,
        unit=UNIT_OF[said.analyte].value, basis=said.basis.value if said.basis else None,
        method=said.method, nitrogen_factor=said.nitrogen_factor, uncertainty=said.uncertainty,
        citation=said.citation, laboratory=said.laboratory, report=said.report,
        reported_on=said.reported_on, lab_number=said.lab_number, line=said.line,
        received_at=received_at or at, at=at, by=by, source=said.source, note=note,
        supersedes_id=before.id if before else None, hub_id=said.hub_id,
    )  # fmt: skip
    if before is not None:
        before.current = False
        tx.add(before)
        tx.flush()
    tx.add(row)
    measurements.write(tx, [row, before] if before else [row])
    sample = tx.get(Sample, row.sample_id) if row.sample_id else None
    audit.record(
        tx, "lab_result_recorded", at, by=by, subject_id=row.id,
        load_id=sample.load_id if sample else None,
        data={
            "barcode": sample.barcode if sample else row.sought, "analyte": row.analyte, "value": row.value,
            "comparator": row.comparator, "basis": row.basis, "laboratory": row.laboratory,
            "report": row.report, "line": row.line, "party": row.party, "state": row.state,
            "waits_for": row.waits_for, "supersedes": row.supersedes_id, "moved": judged.moved,
            "despite": list(despite),
        },
    )  # fmt: skip
    return row


def said_by(row: LabResult) -> Said:
    """Return what a recorded row says."""
    return Said(
        row.sought, Analyte(row.analyte), row.value, row.laboratory, row.party, row.comparator,
        Basis(row.basis) if row.basis else None, row.method, row.nitrogen_factor, row.uncertainty,
        row.citation, row.report, row.reported_on, row.lab_number, row.line, row.source, row.hub_id,
    )  # fmt: skip


def _subject(tx: Session, said: Said) -> tuple[str | None, str | None, list[str]]:
    if said.party == CUSTOMER:
        movements = movements_on_paper(tx, said.sought)
        if len(movements) == 1:
            return None, movements[0].id, []
        return None, None, [SEVERAL_MOVEMENTS if movements else UNKNOWN_PAPER]
    sample = sample_named(tx, said.sought)
    return (sample.id, None, []) if sample else (None, None, [UNKNOWN_SAMPLE])


def _before(tx: Session, said: Said, sample_id: str | None) -> LabResult | None:
    """Return the row that holds of the same thing: in the same report by the laboratory's own number, else by
    what it calls the sample; of the same sample where one of both has no report."""
    candidates: list[LabResult] = []
    query = select(LabResult).where(LabResult.laboratory == said.laboratory, col(LabResult.current).is_(True))
    if said.report:
        in_report = query.where(LabResult.report == said.report)
        same = LabResult.lab_number == said.lab_number if said.lab_number else LabResult.sought == said.sought
        candidates += tx.exec(in_report.where(same)).all()
    if sample_id and not candidates:
        of_sample = tx.exec(query.where(LabResult.sample_id == sample_id)).all()
        candidates += [row for row in of_sample if not (row.report and said.report)]
    if not said.report and not sample_id:
        candidates += tx.exec(query.where(LabResult.report == "", LabResult.sought == said.sought)).all()
    fitting = [row for row in candidates if _is_of_the_same(row, said)]
    return max(fitting, key=lambda row: row.seq or 0, default=None)


def _is_of_the_same(row: LabResult, said: Said) -> bool:
    same_basis = not (row.basis and said.basis) or row.basis == said.basis.value
    return (row.party, row.analyte) == (said.party, said.analyte.value) and same_basis


def is_repeated(before: LabResult, said: Said, waits: Sequence[str] = ()) -> bool:
    """Tell whether the row before says all this; one that waits is said anew where less is open now."""
    same = (before.value, before.comparator, before.sought) == (said.value, said.comparator, said.sought)
    same &= said.basis is None or before.basis == said.basis.value
    same &= said.nitrogen_factor in (None, before.nitrogen_factor)
    same &= said.uncertainty in (None, before.uncertainty)
    return same and (before.state != "waiting" or set(waits) >= set(before.waits_for))
