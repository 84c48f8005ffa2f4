"""Headquarters on a PostgreSQL: its file, its commands, and a station that speaks to it without a socket."""

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update
from typer.testing import CliRunner, Result

from station.cli import app
from station.hub.counter import create_counter
from station.hub.database import TABLES
from station.hub.own import STATIONS
from station.hub.requests import Hub
from station.post.client import HubClient
from station.post.wire import public_text
from station.runtime.poster import Poster
from tests.post.post_rig import START, Post

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


@dataclass
class Headquarters:
    engine: Engine
    config: Path
    folder: Path

    @classmethod
    def begin(cls, engine: Engine, folder: Path) -> "Headquarters":
        config = folder / "hub.toml"
        address = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        config.write_text(f'database = "{address}"\nport = 0\nphotos = "file:photos"\n', encoding="utf-8")
        return cls(engine, config, folder)

    def run(self, *words: str) -> Result:
        """A command of the hub, in this process."""
        return CliRunner().invoke(app, ["hub", *words, "--config", str(self.config)], catch_exceptions=False)

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    def station(self, name: str = "beaulieu") -> "Station":
        (self.folder / name).mkdir(exist_ok=True)
        post = Post.begin(self.folder / name, self.engine, name)
        with self.engine.begin() as connection:
            stations = TABLES.tables[STATIONS]
            connection.execute(
                update(stations).where(stations.c.id == name).values(public_key=public_text(KEY))
            )
        line = TestClient(create_counter(Hub(self.engine, TABLES, lambda: START)))
        client = HubClient([str(line.base_url)], name, KEY)
        client._http = line  # type: ignore[assignment]  # the same requests, without a socket
        poster = Poster(post.ledger, post.folder, client, lambda: post.now, dict, Random(1))
        return Station(post, client, line, poster)


@dataclass
class Station:
    post: Post
    client: HubClient
    line: TestClient
    poster: Poster

    def minutes(self, count: int = 1) -> None:
        """The poster's turns of so long."""
        for _ in range(61 * count):
            self.poster.turn()
