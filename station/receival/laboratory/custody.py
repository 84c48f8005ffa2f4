"""Custody: who has a retained sample, where it lies, when it was received, and that it was destroyed.

Every act is a row of its own; what the retained sample's row says follows from them.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from station.acts.custody import CHOSEN, DISPUTE, record_act, set_block
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.shelf import next_free, places
from station.store.disputes import open_dispute_of
from station.store.retained import (
    DESTROYED,
    KEPT,
    OUT,
    custody_of,
    lies_there,
    retained_by_number,
    taken_places,
)
from station.store.tables import RetainedSample, Sample


def hand_over(
    desk: Desk, number: str, whom: str, actor: Actor, at: datetime, *, parts: int | None = None
) -> RetainedSample:
    """Records that `whom` was given these parts, or all that lie there. Raises Conflict: not_on_shelf, and
    fewer_parts where not so many lie there."""
    with desk.ledger.write() as tx:
        row = on_shelf(tx, number)
        given = row.parts if parts is None else parts
        if given > row.parts:
            raise Conflict(Fault.FEWER_PARTS, number=row.number, parts=row.parts)
        row.parts -= given
        if not row.parts:
            row.state, row.place = OUT, ""
        set_block(row, CHOSEN, False)
        record_act(tx, row, "handed_over", actor, at, parts=given, whom=whom)
    return row


def receive(
    desk: Desk, number: str, whom: str, received_at: datetime | None, actor: Actor, at: datetime
) -> RetainedSample:
    """Records that `whom` says it was received. Raises Conflict(not_handed_over) where it never left."""
    with desk.ledger.write() as tx:
        row = known(tx, number)
        acts = custody_of(tx, [row.id]).get(row.id, [])
        given = [act for act in acts if act.kind == "handed_over"]
        if not given:
            raise Conflict(Fault.NOT_HANDED_OVER, number=row.number)
        record_act(
            tx, row, "received", actor, at,
            parts=given[-1].parts, whom=whom or given[-1].whom, received_at=received_at or at,
        )  # fmt: skip
    return row


def move(desk: Desk, number: str, place: str, actor: Actor, at: datetime) -> RetainedSample:
    """Records that it lies elsewhere now. Raises what `free_place` raises for the place."""
    with desk.ledger.write() as tx:
        row = on_shelf(tx, number)
        row.place = free_place(tx, desk, place)
        record_act(tx, row, "moved", actor, at)
    return row


def take_in(
    desk: Desk, number: str, parts: int, place: str | None, actor: Actor, at: datetime
) -> RetainedSample:
    """Records that parts which were handed over came back, to a free place where none is said.

    Raises Conflict: not_handed_over, not_on_shelf for what was destroyed."""
    with desk.ledger.write() as tx:
        row = known(tx, number)
        acts = custody_of(tx, [row.id]).get(row.id, [])
        given = sum(act.parts for act in acts if act.kind == "handed_over")
        given -= sum(act.parts for act in acts if act.kind == "returned")
        if row.state == DESTROYED:
            raise Conflict(Fault.NOT_ON_SHELF, number=row.number)
        if parts > given:
            raise Conflict(Fault.NOT_HANDED_OVER, number=row.number)
        if row.state == OUT:
            row.place = free_place(tx, desk, place)
        row.state, row.parts = KEPT, row.parts + parts
        record_act(tx, row, "returned", actor, at, parts=parts)
    return row


def block(desk: Desk, number: str, reason: str, actor: Actor, at: datetime) -> RetainedSample:
    """Keeps it from being destroyed while something is disputed."""
    with desk.ledger.write() as tx:
        row = on_shelf(tx, number)
        set_block(row, DISPUTE, True)
        record_act(tx, row, "blocked", actor, at, reason=reason)
    return row


def release(desk: Desk, number: str, reason: str, actor: Actor, at: datetime) -> RetainedSample:
    """Ends what `block` began. Raises Conflict(dispute_open) while the load itself is disputed: closing the
    dispute releases it."""
    with desk.ledger.write() as tx:
        row = on_shelf(tx, number)
        load_id = tx.get_one(Sample, row.sample_id).load_id
        if load_id is not None and open_dispute_of(tx, load_id) is not None:
            raise Conflict(Fault.DISPUTE_OPEN)
        set_block(row, DISPUTE, False)
        record_act(tx, row, "released", actor, at, reason=reason)
    return row


def destroy(desk: Desk, numbers: Sequence[str], actor: Actor, at: datetime) -> list[RetainedSample]:
    """Records that these were destroyed, all or none: each is past its date, and nothing blocks it.

    Raises Conflict: not_on_shelf, kept_longer, retained_blocked."""
    today = desk.policy.day(at)
    with desk.ledger.write() as tx:
        rows = list({row.id: row for row in (on_shelf(tx, number) for number in numbers)}.values())
        for row in rows:
            if row.blocks:
                raise Conflict(Fault.RETAINED_BLOCKED, number=row.number, blocks=row.blocks.split())
            if row.keep_until >= today:
                raise Conflict(Fault.KEPT_LONGER, number=row.number, until=row.keep_until.isoformat())
        for row in rows:
            place, parts = row.place, row.parts
            row.state, row.place, row.parts = DESTROYED, "", 0
            record_act(tx, row, "destroyed", actor, at, parts=parts, place=place)
    return rows


def known(tx: Session, number: str) -> RetainedSample:
    row = retained_by_number(tx, number)
    if row is None:
        raise NotFound(Fault.UNKNOWN_RETAINED, number=number)
    return row


def on_shelf(tx: Session, number: str) -> RetainedSample:
    row = known(tx, number)
    if row.state != KEPT:
        raise Conflict(Fault.NOT_ON_SHELF, number=row.number)
    return row


def free_place(tx: Session, desk: Desk, wanted: str | None) -> str:
    """The wanted place, else the next free one; empty where the site names no places and nothing is said."""
    shelf = desk.keeping.places
    if wanted is None:
        found = next_free(shelf, taken_places(tx)) if shelf else ""
        if found is None:
            raise Conflict(Fault.SHELF_FULL)
        return found
    if shelf and wanted not in places(shelf):
        raise Invalid(Fault.UNKNOWN_PLACE, place=wanted)
    there = lies_there(tx, wanted) if wanted else None
    if there is not None:
        raise Conflict(Fault.PLACE_TAKEN, place=wanted, number=there.number)
    return wanted
