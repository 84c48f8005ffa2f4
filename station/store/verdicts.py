"""What models said of captures, without the kernels: a campaign of inspections is large, its verdicts are
not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from station.grain.agreement import Verdict
from station.store.tables import Capture, Inspection, LabResult, Pairing, Sample

NEWEST = 1000  # captures that a comparison looks at


def verdicts(tx: Session, sha256: str, since: datetime | None = None, most: int = NEWEST) -> list[Verdict]:
    """The station's own inspections by one release, of its newest captures; oldest first."""
    result: Any = Inspection.result
    query = (
        select(
            Inspection.capture_id, Capture.at, Inspection.accepted, result["kernels"], result["classes"],
            result["numbers"], result["embedding"],
        )  # type: ignore[call-overload]  # seven columns
        .join(Capture, col(Capture.id) == Inspection.capture_id)
        .where(Inspection.sha256 == sha256, Inspection.source == "station")
        .order_by(col(Capture.at).desc(), col(Capture.id).desc())
    )  # fmt: skip
    if since is not None:
        query = query.where(Capture.at >= since)
    rows = tx.exec(query.limit(most)).all()
    return [_verdict(*row) for row in reversed(rows)]


def judged(tx: Session, sha256: str) -> int:
    """How many captures a release has inspected."""
    query = select(func.count()).select_from(Inspection)
    return tx.exec(query.where(Inspection.sha256 == sha256, Inspection.source == "station")).one()


def sample_of(tx: Session, capture_id: str) -> Sample | None:
    """The sample that a capture shows, where it is paired."""
    query = (
        select(Sample)
        .join(Pairing, col(Pairing.sample_id) == Sample.id)
        .where(Pairing.item_id == capture_id, col(Pairing.current).is_(True))
    )
    return tx.exec(query).first()


def lab_results(tx: Session, sample_id: str) -> Sequence[LabResult]:
    """What laboratories say of a sample, without superseded rows."""
    rows = tx.exec(
        select(LabResult).where(LabResult.sample_id == sample_id).order_by(col(LabResult.id))
    ).all()
    superseded = {row.supersedes_id for row in rows}
    return [row for row in rows if row.id not in superseded]


def _verdict(
    capture_id: str, at: datetime, accepted: bool, kernels: int | None, classes: Any, numbers: Any,
    embedding: Any,
) -> Verdict:  # fmt: skip
    return Verdict(capture_id, at, accepted, kernels, classes or {}, numbers or {}, embedding)
