"""Laboratory results that wait for a person: listed, matched by hand, dismissed. Each answer is a new row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.plausible import why_not
from station.lab.matching import movements_on_paper, sample_named
from station.lab.recording import (
    CUSTOMER,
    SEVERAL_MOVEMENTS,
    UNKNOWN_PAPER,
    UNKNOWN_SAMPLE,
    UNUSUAL_VALUE,
    Judged,
    open_points,
    record,
    said_by,
)
from station.store.engine import Ledger
from station.store.tables import LabResult


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of a result; None: nothing. `number` is a sample's barcode, a customer's paper;
    `despite_remarks`: the value is right though it is not usual."""

    number: str | None = None
    basis: Basis | None = None
    nitrogen_factor: float | None = None
    despite_remarks: bool = False
    note: str = ""


def waiting(tx: Session, after: int | None, most: int) -> Sequence[LabResult]:
    """Return the results that wait, oldest first."""
    query = select(LabResult).where(LabResult.state == "waiting", col(LabResult.current).is_(True))
    query = query.where(col(LabResult.seq) > after) if after is not None else query
    return tx.exec(query.order_by(col(LabResult.seq)).limit(most)).all()


def match(ledger: Ledger, result_id: str, answer: Answer, by: str, at: datetime) -> LabResult:
    """Record what a person says of a result; it waits on for what is still open. A result that was matched
    wrongly is matched again."""
    with ledger.write() as tx:
        row = _held(tx, result_id)
        said = said_by(row)
        said = replace(
            said,
            basis=answer.basis or said.basis,
            nitrogen_factor=answer.nitrogen_factor or said.nitrogen_factor,
        )
        if said.basis and (refused := why_not(Analyte(row.analyte), row.value, said.basis)):
            raise Invalid(Fault(refused.code.value), **refused.params)
        sample_id, movement_id, open_subject = row.sample_id, row.movement_id, _open_subject(row)
        if answer.number is not None:
            sample_id, movement_id = _subject(tx, row, answer.number)
            open_subject = []
        points = [*open_subject, *open_points(tx, said, sample_id)]
        was_asked = answer.despite_remarks or (UNUSUAL_VALUE not in row.waits_for and row.state == "accepted")
        waits = [point for point in points if point != UNUSUAL_VALUE or not was_asked]
        judged = Judged(said, sample_id, movement_id, tuple(waits), row, is_known=False)
        despite = [UNUSUAL_VALUE] if UNUSUAL_VALUE in points and was_asked else []
        return record(
            tx, judged, by, at, received_at=row.received_at, note=answer.note or row.note, despite=despite
        )


def dismiss(ledger: Ledger, result_id: str, why: str, by: str, at: datetime) -> LabResult:
    """A person says that a result is used for nothing; it stays recorded."""
    with ledger.write() as tx:
        row = _held(tx, result_id)
        judged = Judged(said_by(row), row.sample_id, row.movement_id, (), row, is_known=False)
        return record(tx, judged, by, at, received_at=row.received_at, note=why, state="dismissed")


def _held(tx: Session, result_id: str) -> LabResult:
    row = tx.get(LabResult, result_id)
    if row is None or not row.current or row.state == "dismissed":
        raise NotFound(Fault.UNKNOWN_LAB_RESULT, id=result_id)
    return row


def _open_subject(row: LabResult) -> list[str]:
    subjects = (UNKNOWN_SAMPLE, UNKNOWN_PAPER, SEVERAL_MOVEMENTS)
    return [point for point in row.waits_for if point in subjects]


def _subject(tx: Session, row: LabResult, number: str) -> tuple[str | None, str | None]:
    if row.party == CUSTOMER:
        movements = movements_on_paper(tx, number)
        if len(movements) != 1:
            if not movements:
                raise NotFound(Fault.UNKNOWN_PAPER, paper_number=number)
            raise Conflict(Fault.SEVERAL_MOVEMENTS, paper_number=number)
        return None, movements[0].id
    sample = sample_named(tx, number)
    if sample is None:
        raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=number)
    return sample.id, None
