"""The chain of events shows a changed past, and is read in order."""

import pytest
from sqlalchemy import text

from station.store import audit
from tests.silo_rig import Silo


def test_a_whole_day_makes_a_whole_chain(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None
        rows = audit.events_after(tx, 0)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert audit.last_seq(tx) == len(rows)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit_event SET data = '{\"kg\": 1}' WHERE seq = 4", 4),
        ("UPDATE audit_event SET \"by\" = 'Somebody' WHERE seq = 5", 5),
        ("UPDATE audit_event SET at = '2026-01-01 00:00:00' WHERE seq = 3", 3),
        ("DELETE FROM audit_event WHERE seq = 6", 7),
    ],
)
def test_a_changed_or_removed_event_breaks_the_chain_there(silo: Silo, change: str, broken_at: int) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.write() as tx:
        tx.connection().execute(text(change))
    with silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) == broken_at


def test_events_are_read_after_a_place_and_no_more_than_asked(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        assert [row.seq for row in audit.events_after(tx, 3, limit=2)] == [4, 5]
        assert audit.events_after(tx, audit.last_seq(tx)) == []
