"""Read what the pages' studies are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from drivers.reading import Analyte, Basis
from station.grain.grades import RulePack
from station.grain.units import MoisturePercent, ProteinAsIs, fixed_moisture, protein_dm
from station.lab.pages.asking import Wanted
from station.lab.pages.records import Records
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
from station.store.holds import covering
from station.store.stored import named_sources
from station.store.tables import Hold


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


def site_of(records: Records, wanted: Wanted) -> Site:
    instruments, verified = _instruments(records)
    return Site(
        wanted, wanted.pack, _loads(records), _sent(records), names_of_sources(records), instruments, verified
    )


def analytes(records: Records) -> list[str]:
    return sorted(analyte for (analyte,) in records.all(select(records.of("measurement").analyte).distinct()))


def names_of_sources(records: Records) -> dict[str, str]:
    phone, own = records.of("terminal"), records.of("instrument")
    phones = records.all(select(phone.id, phone.name))
    return named_sources(phones, records.all(select(own.id, own.serial_number, own.name)))


def study_of(records: Records, analyte: str, site: Site) -> Study:
    wanted, pack = site.wanted, site.pack
    every = _rows(records, analyte)
    meant = {**_meant(records, every), **site.instruments}
    rows, held = _parted(every, _kept_out(records, analyte), analyte, meant)
    sources = _sources(every, meant)
    adjusted, controls = _adjusted(records, analyte, sources), _controls(records, analyte, sources)
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


def _rows(records: Records, analyte: str) -> list[Row]:
    """Return the values of loads' samples, without what a corrected report said before; protein on dry
    matter where its own measurement tells the moisture."""
    rows: list[Row] = [
        {**row, "barcode": row["sample_id"]}
        for method in METHODS
        for row in _values(records, analyte, method)
        if row["load_id"] is not None and row["superseded_by"] is None
    ]
    rows += [{**row, "barcode": row["sample_id"]} for row in records.more(analyte)]
    rows.sort(key=lambda row: (row["at"], row["seq"], row["replicate"]))
    return _on_dry_matter(records, rows) if analyte == Analyte.PROTEIN else rows


def _values(records: Records, analyte: str, method: str) -> Iterator[dict[str, Any]]:
    """Yield the values of an analyte by a method, oldest first. Replicates have one number: a slice begins
    with those that the one before may have cut in two."""
    table = records.of("measurement")
    query = select(*(table[name] for name in _COLUMNS))
    query = query.where(table.analyte == analyte, table.method == method).order_by(table.at, table.seq)
    place: tuple[datetime, int] | None = None
    told: set[tuple[str, int]] = set()
    while True:
        asked = query if place is None else query.where(table.at >= place[0])
        asked = asked if place is None else asked.where((table.at > place[0]) | (table.seq >= place[1]))
        rows = records.all(asked.limit(records.at_once))
        some = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
        new = [row for row in some if (row["source_id"], row["replicate"]) not in told]
        yield from new
        if not new:
            return
        place = (some[-1]["at"], some[-1]["seq"])
        told = {(row["source_id"], row["replicate"]) for row in some if row["seq"] == place[1]}


def _on_dry_matter(records: Records, rows: Sequence[Row]) -> list[Row]:
    moist = {row["method"] for row in rows if row["basis"] not in (None, Basis.DRY_MATTER.value)}
    beside = {
        (row["source_id"], row["replicate"]): MoisturePercent(row["value"])
        for method in sorted(moist)
        for row in _values(records, Analyte.MOISTURE.value, method)
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


_OF_HOLD = ("id", "method", "source", "analyte", "since", "until")


@dataclass(frozen=True, slots=True)
class _KeptOut:
    """The holds that keep values out: those that are open, and those that ended by a release, with why."""

    holds: Sequence[Hold]
    why: Mapping[str, str]


def _kept_out(records: Records, analyte: str) -> _KeptOut:
    hold, act = records.of("hold"), records.of("hold_act")
    query = select(*(hold[name] for name in _OF_HOLD)).where(hold.analyte == analyte).order_by(hold.seq)
    ended = select(act.hold_id).where(act.act == RELEASED)
    held, released = (
        [Hold(**row._mapping) for row in records.all(query.where(which))]
        for which in (hold.ended.is_(False), hold.id.in_(ended))
    )
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


def _loads(records: Records) -> dict[str, LoadFacts]:
    """Return what pages say of every load."""
    ticket, load, visit = (records.of(name) for name in ("ticket", "load", "visit"))
    tickets = {
        of: (number, round(kg / 1000, 3))
        for _, of, number, kg in records.some(ticket.id, (ticket.load_id, ticket.number, ticket.net_kg))
    }
    decided = _decided(records)
    found = {}
    beside = (visit.id.table, visit.id == load.visit_id)
    for of, campaign, supplier in records.some(load.id, (load.campaign, visit.supplier_id), beside):
        number, tonnes = tickets.get(of, (None, None))
        found[of] = LoadFacts(campaign, supplier, number, tonnes, *decided.get(of, ("", False, False)))
    return found


def _decided(records: Records) -> dict[str, tuple[str, bool, bool]]:
    """Return who decided on each load, whether against the proposal, and whether for another grade; the
    newest decision counts."""
    cell, told, proposal = (records.of(name) for name in ("cell", "decision", "proposal"))
    grades = dict(map(tuple, records.all(select(cell.id, cell.grade))))
    columns = (
        told.seq, told.load_id, told.by, told.overridden, told.withdrawn_at, told.cell, proposal.cell,
    )  # fmt: skip
    rows = records.some(told.id, columns, (proposal.id.table, proposal.id == told.proposal_id))
    return {
        load: (by, overridden, overridden and grades.get(chosen) != grades.get(proposed or ""))
        for _, _, load, by, overridden, withdrawn, chosen, proposed in sorted(
            rows, key=lambda row: row[1] or 0
        )
        if withdrawn is None
    }


def _sent(records: Records) -> dict[str, Sent]:
    """Return how each sample came to a laboratory. One that was once drawn by lot stays so; on a list of all
    of a species and a time each stands for itself."""
    kept, sent = records.of("retained_sample"), records.of("sent_sample")
    query = select(kept.sample_id, sent.reason, sent.weight).join(
        sent.retained_id.table, kept.id == sent.retained_id
    )
    found: dict[str, Sent] = {}
    for sample, reason, weight in records.all(query):
        if reason == RANDOM:
            found[sample] = Sent(RANDOM, weight)
        elif reason == "all":
            found.setdefault(sample, Sent(RANDOM, 1.0))
        else:
            found.setdefault(sample, Sent(CHOSEN))
    return found


def _instruments(records: Records) -> tuple[dict[str, str], dict[str, str]]:
    """Return the instrument that each serial number means, and until when each instrument is verified."""
    own = records.of("instrument")
    rows = records.all(select(own.id, own.serial_number, own.verified_until))
    meant = {**{id_: id_ for id_, _, _ in rows}, **{serial: id_ for id_, serial, _ in rows if serial}}
    return meant, {id_: day.isoformat() for id_, _, day in rows if day}


def _meant(records: Records, rows: Sequence[Row]) -> dict[str, str]:
    """Return the instrument of each source of values by one of its readings: a serial number that a frame
    tells may be no other's."""
    told = {row["source"]: row["source_id"] for row in rows if row["method"] == "machine"}
    reading = records.of("reading")
    query = select(reading.id, reading.instrument_id).where(reading.id.in_(list(told.values())))
    by = dict(map(tuple, records.all(query)))
    return {source: instrument for source, id_ in told.items() if (instrument := by.get(id_))}


def _sources(rows: Sequence[Row], instruments: Mapping[str, str]) -> dict[str, list[str]]:
    """Return under which sources of values an instrument measured."""
    found: dict[str, list[str]] = {}
    for source in {row["source"] for row in rows if row["method"] == "machine"}:
        found.setdefault(instruments.get(source, source), []).append(source)
    return found


def _adjusted(records: Records, analyte: str, sources: Mapping[str, Sequence[str]]) -> list[Adjusted]:
    table = records.of("adjustment")
    query = select(
        table.instrument_id, table.done_at, table.species, table.network, table.old_bias, table.new_bias,
        table.reason,
    ).where(table.analyte == analyte).order_by(table.seq)  # fmt: skip
    return [
        Adjusted(source, *told)
        for instrument, *told in records.all(query)
        for source in sources.get(instrument, [instrument])
    ]


def _controls(records: Records, analyte: str, sources: Mapping[str, Sequence[str]]) -> list[Control]:
    check, target, sample = (records.of(name) for name in ("control_check", "control_target", "sample"))
    query = select(check.source, check.at, check.value, target.value, check.passed, sample.species)
    query = query.join(target.id.table, target.id == check.target_id)
    query = query.join(sample.id.table, sample.id == check.sample_id)
    query = query.where(and_(check.analyte == analyte, check.current.is_(True))).order_by(check.seq)
    return [
        Control(source, at, value, aim, passed=passed, species=species)
        for own, at, value, aim, passed, species in records.all(query)
        for source in sources.get(own, [own])
    ]
