"""The chain of events shows a changed past, and is read in order."""

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from station.store import audit
from station.store.tables import AuditEvent
from tests.silo_rig import Silo


def test_a_whole_day_makes_a_whole_chain(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) is None
        rows = audit.events_after(tx, 0)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert audit.last_seq(tx) == len(rows)


@pytest.mark.parametrize(
    "column", [column.name for column in SQLModel.metadata.tables["audit_event"].columns]
)
def test_every_column_is_covered(silo: Silo, column: str) -> None:
    silo.receive("AB-123-CD")
    other = {"seq": "1000", "at": "'2026-01-01 00:00:00'", "data": "'{}'"}.get(column, "'another'")
    with silo.desk.ledger.write() as tx:
        newest = audit.last_seq(tx)
        tx.connection().execute(text(f'UPDATE audit_event SET "{column}" = {other} WHERE seq = {newest}'))
    with silo.desk.ledger.read() as tx:
        assert audit.first_broken(tx) == (1000 if column == "seq" else newest)


def test_the_chain_is_checked_on_from_where_it_was_found_whole(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        first = audit.check_some(tx, audit.START, most=4)
        rest = audit.check_some(tx, first.whole)
        end = audit.last_seq(tx)
    assert (first.whole.seq, first.broken_seq, first.is_end) == (4, None, False)
    assert (rest.whole.seq, rest.broken_seq, rest.is_end) == (end, None, True)
    silo.receive("EF-456-GH")
    with silo.desk.ledger.write() as tx:
        tx.connection().execute(text(f"UPDATE audit_event SET kind = 'other' WHERE seq = {end + 2}"))
    with silo.desk.ledger.read() as tx:
        assert audit.check_some(tx, rest.whole) == audit.Checked(
            audit.Link(end + 1, rest_hash(tx, end + 1)), end + 2, is_end=False
        )


def rest_hash(tx: Session, seq: int) -> str:
    return tx.get_one(AuditEvent, seq).hash


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
