"""What acts share about one load: it or its visit found open, its end, values that can be true of grain."""

from datetime import datetime

from sqlmodel import Session, col, select

from drivers.reading import UNIT_OF, Analyte, Basis, Value, default_basis, is_known
from station.acts.desk import Actor
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.plausible import why_not, why_not_true
from station.grain.reasons import Reason
from station.receival.between_silos import shipment_standing
from station.store import audit, queries
from station.store.tables import Load, Ticket, Visit

IN_CELLS = ("ticketed", "received", "on_paper", "observed")  # outcomes of loads whose grain lies in cells


def end_load(tx: Session, load: Load, outcome: str, reason: str, actor: Actor, at: datetime) -> None:
    """Gives a load its outcome: its sample closes, its reservation is released, maybe its visit ends."""
    load.outcome, load.outcome_at, load.outcome_by, load.outcome_reason = outcome, at, actor.id, reason
    tx.add(load)
    for sample in queries.samples_of(tx, load.id):
        sample.ended_at = at
        tx.add(sample)
    reservation = queries.open_reservation(tx, load.id)
    if reservation is not None:
        reservation.released_at = at
        tx.add(reservation)
    tx.flush()
    shipment_standing.note_end(tx, load, at)
    if all(other.outcome for other in queries.loads_of(tx, load.visit_id)):
        visit = tx.get_one(Visit, load.visit_id)
        visit.ended_at = at
        tx.add(visit)
        audit.record(tx, "visit_ended", at, visit_id=visit.id)


def open_load(tx: Session, load_id: str) -> Load:
    """Returns the load, which must not have its outcome yet."""
    load = tx.get(Load, load_id)
    if load is None:
        raise NotFound(Fault.UNKNOWN_LOAD, id=load_id)
    if load.outcome is not None:
        raise Conflict(Fault.LOAD_ENDED, outcome=load.outcome)
    return load


def load_named(tx: Session, named: str, site: str) -> Load:
    """Return the load of this identifier, of a ticket's number ("2026/12", or "12": the newest), or of a
    sample's barcode. Raises NotFound(unknown_load)."""
    load = tx.get(Load, named) or _with_ticket(tx, named, site)
    if load is None and (sample := queries.sample_by_barcode(tx, named)) is not None and sample.load_id:
        load = tx.get(Load, sample.load_id)
    if load is None:
        raise NotFound(Fault.UNKNOWN_LOAD, id=named)
    return load


def _with_ticket(tx: Session, named: str, site: str) -> Load | None:
    campaign, _, number = named.strip().rpartition("/")
    if not (number.isdecimal() and number.isascii() and len(number) <= 9):
        return None
    query = select(Ticket.load_id).where(Ticket.site == site, Ticket.number == int(number))
    if campaign:
        query = query.where(Ticket.campaign == campaign)
    load_id = tx.exec(query.order_by(col(Ticket.seq).desc()).limit(1)).first()
    return tx.get(Load, load_id) if load_id else None


def open_visit(tx: Session, visit_id: str) -> Visit:
    """Returns the visit, which must not have ended yet."""
    visit = tx.get(Visit, visit_id)
    if visit is None:
        raise NotFound(Fault.UNKNOWN_VISIT, id=visit_id)
    if visit.ended_at is not None:
        raise Conflict(Fault.VISIT_ENDED, plate=visit.plate)
    return visit


def is_whole(total: float) -> bool:
    """Do shares of this sum make up the whole, to a millionth? Rounded first: no binary sum decides it."""
    return abs(round(total - 1, 9)) <= 1e-6


def check_number(name: str, number: float) -> Analyte:
    """Returns the analyte of that name, if `number` can be true of grain or a vehicle."""
    if not is_known(name):
        raise Invalid(Fault.UNKNOWN_ANALYTE, analyte=name)
    analyte = Analyte(name)
    _refuse(why_not_true(analyte, number))
    return analyte


def check_value(name: str, number: float, basis: str | None) -> Value:
    """Returns the value of the analyte of that name, if it can be true of grain on that basis. The only basis
    that an analyte can have need not be said."""
    if name == Analyte.WEIGHT:
        raise Invalid(Fault.UNKNOWN_ANALYTE, analyte=name)
    analyte = check_number(name, number)
    chosen = Basis(basis) if basis else default_basis(analyte)
    _refuse(why_not(analyte, number, chosen))
    return Value(number, UNIT_OF[analyte], chosen)


def _refuse(found: Reason | None) -> None:
    if found is not None:
        raise Invalid(Fault(found.code.value), **found.params)
