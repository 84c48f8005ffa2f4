"""Delivery notes: with its last weight an outbound vehicle leaves; its grain leaves the cells' books, and the
paper says what it is. Goods that come back are told beside the paper, which stays.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.printers import DELIVERY
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.carriage import whole_parts
from station.post import identity
from station.receival.deciding import proposals
from station.receival.leaving.delivery_facts import document
from station.receival.leaving.outbound import (
    DELIVERED,
    EXACT_KG,
    close,
    find_outbound,
    loadings_of,
    open_outbound,
)
from station.receival.leaving.outbound import record as record_visit
from station.receival.leaving.outbound_loading import Drawn, load
from station.receival.leaving.outbound_orders import ask_of_order, left_kg, open_order
from station.receival.measuring.remarked import check_asked
from station.receival.papers import print_jobs
from station.receival.storage import movements
from station.receival.storage.movements import NOTHING_SAID, Title
from station.store import audit, counters, queries
from station.store.ids import new_id
from station.store.tables import (
    CellMovement,
    DeliveryNote,
    OutboundLoading,
    OutboundSample,
    OutboundVisit,
    Sample,
    Weighing,
)

ISSUED, CANCELLED, RETURNED = "issued", "cancelled", "returned"


def deliver(
    desk: Desk, outbound_id: str, weighing_id: str, drawn: Sequence[Drawn], actor: Actor, at: datetime, *,
    title: Title = NOTHING_SAID, reason: str = "", despite_kg: float | None = None,
    despite_remarks: bool = False,
) -> DeliveryNote:  # fmt: skip
    """Takes the full vehicle's weight, with which it leaves: movements out of its cells, and its paper.

    Raises what `outbound_loading.load` raises; Conflict(nothing_loaded);
    Conflict(over_order) unless `despite_remarks`; and what `movements.move_out` raises of a cell, of which
    `despite_kg`, the vehicle's whole net once more, is the answer."""
    with desk.ledger.write() as tx:
        row = open_outbound(tx, outbound_id)
        load(tx, row, weighing_id, drawn, "last", actor, at, despite_remarks=despite_remarks)
        loaded = loadings_of(tx, row.id)
        net_kg = round(sum(one.kg for one in loaded), 3)
        if net_kg <= EXACT_KG:
            raise Conflict(Fault.NOTHING_LOADED, plate=row.plate)
        despite = check_asked(_of_order(tx, row, net_kg), despite_remarks)
        number = counters.draw(tx, counters.DELIVERY_NOTE)
        is_answered = despite_kg is not None and abs(despite_kg - net_kg) <= EXACT_KG
        gone = [
            movements.take_out(
                tx, desk, cell, kg, reason or row.buyer, f"BL-{number}", actor, at, title=title,
                despite_kg=kg if is_answered else None, rests_on=pair,
            )
            for cell, kg, pair in _by_cell(tx, row, loaded)
        ]  # fmt: skip
        note = _note(tx, desk, row, number, net_kg, gone, actor, at)
        print_jobs.issue(tx, desk, DELIVERY, note.id, actor, at)
        close(tx, row, DELIVERED, "", actor, at)
        _end_samples(tx, row.id, at)
        record_visit(tx, "outbound_delivered", row, actor, at, number=number, net_kg=net_kg, despite=despite)
        proposals.propose_open_loads(tx, desk, at)
    return note


def take_back(
    desk: Desk, number: int, reason: str, actor: Actor, at: datetime, *, kg: float | None = None,
    cell: str | None = None, weighings: tuple[str, str] | None = None, is_cancelled: bool = False,
    despite_kg: float | None = None, despite_remarks: bool = False,
) -> DeliveryNote:  # fmt: skip
    """The vehicle came back with the goods, `kg` as weighed now, or never went (`is_cancelled`): they go into
    `cell`, or each part where it was. Raises Conflict(delivery_ended), and as `movements.bring_back` does."""
    with desk.ledger.write() as tx:
        note = find_note(tx, desk.policy.site, number)
        if note.state != ISSUED:
            raise Conflict(Fault.DELIVERY_ENDED, number=note.paper_number, state=note.state)
        back_kg = note.net_kg if kg is None else kg
        pair = weighings or (None, None)
        if weighings is not None:
            movements.use_weighings(tx, weighings, back_kg, actor, at, despite_remarks=despite_remarks)
        gone = movements_of(tx, note)
        shares = [one.kg / sum(other.kg for other in gone) for one in gone]
        is_answered = is_cancelled or (despite_kg is not None and abs(despite_kg - back_kg) <= EXACT_KG)
        for left, part in zip(gone, whole_parts(back_kg, shares), strict=True):
            movements.bring_back(
                tx, left, cell or left.cell_id, part, reason, actor, at,
                despite_kg=part if is_answered else None, rests_on=pair,
            )  # fmt: skip
        note.state, note.back_kg = CANCELLED if is_cancelled else RETURNED, back_kg
        note.ended_at, note.ended_by, note.reason = at, actor.id, reason
        tx.add(note)
        audit.record(
            tx, f"delivery_{note.state}", at, by=actor.id, terminal=actor.terminal, subject_id=note.id,
            data={"number": note.number, "kg": back_kg, "reason": reason},
        )  # fmt: skip
        proposals.propose_open_loads(tx, desk, at)
    return note


def find_note(tx: Session, site: str, number: int) -> DeliveryNote:
    note = queries.delivery_note(tx, site, number)
    if note is None:
        raise NotFound(Fault.UNKNOWN_DELIVERY_NOTE, number=number)
    return note


def note_of(tx: Session, outbound_id: str) -> DeliveryNote | None:
    return tx.exec(select(DeliveryNote).where(DeliveryNote.outbound_id == outbound_id)).first()


def movements_of(tx: Session, note: DeliveryNote) -> Sequence[CellMovement]:
    """The movements that took its grain out, also where a restore gave them another key."""
    query = select(CellMovement).where(CellMovement.paper_number == note.paper_number)
    query = query.where(col(CellMovement.kind).in_(("out", "recovered")), CellMovement.kg < 0)
    return tx.exec(query.order_by(col(CellMovement.seq))).all()


def signed_bytes(told: dict[str, Any]) -> bytes:
    """The bytes of a document that are signed: its JSON, sorted and without blanks, as UTF-8."""
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _of_order(tx: Session, row: OutboundVisit, net_kg: float) -> list[dict[str, Any]]:
    """What is asked of the order; one that ended since is not asked about."""
    order = open_order(tx, row.order_number, row.campaign) if row.order_number else None
    asked = ask_of_order(left_kg(tx, order), order.number, net_kg) if order else None
    return [asked.as_dict()] if asked else []


def _by_cell(
    tx: Session, row: OutboundVisit, loaded: Sequence[OutboundLoading]
) -> list[tuple[str, float, tuple[str | None, str | None]]]:
    """What each cell gave, with the two weights that it rests on: those around its own loadings where their
    difference says the same, else those of the vehicle as it came and as it leaves."""
    parts: dict[str, list[OutboundLoading]] = defaultdict(list)
    for one in loaded:
        parts[one.cell_id].append(one)
    found = []
    for cell, some in parts.items():
        kg = round(sum(one.kg for one in some), 3)
        first, last = some[0].before_weighing_id, some[-1].weighing_id
        apart = tx.get_one(Weighing, last).kg - tx.get_one(Weighing, first).kg
        pair = (first, last) if abs(apart - kg) <= EXACT_KG else (row.empty_weighing_id, row.full_weighing_id)
        found += [(cell, kg, pair)] if kg > EXACT_KG else []
    return found


def _note(
    tx: Session, desk: Desk, row: OutboundVisit, number: int, net_kg: float, gone: Sequence[CellMovement],
    actor: Actor, at: datetime,
) -> DeliveryNote:  # fmt: skip
    note = DeliveryNote(
        id=new_id(at), site=desk.policy.site, campaign=row.campaign, number=number,
        paper_number=gone[0].paper_number, outbound_id=row.id, order_number=row.order_number, net_kg=net_kg,
        at=at, by=actor.id,
    )  # fmt: skip
    note.document = document(tx, desk, row, note, gone)
    key = identity.read_key(desk.ledger.folder)
    if key is not None:
        note.signature = base64.b64encode(key.sign(signed_bytes(note.document))).decode()
    tx.add(note)
    tx.flush()
    return note


def _end_samples(tx: Session, outbound_id: str, at: datetime) -> None:
    query = select(Sample).join(OutboundSample, col(OutboundSample.sample_id) == Sample.id)
    for sample in tx.exec(query.where(OutboundSample.outbound_id == outbound_id)):
        sample.ended_at = at
        tx.add(sample)


def returns_to(tx: Session, note: DeliveryNote) -> OutboundVisit:
    """The visit that the note is of."""
    return find_outbound(tx, note.outbound_id)
