"""What becomes of the station's clock is recorded: that it is doubted, what a person stated, a repair.

What is recorded after such an act bears times that are confirmed or not, as the act says: acts and papers ask
here, by the order of the rows and never by their times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.clock import AGREES, EARLIEST, HEALS, ClockStanding, Doubt, Tail
from station.store import audit, queries
from station.store.ids import new_id
from station.store.names import names_of
from station.store.tables import ClockAct

UNUSUAL = timedelta(days=400)  # a person states a time so far after the records by a slip of the year
LATEST = EARLIEST + timedelta(days=365 * 60)


def check_stated(standing: ClockStanding, stated: datetime, *, is_sure: bool) -> None:
    """Raises Invalid or Conflict for a time that cannot be, that is not asked for, or that lies far from the
    records where the person was not asked about it."""
    _check_possible(stated)
    if standing.doubt not in (Doubt.BEHIND, Doubt.BEYOND):
        raise Conflict(Fault.CLOCK_NOT_DOUBTED)
    if not is_sure and not -HEALS <= stated - standing.now <= UNUSUAL:
        raise Conflict(Fault.TIME_UNUSUAL, stated=stated.isoformat(), recorded=standing.now.isoformat())


def check_repair(standing: ClockStanding, to: datetime | None) -> None:
    """Raises Conflict(clock_not_doubted) where there is nothing to repair, Conflict(clock_synchronised) for
    another time than a clock that is kept right shows, Invalid(time_implausible) for one that cannot be."""
    _check_possible(to or standing.wall)
    if standing.doubt is None and (to is None or standing.is_synchronised):
        raise Conflict(Fault.CLOCK_NOT_DOUBTED)
    if to is not None and standing.is_synchronised and abs(to - standing.wall) > AGREES:
        raise Conflict(Fault.CLOCK_SYNCHRONISED, wall=standing.wall.isoformat())


def _check_possible(at: datetime) -> None:
    if not EARLIEST <= at <= LATEST:
        raise Invalid(Fault.TIME_IMPLAUSIBLE, stated=at.isoformat())


def record(
    desk: Desk, kind: str, standing: ClockStanding, tail: Tail, boot: str, *, is_confirmed: bool,
    actor: Actor | None = None, why: str = "",
) -> ClockAct:  # fmt: skip
    """Appends what became of the clock: `standing` is how it was, `tail` how it goes on in this `boot`."""
    at = standing.now if kind == "doubted" else tail.begins
    row = ClockAct(
        id=new_id(at), kind=kind, is_confirmed=is_confirmed, at=at, before=standing.now,
        wall_at=standing.wall, doubt=standing.doubt, stated_at=tail.stated, floor_at=tail.floor, boot=boot,
        ticks=tail.tick, by=actor.id if actor else None, why=why,
    )  # fmt: skip
    with desk.ledger.write() as tx:
        tx.add(row)
        tx.flush()
        audit.record(
            tx, f"clock_{kind}", row.at, by=row.by, terminal=actor.terminal if actor else None,
            subject_id=row.id, data=_told(row),
        )  # fmt: skip
    return row


def _told(row: ClockAct) -> dict[str, Any]:
    times = {"before": row.before, "wall": row.wall_at, "floor": row.floor_at, "stated": row.stated_at}
    return {
        **{name: at.isoformat() for name, at in times.items() if at is not None},
        "doubt": row.doubt,
        "why": row.why,
    }


def recorded_tail(tx: Session, boot: str, tick: float) -> Tail | None:
    """The word of a person that the newest records stand on, for a clock that starts; None: on none."""
    row = queries.newest_clock_act(tx)
    if row is None or row.is_confirmed:
        return None
    if row.stated_at is not None and row.boot == boot and boot and row.ticks <= tick:
        return Tail(row.stated_at, row.floor_at, row.ticks)
    return Tail(None, row.floor_at, tick) if row.floor_at < row.at or row.stated_at else None


@dataclass(frozen=True, slots=True)
class Leap:
    """Station time went from `before` to `at` at once, with the act of that number."""

    seq: int
    before: datetime
    at: datetime

    @property
    def by(self) -> timedelta:
        return self.at - self.before


def newest_leaps(tx: Session, most: int = 20) -> list[Leap]:
    """The newest first."""
    rows = tx.exec(select(ClockAct).order_by(col(ClockAct.seq).desc()).limit(most))
    return [Leap(row.seq or 0, row.before, row.at) for row in rows]


def leapt_since(leaps: Sequence[Leap], seq: int | None) -> timedelta:
    """By how much station time leapt since a row was recorded: its time plus that tells its true age."""
    return sum((leap.by for leap in leaps if seq is not None and leap.seq > seq), timedelta(0))


def leapt_over(leaps: Sequence[Leap], since: datetime, until: datetime) -> timedelta:
    """How much of that span nobody lived through: station time leapt forward over it."""
    over = (leap for leap in leaps if since <= leap.before < leap.at <= until)
    return sum((leap.by for leap in over), timedelta(0))


def time_doubt(tx: Session, before_seq: int | None = None) -> dict[str, Any] | None:
    """What a paper says of times that are not confirmed: {"stated", "by"}, each None where nobody stated it.
    None for confirmed ones. `before_seq`: of what was recorded as that row was, else of now."""
    row = queries.newest_clock_act(tx, before_seq)
    if row is None or row.is_confirmed:
        return None
    by = names_of(tx, [row.by]).get(row.by, row.by) if row.by else None
    return {"stated": row.stated_at.isoformat() if row.stated_at else None, "by": by}
