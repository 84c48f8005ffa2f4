"""A campaign's ledger: real loads, made by the station's own acts, then copied in the database.

A copy is every row that belongs to a load, under keys of its own (the first eight digits of an identifier are
the copy's number), with later times, later numbers and an audit chain that goes on. What lies in packed
documents is copied as it is: a proposal of a copy names the readings of the original, which are there too.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, insert, text
from sqlmodel import Session, SQLModel, col, select

from benchmarks.ledger import SITE_FILE, START, Day, cell_like, inspected_tray
from drivers.reading import Analyte
from station.acts.desk import Actor, Desk
from station.lab.controls import Target, set_target
from station.lab.disputes import open_dispute
from station.receival.measuring import samples
from station.receival.persons import people
from station.runtime.bundles import FOLDER, ship
from station.site.file import SiteSettings
from station.site.policy import policy_of
from station.site.read import load_settings, rule_pack_texts
from station.site.reference import load_site
from station.store import audit, counters
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.tables import Ticket

CELLS = 8
STRAY_EVERY, PHOTO_EVERY = 13, 4  # loads
BETWEEN = timedelta(seconds=60)
WAITING = 30  # visits that stand in the yard at the end
COPIED = (
    "visit", "load", "loadowner", "sample", "frame", "weighing", "weighing_use", "reading", "capture",
    "photo", "inspection", "pairing", "proposal", "decision", "reservation", "tipping", "cell_movement",
    "ticket", "lab_result", "measurement",
)  # fmt: skip
_NEW = (
    {(table, "id") for table in COPIED}
    | {("pairing", "item_id"), ("photo", "sha256")}
    | {("measurement", "source_id"), ("measurement", "superseded_by")}
)
_ONCE = {"barcode", "identity", "external_ref"}  # texts that occur once
_EVENT = SQLModel.metadata.tables["audit_event"]
_UUID = 36  # characters
_MORE = {
    ("ticket", "number"): ":tickets",
    (
        "cell_movement",
        "content_kg",
    ): ":copy * (SELECT kg FROM temp.brought WHERE cell_id = cell_movement.cell_id)",
}


def make_campaign(folder: Path, real: int, times: int) -> Day:
    """A new data folder with `real` loads from arrival to ticket, all of them `times` times, and a yard full
    of vehicles; readings that belong to nothing among them. The ledger is left open."""
    ledger, site = Ledger(folder), _site()
    desk = Desk(ledger, policy_of(site))
    load_site(desk, site, SITE_FILE, rule_pack_texts(site, SITE_FILE), START)
    ship(desk, Blobs(folder / FOLDER), site.site.species, START)
    phone, _ = people.add_terminal(desk, "bench phone", "phone", START)
    day = Day(desk, phone, inspected_tray(), photo_every=PHOTO_EVERY)
    with hurried(ledger):
        with ledger.read() as tx:
            first = audit.last_seq(tx)
        for number in range(real):
            day.receive()
            day.now += BETWEEN
            if number % STRAY_EVERY == 0:
                day.measure("gac", {Analyte.MOISTURE: 13.0}, f"X{number:06d}")
        originals = originals_of(ledger, first, day.now - START)
        for copy in range(1, times):
            copy_once(ledger, originals, copy)
        day.now += originals.span * (times - 1)
        for _ in range(WAITING):
            day.weigh_full(day.arrive())
        _dispute_last(day)
        _hold_last(day)
    return day


def _dispute_last(day: Day) -> None:
    with day.desk.ledger.read() as tx:
        ticket = tx.exec(select(Ticket).order_by(col(Ticket.seq).desc()).limit(1)).one()
    open_dispute(day.desk, ticket.load_id, [], "supplier", "bench", Actor("bench", "bench"), day.clock())


def _hold_last(day: Day) -> None:
    """A control passes, a load is received, a control fails: what was measured of the load is held."""
    by = Actor("bench", "bench")
    samples.enter_own_sample(day.desk, "KB1", "control", "soft_wheat", "", by, day.clock())
    set_target(day.desk, "KB1", [Target("moisture", 13.0, 0.3)], by, day.clock())
    day.measure("gac", {Analyte.MOISTURE: 13.0}, "KB1")
    day.receive()
    day.measure("gac", {Analyte.MOISTURE: 15.0}, "KB1")


@dataclass(frozen=True, slots=True)
class Originals:
    """What is copied: the rows of each table up to a `rowid`, and these events. `counters` are how far each
    counter went for them."""

    rowids: Mapping[str, int]
    events: Sequence[Mapping[str, Any]]
    counters: Mapping[str, int]
    span: timedelta


def _site() -> SiteSettings:
    site = load_settings(SITE_FILE)
    cells = [cell_like(site, number) for number in range(CELLS)]
    lines = [line.model_copy(update={"cells": [cell.id for cell in cells]}) for line in site.lines]
    return site.model_copy(update={"cells": cells, "lines": lines})


@contextmanager
def hurried(ledger: Ledger) -> Iterator[None]:
    """Nobody relies on what a bench writes, and what it makes needs no collector."""
    _set_synchronous(ledger, "OFF")
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
        _set_synchronous(ledger, "FULL")
        ledger.checkpoint()


def _set_synchronous(ledger: Ledger, how: str) -> None:
    with ledger._writer.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA synchronous={how}")


def originals_of(ledger: Ledger, first: int, span: timedelta) -> Originals:
    """Also notes what the originals brought into each cell, on the connection that copies."""
    with ledger.write() as tx:
        run = tx.connection().execute
        run(text(
            "CREATE TEMP TABLE brought AS SELECT cell_id, sum(kg) AS kg FROM cell_movement "
            "WHERE load_id IS NOT NULL GROUP BY cell_id"
        ))  # fmt: skip
        rowids = {
            name: run(text(f'SELECT coalesce(max(rowid), 0) FROM "{name}"')).scalar_one() for name in COPIED
        }
        events = select(*_EVENT.columns).where(_EVENT.c.seq > first).order_by(_EVENT.c.seq)
        rows = [dict(row._mapping) for row in tx.exec(events)]
        known: dict[str, int] = dict(run(text("SELECT name, value FROM counter")).all())
    known[counters.EVENT] -= first
    return Originals(rowids, rows, known, span)


def copy_once(ledger: Ledger, originals: Originals, copy: int) -> None:
    """One copy, in a transaction of its own."""
    values = {
        "copy": copy,
        "rows": copy * originals.counters[counters.ROW],
        "tickets": copy * originals.rowids["ticket"],
        "shift": f"+{(originals.span * copy).total_seconds()} seconds",
    }
    with ledger.write() as tx:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in COPIED:
                _copy_rows(tx, table, {**values, "last": originals.rowids[table.name]})
        _copy_events(tx, originals, copy)
        for name, count in originals.counters.items():
            counters.draw(tx, name, count)
    ledger.checkpoint()


def _copy_rows(tx: Session, table: Table, values: Mapping[str, Any]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    made = ", ".join(_made(table.name, column) for column in table.columns)
    own = " AND load_id IS NOT NULL" if table.name == "cell_movement" else ""  # not what the site file says
    statement = text(
        f'INSERT INTO "{table.name}" ({names}) SELECT {made} FROM "{table.name}" WHERE rowid <= :last{own}'
    )
    tx.connection().execute(statement, {name: values[name] for name in statement.compile().params})


def _made(table: str, column: Column[Any]) -> str:
    """What a column of a copy holds, as SQL."""
    name = f'"{column.name}"'
    if column.name == "seq":
        return "NULL" if column.primary_key else f"{name} + :rows"
    if (table, column.name) in _NEW or any(key.column.table.name in COPIED for key in column.foreign_keys):
        return f"printf('%08x', :copy) || substr({name}, 9)"
    if column.name in _ONCE:
        return f"{name} || '-' || :copy"
    if (table, column.name) in _MORE:
        return f"{name} + {_MORE[table, column.name]}"
    if column.type.python_type is datetime:
        return f"strftime('%Y-%m-%d %H:%M:%f', {name}, :shift) || '000'"
    return name


def _copy_events(tx: Session, originals: Originals, copy: int) -> None:
    """Each is linked to the one before."""
    previous = tx.exec(select(_EVENT.c.hash).order_by(_EVENT.c.seq.desc()).limit(1)).one()
    rows = []
    for original in originals.events:
        row = {**original, "seq": original["seq"] + copy * originals.counters[counters.EVENT]}
        row["at"] = original["at"] + originals.span * copy
        for name in ("visit_id", "load_id", "subject_id"):
            if row[name] and len(row[name]) == _UUID:
                row[name] = f"{copy:08x}{row[name][8:]}"
        previous = row["hash"] = audit.digest(row, previous)
        rows.append(row)
    tx.connection().execute(insert(_EVENT), rows)
