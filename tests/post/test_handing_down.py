"""A document goes from headquarters to a station over HTTP, and its word of it comes back with a bag."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, insert, update
from sqlalchemy.pool import StaticPool

from station.hub import handing_down, roll_outs
from station.hub.counter import create_counter
from station.hub.documents import New, keep
from station.hub.identity import key_of
from station.hub.own import STATIONS
from station.hub.requests import Hub
from station.hub.roll_outs import Ring, Rule
from station.post.client import HubClient
from station.post.said import HubUnreachable
from station.post.wire import public_text
from station.runtime.receiver import Pinned, Receiver, Taken
from station.store.tables import DownDocument
from tests.post.post_rig import HUB, START, Post

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
BODY = b"one page " * 100


@dataclass
class Line:
    """A station and its hub with nothing between them but HTTP."""

    post: Post
    http: TestClient
    taken: list[bytes] = field(default_factory=list)

    def take(self, document: DownDocument, body: bytes, at: datetime) -> Taken:
        self.taken.append(body)
        return Taken()

    def is_active(self, document: DownDocument) -> bool:
        return True

    def client(self, station: str = "beaulieu", key: Ed25519PrivateKey = KEY) -> HubClient:
        client = HubClient([str(self.http.base_url)], station, key)
        client._http = self.http  # type: ignore[assignment]  # the same requests, without a socket
        return client

    def hub_key(self) -> Ed25519PrivateKey:
        with self.post.hub.begin() as connection:
            return key_of(connection, HUB)

    def receiver(self) -> Receiver:
        pinned = Pinned(self.post.station, public_text(self.hub_key()))
        takers = {"page": self}
        return Receiver(self.post.ledger, self.client(), pinned, takers, lambda: self.post.now, Random(1))

    def begin(self, body: bytes = BODY) -> int:
        with self.post.hub.begin() as connection:
            sha256 = keep(connection, HUB, New("page", "notice", body), "Marie", START)
            key = key_of(connection, HUB)
            return roll_outs.begin(connection, HUB, key, "page", sha256, Rule(hours=0), "Marie", START)

    def standing(self, number: int) -> str:
        self.post.settle()
        with self.post.hub.begin() as connection:
            return roll_outs.standings(connection, HUB, number)[0].state


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr(handing_down, "LOOK_S", 0.0)
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    HUB.create_all(engine)
    post = Post.begin(tmp_path, engine)
    with engine.begin() as connection:
        connection.execute(
            update(HUB.tables[STATIONS]).values(public_key=public_text(KEY), ring=Ring.PILOT.value)
        )
    with TestClient(create_counter(Hub(engine, HUB, lambda: START))) as http:
        yield Line(post, http)
    post.ledger.close()


def test_a_document_goes_down_and_its_state_comes_back_with_a_bag(line: Line) -> None:
    number = line.begin()
    assert line.standing(number) == ""
    assert line.receiver().turn()
    assert line.taken == [BODY]
    assert line.standing(number) == "active"
    with line.post.hub.begin() as connection:
        roll_outs.step(connection, HUB, key_of(connection, HUB), START)
        roll_outs.step(connection, HUB, key_of(connection, HUB), START)
        assert roll_outs.listed(connection, HUB)[0]["state"] == "done"


def test_a_long_body_comes_in_pieces(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station.hub.documents.PIECE_BYTES", 100)
    line.begin()
    assert line.receiver().turn()
    assert line.taken == [BODY]


def test_where_nothing_is_offered_the_hub_says_so_after_a_while(line: Line) -> None:
    assert line.client().down(0) == []
    assert line.receiver().turn()


@pytest.mark.parametrize("after", [-1, 2**40])
def test_a_number_that_no_document_has_is_refused(line: Line, after: int) -> None:
    line.begin()
    with pytest.raises(HubUnreachable):
        line.client().down(after)
    with pytest.raises(HubUnreachable):
        line.client().body(1, after)


def test_only_the_station_itself_hears_what_is_its_own(line: Line) -> None:
    line.begin()
    other = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    with line.post.hub.begin() as connection:
        row: dict[str, Any] = {"id": "ailleurs", "added_at": START, "public_key": public_text(other)}
        connection.execute(insert(HUB.tables[STATIONS]).values(row))
    for stranger in (line.client(key=other), line.client("nowhere")):
        with pytest.raises(HubUnreachable):
            stranger.down(0)
    neighbour = line.client("ailleurs", other)
    assert neighbour.down(0) == []
    with pytest.raises(HubUnreachable):
        neighbour.body(1, 0)
