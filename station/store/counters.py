"""Counters that never go back: every number is drawn in the transaction that uses it.

A number that was drawn by a transaction which failed is drawn again, so none is missing; a ledger restored
from a backup leaps ahead, so that no number of the lost days is given a second time.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from station.store.tables import Counter, Numbered

ROW = "row"  # numbers the rows of every `Numbered` table
EVENT = "event"  # numbers the audit events
WORD = "post word"  # numbers what the station says of itself to headquarters
RETAINED = "retained sample"  # numbers what is kept of samples
SHIPMENT = "shipment"  # numbers what leaves for other own silos
DELIVERY_NOTE = "delivery note"  # numbers the papers of what leaves for buyers
_ADVANCE = text(
    "INSERT INTO counter (name, value) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)
_TICKETS = "ticket {site} {campaign}"
LEAP = 10_000_000  # more than a station can draw in the days between two backups
_LEAPS = {
    EVENT: LEAP,
    ROW: LEAP,
    WORD: LEAP,
    RETAINED: 100_000,
    SHIPMENT: 10_000,
    DELIVERY_NOTE: 10_000,
}  # a number that is written on bags or typed stays short


def draw(tx: Session, name: str, count: int = 1) -> int:
    """The first of `count` new numbers, which rise by one; a counter begins with 1."""
    value: int = tx.connection().execute(_ADVANCE, {"count": count, "name": name}).scalar_one()
    return value - count + 1


def of_tickets(site: str, campaign: str) -> str:
    """The counter that numbers a campaign's tickets."""
    return _TICKETS.format(site=site, campaign=campaign)


def pass_tickets(tx: Session, site: str, last: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Raises the counters of tickets to the last number of each campaign that is on paper; returns
    {campaign: {"before", "after"}}. None goes back."""
    passed = {}
    for campaign, number in sorted(last.items()):
        counter = tx.get(Counter, of_tickets(site, campaign)) or Counter(name=of_tickets(site, campaign))
        passed[campaign] = {"before": counter.value, "after": max(counter.value, number)}
        counter.value = passed[campaign]["after"]
        tx.add(counter)
    return passed


def leap(tx: Session) -> dict[str, dict[str, int]]:
    """Sets the counters of what may have been numbered in the lost time far above their values, also those
    that gave no number before it; returns {name: {"before", "after"}}."""
    leaps = {}
    for name, step in _LEAPS.items():
        counter = tx.get(Counter, name) or Counter(name=name)
        leaps[name] = {"before": counter.value, "after": counter.value + step}
        counter.value += step
        tx.add(counter)
    return leaps


def newest(tx: Session, name: str) -> int:
    """Return the last number that was drawn."""
    counter = tx.get(Counter, name)
    return counter.value if counter else 0


def pass_number(tx: Session, name: str, number: int) -> None:
    """Draw no number up to this one any more."""
    counter = tx.get(Counter, name) or Counter(name=name)
    counter.value = max(counter.value, number)
    tx.add(counter)
    tx.flush()


def number_rows(tx: Session, *_flush: Any) -> None:
    """Gives new rows their numbers in the order in which they were added; runs before every flush."""
    rows = [row for row in tx.new if isinstance(row, Numbered) and row.seq is None]
    if rows:
        for seq, row in enumerate(rows, start=draw(tx, ROW, len(rows))):
            row.seq = seq
