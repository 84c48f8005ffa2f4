"""A campaign of standards (spring): control samples that several instruments and phones measure, each once
or more. Its verdict is per instrument and analyte, and what is still to be read is listed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import fmean, stdev

from sqlmodel import Session, col, func, select

from station.acts.checking import MACHINE
from station.lab.controls import source_name
from station.store.tables import ControlCheck, ControlTarget, PortAssignment, Reading, Sample

NEWEST = 50  # readings of an instrument that tell what it measures
PASSED, FAILED, INCOMPLETE = "passed", "failed", "incomplete"


@dataclass(frozen=True, slots=True)
class Read:
    """One standard as an instrument or a phone read it; `value` is the mean of its `replicates` passes."""

    barcode: str
    target: float
    tolerance: float
    value: float
    replicates: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the campaign says of one instrument or phone and one analyte.

    `bias` is the mean of value less target over the standards, with its 95 % limits (Student; None under two
    standards); `missing` are the barcodes still to be read. It has passed when each standard was read and
    each reading lies within its tolerance."""

    method: str
    source: str
    name: str
    analyte: str
    unit: str
    basis: str | None
    outcome: str
    reads: tuple[Read, ...]
    missing: tuple[str, ...]
    bias: float | None
    bias_low: float | None
    bias_high: float | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign by its name: how many standards it has, when its first and last targets were set."""

    name: str
    standards: int
    begun_at: datetime
    last_at: datetime


def campaigns(tx: Session) -> list[Campaign]:
    """Return every campaign of standards, the newest first."""
    query = select(
        ControlTarget.campaign, func.count(func.distinct(ControlTarget.sample_id)),
        func.min(ControlTarget.at), func.max(ControlTarget.at),
    ).where(ControlTarget.campaign != "")  # fmt: skip
    rows = tx.exec(query.group_by(ControlTarget.campaign).order_by(func.max(ControlTarget.seq).desc()))
    return [Campaign(name, count, first, last) for name, count, first, last in rows]


def verdicts(tx: Session, campaign: str) -> list[Verdict]:
    """Return what a campaign says by now of every instrument and phone that has read one of its standards,
    and of the instruments in use that measure one of its analytes and have read none yet."""
    targets = _targets(tx, campaign)
    samples = {row.sample_id for row in targets}
    barcodes = dict(tx.exec(select(Sample.id, Sample.barcode).where(col(Sample.id).in_(samples))).all())
    by_id = {row.id: row for row in targets}
    query = select(ControlCheck).where(col(ControlCheck.target_id).in_(by_id))
    query = query.where(col(ControlCheck.current).is_(True)).order_by(col(ControlCheck.seq))
    read: dict[tuple[str, str, str], list[ControlCheck]] = {
        (MACHINE, source, analyte): []
        for source, analytes in _in_use(tx).items()
        for analyte in analytes & {row.analyte for row in targets}
    }
    for check in tx.exec(query):
        read.setdefault((check.method, check.source, check.analyte), []).append(check)
    return [
        _verdict(tx, key, checks, [row for row in targets if row.analyte == key[2]], barcodes)
        for key, checks in sorted(read.items())
    ]


def _in_use(tx: Session) -> dict[str, set[str]]:
    """What each instrument that is plugged in measures, by its newest readings there."""
    found: dict[str, set[str]] = {}
    for plugged in tx.exec(select(PortAssignment).where(col(PortAssignment.to_at).is_(None))).all():
        newest = select(Reading.values).where(Reading.port_id == plugged.port_id)
        newest = newest.where(Reading.instrument_id == plugged.instrument_id)
        rows = tx.exec(newest.order_by(col(Reading.seq).desc()).limit(NEWEST)).all()
        found[plugged.instrument_id] = {analyte for values in rows for analyte in values}
    return found


def _targets(tx: Session, campaign: str) -> list[ControlTarget]:
    """The targets of the campaign that hold: the newest of each sample and analyte."""
    query = select(ControlTarget).where(ControlTarget.campaign == campaign)
    rows = tx.exec(query.order_by(col(ControlTarget.seq))).all()
    newest = {(row.sample_id, row.analyte): row for row in rows}
    return list(newest.values())


def _verdict(
    tx: Session, key: tuple[str, str, str], checks: Sequence[ControlCheck], targets: Sequence[ControlTarget],
    barcodes: dict[str, str],
) -> Verdict:  # fmt: skip
    method, source, analyte = key
    by_target: dict[str, list[ControlCheck]] = defaultdict(list)
    for check in checks:
        by_target[check.target_id].append(check)
    reads = tuple(
        _read(barcodes[target.sample_id], target, by_target[target.id])
        for target in targets
        if target.id in by_target
    )
    missing = tuple(barcodes[target.sample_id] for target in targets if target.id not in by_target)
    outcome = PASSED if all(read.passed for read in reads) else FAILED
    if missing and outcome == PASSED:
        outcome = INCOMPLETE
    bias, low, high = _bias([read.value - read.target for read in reads])
    return Verdict(
        method, source, source_name(tx, method, source), analyte, targets[0].unit, targets[0].basis, outcome,
        reads, missing, bias, low, high,
    )  # fmt: skip


def _read(barcode: str, target: ControlTarget, checks: Sequence[ControlCheck]) -> Read:
    value = fmean(check.value for check in checks)
    passed = all(check.passed for check in checks)
    return Read(barcode, target.value, target.tolerance, round(value, 6), len(checks), passed)


def _bias(differences: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """The mean with its 95 % limits; no limits from one difference."""
    from station.lab.statistics.distributions import t_quantile  # noqa: PLC0415 - the station starts without numpy

    if not differences:
        return None, None, None
    mean, n = fmean(differences), len(differences)
    if n < 2:
        return round(mean, 6), None, None
    half = t_quantile(0.975, n - 1) * stdev(differences) / sqrt(n)
    return round(mean, 6), round(mean - half, 6), round(mean + half, 6)
