"""Ask for lists page by page: what comes after a place, at most so many rows, walked along an index."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from station.store.tables import (
    Buyer,
    Capture,
    Carrier,
    CellMovement,
    Decision,
    DeliveryNote,
    ExpectedShipment,
    Load,
    OutboundOrder,
    OutboundVisit,
    Pairing,
    Revision,
    Shipment,
    StoredTare,
    Ticket,
    Treatment,
    Visit,
    Weighing,
)

AnyShipment = TypeVar("AnyShipment", Shipment, ExpectedShipment)

Place = tuple[int, ...] | None  # the numbers of the last row of the page before
TimePlace = tuple[datetime, int] | None
_ENTERED = (
    "out", "transfer", "correction", "recovered", "returned", "drying", "grain_cleaning", "cell_cleaning",
    "ventilation", "treatment",
)  # fmt: skip


def open_visits(tx: Session, after: TimePlace, most: int) -> Sequence[Visit]:
    """Oldest arrival first."""
    query = select(Visit).where(col(Visit.ended_at).is_(None))
    query = later(query, Visit.arrived_at, Visit.seq, after)
    return list(tx.exec(query.order_by(col(Visit.arrived_at), col(Visit.seq)).limit(most)))


def ended_visits(
    tx: Session, before: TimePlace, most: int, span: tuple[datetime, datetime] | None = None
) -> Sequence[Visit]:
    """Newest end first, of all or of those that ended from the first instant of `span` until its second."""
    at, seq = col(Visit.ended_at), col(Visit.seq)
    query = select(Visit).where(at.is_not(None))
    if span is not None:
        query = query.where(at >= span[0], at < span[1])
    if before is not None:
        query = query.where(at <= before[0], (at < before[0]) | (seq < before[1]))
    return tx.exec(query.order_by(at.desc(), seq.desc()).limit(most)).all()


def ended_loads(tx: Session, since: datetime | None, before: TimePlace, most: int) -> Sequence[Load]:
    """Those that ended since then, newest end first."""
    at, seq = col(Load.outcome_at), col(Load.seq)
    query = select(Load).where(at >= since if since else at.is_not(None))
    if before is not None:
        query = query.where(at <= before[0], (at < before[0]) | (seq < before[1]))
    return tx.exec(query.order_by(at.desc(), seq.desc()).limit(most)).all()


def entered_movements(tx: Session, before: int | None, most: int) -> list[CellMovement]:
    """Those that a person entered, newest first; a transfer once, as it left its cell."""

    def of(kind: str) -> Sequence[CellMovement]:
        seq = col(CellMovement.seq)
        query = select(CellMovement).where(CellMovement.kind == kind)
        query = query.where(CellMovement.kg < 0) if kind in ("transfer", "drying") else query
        if kind == "recovered":  # what an act entered, not what came with a load
            is_once = col(CellMovement.transfer_id).is_(None) | (col(CellMovement.kg) < 0)
            query = query.where(col(CellMovement.load_id).is_(None), is_once)
        query = query.where(seq < before) if before is not None else query
        return tx.exec(query.order_by(seq.desc()).limit(most)).all()

    return _newest_first((of(kind) for kind in _ENTERED), most)


def treatments(tx: Session, before: int | None, most: int) -> Sequence[Treatment]:
    """The register of treatments, newest first."""
    query = select(Treatment).where(col(Treatment.seq) < before) if before is not None else select(Treatment)
    return tx.exec(query.order_by(col(Treatment.seq).desc()).limit(most)).all()


def movements_of(tx: Session, cell_id: str, before: int | None, most: int) -> Sequence[CellMovement]:
    """Those of a cell, newest first."""
    query = select(CellMovement).where(CellMovement.cell_id == cell_id)
    if before is not None:
        query = query.where(col(CellMovement.seq) < before)
    return tx.exec(query.order_by(col(CellMovement.seq).desc()).limit(most)).all()


def shipments(
    tx: Session, kind: type[AnyShipment], states: Sequence[str], before: int | None, most: int
) -> list[AnyShipment]:
    """Those of these states, newest first."""

    def of(state: str) -> Sequence[AnyShipment]:
        query = select(kind).where(kind.state == state)
        query = query.where(col(kind.seq) < before) if before is not None else query
        return tx.exec(query.order_by(col(kind.seq).desc()).limit(most)).all()

    rows = chain.from_iterable(of(state) for state in states)
    return sorted(rows, key=lambda row: row.seq or 0, reverse=True)[:most]


def open_outbound(tx: Session, after: TimePlace, most: int) -> Sequence[OutboundVisit]:
    """Outbound visits on the site, oldest arrival first."""
    query = select(OutboundVisit).where(col(OutboundVisit.ended_at).is_(None))
    query = later(query, OutboundVisit.arrived_at, OutboundVisit.seq, after)
    return list(tx.exec(query.order_by(col(OutboundVisit.arrived_at), col(OutboundVisit.seq)).limit(most)))


def ended_outbound(tx: Session, before: TimePlace, most: int) -> Sequence[OutboundVisit]:
    """Outbound visits that left, newest end first."""
    at, seq = col(OutboundVisit.ended_at), col(OutboundVisit.seq)
    query = select(OutboundVisit).where(at.is_not(None))
    if before is not None:
        query = query.where(at <= before[0], (at < before[0]) | (seq < before[1]))
    return tx.exec(query.order_by(at.desc(), seq.desc()).limit(most)).all()


def open_orders(tx: Session, before: int | None, most: int) -> Sequence[OutboundOrder]:
    """Outbound orders that hold, newest first."""
    query = select(OutboundOrder).where(col(OutboundOrder.ended_at).is_(None))
    if before is not None:
        query = query.where(col(OutboundOrder.seq) < before)
    return tx.exec(query.order_by(col(OutboundOrder.seq).desc()).limit(most)).all()


def names_held(tx: Session, table: type[Carrier] | type[Buyer], most: int) -> Sequence[str]:
    """The names on a list that hold, newest first."""
    query = select(table.name).where(col(table.ended_at).is_(None))
    return tx.exec(query.order_by(col(table.seq).desc()).limit(most)).all()


def stored_tares(tx: Session, before: int | None, most: int) -> Sequence[StoredTare]:
    """Those that are kept, newest first."""
    query = select(StoredTare).where(col(StoredTare.ended_at).is_(None))
    if before is not None:
        query = query.where(col(StoredTare.seq) < before)
    return tx.exec(query.order_by(col(StoredTare.seq).desc()).limit(most)).all()


def delivery_notes(tx: Session, before: int | None, most: int) -> Sequence[DeliveryNote]:
    """Newest first."""
    query = select(DeliveryNote)
    if before is not None:
        query = query.where(col(DeliveryNote.seq) < before)
    return tx.exec(query.order_by(col(DeliveryNote.seq).desc()).limit(most)).all()


def offered_weighings(tx: Session, after: int, most: int) -> Sequence[Weighing]:
    """Oldest first."""
    query = select(Weighing).where(Weighing.state == "offered", col(Weighing.seq) > after)
    return tx.exec(query.order_by(col(Weighing.seq)).limit(most)).all()


def past_weighings(tx: Session, states: Sequence[str], before: int | None, most: int) -> list[Weighing]:
    """Those of these states, newest first."""

    def of(state: str) -> Sequence[Weighing]:
        query = select(Weighing).where(Weighing.state == state)
        query = query.where(col(Weighing.seq) < before) if before is not None else query
        return tx.exec(query.order_by(col(Weighing.seq).desc()).limit(most)).all()

    return _newest_first((of(state) for state in states), most)


def unpaired(tx: Session, place: int | None, most: int, *, newest: bool) -> Sequence[Pairing]:
    """Items that wait for a person, oldest first, or the newest first."""
    seq = col(Pairing.seq)
    query = select(Pairing).where(Pairing.state == "unpaired", col(Pairing.current).is_(True))
    if place is not None:
        query = query.where(seq < place if newest else seq > place)
    return tx.exec(query.order_by(seq.desc() if newest else seq).limit(most)).all()


def tickets(
    tx: Session, site: str, campaigns: Sequence[str], before: int | None, most: int
) -> list[tuple[Ticket, str]]:
    """Each with its visit, those of these campaigns, newest first."""

    def of(campaign: str) -> Sequence[tuple[Ticket, str]]:
        query = select(Ticket, Load.visit_id).join(Load, col(Load.id) == Ticket.load_id)
        query = query.where(Ticket.site == site, Ticket.campaign == campaign)
        query = query.where(col(Ticket.seq) < before) if before is not None else query
        return tx.exec(query.order_by(col(Ticket.seq).desc()).limit(most)).all()

    rows = chain.from_iterable(of(campaign) for campaign in dict.fromkeys(campaigns))
    return sorted(rows, key=lambda row: row[0].seq or 0, reverse=True)[:most]


def revisions(tx: Session, state: str, before: int | None, most: int) -> list[Revision]:
    """Those of a state, or "all", newest first."""

    def of(state: str) -> Sequence[Revision]:
        query = select(Revision).where(Revision.state == state)
        query = query.where(col(Revision.seq) < before) if before is not None else query
        return tx.exec(query.order_by(col(Revision.seq).desc()).limit(most)).all()

    wanted = ("proposed", "applied", "dismissed", "withdrawn") if state == "all" else (state,)
    return _newest_first((of(one) for one in wanted), most)


def decisions(
    tx: Session, load_id: str | None, since: datetime | None, until: datetime | None,
    after: TimePlace = None, most: int | None = None,
) -> Sequence[Decision]:  # fmt: skip
    """Those of a load or a time, oldest first; `until` is excluded."""
    query = select(Decision)
    query = query.where(Decision.load_id == load_id) if load_id else query
    query = query.where(col(Decision.at) >= since) if since else query
    query = query.where(col(Decision.at) < until) if until else query
    query = later(query, Decision.at, Decision.seq, after)
    return list(tx.exec(query.order_by(col(Decision.at), col(Decision.seq)).limit(most)))


def captures(
    tx: Session, since: datetime | None, until: datetime | None, after: TimePlace, most: int
) -> Sequence[Capture]:
    """Those of a time, oldest first; `until` is excluded."""
    query = select(Capture)
    query = query.where(col(Capture.at) >= since) if since else query
    query = query.where(col(Capture.at) < until) if until else query
    query = later(query, Capture.at, Capture.seq, after)
    return list(tx.exec(query.order_by(col(Capture.at), col(Capture.seq)).limit(most)))


def later(query: Any, at: Any, seq: Any, place: TimePlace) -> Any:
    """Narrow a query to what comes after a moment, or at that moment with a higher number."""
    if place is None:
        return query
    at, seq = col(at), col(seq)
    return query.where(at >= place[0], (at > place[0]) | (seq > place[1]))


def _newest_first(lists: Any, most: int) -> list[Any]:
    return sorted(chain.from_iterable(lists), key=lambda row: row.seq or 0, reverse=True)[:most]
