"""Ask the ledger by name what more than one act or page asks."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from drivers.text import barcode_of
from station.store import batches
from station.store.tables import (
    AuditEvent,
    Cell,
    ClockAct,
    Decision,
    DeliveryNote,
    Load,
    Pairing,
    Proposal,
    Reservation,
    Sample,
    Terminal,
    Ticket,
    Vehicle,
    Visit,
    Weighing,
)

LAST_CHARACTER = "\U0010ffff"


MOST_OPEN_SAMPLES = 200


def loads_of(tx: Session, visit_id: str) -> Sequence[Load]:
    return tx.exec(select(Load).where(Load.visit_id == visit_id).order_by(col(Load.position))).all()


def open_loads(tx: Session) -> Sequence[Load]:
    """Return the loads without an outcome, oldest first."""
    return tx.exec(select(Load).where(col(Load.outcome).is_(None)).order_by(col(Load.seq))).all()


def open_visits(tx: Session) -> Sequence[Visit]:
    return tx.exec(
        select(Visit).where(col(Visit.ended_at).is_(None)).order_by(col(Visit.arrived_at), col(Visit.seq))
    ).all()


def chain_of(tx: Session, visit_id: str) -> batches.Chain:
    """Return the visit's weighings in the order they were confirmed, without superseded ones."""
    return batches.chains_by_visit(tx, [visit_id]).get(visit_id, ())


def sample_by_barcode(tx: Session, barcode: str) -> Sample | None:
    return tx.exec(select(Sample).where(Sample.barcode == barcode_of(barcode))).first()


def samples_of(tx: Session, load_id: str) -> Sequence[Sample]:
    return tx.exec(select(Sample).where(Sample.load_id == load_id).order_by(col(Sample.seq))).all()


def samples_open_since(tx: Session, since: datetime) -> Sequence[Sample]:
    """Return samples that are still open and were entered at or after `since`."""
    query = select(Sample).where(col(Sample.ended_at).is_(None), col(Sample.entered_at) >= since)
    return tx.exec(query.order_by(col(Sample.seq))).all()


def pairing_of(tx: Session, item_id: str) -> Pairing | None:
    """Return the pairing that holds for a reading or capture."""
    return tx.exec(select(Pairing).where(Pairing.item_id == item_id, col(Pairing.current).is_(True))).first()


def is_paired_with(tx: Session, sample_id: str) -> bool:
    """Tell whether any reading or capture belongs to the sample now."""
    query = select(Pairing.id).where(Pairing.sample_id == sample_id, col(Pairing.current).is_(True))
    return tx.exec(query.limit(1)).first() is not None


def assigned(tx: Session, codes: Sequence[str], limit: int) -> Sequence[Pairing]:
    """Return what holds for one of these reasons with a sample that is still open, newest first."""
    opened = select(Sample.id).where(col(Sample.ended_at).is_(None))
    samples = tx.exec(opened.order_by(col(Sample.seq).desc()).limit(MOST_OPEN_SAMPLES)).all()
    query = select(Pairing).where(col(Pairing.sample_id).in_(samples), col(Pairing.code).in_(codes))
    query = query.where(col(Pairing.current).is_(True))
    return tx.exec(query.order_by(col(Pairing.seq).desc()).limit(limit)).all()


def unpaired(tx: Session) -> Sequence[Pairing]:
    """Return the exceptions list: items that wait for a person, oldest first."""
    query = select(Pairing).where(Pairing.state == "unpaired", col(Pairing.current).is_(True))
    return tx.exec(query.order_by(col(Pairing.seq))).all()


def count_unpaired(tx: Session) -> int:
    query = select(func.count()).where(Pairing.state == "unpaired", col(Pairing.current).is_(True))
    return tx.exec(query).one()


def current_proposal(tx: Session, load_id: str) -> Proposal | None:
    query = select(Proposal).where(Proposal.load_id == load_id, col(Proposal.current).is_(True))
    return tx.exec(query).first()


def current_proposals(tx: Session, load_ids: Sequence[str]) -> dict[str, Proposal]:
    """By load."""
    query = select(Proposal).where(col(Proposal.load_id).in_(load_ids), col(Proposal.current).is_(True))
    return {row.load_id: row for row in tx.exec(query)}


def is_decided_on(tx: Session, proposal_id: str) -> bool:
    return tx.exec(select(Decision.id).where(Decision.proposal_id == proposal_id)).first() is not None


def current_decision(tx: Session, load_id: str) -> Decision | None:
    """Return the newest one that is not withdrawn."""
    query = select(Decision).where(Decision.load_id == load_id, col(Decision.withdrawn_at).is_(None))
    return tx.exec(query.order_by(col(Decision.seq).desc()).limit(1)).first()


def open_reservation(tx: Session, load_id: str) -> Reservation | None:
    query = select(Reservation).where(Reservation.load_id == load_id, col(Reservation.released_at).is_(None))
    return tx.exec(query).first()


def ticket_by_number(tx: Session, site: str, campaign: str, number: int) -> Ticket | None:
    query = select(Ticket).where(Ticket.site == site, Ticket.campaign == campaign, Ticket.number == number)
    return tx.exec(query).first()


def delivery_note(tx: Session, site: str, number: int) -> DeliveryNote | None:
    query = select(DeliveryNote).where(DeliveryNote.site == site, DeliveryNote.number == number)
    return tx.exec(query).first()


def load_on_paper(tx: Session, campaign: str, paper_number: str) -> Load | None:
    """Return the load that was closed on the paper of this number, after a restore."""
    query = select(Load).where(Load.outcome == "on_paper", Load.outcome_reason == paper_number)
    return tx.exec(query.where(Load.campaign == campaign).limit(1)).first()


def vehicles_like(tx: Session, folded: str, limit: int = 20) -> Sequence[Vehicle]:
    """Return vehicles whose plate, or whose last trailer's, begins so (letters and digits only), the most
    recently seen first; what was only ever drawn is no answer itself."""
    query = select(Vehicle)
    if folded:
        like = select(Vehicle.id)
        like = like.where(Vehicle.plate_folded >= folded, Vehicle.plate_folded < folded + LAST_CHARACTER)
        query = query.where(col(Vehicle.id).in_(like) | col(Vehicle.trailer_id).in_(like))
    query = query.where(col(Vehicle.is_trailer).is_(False))
    return tx.exec(query.order_by(col(Vehicle.last_seen_at).desc(), col(Vehicle.plate)).limit(limit)).all()


def last_weighing_of(tx: Session, port_id: str) -> Weighing | None:
    """Return what the bridge at this place weighed last."""
    query = select(Weighing).where(Weighing.port_id == port_id).order_by(col(Weighing.seq).desc())
    return tx.exec(query.limit(1)).first()


def last_event_at(tx: Session) -> datetime | None:
    """Return when the newest audit event was recorded."""
    return tx.exec(select(AuditEvent.at).order_by(col(AuditEvent.seq).desc()).limit(1)).first()


def newest_clock_act(tx: Session, before_seq: int | None = None) -> ClockAct | None:
    """Return what became of the clock last, or last before a row; None: it was never doubted."""
    query = select(ClockAct).order_by(col(ClockAct.seq).desc())
    if before_seq is not None:
        query = query.where(col(ClockAct.seq) < before_seq)
    return tx.exec(query.limit(1)).first()


def site_of(tx: Session) -> str | None:
    """Return the site that has kept this ledger since its first start; None before that."""
    query = select(AuditEvent.data).where(AuditEvent.kind == "site_loaded").order_by(col(AuditEvent.seq))
    data = tx.exec(query.limit(1)).first()
    return data.get("site") if data else None


def has_cell(tx: Session) -> bool:
    """Tell whether a site file was loaded: every site has a cell."""
    return tx.exec(select(Cell.id).limit(1)).first() is not None


def kinds_of_tokens(tx: Session) -> frozenset[str]:
    """Return of which kinds there are tokens that are not revoked."""
    kinds = select(Terminal.kind).where(col(Terminal.revoked_at).is_(None)).distinct()
    return frozenset(tx.exec(kinds))
