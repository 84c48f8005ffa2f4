"""What headquarters sends is heard, fetched and taken in order, each document once."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import col, select

from drivers.reading import Analyte, Basis
from station.lab.recording import Said
from station.lab.sent_results import take_up, written_result
from station.models import releases
from station.models.terms import Terms
from station.post.down import Document
from station.post.said import HubUnreachable
from station.post.wire import public_text
from station.receival.arrivals.visits import NewLoad
from station.receival.packs.pack_standing import pack_in_force
from station.runtime.installer import Installer
from station.runtime.receiver import Pinned, Receiver
from station.runtime.sent_down import handlers
from station.store import audit
from station.store.blobs import Blobs
from station.store.tables import DownDocument, LabResult, Measurement
from tests.silo_rig import RULES, Silo

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
STATION = "beaulieu"


def pack(version: str) -> bytes:
    first = next(line for line in RULES.splitlines() if line.startswith("version"))
    return RULES.replace(first, f'version = "{version}"').encode()


@dataclass
class FakeHub:
    """Offers what it is given; `piece` bytes at a time, and the line is cut after `pieces` of them."""

    heads: list[object] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    piece: int = 1_000_000
    pieces: int = 1_000_000

    def offer(self, kind: str, name: str, body: bytes, key: Ed25519PrivateKey = KEY, **more: Any) -> None:
        digest = hashlib.sha256(body).hexdigest()
        document = Document(STATION, len(self.heads) + 1, kind, name, digest, len(body), "Marie", more=more)
        self.heads.append(document.signed(key))
        self.bodies.append(body)

    def down(self, after: int) -> Sequence[object]:
        return self.heads[after:]

    def body(self, number: int, start: int) -> bytes:
        if self.pieces == 0:
            raise HubUnreachable("cut")
        self.pieces -= 1
        return self.bodies[number - 1][start : start + self.piece]


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


def receiver(silo: Silo, hub: FakeHub, known: bool = True) -> Receiver:
    installer = Installer(silo.desk, Blobs(silo.desk.ledger.folder / "models"), [])
    takers = handlers(silo.desk, lambda: installer, silo.clock) if known else {}
    pinned = Pinned(STATION, public_text(KEY))
    return Receiver(silo.desk.ledger, hub, pinned, takers, silo.clock, Random(1))


def states(silo: Silo) -> list[tuple[str, str]]:
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(DownDocument).order_by(col(DownDocument.number))).all()
        return [(row.state, row.code) for row in rows]


def held(silo: Silo) -> str | None:
    with silo.desk.ledger.read() as tx:
        found = pack_in_force(tx, silo.clock())
    return found.version if found else None


def test_a_rule_pack_is_installed_and_active_once_it_is_in_force(silo: Silo, hub: FakeHub) -> None:
    hub.offer("rule_pack", "wheat", pack("hq-1"), why="harvest")
    one = receiver(silo, hub)
    assert one.turn()
    assert (states(silo), held(silo)) == ([("active", "")], "hq-1")
    with silo.desk.ledger.read() as tx:
        kinds = [event.kind for event in audit.events_after(tx, 0, 10_000)]
    assert kinds[-3:] == ["rule_pack_installed", "document_installed", "document_active"]


def test_a_pack_of_next_week_is_installed_and_active_on_its_day(silo: Silo, hub: FakeHub) -> None:
    later = re.sub(
        rb"(?m)^valid_from = .*$", b"valid_from = 2026-08-30T06:00:00+02:00", pack("hq-1"), count=1
    )
    hub.offer("rule_pack", "wheat", later)
    one = receiver(silo, hub)
    one.turn()
    assert states(silo) == [("installed", "")]
    silo.clock.pass_(days=60)
    one.turn()
    assert states(silo) == [("active", "")]


def test_taking_it_back_leaves_what_was_there_before(silo: Silo, hub: FakeHub) -> None:
    before = held(silo)
    hub.offer("rule_pack", "wheat", pack("hq-1"))
    one = receiver(silo, hub)
    one.turn()
    withdrawn = hashlib.sha256(pack("hq-1")).hexdigest()
    hub.offer("rule_pack", "wheat", f"withdraws {withdrawn}".encode(), withdraws=withdrawn)
    one.turn()
    assert held(silo) == before


def test_a_station_that_was_away_takes_the_newest_of_three(silo: Silo, hub: FakeHub) -> None:
    for version in ("hq-1", "hq-2", "hq-3"):
        hub.offer("rule_pack", "wheat", pack(version))
    hub.offer("rule_pack", "barley", pack("barley"))
    receiver(silo, hub).turn()
    assert [state for state, _ in states(silo)] == ["superseded", "superseded", "installed", "active"]


def test_one_that_is_refused_says_why_and_the_next_goes_on(silo: Silo, hub: FakeHub) -> None:
    hub.offer("rule_pack", "wheat", b"no pack at all")
    hub.offer("bundle", "wheat-kernels", b"no bundle", signature="nobody's")
    hub.offer("policy", "shares", b"[]")
    hub.offer("rule_pack", "barley", pack("hq-2"))
    receiver(silo, hub).turn()
    assert states(silo) == [
        ("refused", "rule_pack_wrong"), ("refused", "bundle_refused"), ("refused", "document_wrong"),
        ("active", ""),
    ]  # fmt: skip


def test_a_body_goes_on_where_the_line_was_cut(silo: Silo, hub: FakeHub) -> None:
    hub.offer("rule_pack", "wheat", pack("hq-1"))
    hub.piece, hub.pieces = 500, 2
    assert not receiver(silo, hub).turn()
    assert states(silo) == [("offered", "")]
    needed = -(-len(hub.bodies[0]) // 500) - 2
    hub.pieces = needed
    assert receiver(silo, hub).turn()
    assert states(silo) == [("active", "")]
    assert not list((silo.desk.ledger.folder / "down").iterdir())


def test_bytes_that_were_not_signed_are_fetched_again(silo: Silo, hub: FakeHub) -> None:
    hub.offer("rule_pack", "wheat", pack("hq-1"))
    right, hub.bodies[0] = hub.bodies[0], hub.bodies[0].replace(b"hq-1", b"hq-9")
    assert not receiver(silo, hub).turn()
    assert states(silo) == [("offered", "wrong_bytes")]
    hub.bodies[0] = right
    assert receiver(silo, hub).turn()
    assert states(silo) == [("active", "")]


def test_nothing_is_taken_that_the_pinned_key_did_not_sign_or_that_leaves_a_number_out(
    silo: Silo, hub: FakeHub
) -> None:
    hub.offer("rule_pack", "wheat", pack("hq-1"), key=Ed25519PrivateKey.from_private_bytes(bytes([7] * 32)))
    assert not receiver(silo, hub).turn()
    hub.heads.clear()
    hub.bodies.clear()
    hub.offer("rule_pack", "wheat", pack("hq-1"))
    hub.offer("rule_pack", "wheat", pack("hq-2"))
    del hub.heads[0]
    assert not receiver(silo, hub).turn()
    assert states(silo) == []


def test_a_kind_that_nobody_takes_here_waits_for_a_release_that_does(silo: Silo, hub: FakeHub) -> None:
    hub.offer("rule_pack", "wheat", pack("hq-1"))
    assert receiver(silo, hub, known=False).turn()
    assert states(silo) == [("offered", "unknown_kind")]
    assert receiver(silo, hub).turn()
    assert states(silo) == [("active", "")]


def test_heard_again_after_a_restore_nothing_is_done_twice(silo: Silo, hub: FakeHub) -> None:
    terms = Terms(10, 1.0, 0.05, 0.2, 10, 0.5, 0.5)
    said = {"task": "kernels", "species": "soft_wheat", "terms": terms.as_dict()}
    hub.offer("rule_pack", "wheat", pack("hq-1"))
    hub.offer("policy", "kernels wheat", json.dumps(said).encode())
    receiver(silo, hub).turn()
    with silo.desk.ledger.write() as tx:
        for row in tx.exec(select(DownDocument)).all():
            tx.delete(row)
        count = len(list(audit.events_after(tx, 0, 10_000)))
    receiver(silo, hub).turn()
    assert [state for state, _ in states(silo)] == ["active", "active"]
    with silo.desk.ledger.read() as tx:
        kinds = [event.kind for event in audit.events_after(tx, 0, 10_000)][count:]
        assert releases.policy(tx, "kernels", "soft_wheat") is not None
    assert set(kinds) == {"document_installed", "document_active"}


def test_a_laboratorys_result_is_judged_here_and_counted_once(silo: Silo, hub: FakeHub) -> None:
    load = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))[0]
    said = Said("S1", Analyte.PROTEIN, 11.7, "Labo Sud", basis=Basis.DRY_MATTER, nitrogen_factor=5.7,
                report="LS-1", hub_id="h-1")  # fmt: skip
    body = json.dumps({"results": [written_result(said)]}).encode()
    hub.offer("lab_result", "LS-1", body)
    one = receiver(silo, hub)
    one.turn()
    hub.offer("lab_result", "LS-1 again", body + b" ")
    one.turn()
    assert states(silo) == [("active", ""), ("active", "")]
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(LabResult)).all()
        measured = tx.exec(select(Measurement).where(Measurement.method == "lab")).all()
    assert [(row.hub_id, row.state, row.value) for row in rows] == [("h-1", "accepted", 11.7)]
    assert [one.load_id for one in measured] == [load.id]


def test_a_result_that_comes_before_its_sample_waits_for_it_by_name(silo: Silo, hub: FakeHub) -> None:
    said = Said("S1", Analyte.PROTEIN, 11.7, "Labo Sud", basis=Basis.DRY_MATTER, nitrogen_factor=5.7,
                hub_id="h-1")  # fmt: skip
    hub.offer("lab_result", "LS-1", json.dumps({"results": [written_result(said)]}).encode())
    receiver(silo, hub).turn()
    take_up(silo.desk.ledger, silo.clock())
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    take_up(silo.desk.ledger, silo.clock())
    take_up(silo.desk.ledger, silo.clock())
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(LabResult).order_by(col(LabResult.seq))).all()
        measured = tx.exec(select(Measurement).where(Measurement.method == "lab")).all()
    assert [(row.hub_id, row.state, row.current) for row in rows] == [
        ("h-1", "waiting", False), ("h-1", "accepted", True),
    ]  # fmt: skip
    assert [one.value for one in measured] == [11.7]
