"""What an event's hash covers, to the byte: another way to write it would break every chain there is."""

import hashlib
from datetime import timedelta, timezone
from pathlib import Path

from sqlmodel import col, select

from station.store import audit
from station.store.engine import Ledger
from station.store.tables import AuditEvent
from tests.silo_rig import START

# As a person would write it who had only the columns' names: sorted, no blanks, UTC, letters as they are.
TEXT = (
    '{"at":"2026-07-20T08:00:00+00:00","by":"Zoé","data":{"a":1.5,"b":"fosse 2 → cellule 4"},'
    '"kind":"test","load_id":null,"previous":"' + "0" * 64 + '","seq":1,"subject_id":"s","terminal":"pont",'
    '"visit_id":"v"}'
)


def test_the_first_event_of_a_ledger_has_the_hash_of_its_canonical_text(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "data")
    elsewhere = START.astimezone(timezone(timedelta(hours=2)))
    with ledger.write() as tx:
        data = {"b": "fosse 2 → cellule 4", "a": 1.5}
        row = audit.record(
            tx, "test", elsewhere, by="Zoé", terminal="pont", visit_id="v", subject_id="s", data=data
        )
        assert row.hash == hashlib.sha256(TEXT.encode()).hexdigest()
    with ledger.read() as tx:
        kept = tx.exec(select(AuditEvent)).one()
        assert (
            kept.hash
            == audit.digest(kept.model_dump(), audit.GENESIS)
            == hashlib.sha256(TEXT.encode()).hexdigest()
        )
        assert audit.first_broken(tx) is None
    ledger.close()


def test_events_of_one_transaction_and_of_the_next_are_linked_in_order(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "data")
    for _ in range(2):
        with ledger.write() as tx:
            for _ in range(3):
                audit.record(tx, "test", START)
    with ledger.read() as tx:
        rows = tx.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all()
        before = ["0" * 64, *(row.hash for row in rows[:-1])]
        events = [row.model_dump() for row in rows]
        assert [row.hash for row in rows] == list(map(audit.digest, events, before))
        assert audit.check_some(tx, audit.START, most=6) == audit.Checked(
            audit.Link(6, rows[-1].hash), None, is_end=False
        )
        assert audit.check_some(tx, audit.START, most=7).is_end
    ledger.close()
