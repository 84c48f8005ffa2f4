"""Control samples: what one is known to have, and which instruments and phones are due to measure one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from drivers.reading import (
    PLAUSIBLE,
    UNIT_OF,
    Analyte,
    Basis,
    Unit,
    basis_allowed,
    default_basis,
    is_known,
    needs_basis,
)
from station.acts import checking
from station.acts.checking import MACHINE, PHONE, is_comparable, targets_of
from station.acts.desk import Actor, Desk, Watching
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.plausible import why_not_true
from station.store import audit, queries
from station.store.ids import new_id
from station.store.measurements import BY_COUNT, BY_MASS, basis_of
from station.store.tables import (
    ControlCheck,
    ControlTarget,
    Instrument,
    Measurement,
    PortAssignment,
    Sample,
    Terminal,
)

ANALYZER = "analyzer"  # the category of an instrument


@dataclass(frozen=True, slots=True)
class Target:
    """What a control sample has of an analyte, in the analyte's own unit. `basis` is a moisture basis, or of
    a share of kernels by_count or by_mass; None: the only one. `campaign` names a campaign of standards."""

    analyte: str
    value: float
    tolerance: float
    basis: str | None = None
    unit: str | None = None
    uncertainty: float | None = None
    citation: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When an instrument or a phone last measured a control sample, and when it should do so again."""

    method: str
    source: str
    name: str
    analyte: str
    checked_at: datetime
    passed: bool
    due_at: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class Expiry:
    """The verification of an instrument that is plugged in ends, or has ended, on `until`."""

    instrument: str
    name: str
    category: str
    until: date
    days: int  # below 0: it has ended

    @property
    def expired(self) -> bool:
        return self.days < 0


def set_target(
    desk: Desk, barcode: str, targets: Sequence[Target], by: Actor, at: datetime
) -> list[ControlTarget]:
    """Record what a control sample is known to have; a newer target of an analyte takes the place of an older
    one. What was measured of the sample before is checked in this transaction.

    Raises NotFound(unknown_sample), Conflict(not_a_control), Invalid: unknown_analyte, wrong_basis,
    wrong_unit, tolerance_not_positive, implausible_value."""
    bases = [_check(target) for target in targets]
    with desk.ledger.write() as tx:
        sample = queries.sample_by_barcode(tx, barcode)
        if sample is None:
            raise NotFound(Fault.UNKNOWN_SAMPLE, barcode=barcode)
        if sample.kind != checking.CONTROL:
            raise Conflict(Fault.NOT_A_CONTROL, barcode=sample.barcode)
        rows = [
            ControlTarget(
                id=new_id(at), sample_id=sample.id, analyte=target.analyte, value=target.value,
                unit=UNIT_OF[Analyte(target.analyte)].value, basis=basis, tolerance=target.tolerance,
                uncertainty=target.uncertainty, citation=target.citation, campaign=target.campaign, at=at,
                by=by.id,
            )
            for target, basis in zip(targets, bases, strict=True)
        ]  # fmt: skip
        tx.add_all(rows)
        said = ("analyte", "value", "unit", "basis", "tolerance", "citation", "campaign")
        audit.record(
            tx, "control_target_set", at, by=by.id, terminal=by.terminal, subject_id=sample.id,
            data={
                "barcode": sample.barcode,
                "targets": [{name: getattr(row, name) for name in said} for row in rows],
            },
        )  # fmt: skip
        checking.check_sample(tx, sample, {row.analyte for row in rows}, at, by.id)
    return rows


def _check(target: Target) -> str | None:
    """Return the basis of a target that can be true."""
    if not is_known(target.analyte) or target.analyte == Analyte.WEIGHT:
        raise Invalid(Fault.UNKNOWN_ANALYTE, analyte=target.analyte)
    analyte = Analyte(target.analyte)
    if target.unit not in (None, UNIT_OF[analyte].value):
        raise Invalid(Fault.WRONG_UNIT, analyte=analyte.value, unit=target.unit, right=UNIT_OF[analyte].value)
    if not target.tolerance > 0:
        raise Invalid(Fault.TOLERANCE_NOT_POSITIVE, analyte=analyte.value, tolerance=target.tolerance)
    low, high = PLAUSIBLE[analyte]
    if target.tolerance > (most := (high - low) / 2):  # such a control cannot fail
        said = {"analyte": analyte.value, "value": target.tolerance, "low": 0, "high": most}
        raise Invalid(Fault.IMPLAUSIBLE_VALUE, **said)
    if refused := why_not_true(analyte, target.value):
        raise Invalid(Fault(refused.code.value), **refused.params)
    if not _basis_allowed(analyte, target.basis):
        raise Invalid(Fault.WRONG_BASIS, analyte=analyte.value, basis=target.basis)
    if _is_share_of_kernels(analyte):
        return target.basis or basis_of(analyte, None)
    return basis_of(analyte, target.basis)


def _is_share_of_kernels(analyte: Analyte) -> bool:
    is_share = UNIT_OF[analyte] == Unit.PERCENT and default_basis(analyte) is None
    return is_share and not needs_basis(analyte)


def _basis_allowed(analyte: Analyte, told: str | None) -> bool:
    if _is_share_of_kernels(analyte):
        return told in (None, BY_COUNT, BY_MASS)
    if told is None:
        return not needs_basis(analyte)
    return told in set(Basis) and basis_allowed(analyte, Basis(told))


def controls_due(tx: Session, watching: Watching, at: datetime) -> list[Due]:
    """Return for each instrument that is plugged in and each phone that holds a token when it has to measure
    a control sample again, the longest overdue first. One that has never measured a control sample of an
    analyte owes none of it."""
    newest = select(func.max(ControlCheck.seq)).where(col(ControlCheck.current).is_(True))
    newest = newest.group_by(col(ControlCheck.source), col(ControlCheck.analyte))
    checks = tx.exec(select(ControlCheck).where(col(ControlCheck.seq).in_(newest))).all()
    names = {**_plugged_names(tx), **_phone_names(tx)}
    every = timedelta(days=watching.control_every_days)
    found = [
        Due(
            check.method, check.source, names[check.source], check.analyte, check.at, check.passed,
            due_at=check.at + every, overdue=at > check.at + every,
        )
        for check in checks
        if check.source in names
    ]  # fmt: skip
    return sorted(found, key=lambda due: (due.due_at, due.name, due.analyte))


def expiring(tx: Session, watching: Watching, today: date) -> list[Expiry]:
    """Return the instruments in use whose verification has ended or ends soon, the first to end first."""
    plugged = select(PortAssignment.instrument_id).where(col(PortAssignment.to_at).is_(None))
    last = today + timedelta(days=watching.expiry_warning_days)
    query = select(Instrument).where(col(Instrument.id).in_(plugged), col(Instrument.verified_until) <= last)
    return sorted(
        (
            Expiry(row.id, row.name, row.category, row.verified_until, (row.verified_until - today).days)
            for row in tx.exec(query)
            if row.verified_until is not None
        ),
        key=lambda expiry: (expiry.until, expiry.name),
    )


def checks_of(tx: Session, method: str, source: str, analyte: str, most: int) -> list[ControlCheck]:
    """Return the newest checks of a source and analyte that hold, oldest first."""
    query = select(ControlCheck).where(ControlCheck.source == source, ControlCheck.analyte == analyte)
    query = query.where(ControlCheck.method == method, col(ControlCheck.current).is_(True))
    return list(tx.exec(query.order_by(col(ControlCheck.seq).desc()).limit(most)))[::-1]


def control_samples(tx: Session, most: int) -> list[tuple[Sample, list[ControlTarget]]]:
    """Return the newest control samples of which something is known, with their targets."""
    known = select(ControlTarget.sample_id, func.max(ControlTarget.seq).label("last"))
    known = known.group_by(col(ControlTarget.sample_id)).order_by(func.max(ControlTarget.seq).desc())
    ids = [sample for sample, _ in tx.exec(known.limit(most))]
    return [(tx.get_one(Sample, one), list(targets_of(tx, one).values())) for one in ids]


def not_compared(tx: Session, sample_id: str) -> list[Measurement]:
    """Return what instruments and phones said of a control sample on another basis, or in another unit, than
    its target: nothing is checked by these."""
    targets = targets_of(tx, sample_id)
    query = select(Measurement).where(Measurement.sample_id == sample_id)
    query = query.where(col(Measurement.method).in_((MACHINE, PHONE))).order_by(col(Measurement.seq))
    return [
        row
        for row in tx.exec(query)
        if row.analyte in targets and not is_comparable(targets[row.analyte], row)
    ]


def source_name(tx: Session, method: str, source: str) -> str:
    """Return what people call an instrument or a phone."""
    row = tx.get(Instrument, source) if method == MACHINE else tx.get(Terminal, source)
    return row.name if row else source


def _plugged_names(tx: Session) -> dict[str, str]:
    query = select(Instrument.id, Instrument.name).join(
        PortAssignment, col(PortAssignment.instrument_id) == Instrument.id
    )
    return dict(tx.exec(query.where(col(PortAssignment.to_at).is_(None))).all())


def _phone_names(tx: Session) -> dict[str, str]:
    query = select(Terminal.id, Terminal.name).where(col(Terminal.revoked_at).is_(None))
    return dict(tx.exec(query).all())
