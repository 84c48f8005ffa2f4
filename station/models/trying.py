"""A bundle in shadow is tried on the captures of a day."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from station.acts.desk import Desk
from station.grain.identifiers import photo_names
from station.models.agreement import Verdict, abstention_rate, agreement, evidence
from station.models.backtest import BacktestCase
from station.models.references import references
from station.models.verdicts import active_verdicts, verdicts_by_release
from station.store.evidence import declared_species, photos_by_capture
from station.store.tables import Capture, ModelRelease

MOST = 200  # of a day: each takes a second or more on a small machine


def day_cases(
    tx: Session, desk: Desk, release: ModelRelease, since: datetime, until: datetime
) -> list[BacktestCase]:
    """Return the newest captures of a time that the release is for, measured or not, oldest first, each
    beside what the active model of its task said."""
    newest = select(Capture).where(Capture.at >= since, Capture.at < until, Capture.state == "inspected")
    rows = list(tx.exec(newest.order_by(col(Capture.at).desc(), col(Capture.seq).desc()).limit(MOST)))
    names = {name for one in release.species for name in photo_names(one)}
    declared = {row.id: declared_species(tx, row) for row in rows}
    wanted = [row for row in reversed(rows) if declared[row.id] is None or declared[row.id] in names]
    ids = [row.id for row in wanted]
    known, photos = references(tx, desk, ids), photos_by_capture(tx, ids)
    said = active_verdicts(tx, release.task, ids)
    return [
        BacktestCase(
            row.id, row.at, declared[row.id], tuple(one.sha256 for one in photos.get(row.id, ())),
            tuple(known.get(row.id, ())), said.get(row.id),
        )
        for row in wanted
    ]  # fmt: skip


def told_already(tx: Session, sha256: str, cases: Sequence[BacktestCase]) -> list[Verdict]:
    """Return what the release said of these captures as they came."""
    return verdicts_by_release(tx, sha256, [case.capture_id for case in cases])


def disagreement(cases: Sequence[BacktestCase], candidate: Sequence[Verdict]) -> float | None:
    """Return the greater of two shares: captures that one of candidate and active model takes and the other
    refuses, and values of laboratory and machine outside the candidate's own limits. None: nothing to compare
    with."""
    active = [case.active for case in cases if case.active is not None]
    same = agreement(candidate, active)["same_verdict"]
    known: Mapping[str, object] = {case.capture_id: case.references for case in cases}
    found = evidence(candidate, known)  # type: ignore[arg-type]
    compared = sum(one["n"] for one in found)
    shares = [] if same is None else [1.0 - same]
    shares += [sum(one["contradicted"] for one in found) / compared] if compared else []
    return round(max(shares), 6) if shares else None


def refused(candidate: Sequence[Verdict]) -> int:
    return round((abstention_rate(candidate) or 0.0) * len(candidate))
