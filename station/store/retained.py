"""Ask by name what is kept of samples, and where it lies."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from station.store.tables import (
    CompositeLoad,
    CustodyAct,
    GradeStanding,
    RetainedSample,
    Sample,
    Sending,
    SentSample,
)

KEPT, OUT, DESTROYED = "kept", "out", "destroyed"


def printed_number(count: int) -> str:
    """Write the number of a retained sample: E00042-2. The figure after the dash (Luhn) tells a slip, and
    that it is no barcode of a sample."""
    digits = f"{count:05d}"
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[::-2])
    return f"E{digits}-{-(doubled + sum(map(int, digits[-2::-2]))) % 10}"


def folded_number(text: str) -> str:
    """Write a number as it is kept, however it was typed: its blanks and case do not matter."""
    return "".join(text.split()).upper()


def retained_by_number(tx: Session, text: str) -> RetainedSample | None:
    return tx.exec(select(RetainedSample).where(RetainedSample.number == folded_number(text))).first()


def retained_of(tx: Session, sample_ids: Sequence[str]) -> dict[str, RetainedSample]:
    """Return what is kept of these samples, by sample."""
    rows = tx.exec(select(RetainedSample).where(col(RetainedSample.sample_id).in_(sample_ids)))
    return {row.sample_id: row for row in rows}


def retained_of_loads(tx: Session, load_ids: Sequence[str]) -> Sequence[RetainedSample]:
    """Return what is kept of these loads' samples, oldest first."""
    query = select(RetainedSample).join(Sample, col(Sample.id) == RetainedSample.sample_id)
    return tx.exec(query.where(col(Sample.load_id).in_(load_ids)).order_by(col(RetainedSample.seq))).all()


def taken_places(tx: Session) -> set[str]:
    """List the places where something lies."""
    rows = tx.exec(select(RetainedSample.place).where(RetainedSample.state == KEPT))
    return {place for place in rows if place}


def lies_there(tx: Session, place: str) -> RetainedSample | None:
    query = select(RetainedSample).where(RetainedSample.state == KEPT, RetainedSample.place == place)
    return tx.exec(query.limit(1)).first()


def in_state(tx: Session, state: str, before: int | None, most: int) -> Sequence[RetainedSample]:
    """List those in a state, newest first."""
    query = select(RetainedSample).where(RetainedSample.state == state)
    if before is not None:
        query = query.where(col(RetainedSample.seq) < before)
    return tx.exec(query.order_by(col(RetainedSample.seq).desc()).limit(most)).all()


def to_destroy(tx: Session, today: date, before: int | None, most: int) -> Sequence[RetainedSample]:
    """List what lies there past its date and is not blocked, newest first."""
    query = select(RetainedSample).where(RetainedSample.state == KEPT, RetainedSample.blocks == "")
    query = query.where(col(RetainedSample.keep_until) < today)
    if before is not None:
        query = query.where(col(RetainedSample.seq) < before)
    return tx.exec(query.order_by(col(RetainedSample.seq).desc()).limit(most)).all()


def custody_of(tx: Session, retained_ids: Sequence[str]) -> dict[str, list[CustodyAct]]:
    """Return what was done with each of these, oldest first."""
    query = select(CustodyAct).where(col(CustodyAct.retained_id).in_(retained_ids))
    found: dict[str, list[CustodyAct]] = defaultdict(list)
    for row in sorted(tx.exec(query), key=lambda row: row.seq or 0):
        found[row.retained_id].append(row)
    return dict(found)


def reasons_sent(tx: Session, retained_ids: Sequence[str]) -> dict[str, list[SentSample]]:
    """Return why each of these was put on a list of what is sent."""
    query = select(SentSample).where(col(SentSample.retained_id).in_(retained_ids))
    found: dict[str, list[SentSample]] = defaultdict(list)
    for row in tx.exec(query):
        found[row.retained_id].append(row)
    return dict(found)


def provisional_among(tx: Session, load_ids: Sequence[str]) -> set[str]:
    """Tell which of these loads have a provisional grade."""
    rows = tx.exec(select(GradeStanding).where(col(GradeStanding.load_id).in_(load_ids))).all()
    newest = {row.load_id: row for row in sorted(rows, key=lambda row: row.seq or 0)}
    return {load_id for load_id, row in newest.items() if row.provisional}


def newest_sendings(tx: Session, most: int) -> Sequence[Sending]:
    return tx.exec(select(Sending).order_by(col(Sending.seq).desc()).limit(most)).all()


def sent_with(tx: Session, sending_id: str) -> Sequence[RetainedSample]:
    """Return what is on a list, in its order."""
    query = select(RetainedSample).join(SentSample, col(SentSample.retained_id) == RetainedSample.id)
    query = query.where(SentSample.sending_id == sending_id).order_by(col(SentSample.position))
    return tx.exec(query).all()


def loads_in(tx: Session, composite_id: str) -> Sequence[str]:
    """Name the loads that a composite sample holds grain of."""
    query = select(CompositeLoad.load_id).where(CompositeLoad.sample_id == composite_id)
    return tx.exec(query.order_by(col(CompositeLoad.load_id))).all()
