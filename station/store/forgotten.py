"""Which event was the last that forgot somebody: copies of the ledger that are older name that one still."""

from sqlmodel import Session

from station.store.tables import AuditEvent, Counter

FORGOTTEN = "forgotten"  # the name of a counter, whose value is the event's number


def note(tx: Session, event: AuditEvent) -> None:
    counter = tx.get(Counter, FORGOTTEN) or Counter(name=FORGOTTEN)
    counter.value = event.seq
    tx.add(counter)


def last(tx: Session) -> int:
    """0: nobody was ever forgotten here."""
    counter = tx.get(Counter, FORGOTTEN)
    return counter.value if counter else 0
