"""In a wet year everything of a species, a period and an area is sent; until a laboratory has spoken the
grade of those loads is provisional (provisoire)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from station.acts.custody import PROVISIONAL, set_block
from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, Invalid, NotFound, check_period
from station.receival.laboratory.sending import record
from station.store import audit
from station.store.ids import new_id
from station.store.retained import KEPT, provisional_among, retained_of_loads
from station.store.tables import (
    Decision,
    GradeStanding,
    Load,
    RetainedSample,
    Sample,
    Sending,
    Supplier,
    Visit,
)


def send_all(
    desk: Desk, species: str, since: datetime, until: datetime, suppliers: Sequence[str],
    cells: Sequence[str], reason: str, actor: Actor, at: datetime,
) -> Sending:  # fmt: skip
    """Puts on one list what is kept of all loads of a species sealed from `since` until before `until`, of
    these suppliers (by name) and for these cells where any are named. Their grade is provisional from now on.

    Raises Invalid(period_reversed, unknown_species)."""
    check_period(since, until)
    if species not in desk.policy.species:
        raise Invalid(Fault.UNKNOWN_SPECIES, species=species, known=list(desk.policy.species))
    terms = {
        "species": species, "since": since.isoformat(), "until": until.isoformat(),
        "suppliers": list(suppliers), "cells": list(cells), "reason": reason,
    }  # fmt: skip
    query = select(RetainedSample, Sample.load_id).join(Sample, col(Sample.id) == RetainedSample.sample_id)
    query = query.where(RetainedSample.state == KEPT, Sample.kind == "load", Sample.species == species)
    query = query.where(col(RetainedSample.sealed_at) >= since, col(RetainedSample.sealed_at) < until)
    if suppliers:
        named = select(Load.id).join(Visit, col(Visit.id) == Load.visit_id)
        named = named.join(Supplier, col(Supplier.id) == Visit.supplier_id)
        query = query.where(col(Sample.load_id).in_(named.where(col(Supplier.name).in_(suppliers))))
    if cells:
        decided = select(Decision.load_id).where(col(Decision.withdrawn_at).is_(None))
        query = query.where(col(Sample.load_id).in_(decided.where(col(Decision.cell).in_(cells))))
    with desk.ledger.write() as tx:
        rows = [(row, load_id) for row, load_id in tx.exec(query.order_by(col(RetainedSample.seq)))]
        sending = Sending(id=new_id(at), kind="all", terms=terms, at=at, by=actor.id)
        record(tx, sending, [(row, None) for row, _ in rows], actor)
        for row, load_id in rows:
            set_block(row, PROVISIONAL, True)
            tx.add(row)
            tx.add(
                GradeStanding(
                    id=new_id(at), load_id=load_id or "", provisional=True, sending_id=sending.id,
                    reason=reason, at=at, by=actor.id,
                )
            )  # fmt: skip
    return sending


def make_final(desk: Desk, load_id: str, reason: str, actor: Actor, at: datetime) -> None:
    """Ends that a load's grade is provisional; one that is final stays so."""
    with desk.ledger.write() as tx:
        load = tx.get(Load, load_id)
        if load is None:
            raise NotFound(Fault.UNKNOWN_LOAD, load=load_id)
        if load_id not in provisional_among(tx, [load_id]):
            return
        tx.add(
            GradeStanding(
                id=new_id(at), load_id=load_id, provisional=False, reason=reason, at=at, by=actor.id
            )
        )
        for row in retained_of_loads(tx, [load_id]):
            set_block(row, PROVISIONAL, False)
            tx.add(row)
        audit.record(
            tx, "grade_made_final", at, by=actor.id, terminal=actor.terminal, subject_id=load_id,
            visit_id=load.visit_id, load_id=load_id, data={"reason": reason},
        )  # fmt: skip
