"""Read from the ledger what the pages' studies are made of. Each function is one short question or a few, in
whatever transaction it is given: nothing is computed while one is open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis
from station.grain.grades import RulePack
from station.grain.rules import parse_rule_pack
from station.grain.units import MoisturePercent, ProteinAsIs, fixed_moisture, protein_dm
from station.lab.pages.study import (
    CAMPAIGN,
    CHOSEN,
    LAST_30_DAYS,
    METHODS,
    RANDOM,
    Adjusted,
    ClassLimit,
    Control,
    LoadFacts,
    Row,
    Sent,
    Study,
)
from station.store.stored import source_names
from station.store.tables import (
    Adjustment,
    Cell,
    ControlCheck,
    ControlTarget,
    Decision,
    Hold,
    HoldAct,
    Instrument,
    Load,
    Measurement,
    Proposal,
    Reading,
    RetainedSample,
    Sample,
    SentSample,
    Ticket,
    Visit,
)

RECENT = timedelta(days=30)
RELEASED, HELD = "released", "held"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the site says of its pages: today, its campaign, what may differ, and its rule pack's text."""

    now: datetime
    campaign: str
    tolerance: Mapping[str, float]
    permitted: Mapping[str, float]
    citation: str = ""
    control_every_days: int = 7
    pack: str | None = None

    @property
    def since(self) -> dict[str, datetime]:
        """When the last 30 days begin: at midnight, so that a page changes once a day by itself."""
        day = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        return {LAST_30_DAYS: day - RECENT}


@dataclass(frozen=True, slots=True)
class Site:
    """What all analytes share: the loads, how samples were sent, names, and which instrument a serial number
    means."""

    wanted: Wanted
    pack: RulePack | None
    loads: Mapping[str, LoadFacts]
    sent: Mapping[str, Sent]
    names: Mapping[str, str]
    instruments: Mapping[str, str]
    verified_until: Mapping[str, str]


def site_of(tx: Session, wanted: Wanted) -> Site:
    instruments, verified = _instruments(tx)
    return Site(
        wanted, parse_rule_pack(wanted.pack) if wanted.pack else None, _loads(tx), _sent(tx),
        source_names(tx), instruments, verified,
    )  # fmt: skip


def analytes(tx: Session) -> list[str]:
    return sorted(tx.exec(select(Measurement.analyte).distinct()).all())


def newest(tx: Session) -> int:
    """Return the number of the newest measurement."""
    return tx.exec(select(func.max(Measurement.seq))).one() or 0


def study_of(tx: Session, analyte: str, site: Site) -> Study:
    wanted, pack = site.wanted, site.pack
    rows, held, left_out = _parted(_rows(tx, analyte), _holds(tx, analyte), site.instruments)
    sources = _sources(rows, site.instruments)
    return Study(
        analyte, rows, held, left_out, site.sent, site.loads, wanted.campaign, wanted.since, site.names,
        limits=limits_of(pack, analyte) if pack else [],
        tolerance=wanted.tolerance.get(analyte), permitted=wanted.permitted.get(analyte),
        citation=wanted.citation,
        repeatability=pack.repeatability.get(Analyte(analyte)) if pack else None,
        replicates=pack.replicates if pack else 1,
        adjusted=_adjusted(tx, analyte, sources), controls=_controls(tx, analyte, sources),
        control_every_days=wanted.control_every_days, verified_until=site.verified_until,
    )  # fmt: skip


def limits_of(pack: RulePack, analyte: str) -> list[ClassLimit]:
    """Return what the grades say of an analyte."""
    return [
        ClassLimit(grade.species, grade.id, one.op, one.limit, one.step, one.basis and one.basis.value)
        for grade in pack.grades
        for one in grade.criteria
        if one.analyte == analyte
    ]


_COLUMNS = (
    "source_id", "seq", "replicate", "sample_id", "load_id", "species", "variety", "method", "source",
    "release", "value", "mass_value", "comparator", "unit", "basis", "nitrogen_factor", "at",
)  # fmt: skip


def _rows(tx: Session, analyte: str) -> Sequence[Row]:
    """Return the values of loads' samples, without what a corrected report said before; protein on dry
    matter where its own measurement tells the moisture."""
    table: Any = Measurement.__table__.c  # type: ignore[attr-defined]
    query: Any = select(*(table[name] for name in _COLUMNS))
    query = query.where(table.analyte == analyte, table.method.in_(METHODS), table.load_id.is_not(None))
    query = query.where(table.superseded_by.is_(None)).order_by(table.at, table.seq)
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in tx.exec(query)]
    for row in rows:
        row["barcode"] = row["sample_id"]
    if analyte == Analyte.PROTEIN:
        _to_dry_matter(tx, rows)
    return rows


def _to_dry_matter(tx: Session, rows: Iterable[dict[str, Any]]) -> None:
    moist = [row for row in rows if row["basis"] not in (None, Basis.DRY_MATTER.value)]
    if not moist:
        return
    beside = _moistures(tx, moist)
    for row in moist:
        moisture = fixed_moisture(Basis(row["basis"])) or beside.get((row["source_id"], row["replicate"]))
        if moisture is not None:
            row["value"] = round(protein_dm(ProteinAsIs(row["value"]), moisture), 6)
            row["basis"], row["converted"] = Basis.DRY_MATTER.value, True


def _moistures(tx: Session, moist: Sequence[Row]) -> dict[tuple[str, int], MoisturePercent]:
    """Return what the same measurements said of the moisture."""
    query: Any = select(Measurement.source_id, Measurement.replicate, Measurement.value)
    query = query.where(Measurement.analyte == Analyte.MOISTURE.value)
    query = query.where(Measurement.method.in_({row["method"] for row in moist}))  # type: ignore[attr-defined]
    wanted = {row["source_id"] for row in moist}
    return {
        (source, replicate): MoisturePercent(value)
        for source, replicate, value in tx.exec(query)
        if source in wanted
    }


@dataclass(frozen=True, slots=True)
class _Held:
    method: str
    source: str
    since: datetime | None
    until: datetime | None
    why: str


def _holds(tx: Session, analyte: str) -> list[_Held]:
    """Return the holds that keep values out: those that are open, and those that ended by a release."""
    released = set(tx.exec(select(HoldAct.hold_id).where(HoldAct.act == "released")).all())
    holds = tx.exec(select(Hold).where(Hold.analyte == analyte)).all()
    return [
        _Held(one.method, one.source, one.since, one.until, RELEASED if one.id in released else HELD)
        for one in holds
        if one.id in released or not one.ended
    ]


def _parted(
    rows: Sequence[Row], holds: Sequence[_Held], instruments: Mapping[str, str]
) -> tuple[list[Row], list[Row], dict[str, int]]:
    """Return the rows that stand, those that are held or released, and how many of each these are."""
    stand, held = [], []
    left_out = dict.fromkeys((HELD, RELEASED), 0)
    for row in rows:
        why = next((one.why for one in holds if _is_of(row, one, instruments)), None)
        if why is None:
            stand.append(row)
        else:
            held.append(row)
            left_out[why] += 1
    return stand, held, left_out


def _is_of(row: Row, hold: _Held, instruments: Mapping[str, str]) -> bool:
    source = instruments.get(row["source"], row["source"])
    return (
        (row["method"], source) == (hold.method, hold.source)
        and (hold.until is None or row["at"] < hold.until)
        and (hold.since is None or row["at"] > hold.since)
    )


def _loads(tx: Session) -> dict[str, LoadFacts]:
    """Return what pages say of every load."""
    tickets: dict[str, Any] = {
        load: (number, round(kg / 1000, 3))
        for load, number, kg in tx.exec(
            select(Ticket.load_id, Ticket.number, Ticket.net_kg).order_by(col(Ticket.seq))
        )
    }
    decided = _decided(tx)
    query: Any = select(Load.id, Load.campaign, Visit.supplier_id).join(Visit, col(Visit.id) == Load.visit_id)
    found = {}
    for load, campaign, supplier in tx.exec(query):
        number, tonnes = tickets.get(load, (None, None))
        found[load] = LoadFacts(campaign, supplier, number, tonnes, *decided.get(load, ("", False, False)))
    return found


def _decided(tx: Session) -> dict[str, tuple[str, bool, bool]]:
    """Return who decided on each load, whether against the proposal, and whether for another grade."""
    grades = dict(tx.exec(select(Cell.id, Cell.grade)).all())
    columns: Any = (Decision.load_id, Decision.by, Decision.overridden, Decision.cell, Proposal.cell)
    query = select(*columns).join(Proposal, col(Proposal.id) == Decision.proposal_id)
    query = query.where(col(Decision.withdrawn_at).is_(None)).order_by(col(Decision.seq))
    return {
        load: (by, overridden, overridden and grades.get(cell) != grades.get(proposed or ""))
        for load, by, overridden, cell, proposed in tx.exec(query)
    }


def _sent(tx: Session) -> dict[str, Sent]:
    """Return how each sample came to a laboratory. One that was once drawn by lot stays so; on a list of all
    of a species and a time each stands for itself."""
    query: Any = select(RetainedSample.sample_id, SentSample.reason, SentSample.weight)
    query = query.join(RetainedSample, col(RetainedSample.id) == SentSample.retained_id)
    found: dict[str, Sent] = {}
    for sample, reason, weight in tx.exec(query):
        if reason == RANDOM:
            found[sample] = Sent(RANDOM, weight)
        elif reason == "all":
            found.setdefault(sample, Sent(RANDOM, 1.0))
        else:
            found.setdefault(sample, Sent(CHOSEN))
    return found


def _instruments(tx: Session) -> tuple[dict[str, str], dict[str, str]]:
    """Return the instrument that each source of values means, and until when each source is verified."""
    columns: Any = (Instrument.id, Instrument.serial_number, Instrument.verified_until)
    rows = tx.exec(select(*columns)).all()
    meant = {serial: id_ for id_, serial, _ in rows if serial}
    told = select(Measurement.source, Reading.instrument_id).join(
        Reading, col(Reading.id) == Measurement.source_id
    )
    told = told.where(Measurement.method == "machine", col(Reading.instrument_id).is_not(None)).distinct()
    for source, instrument in tx.exec(told):
        meant.setdefault(source, instrument or "")
    until = {id_: day.isoformat() for id_, _, day in rows if day}
    verified = {source: until[id_] for source, id_ in meant.items() if id_ in until}
    return meant, {**until, **verified}


def _sources(rows: Sequence[Row], instruments: Mapping[str, str]) -> dict[str, list[str]]:
    """Return under which sources of values an instrument measured."""
    found: dict[str, list[str]] = {}
    for source in {row["source"] for row in rows if row["method"] == "machine"}:
        found.setdefault(instruments.get(source, source), []).append(source)
    return found


def _adjusted(tx: Session, analyte: str, sources: Mapping[str, Sequence[str]]) -> list[Adjusted]:
    rows = tx.exec(select(Adjustment).where(Adjustment.analyte == analyte).order_by(col(Adjustment.seq)))
    return [
        Adjusted(source, one.done_at, one.species, one.network, one.old_bias, one.new_bias, one.reason)
        for one in rows
        for source in sources.get(one.instrument_id, [one.instrument_id])
    ]


def _controls(tx: Session, analyte: str, sources: Mapping[str, Sequence[str]]) -> list[Control]:
    query = select(ControlCheck, ControlTarget.value, Sample.species)
    query = query.join(ControlTarget, col(ControlTarget.id) == ControlCheck.target_id)
    query = query.join(Sample, col(Sample.id) == ControlCheck.sample_id)
    query = query.where(ControlCheck.analyte == analyte, col(ControlCheck.current).is_(True))
    query = query.order_by(col(ControlCheck.seq))
    return [
        Control(source, one.at, one.value, target, passed=one.passed, species=species)
        for one, target, species in tx.exec(query)
        for source in sources.get(one.source, [one.source])
    ]


__all__ = ["CAMPAIGN", "Site", "Wanted", "analytes", "limits_of", "newest", "site_of", "study_of"]
