"""Which photos go to headquarters first, and which must stay."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import delete

from station.post import link
from station.store import posted
from station.store.engine import Ledger
from station.store.tables import (
    Capture,
    Change,
    Dispute,
    Inspection,
    Load,
    Pairing,
    Photo,
    PostedPhoto,
    RetainedSample,
    Sample,
    Sending,
    SentSample,
    Supplier,
    Terminal,
    Vehicle,
    Visit,
)

AT = datetime(2026, 7, 20, 8, tzinfo=UTC)
NAMES = ("plain", "doubted", "sent", "disputed", "wanted", "late")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Captures in the order of `NAMES`, each with a photo of its name."""
    ledger = Ledger(tmp_path / "data")
    write(ledger, Terminal(id="phone", name="phone", kind="phone", token_hash="x"))
    for number, name in enumerate(NAMES):
        write(ledger, Capture(id=name, at=AT + timedelta(minutes=number), terminal_id="phone"))
        write(ledger, Photo(capture_id=name, position=0, sha256=name, size=10, media_type="image/jpeg"))
    yield ledger
    ledger.close()


def write(ledger: Ledger, *rows: Any) -> None:
    with ledger.write() as tx:
        for row in rows:
            tx.add(row)
            tx.flush()


def enrol(ledger: Ledger) -> None:
    with ledger.write() as tx:
        link.begin(tx, "beaulieu", "e1", AT)
    note(ledger)


def note(ledger: Ledger) -> None:
    with ledger.write() as tx:
        posted.note_new(tx)


def next_ones(ledger: Ledger, *wanted: str, apart: tuple[str, ...] = (), most: int = 20) -> list[str]:
    with ledger.read() as tx:
        return [row.sha256 for row in posted.next_owed(tx, wanted, apart, most)]


def sample(ledger: Ledger, name: str, load_id: str | None = None) -> None:
    write(
        ledger,
        Sample(id=f"s-{name}", barcode=name, load_id=load_id, entered_at=AT, entered_by="anne"),
        Pairing(
            id=f"p-{name}", item_kind="capture", item_id=name, sample_id=f"s-{name}", state="paired",
            code="barcode", at=AT,
        ),
    )  # fmt: skip


def dispute(ledger: Ledger) -> None:
    write(
        ledger,
        Supplier(id="s", name="Dupont", name_key="dupont"),
        Vehicle(id="v", plate="A", plate_key="A", plate_folded="A"),
        Visit(
            id="v1", plate="A", vehicle_id="v", supplier_id="s", arrived_at=AT, entered_at=AT,
            entered_by="anne",
        ),
        Load(id="l1", visit_id="v1", position=1, species="soft_wheat"),
    )  # fmt: skip
    sample(ledger, "disputed", "l1")
    write(ledger, Dispute(id="d1", load_id="l1", reason="", at=AT, by="anne"))


def test_asked_for_then_disputed_then_sent_then_doubted_then_the_rest(ledger: Ledger) -> None:
    enrol(ledger)
    assert next_ones(ledger) == list(NAMES)
    dispute(ledger)
    sample(ledger, "sent")
    write(
        ledger,
        RetainedSample(
            id="r1", number="1", sample_id="s-sent", parts=1, sealed_at=AT, keep_until=AT.date()
        ),
        Sending(id="x1", kind="choice", at=AT, by="anne"),
        SentSample(sending_id="x1", retained_id="r1", position=1, reason="doubt"),
    )  # fmt: skip
    seen = {"at": AT, "model": "m", "version": "1", "source": "station"}
    write(
        ledger,
        Inspection(id="i1", capture_id="doubted", sha256="m1", accepted=False, **seen),
        Inspection(id="i2", capture_id="plain", sha256="m1", accepted=True, **seen),
        Inspection(id="i3", capture_id="late", sha256="m2", accepted=False, shadow=True, **seen),
    )
    order = ["wanted", "disputed", "sent", "doubted", "plain", "late"]
    assert next_ones(ledger, "wanted", "of another silo") == order
    assert next_ones(ledger, "wanted", apart=("disputed", "plain"), most=3) == ["wanted", "sent", "doubted"]
    with ledger.write() as tx:
        posted.mark(tx, ["wanted", "sent"], posted.HAD)
    assert next_ones(ledger, "wanted") == ["disputed", "doubted", "plain", "late"]


def test_what_is_owed_is_counted_from_the_oldest_on(ledger: Ledger) -> None:
    enrol(ledger)
    with ledger.write() as tx:
        posted.mark(tx, ["plain"], posted.HAD)
        posted.mark(tx, ["doubted"], posted.LOST)
    with ledger.read() as tx:
        owed = posted.owing_photos(tx)
        assert (owed.count, owed.size, owed.lost) == (4, 40, 1)
        assert owed.oldest_at == AT + timedelta(minutes=NAMES.index("sent"))


def test_each_photo_is_noted_once_however_many_captures_there_are(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "CAPTURES_AT_ONCE", 2)
    enrol(ledger)
    write(ledger, Capture(id="again", at=AT, terminal_id="phone"))
    write(ledger, Photo(capture_id="again", position=0, sha256="plain", size=10, media_type="image/jpeg"))
    note(ledger)
    assert next_ones(ledger) == ["plain", "doubted"]  # a photo's own row is in no bag yet
    with ledger.write() as tx:
        tx.exec(delete(Change))
    for _ in range(10):
        with ledger.read() as tx:
            if not posted.has_new(tx):
                break
        note(ledger)
    assert next_ones(ledger) == list(NAMES)
    with ledger.read() as tx:
        row = tx.get_one(PostedPhoto, "plain")
        assert row.at == AT


def test_a_photo_stays_while_it_is_disputed_or_headquarters_has_not_got_it(ledger: Ledger) -> None:
    with ledger.read() as tx:
        assert not posted.must_stay(tx, "plain"), "without a headquarters nobody waits for it"
    dispute(ledger)
    enrol(ledger)
    with ledger.write() as tx:
        assert posted.must_stay(tx, "plain")
        assert posted.must_stay(tx, "one that is not noted yet")
        posted.mark(tx, NAMES, posted.HAD)
        assert not posted.must_stay(tx, "plain")
        assert posted.must_stay(tx, "disputed")
