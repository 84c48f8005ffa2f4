"""What acts share about one load: finding it open, ending it, and values that can be true of grain."""

from datetime import datetime

from sqlmodel import Session

from drivers.reading import PLAUSIBLE, Analyte
from station.acts.desk import Actor
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.store import audit, queries
from station.store.tables import Load, Visit

# What can be measured of grain or typed for it, by name.
GRAIN_ANALYTES = tuple(analyte.value for analyte in Analyte if analyte is not Analyte.WEIGHT)


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


def is_whole(total: float) -> bool:
    """Do shares of this sum make up the whole, to a millionth? Rounded first: no binary sum decides it."""
    return abs(round(total - 1, 9)) <= 1e-6


def check_value(name: str, value: float) -> Analyte:
    """Returns the analyte of that name, if `value` can be true of grain."""
    try:
        analyte = Analyte(name)
    except ValueError:
        raise Invalid(Fault.UNKNOWN_ANALYTE, analyte=name) from None
    low, high = PLAUSIBLE[analyte]
    if not low <= value <= high:
        raise Invalid(Fault.IMPLAUSIBLE_VALUE, analyte=name, value=value, low=low, high=high)
    return analyte
