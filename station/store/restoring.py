"""A backup takes the place of a folder's ledger, which is kept under another name."""

import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, update

from station.clock import doubt_of
from station.store import audit, counters, queries, schema
from station.store.condition import Depth, connect, look
from station.store.connections import open_engine
from station.store.copies import copy_ledger
from station.store.errors import (
    LedgerDamaged,
    LedgerError,
    LedgerFault,
    LedgerForeign,
    LedgerPresent,
    meaning_at_start,
    opening,
)
from station.store.folder import LEDGER, WORK, hand_over, hold
from station.store.post import begin_again
from station.store.room import refuse_too_small
from station.store.tables import PrintJob


def tickets_in(ledger: Path, site: str) -> dict[str, int]:
    """The last ticket number of each campaign, as a ledger's file says; empty where it cannot be read."""
    first = counters.of_tickets(site, "")
    try:
        known = look(ledger, Depth.HEAD).counters
    except LedgerError:
        return {}
    return {name.removeprefix(first): value for name, value in known.items() if name.startswith(first)}


def has_headquarters(ledger: Path) -> bool:
    """Tell whether a whole ledger's bags go to one, which may know what the ledger does not."""
    with closing(connect(ledger)) as file:
        return file.execute("SELECT 1 FROM post_link").fetchone() is not None


def restore(
    backup: Path, folder: Path, site: str, at: datetime, *, last_tickets: Mapping[str, int],
    replace: bool = False, data: Mapping[str, Any] | None = None,
) -> Path | None:  # fmt: skip
    """Returns where the ledger that was there is kept, None where there was none. Its numbers leap ahead, and
    tickets go on after the last that is on paper, by campaign: none of the lost days is given twice. Each
    load that was open asks whether it was closed on paper. `data` is added to the event.

    Raises LedgerError: what `check_backup` raises, a folder in use, a whole ledger that shall not be
    replaced, a disk that is too small."""
    check_backup(backup, site)
    with opening(folder), closing(hold(folder)):
        was_there = os.path.lexists(folder / LEDGER)
        if not replace:
            refuse_whole(folder)
        refuse_too_small(folder, backup.stat().st_size)
        made = folder / WORK / "restored.db"
        made.parent.mkdir()
        _copy(backup, made)
        before = tickets_in(folder / LEDGER, site)
        last = {
            name: max(last_tickets.get(name, 0), before.get(name, 0)) for name in {*last_tickets, *before}
        }
        _go_on_after(made, site, last, at, data or {})
        kept = hand_over(made, folder, f"{at:%Y%m%d-%H%M%S}")
        return kept if was_there else None


def check_backup(backup: Path, site: str) -> None:
    """Raises LedgerError for a backup that is damaged or another site's."""
    _refuse_damaged(backup)
    _refuse_another_site(backup, site)


def campaigns_in(backup: Path) -> set[str]:
    """The campaigns of the loads that are open in a whole backup: each may still get its ticket."""
    with closing(connect(backup)) as ledger:
        return {
            name for (name,) in ledger.execute("SELECT DISTINCT campaign FROM load WHERE outcome IS NULL")
        }


def _refuse_damaged(backup: Path) -> None:
    """The advice for a damaged ledger is to restore a backup, which is no help here."""
    try:
        look(backup, Depth.INDEXES)
    except LedgerDamaged as error:
        raise LedgerDamaged(LedgerFault.BACKUP_DAMAGED, **error.params) from error


def _copy(backup: Path, made: Path) -> None:
    try:
        copy_ledger(backup, made)
    except sqlite3.Error as error:
        raise meaning_at_start(error, backup) or error from error


def _refuse_another_site(backup: Path, site: str) -> None:
    query = "SELECT data FROM audit_event WHERE kind = 'site_loaded' ORDER BY seq LIMIT 1"
    with closing(connect(backup)) as ledger:
        row = ledger.execute(query).fetchone()
    theirs = json.loads(row[0]).get("site") if row else None
    if theirs not in (None, site):
        raise LedgerForeign(LedgerFault.OF_ANOTHER_SITE, file=str(backup), theirs=theirs, ours=site)


def refuse_whole(folder: Path) -> None:
    """Raises LedgerPresent where the folder has a ledger that is not damaged."""
    ledger = folder / LEDGER
    if not os.path.lexists(ledger):
        return
    try:
        look(ledger, Depth.PAGES)
    except LedgerDamaged:
        return
    raise LedgerPresent(LedgerFault.PRESENT, file=str(ledger))


def _undoubted(at: datetime, recorded: datetime | None) -> datetime:
    """The time of the last record where the machine's clock may be wrong: it would bind the station."""
    is_doubted = recorded is not None and doubt_of(at, recorded, is_synchronised=False) is not None
    return recorded if recorded is not None and is_doubted else at


def _go_on_after(
    made: Path, site: str, last_tickets: Mapping[str, int], at: datetime, data: Mapping[str, Any]
) -> None:
    """Nothing of the lost time is done a second time by the ledger that goes on."""
    engine = open_engine(made, writer=True)
    try:
        with engine.connect() as connection:
            schema.upgrade(connection)
        with Session(engine) as tx:
            told = {
                **data,
                "leaps": counters.leap(tx),
                "tickets": counters.pass_tickets(tx, site, last_tickets),
                "asks_paper": _doubt_open_loads(tx),
                "asks_print": _doubt_papers(tx),
            }
            tx.flush()
            begin_again(tx, at)
            recorded = queries.last_event_at(tx)
            audit.record(tx, "ledger_restored", _undoubted(at, recorded), data=told)
            tx.commit()
    except Exception as error:
        raise meaning_at_start(error, made) or error from error
    finally:
        engine.dispose()


def _doubt_papers(tx: Session) -> int:
    """What waited for a printer may be out since the backup: a person says whether it is wanted; returns how
    many."""
    waits = col(PrintJob.state).in_(("waiting", "sending", "queued"))
    doubted = update(PrintJob).where(waits).values(state="asks", unanswered=True)
    return int(tx.connection().execute(doubted).rowcount)


def _doubt_open_loads(tx: Session) -> list[str]:
    """Each may have been closed since the backup; returns their identifiers."""
    loads = queries.open_loads(tx)
    for load in loads:
        load.asks_paper = True
        tx.add(load)
    return [load.id for load in loads]
