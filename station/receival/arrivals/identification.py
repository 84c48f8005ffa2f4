"""Nobody types a plate: a badge, an announced apport's code, or a plate that was read tells who is here."""

from collections.abc import Sequence

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from drivers.text import fold
from station.acts.desk import Desk
from station.grain.identifying import Candidate, Expected, candidates
from station.receival.arrivals.announcing import EXPECTED
from station.store.tables import AnnouncedArrival

MOST = 50


def identify(tx: Session, desk: Desk, text: str) -> list[Candidate]:
    """Return what a scan may mean here, the surest first; nothing where it says nothing of a vehicle."""
    said = text.strip()
    plates = {fold(said), fold(desk.badges.get(said, said))}
    is_it = or_(
        col(AnnouncedArrival.external_ref) == said,
        col(AnnouncedArrival.badge) == said,
        col(AnnouncedArrival.plate_folded).in_(plates),
    )
    rows = tx.exec(_waiting().where(is_it).limit(MOST)).all()
    return candidates(said, [_as_expected(row) for row in rows], desk.badges)


def announced_like(tx: Session, plate: str, most: int = 20) -> Sequence[AnnouncedArrival]:
    """Return what is expected of vehicles whose plate begins so, the soonest first."""
    begins = col(AnnouncedArrival.plate_folded).startswith(fold(plate), autoescape=True)
    return tx.exec(_waiting().where(begins).limit(most)).all()


def _waiting() -> SelectOfScalar[AnnouncedArrival]:
    query = select(AnnouncedArrival).where(AnnouncedArrival.state == EXPECTED)
    return query.order_by(col(AnnouncedArrival.expected_at), col(AnnouncedArrival.seq))


def _as_expected(row: AnnouncedArrival) -> Expected:
    return Expected(row.id, row.external_ref or "", row.plate, row.badge, row.expected_at)
