"""Headquarters of two stations on a database in memory, and people of it who are signed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import StaticPool

from station.headquarters.people import HubPerson, Said, add_person, person_with_id
from station.headquarters.served import Quarters
from station.hub.database import TABLES
from station.hub.own import STATIONS
from tests.silo_rig import START, HandClock
from tests.ui.web.rig import Text, stranger_of
from ui.web.hub.app import create_hub_pages
from ui.web.sessions import SESSION

NORTH, SOUTH = "north", "south"


@dataclass
class HubPages:
    app: FastAPI
    quarters: Quarters
    clock: HandClock

    @classmethod
    def begin(cls, name: str = "Coop du Val") -> "HubPages":
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )  # fmt: skip
        TABLES.create_all(engine)
        clock = HandClock()
        quarters = Quarters(engine, TABLES, clock, name, "fr")
        with engine.begin() as connection:
            for id_ in (NORTH, SOUTH):
                row = {"id": id_, "name": f"Silo {id_}", "added_at": START, "public_key": f"key of {id_}"}
                connection.execute(insert(TABLES.tables[STATIONS]).values(row))
        return cls(create_hub_pages(quarters), quarters, clock)

    def person(self, name: str, *roles: str, scope: Sequence[str] | None = None) -> HubPerson:
        return add_person(self.quarters, Said(name, roles or ("director",), scope), "test")

    def reader(
        self, *roles: str, scope: Sequence[str] | None = None, language: str = "en", name: str = ""
    ) -> TestClient:
        """Somebody of these roles who is signed in."""
        name = name or " ".join((*roles, *(scope or ("everywhere",))))
        return self.client_of(self.person(name, *roles, scope=scope), language)

    def client_of(self, person: HubPerson, language: str = "en") -> TestClient:
        client = stranger_of(self.app, language)
        known = person_with_id(self.quarters, person.id)
        assert known is not None
        client.cookies.set(SESSION, self.app.state.sessions.begin(known, self.clock()))
        return client

    def stranger(self, language: str = "en") -> TestClient:
        return stranger_of(self.app, language)

    def token_of(self, client: TestClient) -> str:
        """What a form of a page that this client opened sends along."""
        token: str = self.app.state.sessions.token_for(client.cookies[SESSION])
        return token


def words_of(html: str) -> str:
    return " ".join(Text(html).words)
