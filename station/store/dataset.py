"""Named questions of a dataset's export: the captures of a time with all that is recorded of each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.grain.agreement import Verdict
from station.store.tables import (
    Capture,
    Decision,
    Inspection,
    Instrument,
    ModelRelease,
    Pairing,
    Photo,
    Reading,
    Sample,
)
from station.store.verdicts import COLUMNS, verdict_of


def captures(tx: Session, since: datetime | None, until: datetime | None) -> list[str]:
    """Their identifiers, oldest first; `until` is excluded."""
    return list(tx.exec(_within(select(Capture.id), since, until).order_by(col(Capture.at))).all())


def verdicts_by_capture(
    tx: Session, since: datetime | None, until: datetime | None
) -> dict[str, list[Verdict]]:
    """What the station's models said of the captures of a time."""
    query = _within(select(*COLUMNS), since, until)
    found: dict[str, list[Verdict]] = {}
    for row in tx.exec(
        query.join(Inspection, col(Inspection.capture_id) == Capture.id).where(Inspection.source == "station")
    ):
        verdict = verdict_of(*row)
        found.setdefault(verdict.capture_id, []).append(verdict)
    return found


def active_verdicts(
    tx: Session, task: str, since: datetime | None, until: datetime | None
) -> dict[str, Verdict]:
    """What the model that was active then for a task said of each capture; the latest, where there were
    several."""
    query = (
        _within(select(*COLUMNS), since, until)
        .join(Inspection, col(Inspection.capture_id) == Capture.id)
        .join(ModelRelease, col(ModelRelease.sha256) == Inspection.sha256)
        .where(Inspection.source == "station", col(Inspection.shadow).is_(False), ModelRelease.task == task)
        .order_by(col(Inspection.id))
    )
    found = (verdict_of(*row) for row in tx.exec(query))
    return {verdict.capture_id: verdict for verdict in found}


def overridden(tx: Session, wanted: Collection[str]) -> set[str]:
    """The captures of loads that an operator sent elsewhere than proposed."""
    query = (
        select(Pairing.item_id)
        .join(Sample, col(Sample.id) == Pairing.sample_id)
        .join(Decision, col(Decision.load_id) == Sample.load_id)
        .where(Pairing.item_kind == "capture", col(Pairing.current), col(Decision.overridden))
    )
    return set(tx.exec(query).all()) & set(wanted)


def photos(tx: Session, capture_id: str) -> Sequence[Photo]:
    return tx.exec(select(Photo).where(Photo.capture_id == capture_id).order_by(col(Photo.position))).all()


def inspections(tx: Session, capture_id: str) -> Sequence[Inspection]:
    query = select(Inspection).where(Inspection.capture_id == capture_id)
    return tx.exec(query.order_by(col(Inspection.id))).all()


def kind_of(tx: Session, reading: Reading) -> str | None:
    """The kind of the instrument that measured."""
    row = tx.get(Instrument, reading.instrument_id) if reading.instrument_id else None
    return row.driver if row else None


def _within(query: Any, since: datetime | None, until: datetime | None) -> Any:
    query = query.where(Capture.at >= since) if since else query
    return query.where(Capture.at < until) if until else query
