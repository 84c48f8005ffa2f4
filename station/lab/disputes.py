"""Disputes (contestations): a load's ticket is contested within the site's window, further measurements come
in as always, and the dispute is closed with all values that were known, and a reason.

While it is open the load's retained sample is not destroyed, nor are its photos pruned
(`station.store.disputes`). The ticket itself is never edited.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session, col, select

from drivers.reading import is_known
from station.acts.custody import DISPUTE, record_act, set_block
from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.store import audit, queries
from station.store.batches import tickets_by_load
from station.store.disputes import open_dispute_of
from station.store.evidence import readings_by_sample
from station.store.ids import new_id
from station.store.retained import DESTROYED, custody_of, retained_of_loads
from station.store.tables import Dispute, DisputeAct, Load, Measurement

Party = Literal["supplier", "silo", "customer"]
Outcome = Literal["upheld", "changed", "withdrawn"]
ON_PAPER = "on_paper"


def open_dispute(
    desk: Desk, load_id: str, analytes: Sequence[str], raised_by: Party, reason: str, by: Actor, at: datetime
) -> Dispute:
    """Record that a load is contested; `analytes` empty: as a whole. Raises NotFound(unknown_load),
    Invalid(unknown_analyte), Conflict: no_ticket_to_dispute, too_late_to_dispute, dispute_open."""
    for name in analytes:
        if not is_known(name):
            raise Invalid(Fault.UNKNOWN_ANALYTE, analyte=name)
    with desk.ledger.write() as tx:
        load = tx.get(Load, load_id)
        if load is None:
            raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
        number, until = disputable_until(tx, desk, load)
        if desk.policy.day(at) > until:
            raise Conflict(Fault.TOO_LATE_TO_DISPUTE, number=number, until=until.isoformat())
        if open_dispute_of(tx, load_id) is not None:
            raise Conflict(Fault.DISPUTE_OPEN)
        row = Dispute(
            id=new_id(at), load_id=load_id, analytes=list(dict.fromkeys(analytes)), raised_by=raised_by,
            reason=reason, at=at, by=by.id,
        )  # fmt: skip
        tx.add(row)
        tx.flush()
        _act(tx, row, "opened", by, at, reason=reason)
        _block(tx, row, by, at)
    return row


def note(desk: Desk, dispute_id: str, text: str, by: Actor, at: datetime) -> Dispute:
    """Add what was said or done meanwhile. Raises NotFound(unknown_dispute), Conflict(dispute_closed)."""
    with desk.ledger.write() as tx:
        row = _open(tx, dispute_id)
        _act(tx, row, "noted", by, at, reason=text)
    return row


def close_dispute(
    desk: Desk, dispute_id: str, outcome: Outcome, reason: str, by: Actor, at: datetime
) -> Dispute:
    """End a dispute with every value known of the load. Raises what `note` raises."""
    with desk.ledger.write() as tx:
        row = _open(tx, dispute_id)
        row.open = False
        tx.add(row)
        _act(tx, row, "closed", by, at, reason=reason, outcome=outcome, values=values_of(tx, row.load_id))
        _release(tx, row, by, at)
    return row


def disputable_until(tx: Session, desk: Desk, load: Load) -> tuple[str, date]:
    """Return the number of the load's ticket, and the last day on which it may be disputed. Raises
    Conflict(no_ticket_to_dispute)."""
    ticket = tickets_by_load(tx, [load.id]).get(load.id)
    if ticket is not None:
        number, issued = str(ticket.number), ticket.at
    elif load.outcome == ON_PAPER and load.outcome_at is not None:
        number, issued = load.outcome_reason, load.outcome_at
    else:
        raise Conflict(Fault.NO_TICKET_TO_DISPUTE)
    return number, desk.policy.day(issued) + timedelta(days=desk.keeping.dispute_days)


def values_of(tx: Session, load_id: str, analytes: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return every value known of a load, oldest first: of machines, phones and laboratories, what was
    superseded too, and what persons typed (`source`: who). `analytes`: only those."""
    samples = [sample.id for sample in queries.samples_of(tx, load_id)]
    measured = tx.exec(select(Measurement).where(col(Measurement.sample_id).in_(samples)))
    values = [_value(row) for row in measured]
    for readings in readings_by_sample(tx, samples).values():
        values += [
            one for row in readings if row.typed_by for one in _typed(row.values, row.typed_by, row.at)
        ]
    wanted = [one for one in values if not analytes or one["analyte"] in analytes]
    return sorted(wanted, key=lambda one: (one["at"], one["analyte"], one["method"], one["source"]))


def _value(row: Measurement) -> dict[str, Any]:
    superseded = {"superseded": True} if row.superseded_by else {}
    comparator = {"comparator": row.comparator} if row.comparator else {}
    return {
        **row.model_dump(include={"analyte", "method", "source", "value", "unit", "basis"}),
        "at": row.at.isoformat(),
        **comparator,
        **superseded,
    }


def _typed(values: dict[str, Any], who: str, at: datetime) -> Iterator[dict[str, Any]]:
    for name, value in values.items():
        if value["value"] is not None:
            yield {"analyte": name, "method": "typed", "source": who, **value, "at": at.isoformat()}


def _open(tx: Session, dispute_id: str) -> Dispute:
    row = tx.get(Dispute, dispute_id)
    if row is None:
        raise NotFound(Fault.UNKNOWN_DISPUTE, id=dispute_id)
    if not row.open:
        query = select(DisputeAct).where(DisputeAct.dispute_id == row.id, DisputeAct.act == "closed")
        raise Conflict(Fault.DISPUTE_CLOSED, closed_at=tx.exec(query).one().at.isoformat())
    return row


def _block(tx: Session, row: Dispute, by: Actor, at: datetime) -> None:
    """Keep what is kept of the load, wherever it is now."""
    for kept in retained_of_loads(tx, [row.load_id]):
        if kept.state != DESTROYED and DISPUTE not in kept.blocks.split():
            set_block(kept, DISPUTE, True)
            record_act(tx, kept, "blocked", by, at, reason=row.reason)


def _release(tx: Session, row: Dispute, by: Actor, at: datetime) -> None:
    """Lift what this dispute blocked; what a person had blocked before stays so."""
    kept = [one for one in retained_of_loads(tx, [row.load_id]) if DISPUTE in one.blocks.split()]
    acts = custody_of(tx, [one.id for one in kept])
    for one in kept:
        before = [act for act in acts[one.id] if act.at < row.at and act.kind in ("blocked", "released")]
        if not before or before[-1].kind == "released":
            set_block(one, DISPUTE, False)
            record_act(tx, one, "released", by, at, reason=row.reason)


def _act(tx: Session, row: Dispute, act: str, by: Actor, at: datetime, **said: Any) -> None:
    tx.add(DisputeAct(id=new_id(at), dispute_id=row.id, act=act, at=at, by=by.id, **said))
    audit.record(
        tx, f"dispute_{act}", at, by=by.id, terminal=by.terminal, load_id=row.load_id, subject_id=row.id,
        data={"reason": said["reason"], "outcome": said.get("outcome", ""), "analytes": row.analytes},
    )  # fmt: skip
    tx.flush()
