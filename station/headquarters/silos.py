"""The silos whose values are compared: what each says of comparisons, and its rows among those of all."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, MetaData, func, select
from sqlmodel import Session

from station.grain.rules import RulePackError, parse_rule_pack
from station.headquarters.unjudged_values import unjudged_of
from station.headquarters.unjudged_values import with_unjudged as counted
from station.hub.lab_tables import LAB_RESULTS
from station.hub.own import BAGS, QUARANTINE, STATIONS
from station.hub.tables import STATION
from station.lab.pages.asking import Wanted
from station.lab.pages.records import Records
from station.lab.pages.study import LAB
from station.receival.packs.pack_standing import standings_of
from station.store.tables import RulePackAct, RulePackRecord

AT_ONCE = 20_000  # rows of one question
APPLIED = "applied"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Silo:
    """`mark` says as of what its rows are; `compares` is what its site file says of comparisons."""

    id: str
    name: str
    mark: str
    compares: Mapping[str, Any]


def silos(connection: Connection, hub: MetaData) -> list[Silo]:
    """Return the silos that are known, each with how far its rows are."""
    names = (STATIONS, BAGS, QUARANTINE, LAB_RESULTS)
    stations, bags, waiting, results = (hub.tables[name] for name in names)
    applied = select(bags.c.station, func.max(bags.c.place)).where(bags.c.state == APPLIED)
    places = dict(map(tuple, connection.execute(applied.group_by(bags.c.station))))
    retried = select(waiting.c.station, func.count()).where(waiting.c.ended_at.is_not(None))
    ended = dict(map(tuple, connection.execute(retried.group_by(waiting.c.station))))
    told = select(results.c.station, func.count(), func.max(results.c.at)).group_by(results.c.station)
    imported = {id_: f"{count} {last}" for id_, count, last in connection.execute(told)}
    query = select(stations.c.id, stations.c.name, stations.c.alive).order_by(stations.c.id)

    def silo_of(id_: str, name: str, alive: Mapping[str, Any] | None) -> Silo:
        mark = f"{places.get(id_, 0)} {ended.get(id_, 0)} {imported.get(id_, '')}"
        return Silo(id_, name or id_, mark, (alive or {}).get("compares") or {})

    return [silo_of(*row) for row in connection.execute(query)]


def records_of(engine: Engine, hub: MetaData, silo: str) -> Records:
    """Return the rows of one silo."""

    @contextmanager
    def read() -> Iterator[Session]:
        with Session(engine) as tx:
            yield tx

    def of(name: str) -> Any:
        table = hub.tables[name]
        return select(table).where(table.c[STATION] == silo).subquery(name).c

    return Records(read, of, AT_ONCE)


def with_unjudged(engine: Engine, hub: MetaData, silo: str) -> Records:
    """Return the rows of one silo, with what laboratories said to headquarters that it has not judged yet."""
    return counted(records_of(engine, hub, silo), unjudged_of(engine, hub, silo))


def narrowed(records: Records, samples: Mapping[str, str]) -> Records:
    """Return the rows of these samples (and their loads) alone."""
    some, loads = list(samples), sorted(set(samples.values()))
    kept = {
        "measurement": ("sample_id", some), "retained_sample": ("sample_id", some), "load": ("id", loads),
        "ticket": ("load_id", loads), "decision": ("load_id", loads),
    }  # fmt: skip

    def of(name: str) -> Any:
        columns = records.of(name)
        if name not in kept:
            return columns
        key, values = kept[name]
        whole = columns[key].table
        return select(whole).where(columns[key].in_(values)).subquery(name).c

    def more(analyte: str) -> list[Mapping[str, Any]]:
        return [row for row in records.more(analyte) if row["sample_id"] in samples]

    return replace(records, of=of, more=more)


def analytes_of(records: Records) -> list[str]:
    """Return what was measured there, one step along the index for each."""
    column, found = records.of("measurement").analyte, [""]
    while True:
        ((least,),) = records.all(select(func.min(column)).where(column > found[-1]))
        if least is None:
            return found[1:]
        found.append(least)


def measured(engine: Engine, hub: MetaData) -> list[str]:
    """Return the analytes that were measured anywhere."""
    with engine.connect() as connection:
        known = silos(connection, hub)
    every = (analytes_of(records_of(engine, hub, silo.id)) for silo in known)
    return sorted({analyte for some in every for analyte in some})


@dataclass(frozen=True, slots=True)
class Drawn:
    """Samples, each with its load, and out of how many they were drawn."""

    samples: Mapping[str, str]
    out_of: int


def drawn(records: Records, analyte: str, methods: Sequence[str], most: int) -> Drawn:
    """Return samples that methods among these compare: those that the laboratory analysed where it is one of
    them, else those that all of them measured. Where there are more than `most`, they are drawn by lot, the
    same ones each time."""
    table = records.of("measurement")
    query = select(table.sample_id, func.min(table.load_id))
    query = query.where(table.analyte == analyte, table.method.in_(methods), table.load_id.is_not(None))
    query = query.where(table.superseded_by.is_(None)).group_by(table.sample_id)
    query = query.having(func.count(table.method.distinct()) >= 2)
    if LAB in methods:
        query = query.having(func.count().filter(table.method == LAB) > 0)
    found = dict(map(tuple, records.all(query)))
    if LAB in methods:
        found |= {row["sample_id"]: row["load_id"] for row in records.more(analyte)}
    if len(found) <= most:
        return Drawn(found, len(found))
    return Drawn({sample: found[sample] for sample in sorted(found, key=_lot)[:most]}, len(found))


def _lot(sample: str) -> bytes:
    return blake2b(sample.encode(), digest_size=8).digest()


def wanted_of(records: Records, silo: Silo, now: datetime) -> Wanted:
    """Return what the silo itself wants its pages to say."""
    told = silo.compares
    return Wanted(
        now, str(told.get("campaign", "")), told.get("tolerance") or {}, told.get("permitted") or {},
        str(told.get("citation", "")), int(told.get("control_every_days", 7)), packs_of(records),
    )  # fmt: skip


def wanted_of_all(every: Sequence[Wanted], now: datetime) -> Wanted:
    """Return what all silos want together: the campaign and rule pack of most of them, and of what may differ
    the smallest that any of them says."""

    def of_most(values: Sequence[Any]) -> Any:
        told = Counter(value for value in values if value)
        return max(sorted(told), key=lambda value: told[value], default=None)

    return Wanted(
        now, of_most([one.campaign for one in every]) or "", _smallest([one.tolerance for one in every]),
        _smallest([one.permitted for one in every]), of_most([one.citation for one in every]) or "",
        min((one.control_every_days for one in every), default=7),
        of_most([one.packs for one in every]) or (),
    )  # fmt: skip


def _smallest(some: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = sorted({name for one in some for name in one})
    return {name: min(one[name] for one in some if name in one) for name in names}


def packs_of(records: Records) -> tuple[str, ...]:
    """Return the texts of the rule packs that are installed there; none where one is not understood here."""
    packs = {one.sha256: one for one in _rows(records, RulePackRecord, "sha256")}
    acts = _rows(records, RulePackAct, "seq")
    known = standings_of((packs[act.sha256], act) for act in acts if act.sha256 in packs)
    try:
        installed = [one.record.text for one in known.values() if one.is_installed]
        for text in installed:
            parse_rule_pack(text)
    except RulePackError as error:
        log.warning("pack_not_read", why=str(error))
        return ()
    return tuple(installed)


def _rows(records: Records, kind: Any, order: str) -> list[Any]:
    columns = records.of(kind.__tablename__)
    query = select(*(columns[name] for name in kind.__table__.columns.keys())).order_by(columns[order])  # noqa: SIM118
    return [kind(**row._mapping) for row in records.all(query)]
