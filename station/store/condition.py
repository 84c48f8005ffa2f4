"""Looks at a ledger's file without changing it: is it one of ours, whole, and of a shape we know?

A look at the head is quick however large the ledger is: the header, the schema, the length, the log's head,
the counters. Damage elsewhere shows when it is read, and is told then.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlmodel import SQLModel

import station.store.tables  # noqa: F401  registers every table
from station.store import schema
from station.store.errors import (
    LedgerFault,
    LedgerForeign,
    LedgerNewer,
    damaged,
    meaning_at_start,
)
from station.store.folder import LOGGED, UNCLEAN

WAIT_S = 10.0  # for a lock of another program
_LOG_HEAD = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_OURS = {"alembic_version", "audit_event", "counter"}


class Depth(StrEnum):
    """How far to look; the value is SQLite's own check. A whole campaign (2 GB) takes seconds either way."""

    HEAD = ""
    PAGES = "quick_check(1)"
    INDEXES = "integrity_check(1)"  # also whether each index says what its table says


@dataclass(frozen=True, slots=True)
class Seen:
    """`counters` are {name: last number drawn}."""

    counters: Mapping[str, int]


def look(file: Path, depth: Depth, *, called: Path | None = None) -> Seen:
    """Raises LedgerDamaged, LedgerForeign, LedgerNewer, LedgerUnreadable or LedgerBusy, which name the file
    as `called`."""
    name = called or file
    try:
        if not file.is_file() and file.exists():
            raise damaged(name, "it is no file")
        if file.stat().st_size == 0:
            raise damaged(name, "it is empty")
        _look_at_log(file, name)
        with closing(connect(file)) as ledger:
            return _seen(ledger, file, name, depth)
    except (sqlite3.Error, OSError, ValueError) as error:
        raise meaning_at_start(error, name) or damaged(name, error) from error


def connect(file: Path) -> sqlite3.Connection:
    """A connection that reads only, beside whoever writes. Whoever writes has a log: without one nobody does,
    and then no lock is taken and no file is made beside this one, which may lie on a stick."""
    how = "mode=ro" if log_of(file).exists() else "immutable=1"
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?{how}", uri=True, isolation_level=None, timeout=WAIT_S
    )


def _seen(ledger: sqlite3.Connection, file: Path, name: Path, depth: Depth) -> Seen:
    tables = {row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= _OURS:
        raise LedgerForeign(LedgerFault.FOREIGN, file=str(name))
    _check_schema(ledger, tables, name)
    _check_length(ledger, file, name)
    if depth is not Depth.HEAD:
        found = [row[0] for row in ledger.execute(f"PRAGMA {depth}")]
        if found != ["ok"]:
            raise damaged(name, found[0])
    return Seen({str(key): int(value) for key, value in ledger.execute("SELECT name, value FROM counter")})


def _check_schema(ledger: sqlite3.Connection, tables: set[str], name: Path) -> None:
    (revision,) = ledger.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    if revision not in schema.revisions():
        if str(revision).isdecimal() and str(revision) > schema.head():
            raise LedgerNewer(LedgerFault.NEWER, file=str(name), revision=str(revision), newest=schema.head())
        raise damaged(name, f"schema {revision!r}")
    missing = {table.name for table in SQLModel.metadata.sorted_tables} - tables
    if revision == schema.head() and missing:
        raise damaged(name, f"no table {min(missing)}")


def _check_length(ledger: sqlite3.Connection, file: Path, name: Path) -> None:
    """Only without a log: what is in the log may not be in the file yet."""
    log = log_of(file)
    if log.exists() and log.stat().st_size:
        return
    (pages,), (page,) = (ledger.execute(f"PRAGMA page_{what}").fetchone() for what in ("count", "size"))
    wanted, size = pages * page, file.stat().st_size
    if size < wanted:
        raise damaged(name, f"{size} bytes of {wanted}")


def _look_at_log(file: Path, name: Path) -> None:
    """A log whose head is not SQLite's would be passed over without a word, and with it what was committed
    last. Nothing but zeros is what a power cut leaves of a log that was just begun. One that is gone after
    an unclean stop took commits with it."""
    log, mark = log_of(file), file.with_name(UNCLEAN)
    if not log.exists():
        if mark.exists() and LOGGED in mark.read_text():
            raise damaged(name, f"its log {log.name} is gone")
        return
    with log.open("rb") as lines:
        head = lines.read(4)
        if head and head not in _LOG_HEAD and any(head + lines.read()):
            raise damaged(Path(f"{name}-wal"), "its head is not that of a log")


def log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")
