"""Adjustments: what somebody changed in an instrument itself. Our correction of what it said before ends, and
every comparison of it is split there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from drivers.reading import Analyte, is_known
from station.acts import checking
from station.acts.checking import MACHINE, Watched
from station.acts.desk import Actor, Desk
from station.acts.refusals import Fault, Invalid, NotFound
from station.lab.corrections import end_for_source
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Adjustment, Instrument

ADJUSTED = "adjusted"  # why a correction ended


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What was changed. `done_by` is whoever did it (a technician, a network's centre), `network` whoever
    looks after the instrument's calibration; None: not said. `species` None: all."""

    analyte: str
    done_at: datetime
    old_slope: float | None = None
    old_bias: float | None = None
    new_slope: float | None = None
    new_bias: float | None = None
    species: str | None = None
    network: str = ""
    done_by: str = ""
    reason: str = ""


def record_adjustment(
    desk: Desk, instrument_id: str, adjusted: Adjusted, by: Actor, at: datetime
) -> Adjustment:
    """Record that an instrument was adjusted. It ends the corrections of that instrument and analyte that are
    approved or proposed; a hold that waits for the next good control reaches no further than this.

    Raises NotFound(unknown_instrument), Invalid: unknown_analyte, unknown_species, adjusted_in_future."""
    if not is_known(adjusted.analyte) or adjusted.analyte == Analyte.WEIGHT:
        raise Invalid(Fault.UNKNOWN_ANALYTE, analyte=adjusted.analyte)
    if adjusted.species not in (None, *desk.policy.species):
        raise Invalid(Fault.UNKNOWN_SPECIES, species=adjusted.species, known=list(desk.policy.species))
    if adjusted.done_at > at:
        raise Invalid(Fault.ADJUSTED_IN_FUTURE, at=adjusted.done_at.isoformat())
    with desk.ledger.write() as tx:
        if tx.get(Instrument, instrument_id) is None:
            raise NotFound(Fault.UNKNOWN_INSTRUMENT, id=instrument_id)
        row = Adjustment(
            id=new_id(at), instrument_id=instrument_id, analyte=adjusted.analyte, species=adjusted.species,
            old_slope=adjusted.old_slope, old_bias=adjusted.old_bias, new_slope=adjusted.new_slope,
            new_bias=adjusted.new_bias, network=adjusted.network, done_by=adjusted.done_by,
            done_at=adjusted.done_at, reason=adjusted.reason, at=at, by=by.id,
        )  # fmt: skip
        tx.add(row)
        ended = end_for_source(tx, row.instrument_id, row.analyte, ADJUSTED, by, at, species=row.species)
        audit.record(
            tx, "instrument_adjusted", at, by=by.id, terminal=by.terminal, subject_id=instrument_id,
            data={
                "analyte": row.analyte, "species": row.species, "done_at": row.done_at.isoformat(),
                "old": [row.old_slope, row.old_bias], "new": [row.new_slope, row.new_bias],
                "network": row.network, "done_by": row.done_by, "reason": row.reason,
                "corrections_ended": [one.id for one in ended],
            },
        )  # fmt: skip
        checking.renew_hold(tx, Watched(MACHINE, instrument_id, row.analyte), at, by.id)
    return row


def splits(tx: Session, source: str, analyte: str, species: str | None = None) -> list[datetime]:
    """Return when an instrument, by its id or serial number, was adjusted for an analyte, oldest first:
    values before and after such a time are never compared together. `species`: leave out what was adjusted
    for another one. A phone has none."""
    query = select(Adjustment).join(Instrument, col(Instrument.id) == Adjustment.instrument_id)
    query = query.where((Instrument.id == source) | (Instrument.serial_number == source))
    rows = tx.exec(query.where(Adjustment.analyte == analyte)).all()
    return sorted({row.done_at for row in rows if None in (species, row.species) or species == row.species})


def adjustments_of(tx: Session, instrument_id: str, analyte: str | None = None) -> Sequence[Adjustment]:
    query = select(Adjustment).where(Adjustment.instrument_id == instrument_id)
    query = query.where(Adjustment.analyte == analyte) if analyte else query
    return tx.exec(query.order_by(col(Adjustment.done_at), col(Adjustment.seq))).all()


def newest_adjustments(tx: Session, most: int) -> Sequence[Adjustment]:
    """Return the adjustments that were recorded last, the newest first."""
    return tx.exec(select(Adjustment).order_by(col(Adjustment.seq).desc()).limit(most)).all()
