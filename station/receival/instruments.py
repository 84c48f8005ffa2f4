"""Which instrument is plugged where, and swapping one for another.

A port (a place of the site: the bridge, the moisture meter) is named by the id of its section in the site
file. The instrument there has a serial number, a verification date and a history of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, select

from station.grain.remarks import LimitsOfUse
from station.receival.desk import Actor, Desk
from station.receival.errors import Conflict, Fault, NotFound
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Instrument, PortAssignment


@dataclass(frozen=True, slots=True)
class Described:
    """An instrument as a person or the site file describes it. `uncertainty` is {analyte: standard
    uncertainty in the analyte's unit}; None limits are not known."""

    name: str
    serial_number: str | None = None
    asset_tag: str | None = None
    verified_until: date | None = None
    uncertainty: Mapping[str, float] = field(default_factory=dict)
    grain_low_c: float | None = None
    grain_high_c: float | None = None


@dataclass(frozen=True, slots=True)
class Plugged:
    """The instrument at a port, and since when."""

    assignment: PortAssignment
    instrument: Instrument


def plugged(tx: Session) -> dict[str, Plugged]:
    """What is plugged in now, by port id."""
    query = (
        select(PortAssignment, Instrument)
        .join(Instrument, col(Instrument.id) == PortAssignment.instrument_id)
        .where(col(PortAssignment.to_at).is_(None))
        .order_by(col(PortAssignment.port_id), col(PortAssignment.id))
    )
    return {assignment.port_id: Plugged(assignment, row) for assignment, row in tx.exec(query)}


def instrument_at(tx: Session, port_id: str, at: datetime) -> Instrument:
    """What was plugged in at that time; for a time before all records, the first instrument.

    Raises NotFound(unknown_port) for a port that the site file never had."""
    query = select(PortAssignment).where(PortAssignment.port_id == port_id).order_by(col(PortAssignment.id))
    rows = tx.exec(query).all()
    if not rows:
        raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
    then = [row for row in rows if row.from_at <= at]
    return tx.get_one(Instrument, (then[-1] if then else rows[0]).instrument_id)


def limits_of(instrument: Instrument) -> LimitsOfUse:
    return LimitsOfUse(
        instrument.name, instrument.verified_until, instrument.grain_low_c, instrument.grain_high_c
    )


def history(tx: Session) -> Sequence[tuple[Instrument, list[PortAssignment]]]:
    """Every instrument that the site has known, with where it was plugged, oldest first."""
    rows = tx.exec(select(Instrument).order_by(col(Instrument.name), col(Instrument.id))).all()
    places = tx.exec(select(PortAssignment).order_by(col(PortAssignment.id))).all()
    return [(row, [one for one in places if one.instrument_id == row.id]) for row in rows]


def swap(desk: Desk, port_id: str, new: Described, note: str, actor: Actor, at: datetime) -> Plugged:
    """Another instrument of the same kind is plugged in: what is measured from now on is its own.

    A serial number that is not known begins a new instrument; one that is known continues its history.
    Raises NotFound(unknown_port), Conflict(same_instrument, instrument_in_use)."""
    with desk.ledger.write() as tx:
        present = plugged(tx).get(port_id)
        if present is None:
            raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
        before = present.instrument
        if before.serial_number == new.serial_number:
            raise Conflict(Fault.SAME_INSTRUMENT, serial=new.serial_number, name=before.name)
        row = _known_again(tx, new, before) or _new_row(new, before, at)
        describe(row, new)
        tx.add(row)
        assignment = plug(tx, port_id, present.assignment.port, row, at, by=actor.name, note=note)
        audit.record(
            tx, "instrument_swapped", at, by=actor.name, terminal=actor.terminal, subject_id=row.id,
            data={
                "port": port_id, "name": row.name, "serial_number": row.serial_number, "note": note,
                "before": {"id": before.id, "name": before.name, "serial_number": before.serial_number},
            },
        )  # fmt: skip
    return Plugged(assignment, row)


def tell_new_sample(desk: Desk, port_id: str, actor: Actor, at: datetime) -> None:
    """A person says that the instrument at the port shows a new sample's result, equal or not.

    Raises NotFound(unknown_port)."""
    with desk.ledger.write() as tx:
        row = instrument_at(tx, port_id, at)
        audit.record(
            tx, "new_sample_told", at, by=actor.name, terminal=actor.terminal, subject_id=row.id,
            data={"port": port_id, "name": row.name},
        )  # fmt: skip


def describe(row: Instrument, said: Described) -> None:
    """Brings the row to what is said; what is not said stays as it was."""
    row.name = said.name
    row.serial_number = said.serial_number or row.serial_number
    row.asset_tag = said.asset_tag or row.asset_tag
    row.verified_until = said.verified_until or row.verified_until
    row.uncertainty = dict(said.uncertainty) or row.uncertainty
    row.grain_low_c = row.grain_low_c if said.grain_low_c is None else said.grain_low_c
    row.grain_high_c = row.grain_high_c if said.grain_high_c is None else said.grain_high_c


def plug(
    tx: Session, port_id: str, address: str, row: Instrument, at: datetime, *, by: str | None = None,
    note: str = "",
) -> PortAssignment:  # fmt: skip
    """Ends what was plugged in at the port and begins this one."""
    tx.flush()
    open_ones = select(PortAssignment).where(
        PortAssignment.port_id == port_id, col(PortAssignment.to_at).is_(None)
    )
    for ended in tx.exec(open_ones).all():
        ended.to_at = at
        tx.add(ended)
    assignment = PortAssignment(
        id=new_id(at), instrument_id=row.id, port_id=port_id, port=address, from_at=at, by=by, note=note
    )
    tx.add(assignment)
    return assignment


def unplug_all_but(tx: Session, port_ids: Collection[str], at: datetime) -> None:
    """The site has no other ports any more; their instruments and history stay."""
    tx.flush()
    for place, used in plugged(tx).items():
        if place not in port_ids:
            used.assignment.to_at = at
            tx.add(used.assignment)


def _known_again(tx: Session, new: Described, before: Instrument) -> Instrument | None:
    """The instrument with this serial number, where the site has had it before."""
    rows = tx.exec(select(Instrument).where(Instrument.serial_number == new.serial_number)).all()
    row = next((one for one in rows if one.driver == before.driver), None)
    if row is None:
        return None
    for place, used in plugged(tx).items():
        if used.instrument.id == row.id:
            raise Conflict(Fault.INSTRUMENT_IN_USE, serial=new.serial_number, port=place)
    return row


def _new_row(new: Described, before: Instrument, at: datetime) -> Instrument:
    """Of the same kind as the one before, whose temperature range holds unless another one is said; its
    uncertainty and verification are its own."""
    return Instrument(
        id=new_id(at),
        name=new.name,
        driver=before.driver,
        category=before.category,
        grain_low_c=before.grain_low_c,
        grain_high_c=before.grain_high_c,
    )
