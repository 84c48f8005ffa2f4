"""How a ledger is connected to, and how a new one is made."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from station.store import schema
from station.store.change_log import RECURSIVE
from station.store.durable import sync
from station.store.errors import damaged
from station.store.folder import WORK, refuse_lost_ledger


def open_engine(file: Path, *, writer: bool) -> Engine:
    """The one connection that writes, or the pool of those that only read."""
    pool: dict[str, Any] = (
        {"pool_size": 1, "max_overflow": 0} if writer else {"pool_size": 8, "max_overflow": 8}
    )
    engine = create_engine(
        f"sqlite:///{file}", connect_args={"timeout": 10, "check_same_thread": False}, pool_timeout=60, **pool
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the BEGIN below is ours
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA busy_timeout=10000")
        if writer:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_autocheckpoint=1000")
            connection.execute(RECURSIVE)
        else:
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def make_ledger(file: Path) -> None:
    """A new ledger gets its name once it is whole: an empty file is never taken for a new one."""
    log = file.with_name(f"{file.name}-wal")
    if log.exists() and log.stat().st_size:
        raise damaged(file, f"it is gone, {log.name} is there")
    refuse_lost_ledger(file.parent)
    new = file.parent / WORK / "new.db"
    new.parent.mkdir(exist_ok=True)
    engine = open_engine(new, writer=True)
    with engine.connect() as connection:
        schema.upgrade(connection)
    engine.dispose()
    sync(new)
    new.rename(file)
    sync(file.parent)
