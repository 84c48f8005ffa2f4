"""The pages of the small silo, and readers of them who are signed in."""

from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser

from fastapi import FastAPI
from fastapi.testclient import TestClient

from drivers.catalogue import catalogue
from station.api.context import Context
from station.clock import StationClock
from station.receival.clocks.timekeeper import Timekeeper
from station.runtime.live import HealthFacts
from station.store.blobs import Blobs
from station.store.engine import Ledger
from station.store.tables import Person
from tests.silo_rig import Silo
from ui.web.app import create_pages
from ui.web.sessions import SESSION

ROLES = {"Anne": "operator", "Marc": "manager", "Ines": "installer"}


# The lists that stand in the menu, comparisons apart.
EVERYBODYS = (
    "/day", "/loads", "/cells", "/exceptions", "/disputes", "/devices", "/models", "/corrections", "/people",
    "/trace?of=c1&kind=cell",
)  # fmt: skip


@dataclass
class Pages:
    silo: Silo
    app: FastAPI

    def reader(self, name: str = "Marc", language: str = "en") -> TestClient:
        """Somebody who is signed in."""
        return reader_of(self.app, name.lower(), self.silo.clock(), language)

    def stranger(self, language: str = "en") -> TestClient:
        return stranger_of(self.app, language)


def reader_of(app: FastAPI, person_id: str, at: datetime, language: str = "en") -> TestClient:
    with app.state.context.desk.ledger.read() as tx:
        person = tx.get_one(Person, person_id)
    client = stranger_of(app, language)
    client.cookies.set(SESSION, app.state.sessions.begin(person, at))
    return client


def stranger_of(app: FastAPI, language: str = "en") -> TestClient:
    return TestClient(
        app, follow_redirects=False, headers={"Accept-Language": language}, raise_server_exceptions=False
    )


def pages_of(silo: Silo) -> Pages:
    context = Context(
        desk=silo.desk, blobs=Blobs(silo.desk.ledger.folder / "photos"), clock=silo.clock,
        timekeeper=Timekeeper(silo.desk, StationClock()), live=list, health=lambda: HealthFacts("ready"),
        admin_token="", wake_vision=lambda: None, new_sample=lambda _port: None,
        settle_zero=lambda _port: None, check_wiring=lambda _port, usual, said, *, is_installer: usual,
        replug=lambda _port: None, drivers=catalogue,
    )  # fmt: skip
    return Pages(silo, create_pages(context))


def make_readers(silo: Silo) -> None:
    add_readers(silo.desk.ledger)


def add_readers(ledger: Ledger) -> None:
    """Anne, Marc and Ines, with no PIN or password that anybody could type: quick, unlike argon2."""
    with ledger.write() as tx:
        for name, role in ROLES.items():
            key = name.lower()
            secrets = {"pin_hash": "x", "password_hash": f"hash of {key}"}
            tx.add(Person(id=key, name=name, name_key=key, roles=[role], **secrets))


class Text(HTMLParser):
    """What a page says, and the names of its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())

    @property
    def fields(self) -> dict[str, str]:
        """The names and contents of the form's fields."""
        found = (attrs for tag, attrs in self.elements if tag == "input")
        return {attrs["name"] or "": attrs.get("value") or "" for attrs in found if "name" in attrs}

    @property
    def links(self) -> list[str]:
        return [attrs.get("href") or "" for tag, attrs in self.elements if tag == "a"]
