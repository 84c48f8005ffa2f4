"""Seasons out of headquarters: which table goes out with which columns, and which campaign a row belongs to.

A row belongs to its load's campaign: by the load it names, or by way of its sample, its visit or what it was
paired with. What no load claims belongs to the campaign that was being received at its silo then. What a
campaign only uses (cells, instruments, rule packs …) belongs to none and goes out whole.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    Text,
    cast,
    func,
    null,
    select,
)
from sqlalchemy.sql import Select
from sqlalchemy.sql.expression import and_

from station.hub.tables import DIGEST, PLACE, STATION, typed

UNKNOWN = "unknown"  # the campaign of what came from a silo that has no load yet
ROWS_AT_ONCE = 10_000
REFERENCE = frozenset(
    {
        "cell", "instrument", "line", "modelrelease", "person", "pit", "portassignment", "rule_pack",
        "site_policy", "spread", "supplier", "terminal", "vehicle",
    }
)  # fmt: skip
# What names a person, a supplier or a vehicle, or was written freely beside one.
NAMES: Mapping[str, frozenset[str]] = {
    "audit_event": frozenset({"data"}),
    "capture": frozenset({"form"}),
    "custody_act": frozenset({"whom"}),
    "dispute": frozenset({"raised_by"}),
    "down_document": frozenset({"more"}),
    "frame": frozenset({"data"}),
    "lab_file": frozenset({"rejected", "name"}),
    "lab_result": frozenset({"note", "sought"}),
    "person": frozenset({"name", "name_key"}),
    "reading": frozenset({"note", "extra"}),
    "sample": frozenset({"note"}),
    "supplier": frozenset({"name", "name_key"}),
    "terminal": frozenset({"name"}),
    "ticket": frozenset({"document"}),
    "vehicle": frozenset({"plate", "plate_key", "plate_folded"}),
    "visit": frozenset({"note", "plate", "trailer_plate"}),
    "question_answer": frozenset({"reason"}),
    "visual_check": frozenset({"note"}),
    "weighing": frozenset({"note"}),
}
WITH_CAMPAIGN = frozenset({"load", "ticket"})
# Files lie in folders of their campaign: a column of that name would say it twice, or mean another thing.
CAMPAIGN, RENAMED = "campaign", {("control_target", "campaign"): "standards_campaign"}
_TIMES = ("at", "arrived_at", "entered_at", "sealed_at", "since")


@dataclass(frozen=True, slots=True)
class Going:
    """A table that goes out with these columns. `is_reference`: it belongs to no campaign."""

    table: Table
    columns: tuple[Column[Any], ...]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def is_reference(self) -> bool:
        return self.name in REFERENCE


def going(tables: MetaData, *, with_names: bool) -> list[Going]:
    """Return what goes out, by name."""
    found = []
    for table in sorted(typed(tables), key=lambda one: one.name):
        left_out = {PLACE, DIGEST} | (set() if with_names else NAMES.get(table.name, frozenset()))
        if table.name in WITH_CAMPAIGN:
            left_out |= {CAMPAIGN}
        columns = tuple(column for column in table.columns if column.name not in left_out)
        found.append(Going(table, columns))
    return found


@dataclass(frozen=True, slots=True)
class Campaigns:
    """When each campaign's first load came, by silo, the earliest first."""

    starts: Mapping[str, tuple[Sequence[datetime], Sequence[str]]]

    @classmethod
    def read(cls, connection: Connection, tables: MetaData) -> "Campaigns":
        load, visit = tables.tables["load"], tables.tables["visit"]
        query = select(load.c[STATION], load.c.campaign, func.min(visit.c.arrived_at).label("first"))
        query = query.join(visit, and_(visit.c[STATION] == load.c[STATION], visit.c.id == load.c.visit_id))
        query = query.where(load.c.campaign != "").group_by(load.c[STATION], load.c.campaign)
        found: dict[str, list[tuple[datetime, str]]] = {}
        for station, campaign, first in connection.execute(query):
            found.setdefault(station, []).append((first, campaign))
        starts = {}
        for station, firsts in found.items():
            firsts.sort()
            starts[station] = [first for first, _ in firsts], [name for _, name in firsts]
        return cls(starts)

    def at(self, station: str, at: datetime | None) -> str:
        """Return the campaign that was being received; what came before the first belongs to that."""
        starts, names = self.starts.get(station, ((), ()))
        if not names or at is None:
            return names[-1] if names else UNKNOWN
        return names[max(0, bisect_right(starts, at) - 1)]


def rows(
    connection: Connection, tables: MetaData, one: Going, campaigns: Campaigns
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield each row's campaign ("" for reference) and its values, in the order of the table's key. Needs a
    transaction; rows come some at a time."""
    query: Select[Any] = select(*(_as_text(column) for column in one.columns))
    if one.is_reference:
        query = query.add_columns(null(), one.table.c[STATION], null())
    else:
        query, campaign, at = _with_campaign(query, tables, one.table)
        query = query.add_columns(campaign, one.table.c[STATION], at)
    query = query.order_by(*one.table.primary_key.columns)
    found = connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})
    for *values, campaign_said, station, at_said in found:
        if one.is_reference:
            yield "", tuple(values)
        else:
            yield campaign_said or campaigns.at(station, at_said), tuple(values)


def _as_text(column: Column[Any]) -> ColumnElement[Any]:
    """JSON goes out as the text that is kept."""
    return cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column


def _with_campaign(
    query: Select[Any], tables: MetaData, table: Table
) -> tuple[Select[Any], ColumnElement[Any], ColumnElement[Any]]:
    """Return the query with the joins that lead to a load, its campaign, and the time of a row."""
    t = tables.tables
    at: ColumnElement[Any] = next((table.c[name] for name in _TIMES if name in table.c), null())
    if table.name in WITH_CAMPAIGN:
        return query, table.c.campaign, at
    ways = []
    if "load_id" in table.c:
        load = t["load"].alias()
        query = query.join_from(table, load, _same(table, load, "load_id"), isouter=True)
        ways.append(load.c.campaign)
    visit_id = "id" if table.name == "visit" else "visit_id"
    if visit_id in table.c:
        loads = _loads_of_visits(t["load"])
        on = and_(loads.c.station == table.c[STATION], loads.c.visit_id == table.c[visit_id])
        query = query.join_from(table, loads, on, isouter=True)
        ways.append(loads.c.campaign)
    if table.name == "weighing":
        used = _loads_of_weighings(t["weighing_use"], t["load"])
        on = and_(used.c.station == table.c[STATION], used.c.weighing_id == table.c.id)
        query = query.join_from(table, used, on, isouter=True)
        ways.append(used.c.campaign)
    query, sample_id, told = _to_sample(query, t, table)
    if sample_id is not None:
        sample, load = t["sample"].alias(), t["load"].alias()
        on = and_(sample.c[STATION] == table.c[STATION], sample.c.id == sample_id)
        query = query.join(sample, on, isouter=True)
        query = query.join(load, _same(sample, load, "load_id"), isouter=True)
        ways.append(load.c.campaign)
    campaign = func.coalesce(*ways, null()) if ways else null()
    return query, campaign, at if told is None else told


def _to_sample(
    query: Select[Any], t: Mapping[str, Table], table: Table
) -> tuple[Select[Any], ColumnElement[Any] | None, ColumnElement[Any] | None]:
    """Return the query with what leads to a sample, the sample's id, and the time where the row has none."""
    if "sample_id" in table.c:
        return query, table.c.sample_id, None
    if "retained_id" in table.c:
        kept = t["retained_sample"].alias()
        query = query.join_from(table, kept, _same(table, kept, "retained_id"), isouter=True)
        return query, kept.c.sample_id, None if "at" in table.c else kept.c.sealed_at
    if table.name not in {"capture", "inspection", "photo", "reading"}:
        return query, None, None
    item_id, told = table.c.capture_id if "capture_id" in table.c else table.c.id, None
    pairing = t["pairing"].alias()
    on = and_(
        pairing.c[STATION] == table.c[STATION], pairing.c.item_id == item_id, pairing.c.current.is_(True)
    )
    query = query.join_from(table, pairing, on, isouter=True)
    if table.name == "photo":
        capture = t["capture"].alias()
        query = query.join(capture, _same(table, capture, "capture_id"), isouter=True)
        told = capture.c.at
    return query, pairing.c.sample_id, told


def _same(table: Any, other: Any, column: str) -> ColumnElement[bool]:
    return and_(other.c[STATION] == table.c[STATION], other.c.id == table.c[column])


def _loads_of_visits(load: Table) -> Any:
    """The campaign of each visit; the earliest by name where its loads have several."""
    query = select(
        load.c[STATION].label("station"), load.c.visit_id, func.min(load.c.campaign).label("campaign")
    )
    return query.group_by(load.c[STATION], load.c.visit_id).subquery()


def _loads_of_weighings(use: Table, load: Table) -> Any:
    query = select(
        use.c[STATION].label("station"), use.c.weighing_id, func.min(load.c.campaign).label("campaign")
    )
    query = query.join(load, and_(load.c[STATION] == use.c[STATION], load.c.visit_id == use.c.visit_id))
    return query.group_by(use.c[STATION], use.c.weighing_id).subquery()
