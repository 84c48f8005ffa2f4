"""Samples: a pre-printed barcode begins to stand for a load, a control, or a farmer's bag."""

import re
from datetime import datetime

from sqlmodel import Session

from drivers.text import barcode_of
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid
from station.receival.arrivals.loads import open_load
from station.receival.deciding import proposals
from station.store import audit, measurements, queries
from station.store.ids import new_id
from station.store.tables import Load, Sample


def enter_load_sample(
    desk: Desk, load_id: str, barcode: str, actor: Actor, at: datetime, *, points: int | None = None
) -> Sample:
    """Enters the load's sample; a second barcode for one load is a second sample of it. `points`: from how
    many places it was probed, where not as the rule pack plans."""
    with desk.ledger.write() as tx:
        load = open_load(tx, load_id)
        sample = enter(tx, desk, barcode, "load", load, load.species, actor, at, points=points)
        proposals.propose(tx, desk, [load], at)
    return sample


def enter_own_sample(
    desk: Desk, barcode: str, kind: str, species: str | None, note: str, actor: Actor, at: datetime
) -> Sample:
    """Enters a sample that belongs to no load: courtesy, control, cell or composite."""
    if species is not None and species not in desk.policy.species:
        raise Invalid(Fault.UNKNOWN_SPECIES, species=species, known=list(desk.policy.species))
    with desk.ledger.write() as tx:
        return enter(tx, desk, barcode, kind, None, species, actor, at, note)


def enter(
    tx: Session, desk: Desk, barcode: str, kind: str, load: Load | None, species: str | None, actor: Actor,
    at: datetime, note: str = "", points: int | None = None,
) -> Sample:  # fmt: skip
    """A barcode is used once, ever: a second use is a slip that would mix two loads. A courtesy sample that
    holds nothing may still turn out to be a load's. What does not fit the site's pattern is no sample's."""
    barcode = barcode_of(barcode)
    sample = queries.sample_by_barcode(tx, barcode)
    is_known = sample is not None
    if sample is None:
        if not re.fullmatch(desk.policy.barcode_pattern, barcode, re.IGNORECASE):
            raise Invalid(Fault.NOT_A_SAMPLE_BARCODE, barcode=barcode)
        sample = Sample(id=new_id(at), barcode=barcode, entered_at=at, entered_by=actor.id)
    elif load is None or sample.kind != "courtesy" or queries.is_paired_with(tx, sample.id):
        raise Conflict(Fault.BARCODE_USED, barcode=barcode)
    sample.kind, sample.load_id = kind, load.id if load else None
    sample.species, sample.note, sample.points = species, note, points
    sample.entered_at, sample.entered_by = at, actor.id
    tx.add(sample)
    if is_known:  # a farmer's bag that turns out to be a load's
        measurements.write_sample(tx, sample.id)
    audit.record(
        tx, "sample_entered", at, by=actor.id, terminal=actor.terminal, subject_id=sample.id,
        visit_id=load.visit_id if load else None, load_id=load.id if load else None,
        data={"barcode": barcode, "kind": kind} | ({} if points is None else {"points": points}),
    )  # fmt: skip
    return sample
