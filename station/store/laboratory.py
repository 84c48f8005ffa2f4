"""Ask by name what laboratories say."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session, col, select

from station.store.tables import LabResult


def lab_results(tx: Session, sample_id: str) -> Sequence[LabResult]:
    """Return what laboratories say of a sample and holds: neither superseded nor waiting."""
    return results_by_sample(tx, [sample_id]).get(sample_id, [])


def results_by_sample(tx: Session, sample_ids: Sequence[str]) -> dict[str, list[LabResult]]:
    """What laboratories say of each of these samples and holds, the oldest first."""
    query = select(LabResult).where(col(LabResult.sample_id).in_(sample_ids))
    query = query.where(col(LabResult.current).is_(True), LabResult.state == "accepted")
    found: dict[str, list[LabResult]] = defaultdict(list)
    for row in sorted(tx.exec(query), key=lambda row: row.seq or 0):
        found[row.sample_id or ""].append(row)
    return dict(found)
