"""Ask by name what is known of a device that is watched: an instrument or a phone."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from station.store.tables import Adjustment, ControlCheck, ControlTarget, Hold, Terminal


def phones(tx: Session) -> Sequence[Terminal]:
    """Phones and outside applications, those whose token is good before the others."""
    query = select(Terminal).where(col(Terminal.kind).in_(("phone", "app")))
    return tx.exec(query.order_by(col(Terminal.revoked_at).is_not(None), col(Terminal.name))).all()


def checks_of(tx: Session, source: str, most: int) -> Sequence[tuple[ControlCheck, ControlTarget]]:
    """What it said of control samples, the newest first, each beside what that is known to have."""
    query = select(ControlCheck, ControlTarget).join(
        ControlTarget, col(ControlTarget.id) == ControlCheck.target_id
    )
    query = query.where(ControlCheck.source == source, col(ControlCheck.current).is_(True))
    return list(tx.exec(query.order_by(col(ControlCheck.seq).desc()).limit(most)))


def adjustments_of(tx: Session, instrument_id: str) -> Sequence[Adjustment]:
    """Newest first."""
    query = select(Adjustment).where(Adjustment.instrument_id == instrument_id)
    return tx.exec(query.order_by(col(Adjustment.seq).desc())).all()


def holds_of(tx: Session, source: str) -> Sequence[Hold]:
    """Newest first."""
    return tx.exec(select(Hold).where(Hold.source == source).order_by(col(Hold.seq).desc())).all()
