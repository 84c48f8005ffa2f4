"""Tell which instrument is plugged where, and swap one for another.

A port (a place of the site: the bridge, the moisture meter) is named by the id of its section in the site
file. The instrument there has a serial number, a verification date and a history of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from station.acts.desk import Actor, Desk
from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.remarks import LimitsOfUse
from station.receival.wiring import Wiring, declared_wiring, wiring_of
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

    def as_dict(self) -> dict[str, Any]:
        """Returns JSON values."""
        until = self.verified_until.isoformat() if self.verified_until else None
        return {**asdict(self), "verified_until": until, "uncertainty": dict(self.uncertainty)}


@dataclass(frozen=True, slots=True)
class Plugged:
    """The instrument at a port, and since when. `declared` is the one that the site file names there."""

    assignment: PortAssignment
    instrument: Instrument
    declared: Instrument

    @property
    def is_as_declared(self) -> bool:
        """Is what is plugged in, and how it is read, what the site file says?"""
        said = declared_wiring(self.assignment)
        return self.instrument.id == self.declared.id and said in (None, wiring_of(self.assignment))


def plugged(tx: Session) -> dict[str, Plugged]:
    """Returns what is plugged in now, by port id."""
    query = (
        select(PortAssignment, Instrument)
        .join(Instrument, col(Instrument.id) == PortAssignment.instrument_id)
        .where(col(PortAssignment.to_at).is_(None))
        .order_by(col(PortAssignment.port_id), col(PortAssignment.seq))
    )
    declared = declared_instruments(tx)
    return {
        place.port_id: Plugged(place, row, declared.get(place.port_id, row)) for place, row in tx.exec(query)
    }


def declared_instruments(tx: Session) -> dict[str, Instrument]:
    """Returns the instrument that the site file named last, by port id."""
    query = (
        select(PortAssignment.port_id, Instrument)
        .join(Instrument, col(Instrument.id) == PortAssignment.instrument_id)
        .where(col(PortAssignment.by).is_(None))
        .order_by(col(PortAssignment.seq))
    )
    return dict(tx.exec(query).all())


def wiring_for(tx: Session, port_id: str, serial_number: str | None) -> Wiring:
    """Returns how the instrument with this serial number is read unless another way is said: as it was when
    it last stood at this port, else as the present one. Raises NotFound(unknown_port)."""
    present = plugged(tx).get(port_id)
    if present is None:
        raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
    query = (
        select(PortAssignment)
        .join(Instrument, col(Instrument.id) == PortAssignment.instrument_id)
        .where(PortAssignment.port_id == port_id, Instrument.serial_number == serial_number)
        .order_by(col(PortAssignment.seq).desc())
    )
    return wiring_of(tx.exec(query.limit(1)).first() or present.assignment)


def instrument_at(tx: Session, port_id: str, at: datetime) -> Instrument:
    """Returns what was plugged in at that time; for a time before all records, the first instrument.

    Raises NotFound(unknown_port) for a port that the site file never had."""
    query = select(PortAssignment).where(PortAssignment.port_id == port_id).order_by(col(PortAssignment.seq))
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
    """Returns every instrument that the site has known, with where it was plugged, oldest first."""
    rows = tx.exec(select(Instrument).order_by(col(Instrument.name), col(Instrument.id))).all()
    places = tx.exec(select(PortAssignment).order_by(col(PortAssignment.seq))).all()
    return [(row, [one for one in places if one.instrument_id == row.id]) for row in rows]


def swap(
    desk: Desk, port_id: str, new: Described, note: str, actor: Actor, at: datetime, *,
    wiring: Wiring | None = None,
) -> Plugged:  # fmt: skip
    """Another instrument is plugged in, read by `wiring` (None: see `wiring_for`): what is measured from now
    on is its own.

    A serial number that is not known begins a new instrument; one that is known continues its history, and
    the present one may be said again with another wiring. Raises NotFound(unknown_port),
    Conflict(same_instrument, instrument_in_use)."""
    with desk.ledger.write() as tx:
        chosen = wiring or wiring_for(tx, port_id, new.serial_number)
        present = plugged(tx).get(port_id)
        if present is None:
            raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
        before = present.instrument
        is_same = before.serial_number == new.serial_number
        if is_same and wiring_of(present.assignment) == chosen:
            raise Conflict(Fault.SAME_INSTRUMENT, serial=new.serial_number, name=before.name)
        row = before if is_same else _known_again(tx, new, port_id, chosen.driver)
        row = row or _new_row(new, before, chosen.driver, at)
        describe(row, new)
        row.driver = chosen.driver
        tx.add(row)
        assignment = plug(
            tx,
            port_id,
            chosen,
            row,
            at,
            declared=declared_wiring(present.assignment),
            by=actor.id,
            note=note,
        )
        audit.record(
            tx, "instrument_swapped", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={
                "port": port_id, "name": row.name, "serial_number": row.serial_number, "note": note,
                "wiring": chosen.as_dict(),
                "before": {"id": before.id, "name": before.name, "serial_number": before.serial_number},
            },
        )  # fmt: skip
    return Plugged(assignment, row, present.declared)


def describe_plugged(
    desk: Desk, port_id: str, said: Described, note: str, actor: Actor, at: datetime
) -> Instrument:
    """Something new is known of the instrument at the port (it was verified again, say): it stays the same
    one. What is not said stays. Raises NotFound(unknown_port)."""
    with desk.ledger.write() as tx:
        present = plugged(tx).get(port_id)
        if present is None:
            raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
        row = present.instrument
        describe(row, replace(said, name=said.name or row.name, serial_number=None))
        tx.add(row)
        audit.record(
            tx, "instrument_described", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"port": port_id, "note": note, **said.as_dict(), "name": row.name},
        )  # fmt: skip
    return row


def tell_new_sample(desk: Desk, port_id: str, actor: Actor, at: datetime) -> None:
    """A person says that the instrument at the port shows a new sample's result, equal or not.

    Raises NotFound(unknown_port)."""
    with desk.ledger.write() as tx:
        row = instrument_at(tx, port_id, at)
        audit.record(
            tx, "new_sample_told", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
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
    tx: Session, port_id: str, wiring: Wiring, row: Instrument, at: datetime, *, declared: Wiring | None,
    by: str | None = None, note: str = "",
) -> PortAssignment:  # fmt: skip
    """Ends what was plugged in at the port and begins this one. `declared`: what the site file says now."""
    tx.flush()
    open_ones = select(PortAssignment).where(
        PortAssignment.port_id == port_id, col(PortAssignment.to_at).is_(None)
    )
    for ended in tx.exec(open_ones).all():
        ended.to_at = at
        tx.add(ended)
    assignment = PortAssignment(
        id=new_id(at), instrument_id=row.id, port_id=port_id, port=wiring.address, driver=wiring.driver,
        settings=dict(wiring.settings), site_file=declared.as_dict() if declared else None,
        from_at=at, by=by, note=note,
    )  # fmt: skip
    tx.add(assignment)
    return assignment


def unplug_all_but(tx: Session, port_ids: Collection[str], at: datetime) -> None:
    """The site has no other ports any more; their instruments and history stay."""
    tx.flush()
    for place, used in plugged(tx).items():
        if place not in port_ids:
            used.assignment.to_at = at
            tx.add(used.assignment)


def _known_again(tx: Session, new: Described, port_id: str, driver: str) -> Instrument | None:
    """Returns the instrument with this serial number, where the site has had it before: at this port, or
    elsewhere read by the same driver."""
    rows = tx.exec(select(Instrument).where(Instrument.serial_number == new.serial_number)).all()
    here = select(PortAssignment.instrument_id).where(PortAssignment.port_id == port_id)
    known_here = set(tx.exec(here).all())
    row = next((one for one in rows if one.id in known_here or one.driver == driver), None)
    if row is None:
        return None
    for place, used in plugged(tx).items():
        if used.instrument.id == row.id:
            raise Conflict(Fault.INSTRUMENT_IN_USE, serial=new.serial_number, port=place)
    return row


def _new_row(new: Described, before: Instrument, driver: str, at: datetime) -> Instrument:
    """One of the same kind as the one before has its temperature range, unless another one is said; its
    uncertainty and verification are its own."""
    is_same_kind = driver == before.driver
    return Instrument(
        id=new_id(at),
        name=new.name,
        driver=driver,
        category=before.category,
        grain_low_c=before.grain_low_c if is_same_kind else None,
        grain_high_c=before.grain_high_c if is_same_kind else None,
    )
