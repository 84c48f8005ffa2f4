"""Ask by name what laboratories say."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from station.store.tables import LabResult


def lab_results(tx: Session, sample_id: str) -> Sequence[LabResult]:
    """Return what laboratories say of a sample, without superseded rows."""
    rows = tx.exec(
        select(LabResult).where(LabResult.sample_id == sample_id).order_by(col(LabResult.seq))
    ).all()
    superseded = {row.supersedes_id for row in rows}
    return [row for row in rows if row.id not in superseded]
