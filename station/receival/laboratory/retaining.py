"""A part of a sample is kept: it gets a number, a place on the shelf and a date until when it stays."""

from datetime import datetime, timedelta

from sqlmodel import Session

from station.acts.custody import DISPUTE, enter_act, set_block
from station.acts.desk import Actor, Desk
from station.acts.printers import LABEL
from station.acts.refusals import Conflict, Fault, NotFound
from station.receival.laboratory.custody import free_place
from station.receival.papers import print_jobs
from station.store import audit, counters, queries
from station.store.disputes import open_dispute_of
from station.store.ids import new_id
from station.store.retained import printed_number, retained_of
from station.store.tables import Load, RetainedSample, Sample


def keep_of_load(
    desk: Desk, load_id: str, actor: Actor, at: datetime, *,
    place: str | None = None, seal: str = "", parts: int | None = None,
) -> RetainedSample:  # fmt: skip
    """Keeps a part of the load's sample, of its newest that nothing is kept of; the load may have ended.

    Raises Conflict(no_sample_to_keep) before its barcode was entered, and what `keep` raises."""
    with desk.ledger.write() as tx:
        if tx.get(Load, load_id) is None:
            raise NotFound(Fault.UNKNOWN_LOAD, load=load_id)
        samples = queries.samples_of(tx, load_id)
        if not samples:
            raise Conflict(Fault.NO_SAMPLE_TO_KEEP)
        kept = retained_of(tx, [sample.id for sample in samples])
        free = [sample for sample in samples if sample.id not in kept]
        return keep_sample(tx, desk, (free or samples)[-1], place, seal, parts, actor, at)


def keep(
    desk: Desk, barcode: str, actor: Actor, at: datetime, *,
    place: str | None = None, seal: str = "", parts: int | None = None,
) -> RetainedSample:  # fmt: skip
    """Keeps a part of any sample; where `place` is not said, on the next free one of the shelf.

    Raises Conflict: already_kept, place_taken, shelf_full; Invalid(unknown_place) for none of the shelf."""
    with desk.ledger.write() as tx:
        sample = queries.sample_by_barcode(tx, barcode)
        if sample is None:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=barcode)
        return keep_sample(tx, desk, sample, place, seal, parts, actor, at)


def keep_sample(
    tx: Session, desk: Desk, sample: Sample, place: str | None, seal: str, parts: int | None, actor: Actor,
    at: datetime,
) -> RetainedSample:  # fmt: skip
    """Does what `keep` says in the caller's transaction."""
    kept = retained_of(tx, [sample.id]).get(sample.id)
    if kept is not None:
        raise Conflict(Fault.ALREADY_KEPT, barcode=sample.barcode, number=kept.number, place=kept.place)
    row = RetainedSample(
        id=new_id(at), number=printed_number(counters.draw(tx, counters.RETAINED)), sample_id=sample.id,
        seal=seal, place=free_place(tx, desk, place),
        parts=parts or desk.keeping.parts, sealed_at=at,
        keep_until=desk.policy.day(at) + timedelta(days=desk.keeping.days),
    )  # fmt: skip
    set_block(row, DISPUTE, sample.load_id is not None and open_dispute_of(tx, sample.load_id) is not None)
    tx.add(row)
    tx.flush()
    load = tx.get(Load, sample.load_id) if sample.load_id else None
    enter_act(tx, row, "sealed", actor, at, parts=row.parts)
    print_jobs.issue(tx, desk, LABEL, row.id, actor, at)
    audit.record(
        tx, "sample_retained", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
        visit_id=load.visit_id if load else None, load_id=sample.load_id,
        data={"number": row.number, "barcode": sample.barcode, "place": row.place, "seal": seal},
    )  # fmt: skip
    return row
