"""Read from the ledger what the pages' studies are made of.

Whoever empties the write-ahead log waits for every reader, and all acts wait for him: so nothing is read for
long. Long lists come some rows at a time, each time in a transaction of its own; what changes in between is
seen by the next run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from drivers.reading import Analyte, Basis
from station.grain.grades import RulePack
from station.grain.rules import parse_rule_pack
from station.grain.units import MoisturePercent, ProteinAsIs, fixed_moisture, protein_dm
from station.lab.pages.asking import Read, Wanted
from station.lab.pages.study import (
    CHOSEN,
    HELD,
    METHODS,
    RANDOM,
    RELEASED,
    Adjusted,
    ClassLimit,
    Control,
    LoadFacts,
    Row,
    Sent,
    Study,
)
from station.store.holds import covering, open_holds, released_holds
from station.store.stored import source_names
from station.store.tables import (
    Adjustment,
    Cell,
    ControlCheck,
    ControlTarget,
    Decision,
    Hold,
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

AT_ONCE = 1_000  # rows in one transaction


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


def site_of(read: Read, wanted: Wanted) -> Site:
    with read() as tx:
        sent, names, (instruments, verified) = _sent(tx), source_names(tx), _instruments(tx)
    pack = parse_rule_pack(wanted.pack) if wanted.pack else None
    return Site(wanted, pack, _loads(read), sent, names, instruments, verified)


def analytes(read: Read) -> list[str]:
    with read() as tx:
        return sorted(tx.exec(select(Measurement.analyte).distinct()).all())


def study_of(read: Read, analyte: str, site: Site) -> Study:
    wanted, pack = site.wanted, site.pack
    every = _rows(read, analyte)
    with read() as tx:
        meant = {**_meant(tx, every), **site.instruments}
        rows, held = _parted(every, _kept_out(tx, analyte), analyte, meant)
        sources = _sources(every, meant)
        adjusted, controls = _adjusted(tx, analyte, sources), _controls(tx, analyte, sources)
    verified = {source: site.verified_until.get(meant.get(source, source)) for source in meant}
    return Study(
        analyte, rows, held, site.sent, site.loads, wanted.campaign, wanted.since, site.names,
        limits=limits_of(pack, analyte) if pack else [],
        tolerance=wanted.tolerance.get(analyte), permitted=wanted.permitted.get(analyte),
        citation=wanted.citation,
        repeatability=pack.repeatability.get(Analyte(analyte)) if pack else None,
        replicates=pack.replicates if pack else 1,
        adjusted=adjusted, controls=controls, control_every_days=wanted.control_every_days,
        verified_until={source: until for source, until in verified.items() if until},
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
    "release", "value", "mass_value", "comparator", "unit", "basis", "nitrogen_factor", "at", "superseded_by",
)  # fmt: skip


def _rows(read: Read, analyte: str) -> list[Row]:
    """Return the values of loads' samples, without what a corrected report said before; protein on dry
    matter where its own measurement tells the moisture."""
    rows: list[Row] = [
        {**row, "barcode": row["sample_id"]}
        for method in METHODS
        for row in _values(read, analyte, method)
        if row["load_id"] is not None and row["superseded_by"] is None
    ]
    rows.sort(key=lambda row: (row["at"], row["seq"], row["replicate"]))
    return _on_dry_matter(read, rows) if analyte == Analyte.PROTEIN else rows


def _values(read: Read, analyte: str, method: str) -> Iterator[dict[str, Any]]:
    """Yield the values of an analyte by a method, oldest first. Replicates have one number: a slice begins
    with those that the one before may have cut in two."""
    table: Any = Measurement.__table__.c  # type: ignore[attr-defined]
    query: Any = select(*(table[name] for name in _COLUMNS))
    query = query.where(table.analyte == analyte, table.method == method).order_by(table.at, table.seq)
    place: tuple[datetime, int] | None = None
    told: set[tuple[str, int]] = set()
    while True:
        asked = query if place is None else query.where(table.at >= place[0])
        asked = asked if place is None else asked.where((table.at > place[0]) | (table.seq >= place[1]))
        with read() as tx:
            some = [dict(zip(_COLUMNS, row, strict=True)) for row in tx.exec(asked.limit(AT_ONCE))]
        new = [row for row in some if (row["source_id"], row["replicate"]) not in told]
        yield from new
        if not new:
            return
        place = (some[-1]["at"], some[-1]["seq"])
        told = {(row["source_id"], row["replicate"]) for row in some if row["seq"] == place[1]}


def _on_dry_matter(read: Read, rows: Sequence[Row]) -> list[Row]:
    moist = {row["method"] for row in rows if row["basis"] not in (None, Basis.DRY_MATTER.value)}
    beside = {
        (row["source_id"], row["replicate"]): MoisturePercent(row["value"])
        for method in sorted(moist)
        for row in _values(read, Analyte.MOISTURE.value, method)
    }
    return [_dry(row, beside) for row in rows]


def _dry(row: Row, beside: Mapping[tuple[str, int], MoisturePercent]) -> Row:
    """Return a row on dry matter, by what the same measurement says of the moisture; the row itself where
    that is not known."""
    if row["basis"] in (None, Basis.DRY_MATTER.value):
        return row
    moisture = fixed_moisture(Basis(row["basis"])) or beside.get((row["source_id"], row["replicate"]))
    if moisture is None:
        return row
    value = round(protein_dm(ProteinAsIs(row["value"]), moisture), 6)
    return {**row, "value": value, "basis": Basis.DRY_MATTER.value}


@dataclass(frozen=True, slots=True)
class _KeptOut:
    """The holds that keep values out: those that are open, and those that ended by a release, with why."""

    holds: Sequence[Hold]
    why: Mapping[str, str]


def _kept_out(tx: Session, analyte: str) -> _KeptOut:
    released = released_holds(tx, analyte)
    held = [one for one in open_holds(tx) if one.analyte == analyte]
    why = {one.id: RELEASED for one in released}
    return _KeptOut([*released, *held], {**{one.id: HELD for one in held}, **why})


def _parted(
    rows: Sequence[Row], kept_out: _KeptOut, analyte: str, instruments: Mapping[str, str]
) -> tuple[list[Row], list[Row]]:
    """Return the rows that stand, and those that are held or released, with why."""
    stand: list[Row] = []
    held: list[Row] = []
    for row in rows:
        source = instruments.get(row["source"], row["source"])
        hold = covering(kept_out.holds, row["method"], source, analyte, row["at"])
        if hold is None:
            stand.append(row)
        else:
            held.append({**row, "why": kept_out.why[hold.id]})
    return stand, held


def _loads(read: Read) -> dict[str, LoadFacts]:
    """Return what pages say of every load."""
    tickets = {
        load: (number, round(kg / 1000, 3))
        for _, load, number, kg in _some(read, Ticket.id, (Ticket.load_id, Ticket.number, Ticket.net_kg))
    }
    decided = _decided(read)
    found = {}
    columns = (Load.campaign, Visit.supplier_id)
    for load, campaign, supplier in _some(read, Load.id, columns, (Visit, col(Visit.id) == Load.visit_id)):
        number, tonnes = tickets.get(load, (None, None))
        found[load] = LoadFacts(campaign, supplier, number, tonnes, *decided.get(load, ("", False, False)))
    return found


def _decided(read: Read) -> dict[str, tuple[str, bool, bool]]:
    """Return who decided on each load, whether against the proposal, and whether for another grade; the
    newest decision counts."""
    with read() as tx:
        grades = dict(tx.exec(select(Cell.id, Cell.grade)).all())
    columns = (
        Decision.seq, Decision.load_id, Decision.by, Decision.overridden, Decision.withdrawn_at,
        Decision.cell, Proposal.cell,
    )  # fmt: skip
    rows = _some(read, Decision.id, columns, (Proposal, col(Proposal.id) == Decision.proposal_id))
    return {
        load: (by, overridden, overridden and grades.get(cell) != grades.get(proposed or ""))
        for _, _, load, by, overridden, withdrawn, cell, proposed in sorted(rows, key=lambda row: row[1] or 0)
        if withdrawn is None
    }


def _some(
    read: Read, key: Any, columns: Sequence[Any], beside: tuple[Any, Any] | None = None
) -> Iterator[Any]:
    """Yield rows of a table, its key first, some at a time."""
    query: Any = select(key, *columns).order_by(key)
    query = query if beside is None else query.join(*beside)
    last = ""
    while True:
        with read() as tx:
            some = tx.exec(query.where(key > last).limit(AT_ONCE)).all()
        yield from some
        if len(some) < AT_ONCE:
            return
        last = some[-1][0]


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
    """Return the instrument that each serial number means, and until when each instrument is verified."""
    columns: Any = (Instrument.id, Instrument.serial_number, Instrument.verified_until)
    rows = tx.exec(select(*columns)).all()
    meant = {**{id_: id_ for id_, _, _ in rows}, **{serial: id_ for id_, serial, _ in rows if serial}}
    return meant, {id_: day.isoformat() for id_, _, day in rows if day}


def _meant(tx: Session, rows: Sequence[Row]) -> dict[str, str]:
    """Return the instrument of each source of values by one of its readings: a serial number that a frame
    tells may be no other's."""
    told = {row["source"]: row["source_id"] for row in rows if row["method"] == "machine"}
    readings = {source: tx.get(Reading, reading) for source, reading in told.items()}
    return {source: one.instrument_id for source, one in readings.items() if one and one.instrument_id}


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
