"""Ask by name what laboratories say."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session, col, select

from station.store.tables import LabResult


def lab_results(tx: Session, sample_id: str) -> Sequence[LabResult]:
    """Return what laboratories say of a sample, without superseded rows."""
    return results_by_sample(tx, [sample_id]).get(sample_id, [])


def results_by_sample(tx: Session, sample_ids: Sequence[str]) -> dict[str, list[LabResult]]:
    """What laboratories say of each of these samples, without superseded rows."""
    rows = tx.exec(select(LabResult).where(col(LabResult.sample_id).in_(sample_ids))).all()
    superseded = {row.supersedes_id for row in rows}
    found: dict[str, list[LabResult]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.seq or 0):
        if row.id not in superseded:
            found[row.sample_id].append(row)
    return dict(found)
