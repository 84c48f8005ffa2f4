"""A station with photos, a hub with a folder for them, and a line of a rate between, without a socket."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from obstore.store import LocalStore
from sqlalchemy import Engine, create_engine, select, update
from sqlalchemy.pool import StaticPool

from station.hub.counter import create_counter
from station.hub.own import STATIONS
from station.hub.photo_store import PhotoStore, PhotoStoreFault
from station.hub.photo_tables import PARTS, PHOTOS
from station.hub.requests import Hub
from station.post.client import HubClient
from station.post.photo_pace import Budget
from station.post.photos import PhotoPost
from station.post.wire import public_text
from station.runtime.poster import Poster
from station.store.blobs import Blobs
from station.store.tables import Capture, Photo, PostedPhoto, PostLink, Terminal
from tests.post.post_rig import HUB, START, Post

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


@dataclass
class Line:
    """What lies between: bytes take `rate` a second of the ticks that it makes itself. `cut`: nothing goes
    through; `drops`: so many answers are lost after the hub has worked. `sent` is what went by."""

    http: TestClient
    rate: float = 1e9
    cut: bool = False
    drops: int = 0
    ticks: float = 0.0
    sent: list[tuple[str, str, int]] = field(default_factory=list)

    def request(
        self, method: str, url: str, *, content: bytes, headers: dict[str, str], timeout: float = 60.0
    ) -> Any:
        if self.cut:
            self.ticks += 5
            raise httpx2.ConnectError("the cable is out")
        self.ticks += min(len(content) / self.rate, timeout)
        if len(content) / self.rate > timeout:
            raise httpx2.ReadTimeout("it stalls")
        self.sent.append((method, url.split("/hub/v1/stations/beaulieu/", maxsplit=1)[1], len(content)))
        answer = self.http.request(method, url, content=content, headers=headers)
        if self.drops:
            self.drops -= 1
            raise httpx2.ReadTimeout("no answer")
        return answer

    def photo_bytes(self) -> int:
        return sum(size for method, _, size in self.sent if method == "PUT")


@dataclass
class StoreThatFails:
    """The store of photos, which is away while `is_away`."""

    store: PhotoStore
    is_away: bool = False

    def put(self, sha256: str, data: bytes) -> None:
        if self.is_away:
            raise PhotoStoreFault("unusable", "nobody there")
        self.store.put(sha256, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@dataclass
class PhotoLine:
    """Everything together; `station()` is the poster's photos, as after a start."""

    post: Post
    line: Line
    store: StoreThatFails
    blobs: Blobs
    client: HubClient
    budget: Budget = field(default_factory=Budget)

    def station(self) -> PhotoPost:
        return PhotoPost(
            self.post.ledger, self.blobs, self.client, self.budget, lambda: self.line.ticks, Random(1)
        )

    def poster(self) -> Poster:
        return Poster(
            self.post.ledger, self.post.folder, self.client, lambda: self.post.now, dict, Random(1),
            self.station(),
        )  # fmt: skip

    def take(self, name: str, *photos: bytes) -> list[str]:
        """A phone brings a capture."""
        hashes = [self.blobs.put(photo) for photo in photos]
        with self.post.ledger.write() as tx:
            if tx.get(Terminal, "phone") is None:
                tx.add(Terminal(id="phone", name="phone", kind="phone", token_hash="x"))
                tx.flush()
            tx.add(Capture(id=name, at=self.post.now, terminal_id="phone"))
            tx.flush()
            for position, (sha256, photo) in enumerate(zip(hashes, photos, strict=True)):
                tx.add(
                    Photo(
                        capture_id=name, position=position, sha256=sha256, size=len(photo),
                        media_type="image/jpeg",
                    )
                )  # fmt: skip
        return hashes

    def rows_go(self) -> None:
        """All rows are at the hub, and applied."""
        self.post.settle()
        with self.post.ledger.write() as tx:
            link = tx.get_one(PostLink, "hub")
            link.acknowledged = len(self.post.bags())
            tx.add(link)

    def run(self, station: PhotoPost, turns: int = 1_000) -> int:
        """So many turns at most, time passing where it waits; returns how many until nothing was owed."""
        for turn in range(turns):
            if not station.turn(self.post.now):
                if "owed" not in self.states().values() and turn:
                    return turn
                self.line.ticks += max(station.pause_s(), 1.0)
        return turns

    def states(self) -> dict[str, str]:
        with self.post.ledger.read() as tx:
            return {row.sha256: row.state for row in tx.exec(select(PostedPhoto)).scalars()}  # type: ignore[call-overload]

    def at_hub(self) -> set[str]:
        """What the hub's rows say that it has."""
        with self.post.hub.connect() as connection:
            return set(connection.execute(select(HUB.tables[PHOTOS].c.sha256)).scalars())

    def parts(self) -> int:
        with self.post.hub.connect() as connection:
            return len(connection.execute(select(HUB.tables[PARTS].c.start)).all())


def bytes_of(seed: int, size: int) -> bytes:
    return Random(seed).randbytes(size)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def photo_line(
    folder: Path, engine: Engine | None = None, store: PhotoStore | None = None
) -> Iterator[PhotoLine]:
    if engine is None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    HUB.create_all(engine)
    post = Post.begin(folder, engine)
    with post.hub.begin() as connection:
        connection.execute(update(HUB.tables[STATIONS]).values(public_key=public_text(KEY)))
    (folder / "store").mkdir()
    kept = StoreThatFails(store or PhotoStore(LocalStore(folder / "store"), folder / "store"))
    hub = Hub(engine, HUB, lambda: START + timedelta(hours=1), photos=kept)  # type: ignore[arg-type]
    with TestClient(create_counter(hub)) as http:
        line = Line(http)
        client = HubClient([str(http.base_url)], post.station, KEY)
        client._http = line  # type: ignore[assignment]  # the same requests, without a socket
        yield PhotoLine(post, line, kept, Blobs(folder / "data" / "photos"), client)
    post.ledger.close()
