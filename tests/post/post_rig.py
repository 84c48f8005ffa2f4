"""A station's ledger and a hub in memory, with nothing between them but bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, insert, select, text
from sqlmodel import SQLModel, col
from sqlmodel import select as choose

from station.hub import applying, receiving
from station.hub.own import BAGS, QUARANTINE, STATIONS
from station.hub.receiving import Answer
from station.hub.tables import DIGEST, PLACE, STATION, hub_metadata
from station.post import link
from station.post.folder import BagFolder
from station.post.proof import Question
from station.post.sealing import seal_one
from station.store.engine import Ledger
from station.store.tables import Bag, PostLink
from station.store.travels import columns_of, travelling

HUB = hub_metadata(SQLModel.metadata)
START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)


def memory_hub() -> Engine:
    engine = create_engine("sqlite://")
    HUB.create_all(engine)
    return engine


@dataclass
class Post:
    """One station, `beaulieu`, and its hub; `now` moves on with every look."""

    ledger: Ledger
    folder: BagFolder
    hub: Engine
    station: str = "beaulieu"
    _now: datetime = START
    epochs: Iterator[str] = field(default_factory=lambda: (f"e{n}" for n in range(1, 10_000)))

    @classmethod
    def begin(cls, folder: Path, hub: Engine | None = None, station: str = "beaulieu") -> "Post":
        ledger, bags = Ledger(folder / "data"), BagFolder(folder / "data" / "post")
        post = cls(ledger, bags, hub or memory_hub(), station)
        with post.hub.begin() as connection:
            connection.execute(insert(HUB.tables[STATIONS]).values(id=post.station, added_at=START))
        post.enrol()
        return post

    @property
    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def enrol(self, follows: dict[str, Any] | None = None) -> None:
        with self.ledger.write() as tx:
            link.begin(tx, self.station, next(self.epochs), self.now, follows=follows)

    def sql(self, statement: str, **params: Any) -> None:
        with self.ledger.write() as tx:
            tx.connection().execute(text(statement), params)

    def seal(self, question: Question | None = None) -> bool:
        return seal_one(self.ledger, self.folder, self.now, question)

    def acknowledge(self) -> None:
        """The station knows what the hub has."""
        self.sql("UPDATE post_link SET acknowledged = :number", number=self.bags()[-1].number)

    def bags(self) -> list[Bag]:
        with self.ledger.read() as tx:
            epoch = tx.get_one(PostLink, "hub").epoch
            return list(tx.exec(choose(Bag).where(Bag.epoch == epoch).order_by(col(Bag.number))))

    def deliver(self, number: int, epoch: str | None = None) -> Answer:
        facts, people = self.folder.read(epoch or self.bags()[0].epoch, number)
        return self.give(facts, people)

    def give(self, facts: bytes, people: bytes | None) -> Answer:
        with self.hub.begin() as connection:
            return receiving.receive(connection, HUB, self.station, facts, people, self.now)

    def deliver_all(self) -> None:
        for bag in self.bags():
            answer = self.deliver(bag.number, bag.epoch)
            assert answer.status == 200, answer

    def apply(self) -> bool:
        with self.hub.begin() as connection:
            return applying.apply_next(connection, HUB, self.now)

    def apply_all(self) -> None:
        while self.apply():
            pass

    def settle(self) -> None:
        """All that is committed goes the whole way."""
        self.seal()
        self.deliver_all()
        self.apply_all()

    def quarantine(self) -> list[Any]:
        table = HUB.tables[QUARANTINE]
        with self.hub.connect() as connection:
            query = select(table).where(table.c.ended_at.is_(None)).order_by(table.c.id)
            return list(connection.execute(query).mappings())

    def received(self) -> list[Any]:
        table = HUB.tables[BAGS]
        with self.hub.connect() as connection:
            return list(connection.execute(select(table).order_by(table.c.place)).mappings())

    def rows_here(self) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
        """What travels, by table and key, by a query of the tests' own."""
        found = {}
        with self.ledger.read() as tx:
            for table in travelling(SQLModel.metadata):
                keys = [column.name for column in table.primary_key.columns]
                rows = tx.connection().execute(select(*columns_of(table))).mappings()
                found[table.name] = {tuple(row[key] for key in keys): dict(row) for row in rows}
        return found

    def rows_there(self) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
        found = {}
        with self.hub.connect() as connection:
            for table in applying.typed(HUB):
                keys = [c.name for c in table.primary_key.columns if c.name != STATION]
                query = select(table).where(table.c[STATION] == self.station)
                rows = [dict(row) for row in connection.execute(query).mappings()]
                for row in rows:
                    for name in (STATION, PLACE, DIGEST):
                        del row[name]
                found[table.name] = {tuple(row[key] for key in keys): row for row in rows}
        return found
