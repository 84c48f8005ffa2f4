"""What is measured of a control sample is checked in the transaction that pairs it. A check that failed holds
what its source measured since its last good one: those values are marked, and nothing stops.

A hold follows from the checks that are current: it is worked out anew whenever one of them comes or goes. A
source and analyte have at most one open hold.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, and_, col, select

from station.store import audit
from station.store.ids import new_id
from station.store.tables import (
    Adjustment,
    ControlCheck,
    ControlTarget,
    Hold,
    HoldAct,
    Inspection,
    Measurement,
    Reading,
    Sample,
)

CONTROL = "control"  # the kind of sample
MACHINE, PHONE = "machine", "phone"  # the methods whose sources are checked
WITHDRAWN = "withdrawn"  # the act of a hold whose failed checks are none any more
_TICK = timedelta(microseconds=1)


class Watched(NamedTuple):
    """What is checked together: what one instrument or phone says of one analyte."""

    method: str
    source: str
    analyte: str


class _Failed(NamedTuple):
    """A failed check; `species` as its control sample was entered, None: not said."""

    at: datetime
    check_id: str
    species: str | None


class _Clean(NamedTuple):
    """A time at which nothing was wrong with the calibration of a species; None: of any."""

    at: datetime
    species: str | None


def check_item(
    tx: Session, kind: str, item_id: str, sample: Sample | None, at: datetime, by: str | None
) -> None:
    """Check anew what a reading, or the inspections of a capture, say, now that they are `sample`'s. What was
    checked of them while they were another's is withdrawn."""
    inspections = select(Inspection.id).where(Inspection.capture_id == item_id)
    source_ids = [item_id] if kind == "reading" else tx.exec(inspections).all()
    is_theirs = col(ControlCheck.source_id).in_(source_ids)
    _check_anew(tx, is_theirs, col(Measurement.source_id).in_(source_ids), sample, at, by)


def check_sample(
    tx: Session, sample: Sample, analytes: Collection[str], at: datetime, by: str | None
) -> None:
    """Check anew all that was measured of a control sample, of which something else is known now."""
    is_theirs = and_(ControlCheck.sample_id == sample.id, col(ControlCheck.analyte).in_(analytes))
    measured = and_(col(Measurement.sample_id) == sample.id, col(Measurement.analyte).in_(analytes))
    _check_anew(tx, is_theirs, measured, sample, at, by)


def targets_of(tx: Session, sample_id: str) -> dict[str, ControlTarget]:
    """Return what a control sample is known to have, by analyte."""
    query = select(ControlTarget).where(ControlTarget.sample_id == sample_id)
    return {row.analyte: row for row in tx.exec(query.order_by(col(ControlTarget.seq)))}


def is_comparable(target: ControlTarget, row: Measurement) -> bool:
    """Tell whether a value can be held against the target: in the same unit, on the same basis."""
    return (target.unit, target.basis) == (row.unit, row.basis)


def renew_hold(tx: Session, watched: Watched, at: datetime, by: str | None) -> None:
    """Open, extend, shorten or withdraw the hold of a source and analyte, as its checks say now."""
    tx.flush()
    present = open_hold(tx, watched)
    failed, clean = _standing(tx, watched)
    if not failed:
        if present is not None:
            end(
                tx,
                present,
                HoldAct(id=new_id(at), hold_id=present.id, act=WITHDRAWN, reason="", at=at, by=by),
            )
        return
    since, until = _bounds(failed, clean)
    first = failed[0].check_id
    said = (first, since, until)
    if present is None:
        present = Hold(id=new_id(at), check_id=first, **watched._asdict(), since=since, until=until, at=at)
        _save(tx, present, "hold_opened", at, by)
    elif (present.check_id, present.since, present.until) != said:
        present.check_id, present.since, present.until = said
        _save(tx, present, "hold_changed", at, by)


def open_hold(tx: Session, watched: Watched) -> Hold | None:
    query = select(Hold).where(Hold.source == watched.source, Hold.analyte == watched.analyte)
    return tx.exec(query.where(col(Hold.ended).is_(False))).first()


def end(tx: Session, hold: Hold, act: HoldAct) -> None:
    """End a hold: what it holds by now is decided on, and what comes after is not."""
    if hold.until is None:
        failed, _ = _standing(tx, Watched(hold.method, hold.source, hold.analyte))
        hold.until = max([act.at, *(check.at + _TICK for check in failed)])
    hold.ended = True
    tx.add(act)
    said = {"act": act.act, "reason": act.reason, "correction": act.correction_id}
    _save(tx, hold, "hold_ended", act.at, act.by, **said)


def _check_anew(
    tx: Session, checks: Any, measured: Any, sample: Sample | None, at: datetime, by: str | None
) -> None:
    tx.flush()
    touched = set()
    for check in tx.exec(select(ControlCheck).where(checks, col(ControlCheck.current).is_(True))).all():
        check.current = False
        tx.add(check)
        touched.add(Watched(check.method, check.source, check.analyte))
    if sample is not None and sample.kind == CONTROL:
        query = select(Measurement).where(measured, col(Measurement.method).in_((MACHINE, PHONE)))
        touched |= _check(tx, tx.exec(query.order_by(col(Measurement.seq))).all(), sample, at, by)
    for watched in sorted(touched):
        renew_hold(tx, watched, at, by)


def _check(
    tx: Session, rows: Sequence[Measurement], sample: Sample, at: datetime, by: str | None
) -> set[Watched]:
    """Write the checks. A value in another unit or on another basis is not compared, as the audit says."""
    targets, instruments = targets_of(tx, sample.id), _instruments(tx, rows)
    touched = set()
    for row in rows:
        target = targets.get(row.analyte)
        if target is None:
            continue
        watched = Watched(row.method, instruments.get(row.source_id, row.source), row.analyte)
        said = {"barcode": sample.barcode, **watched._asdict(), "value": row.value, "target": target.value}
        if not is_comparable(target, row):
            bases = {"basis": row.basis, "target_basis": target.basis}
            audit.record(tx, "control_not_compared", at, by=by, subject_id=row.source_id, data=said | bases)
            continue
        passed = abs(round(row.value - target.value, 9)) <= target.tolerance
        check = ControlCheck(
            id=new_id(at), source_id=row.source_id, sample_id=sample.id, target_id=target.id, value=row.value,
            passed=passed, at=row.at, **watched._asdict(),
        )  # fmt: skip
        tx.add(check)
        said |= {"tolerance": target.tolerance, "passed": passed}
        audit.record(tx, "control_checked", at, by=by, subject_id=row.source_id, data=said)
        touched.add(watched)
    return touched


def _instruments(tx: Session, rows: Iterable[Measurement]) -> dict[str, str]:
    """The instrument of each reading among them."""
    ids = [row.source_id for row in rows if row.method == MACHINE]
    query = select(Reading.id, Reading.instrument_id).where(col(Reading.id).in_(ids))
    return {reading: instrument for reading, instrument in tx.exec(query) if instrument}


def _standing(tx: Session, watched: Watched) -> tuple[list[_Failed], list[_Clean]]:
    """The failed checks that nobody has decided on, oldest first; and the times before which, or after which,
    nothing is doubted because of them: good checks, adjustments of the instrument, what was decided on."""
    _, source, analyte = watched
    query = select(ControlCheck, Sample.species).join(Sample, col(Sample.id) == ControlCheck.sample_id)
    query = query.where(ControlCheck.source == source, ControlCheck.analyte == analyte)
    checks = tx.exec(query.where(col(ControlCheck.current).is_(True)).order_by(col(ControlCheck.seq))).all()
    spans = [(hold.since, hold.until) for hold in _decided(tx, watched) if hold.until is not None]
    failed = [
        _Failed(check.at, check.id, species)
        for check, species in checks
        if not check.passed and not _is_within(check.at, spans)
    ]
    adjusted = select(Adjustment.done_at, Adjustment.species).where(Adjustment.instrument_id == source)
    clean = [_Clean(check.at, species) for check, species in checks if check.passed]
    clean += [_Clean(*row) for row in tx.exec(adjusted.where(Adjustment.analyte == analyte))]
    clean += [_Clean(until, None) for _, until in spans]
    return sorted(failed, key=lambda one: one.at), clean


def _bounds(failed: Sequence[_Failed], clean: Sequence[_Clean]) -> tuple[datetime | None, datetime | None]:
    """The time from which and the time until which these failed checks put values in doubt. An instrument has
    a calibration of each species: what is clean of another species says nothing of the one that failed."""
    since: list[datetime | None] = []
    until: list[datetime | None] = []
    for species in {one.species for one in failed}:
        times = [one.at for one in failed if one.species == species]
        of_it = [one.at for one in clean if None in (species, one.species) or one.species == species]
        since.append(max((at for at in of_it if at <= times[0]), default=None))
        until.append(min((at for at in of_it if at > times[-1]), default=None))
    begins, ends = [at for at in since if at], [at for at in until if at]
    return (
        min(begins) if len(begins) == len(since) else None,
        max(ends) if len(ends) == len(until) else None,
    )


def _decided(tx: Session, watched: Watched) -> Sequence[Hold]:
    query = select(Hold).join(HoldAct, col(HoldAct.hold_id) == Hold.id).where(HoldAct.act != WITHDRAWN)
    return tx.exec(query.where(Hold.source == watched.source, Hold.analyte == watched.analyte)).all()


def _is_within(at: datetime, spans: Iterable[tuple[datetime | None, datetime]]) -> bool:
    return any((since is None or since <= at) and at < until for since, until in spans)


def _save(tx: Session, hold: Hold, event: str, at: datetime, by: str | None, **said: Any) -> None:
    tx.add(hold)
    data = {
        "method": hold.method, "source": hold.source, "analyte": hold.analyte,
        "since": hold.since.isoformat() if hold.since else None,
        "until": hold.until.isoformat() if hold.until else None, **said,
    }  # fmt: skip
    audit.record(tx, event, at, by=by, subject_id=hold.id, data=data)
    tx.flush()
