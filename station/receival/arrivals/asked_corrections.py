"""Headquarters asks for a correction of a load's recorded fact; nothing is changed until a named person here
accepts it, which is the station's own act of correcting. Where the fact is no longer what headquarters saw,
another correction crossed: both stay, and the person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.identifiers import Regime
from station.receival.arrivals.corrections import Correction, LoadCorrection, correct_arrival
from station.store import audit
from station.store.tables import CorrectionRequest, Load, Supplier, Visit

OPEN, ACCEPTED, REFUSED = "open", "accepted", "refused"
FIELDS = ("species", "claims", "regime", "supplier", "plate", "trailer")


@dataclass(frozen=True, slots=True)
class Asked:
    """What headquarters asks: `wanted` and `was` as the load would have it."""

    id: str
    load_id: str
    field: str
    was: str
    wanted: str
    reason: str


def facts(visit: Mapping[str, Any], load: Mapping[str, Any]) -> dict[str, str]:
    """Return what can be asked about, by field, from the columns of a load and its visit."""
    return {
        "species": load["species"], "claims": ",".join(sorted(load["claims"])), "regime": load["regime"],
        "supplier": visit["supplier_id"], "plate": visit["plate"], "trailer": visit["trailer_plate"],
    }  # fmt: skip


def note(desk: Desk, asked: Asked, document: int, actor: Actor, at: datetime) -> None:
    """Enter a request; the same again changes nothing. Raises Invalid(document_wrong)."""
    if asked.field not in FIELDS or (asked.field == "regime" and asked.wanted not in set(Regime)):
        raise Invalid(Fault.DOCUMENT_WRONG, text=f"{asked.field} {asked.wanted}")
    with desk.ledger.write() as tx:
        if tx.get(CorrectionRequest, asked.id) is not None:
            return
        tx.add(
            CorrectionRequest(
                id=asked.id, load_id=asked.load_id, field=asked.field, was=asked.was, wanted=asked.wanted,
                reason=asked.reason, document=document, asked_at=at,
            )
        )  # fmt: skip
        data = {"field": asked.field, "document": document, "reason": asked.reason}
        load_id = asked.load_id if tx.get(Load, asked.load_id) else None
        audit.record(tx, "correction_asked", at, by=actor.id, subject_id=asked.id, load_id=load_id, data=data)


def requests(tx: Session, states: Sequence[str] = (OPEN,), most: int = 200) -> Sequence[CorrectionRequest]:
    """Return the requests in these states, newest first."""
    query = select(CorrectionRequest).where(col(CorrectionRequest.state).in_(states))
    return tx.exec(query.order_by(col(CorrectionRequest.seq).desc()).limit(most)).all()


def now_of(tx: Session, request: CorrectionRequest) -> str | None:
    """Return what the load has now; None where the load is not here."""
    load = tx.get(Load, request.load_id)
    if load is None:
        return None
    return facts(tx.get_one(Visit, load.visit_id).model_dump(), load.model_dump())[request.field]


def accept(
    desk: Desk, request_id: str, note: str, actor: Actor, at: datetime, *, despite_crossing: bool = False
) -> CorrectionRequest:
    """Correct as asked. Raises NotFound(unknown_request, unknown_load), Conflict(corrections_cross) where the
    fact is another by now and the person does not say `despite_crossing`, and what correcting raises."""
    with desk.ledger.read() as tx:
        request = _open(tx, request_id)
        now = now_of(tx, request)
        load = tx.get(Load, request.load_id)
        if load is None or now is None:
            raise NotFound(Fault.UNKNOWN_LOAD, id=request.load_id)
        if now not in (request.was, request.wanted) and not despite_crossing:
            raise Conflict(Fault.CORRECTIONS_CROSS, **_shown(tx, request, now))
        correction = _correction(tx, request)
    if now != request.wanted:
        correct_arrival(desk, load.visit_id, correction, actor, at)
    return _answer(desk, request_id, ACCEPTED, note, actor, at)


def refuse(desk: Desk, request_id: str, reason: str, actor: Actor, at: datetime) -> CorrectionRequest:
    """The fact stays. Raises NotFound(unknown_request)."""
    return _answer(desk, request_id, REFUSED, reason, actor, at)


def shown(tx: Session, field: str, value: str) -> str:
    """Return a value of a field as people read it: a supplier by its name."""
    supplier = tx.get(Supplier, value) if field == "supplier" else None
    return supplier.name if supplier else value


def _shown(tx: Session, request: CorrectionRequest, now: str) -> dict[str, str]:
    return {
        "was": shown(tx, request.field, request.was),
        "now": shown(tx, request.field, now),
        "wanted": shown(tx, request.field, request.wanted),
    }


def _correction(tx: Session, request: CorrectionRequest) -> Correction:
    wanted, field = request.wanted, request.field
    if field == "plate":
        return Correction(plate=wanted)
    if field == "trailer":
        return Correction(trailer=wanted)
    if field == "supplier":
        return Correction(supplier=shown(tx, field, wanted))
    of_load = {
        "species": lambda: LoadCorrection(species=wanted),
        "claims": lambda: LoadCorrection(claims=tuple(filter(None, wanted.split(",")))),
        "regime": lambda: LoadCorrection(regime=Regime(wanted)),
    }
    return Correction(loads={request.load_id: of_load[field]()})


def _answer(
    desk: Desk, request_id: str, state: str, answer: str, actor: Actor, at: datetime
) -> CorrectionRequest:
    with desk.ledger.write() as tx:
        row = _open(tx, request_id)
        row.state, row.answered_by, row.answered_at, row.answer = state, actor.id, at, answer
        tx.add(row)
        audit.record(
            tx, f"correction_request_{state}", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            load_id=row.load_id if tx.get(Load, row.load_id) else None,
            data={"field": row.field, "reason": answer},
        )  # fmt: skip
    return row


def _open(tx: Session, request_id: str) -> CorrectionRequest:
    row = tx.get(CorrectionRequest, request_id)
    if row is None or row.state != OPEN:
        raise NotFound(Fault.UNKNOWN_REQUEST, id=request_id)
    return row
