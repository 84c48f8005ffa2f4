"""Which instrument is plugged where, and swapping one for another.

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
from station.receival.clocks.clock_acts import leapt_since, newest_leaps
from station.receival.measuring.wiring import Wiring, declared_wiring, wiring_of
from station.store import audit
from station.store.ids import new_id
from station.store.tables import Instrument, PortAssignment


@dataclass(frozen=True, slots=True)
class Description:
    """An instrument as a person or the site file describes it. `uncertainty` is {analyte: standard
    uncertainty in the analyte's unit}, `grain_temperature_c` the lowest and highest temperature of the grain
    for which it may be believed, `legal_for` the analytes of which its value is the legal one, `max_kg`,
    `min_kg` and `division_kg` what a weighbridge's verification plate says, `own_printer` whether its
    indicator prints slips (None: not known, or not said)."""

    name: str
    serial_number: str | None = None
    asset_tag: str | None = None
    verified_until: date | None = None
    uncertainty: Mapping[str, float] = field(default_factory=dict)
    grain_temperature_c: tuple[float, float] | None = None
    legal_for: tuple[str, ...] | None = None
    max_kg: float | None = None
    min_kg: float | None = None
    division_kg: float | None = None
    own_printer: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        until, celsius = self.verified_until, self.grain_temperature_c
        return {
            **asdict(self),
            "verified_until": until.isoformat() if until else None,
            "grain_temperature_c": list(celsius) if celsius else None,
            "legal_for": list(self.legal_for or ()),
        }


@dataclass(frozen=True, slots=True)
class Plugged:
    """An instrument stands at a port since the assignment began. `declared` is the one that the site file
    names there."""

    assignment: PortAssignment
    instrument: Instrument
    declared: Instrument

    @property
    def is_as_declared(self) -> bool:
        """Is what is plugged in, and how it is read, what the site file says?"""
        is_read_so = wiring_of(self.assignment) == declared_wiring(self.assignment)
        return self.instrument.id == self.declared.id and is_read_so


def plugged(tx: Session) -> dict[str, Plugged]:
    """What is plugged in now, by port id."""
    query = (
        select(PortAssignment, Instrument)
        .join(Instrument, col(Instrument.id) == PortAssignment.instrument_id)
        .where(col(PortAssignment.to_at).is_(None))
        .order_by(col(PortAssignment.port_id), col(PortAssignment.seq))
    )
    declared = declared_instruments(tx)
    return {
        assignment.port_id: Plugged(assignment, row, declared.get(assignment.port_id, row))
        for assignment, row in tx.exec(query)
    }


def plugged_at(tx: Session, port_id: str) -> Plugged:
    """What is plugged in at the port now. Raises NotFound(unknown_port)."""
    present = plugged(tx).get(port_id)
    if present is None:
        raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
    return present


def declared_instruments(tx: Session) -> dict[str, Instrument]:
    """The instrument that the site file named last, by port id."""
    query = (
        select(PortAssignment.port_id, Instrument)
        .join(Instrument, col(Instrument.id) == PortAssignment.instrument_id)
        .where(col(PortAssignment.by).is_(None))
        .order_by(col(PortAssignment.seq))
    )
    return dict(tx.exec(query).all())


def wiring_for(tx: Session, port_id: str, serial_number: str | None) -> Wiring:
    """The instrument with this serial number is read so unless another way is said: as it was when it last
    stood at this port, else as the present one. Raises NotFound(unknown_port)."""
    present = plugged_at(tx, port_id)
    query = (
        select(PortAssignment)
        .join(Instrument, col(Instrument.id) == PortAssignment.instrument_id)
        .where(PortAssignment.port_id == port_id, Instrument.serial_number == serial_number)
        .order_by(col(PortAssignment.seq).desc())
    )
    return wiring_of(tx.exec(query.limit(1)).first() or present.assignment)


def instrument_at(tx: Session, port_id: str, at: datetime) -> Instrument:
    """What was plugged in at that time; for a time before all records, the first instrument.
    Raises NotFound(unknown_port) for a port that the site file never had."""
    query = select(PortAssignment).where(PortAssignment.port_id == port_id).order_by(col(PortAssignment.seq))
    rows = tx.exec(query).all()
    if not rows:
        raise NotFound(Fault.UNKNOWN_PORT, port=port_id)
    leaps = newest_leaps(tx)  # a clock that was repaired since does not bring an instrument back
    then = [row for row in rows if min(row.from_at, row.from_at + leapt_since(leaps, row.seq)) <= at]
    return tx.get_one(Instrument, (then[-1] if then else rows[0]).instrument_id)


def history(tx: Session) -> Sequence[tuple[Instrument, list[PortAssignment]]]:
    """Every instrument that the site has known, with where it was plugged, oldest first."""
    rows = tx.exec(select(Instrument).order_by(col(Instrument.name), col(Instrument.id))).all()
    assignments = tx.exec(select(PortAssignment).order_by(col(PortAssignment.seq))).all()
    return [(row, [each for each in assignments if each.instrument_id == row.id]) for row in rows]


def swap(
    desk: Desk, port_id: str, new: Description, note: str, actor: Actor, at: datetime, *,
    wiring: Wiring | None = None,
) -> Plugged:  # fmt: skip
    """Plug in another instrument, read by `wiring` (None: see `wiring_for`): what is measured from now on is
    its own.

    A serial number that is not known begins a new instrument; one that is known continues its history, and
    the present one may be said again with another wiring. Raises NotFound(unknown_port),
    Conflict(same_instrument, instrument_in_use, legal_for_not_said)."""
    with desk.ledger.write() as tx:
        chosen = wiring or wiring_for(tx, port_id, new.serial_number)
        present = plugged_at(tx, port_id)
        before = present.instrument
        is_same = before.serial_number == new.serial_number
        if is_same and wiring_of(present.assignment) == chosen:
            raise Conflict(Fault.SAME_INSTRUMENT, serial=new.serial_number, name=before.name)
        row = before if is_same else _find_again(tx, new, port_id, chosen.driver)
        if row is None and new.legal_for is None and before.legal_for and chosen.driver != before.driver:
            raise Conflict(Fault.LEGAL_FOR_NOT_SAID, name=before.name, analytes=list(before.legal_for))
        row = row or _make_row(new, before, chosen.driver, at)
        describe(row, new)
        row.driver = chosen.driver
        tx.add(row)
        declared = declared_wiring(present.assignment)
        assignment = plug(tx, port_id, chosen, row, at, declared=declared, by=actor.id, note=note)
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
    desk: Desk, port_id: str, new: Description, note: str, actor: Actor, at: datetime
) -> Instrument:
    """Record what is new of the instrument at the port (it was verified again, say): it stays the same one.
    What is not said stays. Raises NotFound(unknown_port)."""
    with desk.ledger.write() as tx:
        row = plugged_at(tx, port_id).instrument
        describe(row, replace(new, name=new.name or row.name, serial_number=None))
        tx.add(row)
        audit.record(
            tx, "instrument_described", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"port": port_id, "note": note, **new.as_dict(), "name": row.name},
        )  # fmt: skip
    return row


def tell_new_sample(desk: Desk, port_id: str, actor: Actor, at: datetime) -> None:
    """Record that the instrument at the port shows a new sample's result, equal or not, as a person says.
    Raises NotFound(unknown_port)."""
    with desk.ledger.write() as tx:
        row = instrument_at(tx, port_id, at)
        audit.record(
            tx, "new_sample_told", at, by=actor.id, terminal=actor.terminal, subject_id=row.id,
            data={"port": port_id, "name": row.name},
        )  # fmt: skip


def describe(row: Instrument, new: Description) -> None:
    """Bring the row to what is said; what is not said stays as it was."""
    row.name = new.name
    row.serial_number = new.serial_number or row.serial_number
    row.asset_tag = new.asset_tag or row.asset_tag
    row.verified_until = new.verified_until or row.verified_until
    row.uncertainty = dict(new.uncertainty) or row.uncertainty
    if new.legal_for is not None:
        row.legal_for = list(new.legal_for)
    row.max_kg, row.min_kg = new.max_kg or row.max_kg, new.min_kg or row.min_kg
    row.division_kg = new.division_kg or row.division_kg
    if new.own_printer is not None:
        row.own_printer = new.own_printer
    if new.grain_temperature_c:
        row.grain_low_c, row.grain_high_c = new.grain_temperature_c


def plug(
    tx: Session, port_id: str, wiring: Wiring, row: Instrument, at: datetime, *, declared: Wiring,
    by: str | None = None, note: str = "",
) -> PortAssignment:  # fmt: skip
    """End what was plugged in at the port and begin this one. `declared`: what the site file says now."""
    tx.flush()
    running = select(PortAssignment).where(
        PortAssignment.port_id == port_id, col(PortAssignment.to_at).is_(None)
    )
    for ended in tx.exec(running).all():
        ended.to_at = at
        tx.add(ended)
    assignment = PortAssignment(
        id=new_id(at), instrument_id=row.id, port_id=port_id, port=wiring.address, driver=wiring.driver,
        settings=dict(wiring.settings), site_file=declared.as_dict(),
        from_at=at, by=by, note=note,
    )  # fmt: skip
    tx.add(assignment)
    return assignment


def unplug_all_but(tx: Session, port_ids: Collection[str], at: datetime) -> None:
    """End what is plugged in at any other port: the site has none. Instruments and history stay."""
    tx.flush()
    for port_id, present in plugged(tx).items():
        if port_id not in port_ids:
            present.assignment.to_at = at
            tx.add(present.assignment)


def _find_again(tx: Session, new: Description, port_id: str, driver: str) -> Instrument | None:
    """The instrument with this serial number, where the site has had it before: at this port, or elsewhere
    read by the same driver. Raises Conflict(instrument_in_use)."""
    rows = tx.exec(select(Instrument).where(Instrument.serial_number == new.serial_number)).all()
    here = set(tx.exec(select(PortAssignment.instrument_id).where(PortAssignment.port_id == port_id)).all())
    row = next((row for row in rows if row.id in here or row.driver == driver), None)
    for other_port, present in plugged(tx).items():
        if row is not None and present.instrument.id == row.id:
            raise Conflict(Fault.INSTRUMENT_IN_USE, serial=new.serial_number, port=other_port)
    return row


def _make_row(new: Description, before: Instrument, driver: str, at: datetime) -> Instrument:
    """One of the same kind as the one before has its temperature range and is legal for the same, unless
    another is said; its uncertainty and verification are its own. Of what another model is legal for, a
    person must say. Another indicator serves the same platform."""
    row = Instrument(
        id=new_id(at), name=new.name, driver=driver, category=before.category, max_kg=before.max_kg,
        min_kg=before.min_kg, division_kg=before.division_kg, own_printer=before.own_printer,
    )  # fmt: skip
    if driver == before.driver:
        row.legal_for = list(before.legal_for)
        row.grain_low_c, row.grain_high_c = before.grain_low_c, before.grain_high_c
    return row
