"""Counters that never go back: every number is drawn in the transaction that uses it.

A number that was drawn by a transaction which failed is drawn again, so none is missing; a ledger restored
from a backup leaps ahead, so that no number of the lost days is given a second time.
"""

from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from station.store.tables import Counter, Numbered, Outbox

ROW = "row"  # numbers the rows of every `Numbered` table and of the outbox
EVENT = "event"  # numbers the audit events
_ADVANCE = text(
    "INSERT INTO counter (name, value) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)
LEAP = 10_000_000  # more than a station can draw in the days between two backups


def draw(tx: Session, name: str, count: int = 1) -> int:
    """The first of `count` new numbers, which rise by one; a counter begins with 1."""
    value: int = tx.connection().execute(_ADVANCE, {"count": count, "name": name}).scalar_one()
    return value - count + 1


def leap(tx: Session) -> dict[str, dict[str, int]]:
    """Sets the counters of rows and events far above their values; returns {name: {"before", "after"}}."""
    leaps = {}
    for counter in tx.exec(select(Counter).where(col(Counter.name).in_([EVENT, ROW]))):
        leaps[counter.name] = {"before": counter.value, "after": counter.value + LEAP}
        counter.value += LEAP
        tx.add(counter)
    return leaps


def number_rows(tx: Session, *_flush: Any) -> None:
    """Gives new rows their numbers in the order in which they were added; runs before every flush."""
    rows = [row for row in tx.new if isinstance(row, Numbered | Outbox) and row.seq is None]
    if rows:
        for seq, row in enumerate(rows, start=draw(tx, ROW, len(rows))):
            row.seq = seq
