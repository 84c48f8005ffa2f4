"""Silos of one owner and their headquarters: bags go up, `follow` looks at them, documents come down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, create_engine, insert
from sqlalchemy.pool import StaticPool

from station.headquarters import shipments as followed
from station.hub.documents import offered_after, piece
from station.hub.identity import key_of
from station.hub.own import STATIONS
from station.post import identity
from station.post.folder import BagFolder
from station.post.wire import public_text
from station.receival.between_silos import expected_shipments, shipments
from station.receival.between_silos.expected_shipments import Arriving
from station.receival.between_silos.shipments import Journey
from station.runtime.receiver import Pinned, Receiver
from station.runtime.sent_down import handlers
from station.store.tables import Shipment, Visit
from tests.post.post_rig import HUB, START, Post
from tests.receival.two_silos import silo_at
from tests.silo_rig import ANNE, Silo


def one_hub() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    HUB.create_all(engine)
    return engine


@dataclass
class Site:
    """One silo with its line to headquarters."""

    silo: Silo
    post: Post
    receiver: Receiver
    engine: Engine

    def down(self, after: int) -> Sequence[object]:
        with self.engine.connect() as connection:
            return offered_after(connection, HUB, self.post.station, after)

    def body(self, number: int, start: int) -> bytes:
        with self.engine.connect() as connection:
            return piece(connection, HUB, self.post.station, number, start) or b""

    def up(self) -> None:
        self.post.seal()
        self.post.deliver_all()
        self.post.apply_all()

    def unload(self, number: str, net_kg: float, **over: Any) -> Visit:
        visit = self.arrive(number, **over)
        self.silo.confirm(15_000 + net_kg, visit, "first")
        self.silo.decide(self.silo.loads(visit)[0])
        self.silo.confirm(15_000, visit, "last")
        return visit

    def arrive(self, number: str, **over: Any) -> Visit:
        return expected_shipments.arrive(self.silo.desk, Arriving(number, **over), ANNE, self.silo.clock())

    def ship(self, to: str, kg: float = 26_400, plate: str = "AB-123-CD") -> Shipment:
        return shipments.ship(self.silo.desk, "c1", kg, Journey(to, plate), ANNE, self.silo.clock())

    def text(self, row: Shipment) -> str:
        return shipments.text_of(self.silo.desk, row)

    def take(self, text: str, **over: Any) -> None:
        expected_shipments.take_text(self.silo.desk, text, ANNE, self.silo.clock(), **over)


@dataclass
class House:
    """`a` sends; `b` and `c` receive. `now` is headquarters' clock."""

    engine: Engine
    sites: dict[str, Site] = field(default_factory=dict)
    now: datetime = START + timedelta(hours=1)

    @classmethod
    def open(cls, folder: Path, made: Path, engine: Engine | None = None) -> "House":
        house = cls(engine or one_hub())
        for number, name in enumerate(("nord", "sud", "est"), start=1):
            house.sites[name] = house._site(folder / name, name, bytes([number] * 32), made)
        return house

    def _site(self, folder: Path, name: str, seed: bytes, made: Path) -> Site:
        silo, key = silo_at(folder, name, f"Silo {name}", made), Ed25519PrivateKey.from_private_bytes(seed)
        identity.write_key(silo.desk.ledger.folder, key)
        with self.engine.begin() as connection:
            hub_key = public_text(key_of(connection, HUB))
            row = {"id": name, "name": f"Silo {name}", "public_key": public_text(key), "added_at": START}
            connection.execute(insert(HUB.tables[STATIONS]).values(row))
        post = Post(silo.desk.ledger, BagFolder(silo.desk.ledger.folder / "post"), self.engine, name)
        post.enrol()
        takers = handlers(silo.desk, lambda: None, silo.clock)  # type: ignore[arg-type,return-value]
        site = Site(silo, post, None, self.engine)  # type: ignore[arg-type]
        site.receiver = Receiver(silo.desk.ledger, site, Pinned(name, hub_key), takers, silo.clock, Random(1))
        return site

    def __getitem__(self, name: str) -> Site:
        return self.sites[name]

    def follow(self) -> list[str]:
        with self.engine.begin() as connection:
            return followed.follow(connection, HUB, key_of(connection, HUB), self.now)

    def settle(self, *names: str) -> None:
        """All that these silos committed goes up, and what follows from it comes down."""
        for name in names or self.sites:
            self.sites[name].up()
        self.follow()
        for name in names or self.sites:
            self.sites[name].receiver.turn()

    def road(self, **over: Any) -> list[followed.Shipment]:
        with self.engine.connect() as connection:
            return followed.in_transit(connection, HUB, self.now, **over)

    def ended(self, **over: Any) -> list[followed.Shipment]:
        with self.engine.connect() as connection:
            return followed.ended(connection, HUB, self.now, 50, **over)

    def close(self) -> None:
        for site in self.sites.values():
            site.silo.desk.ledger.close()


def opened(folder: Path, made: Path) -> Iterator[House]:
    house = House.open(folder, made)
    yield house
    house.close()
