"""Faults on the way down: stations with their handlers, headquarters on a PostgreSQL, HTTP between them."""

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from sqlalchemy import delete, insert, select, update
from sqlmodel import col
from sqlmodel import select as choose

from station.hub import handing_down, roll_outs, stations
from station.hub.checks import Finding, findings
from station.hub.counter import create_counter
from station.hub.database import TABLES
from station.hub.documents import New, Sender, keep, offer
from station.hub.down_tables import OFFERS, ROLL_OUTS
from station.hub.identity import key_of
from station.hub.own import STATIONS
from station.hub.requests import Hub
from station.hub.roll_outs import Ring, Rule
from station.post.client import HubClient
from station.post.folder import BagFolder
from station.post.said import HubUnreachable
from station.post.wire import public_text
from station.receival.packs.pack_standing import pack_in_force
from station.runtime.installer import Installer
from station.runtime.receiver import Handler, Pinned, Receiver
from station.runtime.sent_down import handlers
from station.runtime.word import word_of
from station.store.blobs import Blobs
from station.store.tables import DownDocument
from tests.hub.hub_rig import Headquarters
from tests.model_rig import packed
from tests.post.post_rig import START, Post
from tests.runtime.test_receiver import pack
from tests.silo_rig import Silo

pytestmark = pytest.mark.long  # each has a silo and a headquarters of its own
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
NOW = Rule(hours=0)
AT_ONCE = Rule(at_once=True)


@dataclass
class Site:
    """A silo that is enrolled: its ledger, its post and what it hears from headquarters."""

    silo: Silo
    post: Post
    client: HubClient
    hub_key: str
    knows: Callable[[dict[str, Handler]], dict[str, Handler]] = lambda all_: all_

    def receiver(self) -> Receiver:
        desk = self.silo.desk
        installer = Installer(desk, Blobs(desk.ledger.folder / "models"), [])
        takers = self.knows(handlers(desk, lambda: installer, self.silo.clock))
        pinned = Pinned(self.post.station, self.hub_key)
        return Receiver(desk.ledger, self.client, pinned, takers, self.silo.clock, Random(1))

    def hears(self) -> bool:
        """Everything there is; what it did with it comes back with a bag."""
        heard = self.receiver().turn()
        self.post.settle()
        return heard

    def states(self) -> list[tuple[int, str, str]]:
        with self.silo.desk.ledger.read() as tx:
            rows = tx.exec(choose(DownDocument).order_by(col(DownDocument.number)))
            return [(row.number, row.state, row.code) for row in rows]

    def runs(self) -> str:
        """The rule pack in force, by its version."""
        with self.silo.desk.ledger.read() as tx:
            found = pack_in_force(tx, self.silo.clock())
        return found.version if found else ""

    def running_hash(self) -> str:
        told: dict[str, Any] = word_of(self.silo.desk.ledger, self.silo.clock)["rule_pack"]
        return str(told["sha256"])


@dataclass
class Company:
    """Headquarters and its silos."""

    hub: Headquarters
    folder: Path

    def site(self, name: str, ring: Ring = Ring.PILOT) -> Site:
        (self.folder / name).mkdir()
        silo = Silo.open(self.folder / name / "data")
        post = Post(silo.desk.ledger, BagFolder(self.folder / name / "data" / "post"), self.hub.engine, name)
        with self.hub.engine.begin() as connection:
            row = {"id": name, "added_at": START, "public_key": public_text(KEY), "ring": ring.value}
            connection.execute(insert(TABLES.tables[STATIONS]).values(row))
        post.enrol()
        post.settle()
        return Site(silo, post, self.client(name), self.hub_key)

    def client(self, name: str) -> HubClient:
        line = TestClient(create_counter(Hub(self.hub.engine, TABLES, lambda: START)))
        client = HubClient([str(line.base_url)], name, KEY)
        client._http = line  # type: ignore[assignment]  # the same requests, without a socket
        return client

    @property
    def hub_key(self) -> str:
        with self.hub.engine.begin() as connection:
            return public_text(key_of(connection, TABLES))

    def send(self, new: New, rule: Rule = NOW) -> int:
        with self.hub.engine.begin() as connection:
            sha256 = keep(connection, TABLES, new, "Marie", START)
            key = key_of(connection, TABLES)
            return roll_outs.begin(connection, TABLES, key, new.kind, sha256, rule, "Marie", START)

    def step(self) -> None:
        with self.hub.engine.begin() as connection:
            roll_outs.step(connection, TABLES, key_of(connection, TABLES), START)

    def stands(self, number: int) -> tuple[str, str, str]:
        """State, ring and why."""
        table = TABLES.tables[ROLL_OUTS]
        with self.hub.engine.connect() as connection:
            row = connection.execute(select(table).where(table.c.id == number)).mappings().one()
        return row["state"], Ring(row["ring"]).name.lower(), row["why"]

    def offered(self, station: str) -> list[int]:
        table = TABLES.tables[OFFERS]
        query = select(table.c.number).where(table.c.station == station).order_by(table.c.number)
        with self.hub.engine.connect() as connection:
            return list(connection.execute(query).scalars())


@pytest.fixture
def company(headquarters: Headquarters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr(handing_down, "LOOK_S", 0.0)
    return Company(headquarters, tmp_path)


@pytest.fixture
def site(company: Company) -> Iterator[Site]:
    site = company.site("beaulieu")
    yield site
    site.silo.desk.ledger.close()


def wheat(version: str) -> New:
    return New("rule_pack", "wheat", pack(version), more={"why": "harvest"})


def test_a_bundle_of_an_untrusted_key_is_refused_and_stops_the_roll_out(company: Company, site: Site) -> None:
    number = company.send(New("bundle", "wheat-kernels", packed("9"), more={"signature": "nobody's"}))
    assert site.hears()
    assert site.states() == [(1, "refused", "bundle_refused")]
    company.step()
    assert company.stands(number) == ("stopped", "pilot", "refused by beaulieu: bundle_refused")


def test_a_refused_install_stops_it_and_the_others_keep_what_they_have(company: Company, site: Site) -> None:
    other, third = company.site("ailleurs", Ring.SOME), company.site("cambrai", Ring.ALL)
    company.send(wheat("hq-1"), AT_ONCE)
    for one in (site, other, third):
        one.hears()
    number = company.send(New("rule_pack", "wheat", b"no pack at all"))
    site.hears()
    company.step()
    assert company.stands(number)[:2] == ("stopped", "pilot")
    for one in (site, other, third):
        one.hears()
        assert one.runs() == "hq-1"
    assert company.offered("ailleurs") == [1]


def test_a_ring_that_became_empty_holds_nobody_up(company: Company, site: Site) -> None:
    later = company.site("cambrai", Ring.ALL)
    number = company.send(wheat("hq-1"))
    with company.hub.engine.begin() as connection:
        stations.revoke(connection, TABLES, "beaulieu", "Marie", START)
    company.step()
    later.hears()
    company.step()
    assert company.stands(number)[0] == "done"


def test_a_station_that_was_offline_through_three_versions_takes_the_newest_only(
    company: Company, site: Site
) -> None:
    sent = [company.send(wheat(f"hq-{number}")) for number in (1, 2, 3)]
    fetched: list[int] = []
    whole = site.client.body
    site.client.body = lambda number, start: fetched.append(number) or whole(number, start)  # type: ignore[method-assign, func-returns-value]
    assert site.hears()
    assert site.states() == [(1, "superseded", ""), (2, "superseded", ""), (3, "active", "")]
    assert set(fetched) == {3}
    assert site.running_hash() == wheat("hq-3").sha256
    company.step()
    assert [company.stands(number)[0] for number in sent[:2]] == ["stopped", "stopped"]
    company.step()
    assert company.stands(sent[2])[0] == "done"


def test_back_while_a_station_is_offline_leaves_it_what_it_has(company: Company, site: Site) -> None:
    before = site.runs()
    number = company.send(wheat("hq-1"))
    with company.hub.engine.begin() as connection:
        key = key_of(connection, TABLES)
        assert roll_outs.back(connection, TABLES, key, number, "wrong limit", "Marie", START) == ["beaulieu"]
    site.hears()
    assert site.states() == [(1, "superseded", ""), (2, "active", "")]
    assert site.runs() == before


def test_a_station_that_enrols_in_the_middle_is_offered_what_its_ring_has(
    company: Company, site: Site
) -> None:
    done = company.send(New("rule_pack", "barley", pack("barley")))
    site.hears()
    for _ in range(3):
        company.step()
    assert company.stands(done)[0] == "done"
    company.send(wheat("hq-1"), AT_ONCE)
    pilots = company.send(New("policy", "shares", b"[]"))
    stopped = company.send(New("policy", "kernels", b"{}"), AT_ONCE)
    with company.hub.engine.begin() as connection:
        roll_outs.stop(connection, TABLES, stopped, "wrong limit", "Marie", START)
        code = stations.add(connection, TABLES, "neuf", "Neuf", "Marie", START, lambda n: bytes(range(n)))
    assert company.client("neuf").enrol(code, public_text(KEY)).status == 200
    assert company.offered("neuf") == [1, 2]
    assert company.stands(pilots)[:2] == ("running", "pilot")
    assert company.client("neuf").enrol(code, public_text(KEY)).status == 403
    assert company.offered("neuf") == [1, 2]


def test_a_restored_hub_gives_no_number_twice_and_nothing_is_taken_twice(
    company: Company, site: Site
) -> None:
    for version in ("hq-1", "hq-2"):
        company.send(wheat(version), AT_ONCE)
        site.hears()
    with company.hub.engine.begin() as connection:  # an old backup: it knows of the first one only
        for name in (OFFERS, "down_document"):
            table = TABLES.tables[name]
            connection.execute(delete(table).where(table.c.number > 1))
    number = company.send(wheat("hq-3"), AT_ONCE)
    assert company.offered("beaulieu") == [1, 2]
    assert site.hears(), "it asks for what comes after its second"
    assert site.runs() == "hq-2"
    with company.hub.engine.begin() as connection:  # the station's bags are sent again
        again = [row for row in _rows(site) if row["number"] == 2]
        connection.execute(insert(TABLES.tables["down_document"]), again)
    company.step()
    assert company.offered("beaulieu") == [1, 3]
    assert site.hears()
    assert [state for _, state, _ in site.states()] == ["active", "active", "active"]
    assert site.runs() == "hq-3"
    company.step()
    assert company.stands(number)[0] == "done"


def test_a_stations_word_keeps_a_restored_hub_from_an_old_number(company: Company, site: Site) -> None:
    with company.hub.engine.begin() as connection:
        stations_ = TABLES.tables[STATIONS]
        connection.execute(update(stations_).values(alive={"down": 7}))
    company.send(wheat("hq-1"))
    assert company.offered("beaulieu") == [8]


def test_a_station_restored_to_before_a_gap_goes_over_it(company: Company, site: Site) -> None:
    company.send(wheat("hq-1"))
    with company.hub.engine.begin() as connection:
        connection.execute(update(TABLES.tables[STATIONS]).values(alive={"down": 4}))
    company.send(wheat("hq-2"))
    assert company.offered("beaulieu") == [1, 5]
    assert site.hears()
    assert site.states() == [(1, "superseded", ""), (5, "active", "")]


def test_another_hubs_key_signs_nothing_here(company: Company, site: Site) -> None:
    with company.hub.engine.begin() as connection:
        sha256 = keep(connection, TABLES, wheat("hq-1"), "Marie", START)
        foreign = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))
        offer(connection, TABLES, "beaulieu", "rule_pack", sha256, Sender(foreign, "Marie", START))
    assert not site.hears()
    assert site.states() == []


def test_a_body_that_is_cut_in_the_middle_goes_on_where_it_was(
    company: Company, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.hub.documents.PIECE_BYTES", 700)
    company.send(wheat("hq-1"))
    whole, asked = site.client.body, []

    def cut(number: int, start: int) -> bytes:
        asked.append(start)
        if len(asked) == 3:
            raise HubUnreachable("cut")
        return whole(number, start)

    site.client.body = cut  # type: ignore[method-assign]
    assert not site.hears()
    assert site.states() == [(1, "offered", "")]
    assert site.hears()
    assert (asked[:4], site.runs()) == ([0, 700, 1400, 1400], "hq-1")


def test_a_full_disk_while_fetching_loses_nothing_and_goes_on_once_there_is_room(
    company: Company, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel itself refuses to write on: a file may have only so many bytes."""
    monkeypatch.setattr("station.hub.documents.PIECE_BYTES", 1_000_000)
    body = pack("hq-1") + b"\n# " + b"x" * 6_000_000
    company.send(New("rule_pack", "wheat", body))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, hard))
    try:
        assert not site.receiver().turn()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert site.states() == [(1, "offered", "")]
    assert site.hears()
    assert (site.runs(), site.running_hash()) == ("hq-1", New("rule_pack", "wheat", body).sha256)


def test_a_kind_of_a_newer_hub_is_kept_and_taken_after_the_stations_upgrade(
    company: Company, site: Site
) -> None:
    """Everything of this document comes to nothing else, and what comes after it goes on."""
    site.knows = lambda all_: {kind: one for kind, one in all_.items() if kind != "policy"}
    number = company.send(New("policy", "shares", b"[]"))
    company.send(wheat("hq-1"))
    assert site.hears()
    assert site.states() == [(1, "offered", "unknown_kind"), (2, "active", "")]
    company.step()
    assert company.stands(number)[0] == "running"
    with company.hub.engine.connect() as connection:
        told = {hours: findings(connection, TABLES, START + timedelta(hours=hours)) for hours in (1, 2)}
    waits = Finding("document_waits", "beaulieu", {"kind": "policy", "count": 1})
    assert (waits in told[1], waits in told[2]) == (False, True), "listed after an hour"
    site.knows = lambda all_: all_
    assert site.hears()
    assert site.states() == [(1, "refused", "document_wrong"), (2, "active", "")]


def test_of_two_documents_that_come_in_the_wrong_order_none_is_taken_before_the_other_is_here(
    company: Company, site: Site
) -> None:
    company.send(wheat("hq-1"))
    company.send(New("rule_pack", "barley", pack("barley")))
    whole = site.client.down
    site.client.down = lambda after: whole(after)[1:]  # type: ignore[method-assign]
    assert not site.hears()
    assert site.states() == []
    site.client.down = whole  # type: ignore[method-assign]
    assert site.hears()
    assert len(site.states()) == 2


def _rows(site: Site) -> list[dict[str, Any]]:
    """The station's rows as its bags bring them to headquarters."""
    with site.silo.desk.ledger.read() as tx:
        rows = tx.exec(choose(DownDocument)).all()
        return [
            {**row.model_dump(), "station": site.post.station, "post_place": 1, "post_digest": ""}
            for row in rows
        ]
