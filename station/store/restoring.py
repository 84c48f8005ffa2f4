"""A backup takes the place of a folder's ledger, which is kept under another name."""

import json
import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from station.clock import doubt_of
from station.store import audit, counters, queries, schema
from station.store.condition import Depth, connect, look
from station.store.connections import open_engine
from station.store.copies import copy_ledger
from station.store.errors import (
    LedgerDamaged,
    LedgerFault,
    LedgerForeign,
    LedgerPresent,
    meaning_at_start,
    opening,
)
from station.store.folder import LEDGER, WORK, hand_over, hold


def restore(backup: Path, folder: Path, site: str, at: datetime, *, replace: bool) -> Path | None:
    """Returns where the ledger that was there is kept, None where there was none. Its numbers leap ahead, so
    that none of the lost days is given twice.

    Raises LedgerError: a backup that is damaged or another site's, a folder in use, a whole ledger that shall
    not be replaced."""
    _refuse_damaged(backup)
    _refuse_another_site(backup, site)
    with opening(folder), closing(hold(folder)):
        was_there = os.path.lexists(folder / LEDGER)
        if was_there and not replace:
            _refuse_whole(folder / LEDGER)
        made = folder / WORK / "restored.db"
        made.parent.mkdir()
        _copy(backup, made)
        _leap(made, at)
        kept = hand_over(made, folder, f"{at:%Y%m%d-%H%M%S}")
        return kept if was_there else None


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


def _refuse_whole(ledger: Path) -> None:
    try:
        look(ledger, Depth.PAGES)
    except LedgerDamaged:
        return
    raise LedgerPresent(LedgerFault.PRESENT, file=str(ledger))


def _undoubted(at: datetime, recorded: datetime | None) -> datetime:
    """The time of the last record where the machine's clock may be wrong: it would bind the station."""
    is_doubted = recorded is not None and doubt_of(at, recorded, is_synchronised=False) is not None
    return recorded if recorded is not None and is_doubted else at


def _leap(made: Path, at: datetime) -> None:
    engine = open_engine(made, writer=True)
    try:
        with engine.connect() as connection:
            schema.upgrade(connection)
        with Session(engine) as tx:
            leaps = counters.leap(tx)
            tx.flush()
            recorded = queries.last_event_at(tx)
            audit.record(tx, "ledger_restored", _undoubted(at, recorded), data={"leaps": leaps})
            tx.commit()
    except Exception as error:
        raise meaning_at_start(error, made) or error from error
    finally:
        engine.dispose()
