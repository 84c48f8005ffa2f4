"""Verdicts are what models said of captures, without the kernels: a campaign of inspections is large, its
verdicts are not."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlmodel import Session, col, func, select

from station.grain.inspection import Inspection as Seen
from station.grain.inspection import class_name
from station.models.agreement import Verdict
from station.models.signals import Looked
from station.store.tables import Capture, Inspection, Load, ModelRelease, Pairing, Sample, Terminal

_RESULT: Any = Inspection.result
# of a verdict, see `verdict_of`; each part is taken out of the stored JSON by the database
COLUMNS: tuple[Any, ...] = (
    Inspection.capture_id,
    Capture.at,
    Inspection.accepted,
    _RESULT["kernels"],
    _RESULT["classes"],
    _RESULT["numbers"],
    _RESULT["embedding"],
    _RESULT["mass"],
)
NEWEST = 1000  # captures that a comparison looks at


def verdicts(tx: Session, sha256: str, since: datetime | None = None, most: int = NEWEST) -> list[Verdict]:
    """Return the station's own inspections by one release, of its newest captures; oldest first."""
    query = (
        select(*COLUMNS)
        .join(Capture, col(Capture.id) == Inspection.capture_id)
        .where(Inspection.sha256 == sha256, Inspection.source == "station")
        .order_by(col(Capture.seq).desc())
    )  # fmt: skip
    if since is not None:
        query = query.where(Capture.at >= since)
    rows = tx.exec(query.limit(most)).all()
    return [verdict_of(*row) for row in reversed(rows)]


def judged(tx: Session, sha256: str) -> int:
    """Return how many captures a release has inspected."""
    query = select(func.count()).select_from(Inspection)
    return tx.exec(query.where(Inspection.sha256 == sha256, Inspection.source == "station")).one()


def looked(tx: Session, since: datetime, zone: tzinfo) -> list[Looked]:
    """Return every inspection by an active model of the captures since then, with phone and declared
    variety."""
    query: Any = (
        select(
            Capture.at, Inspection.sha256, Inspection.accepted, _RESULT["embedding"], Terminal.name,
            Load.declared_variety,
        )  # type: ignore[call-overload]  # six columns
        .join(Inspection, col(Inspection.capture_id) == Capture.id)
        .join(Terminal, col(Terminal.id) == Capture.terminal_id)
        .join(Pairing, (col(Pairing.item_id) == Capture.id) & col(Pairing.current), isouter=True)
        .join(Sample, col(Sample.id) == Pairing.sample_id, isouter=True)
        .join(Load, col(Load.id) == Sample.load_id, isouter=True)
        .where(Capture.at >= since, Inspection.source == "station", col(Inspection.shadow).is_(False))
        .order_by(col(Capture.at))
    )  # fmt: skip
    return [
        Looked(f"{at.astimezone(zone):%Y-%m-%d}", sha256, accepted, embedding, phone, variety or "")
        for at, sha256, accepted, embedding, phone, variety in tx.exec(query)
    ]


def verdicts_by_capture(tx: Session, captures: Sequence[str]) -> dict[str, list[Verdict]]:
    """Return what the station's models said of each of these captures."""
    query = _of_captures(captures)
    found: dict[str, list[Verdict]] = {}
    for row in tx.exec(query):
        verdict = verdict_of(*row)
        found.setdefault(verdict.capture_id, []).append(verdict)
    return found


def verdicts_by_release(tx: Session, sha256: str, captures: Sequence[str]) -> list[Verdict]:
    """Return what one release said of these captures."""
    return [verdict_of(*row) for row in tx.exec(_of_captures(captures).where(Inspection.sha256 == sha256))]


def active_verdicts(tx: Session, task: str, captures: Sequence[str]) -> dict[str, Verdict]:
    """Return what the model that was active then for a task said of each capture; the latest, where there
    were several."""
    query = (
        _of_captures(captures)
        .join(ModelRelease, col(ModelRelease.sha256) == Inspection.sha256)
        .where(col(Inspection.shadow).is_(False), ModelRelease.task == task)
        .order_by(col(Inspection.seq))
    )
    found = (verdict_of(*row) for row in tx.exec(query))
    return {verdict.capture_id: verdict for verdict in found}


def _of_captures(captures: Sequence[str]) -> Any:
    return (
        select(*COLUMNS)
        .join(Inspection, col(Inspection.capture_id) == Capture.id)
        .where(col(Inspection.capture_id).in_(captures), Inspection.source == "station")
    )


def verdict_of_inspection(capture_id: str, at: datetime, seen: Seen) -> Verdict:
    """Return the verdict of an inspection that was just made."""
    told = seen.as_dict()
    return Verdict(
        capture_id, at, seen.accepted, seen.kernels, told["classes"], told.get("numbers") or {},
        told.get("embedding"), told.get("mass") or {},
    )  # fmt: skip


def verdict_of(
    capture_id: str, at: datetime, accepted: bool, kernels: int | None, classes: Any, numbers: Any,
    embedding: Any, mass: Any,
) -> Verdict:  # fmt: skip
    by_count, by_mass = _by_class(classes), _by_class(mass)
    return Verdict(capture_id, at, accepted, kernels, by_count, numbers or {}, embedding, by_mass)


def _by_class(shares: Any) -> dict[str, Any]:
    """Return shares by the classes' names of today: older rows keep theirs."""
    return {class_name(name): share for name, share in (shares or {}).items()}
