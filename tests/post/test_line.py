"""A station and headquarters as processes, a PostgreSQL between: what is committed arrives exactly once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from station.post import identity
from station.post.client import HubClient
from station.post.folder import NAME, BagFolder
from station.runtime.poster import Poster
from station.store.tables import PostLink
from tests.postgres import cluster
from tests.silo_rig import SITE, SITE_FILE, Silo

SILO = [sys.executable, "-m", "station.cli"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Engine]:
    with cluster() as engine:
        yield engine


@pytest.fixture
def hub_file(postgres: Engine, tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    address = postgres.url.render_as_string(hide_password=False).replace("+psycopg", "")
    file.write_text(f'database = "{address}"\nport = 0\n', encoding="utf-8")
    return file


@contextmanager
def copy_of_the_hub(file: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A copy as a process of its own, and where it listens."""
    process = subprocess.Popen(
        [*SILO, "hub", "serve", "--config", str(file)], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["listening"], process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def silo(*words: str) -> str:
    done = subprocess.run([*SILO, *words], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


def counts(postgres: Engine) -> dict[str, int]:
    """By a query of the tests' own."""
    with postgres.connect() as connection:
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in ("ticket", "weighing", "load", "audit_event", "cell")
        }


@pytest.mark.long
def test_a_stations_day_is_at_headquarters_through_two_copies_of_which_one_dies(
    postgres: Engine, hub_file: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    rules = SITE_FILE.parents[1] / "examples" / "rules.toml"
    site.write_text(SITE_FILE.read_text(encoding="utf-8").replace("../examples/rules.toml", str(rules)))
    data = tmp_path / "data"
    Silo.open(data).desk.ledger.close()
    told = json.loads(
        silo("hub", "station", "add", SITE.site.id, "--by", "Marc", "--config", str(hub_file), "--json")
    )
    with copy_of_the_hub(hub_file) as (first, process), copy_of_the_hub(hub_file) as (second, _):
        urls = ["--hub", first, "--hub", second]
        silo("enrol", *urls, "--code", told["code"], "--config", str(site))
        day = Silo.reopen(data)
        with day.desk.ledger.read() as tx:
            known = tx.exec(select(PostLink)).one()
        key = identity.read_key(data)
        assert key is not None
        client = HubClient(known.urls, known.station, key)
        poster = Poster(
            day.desk.ledger, BagFolder(data / NAME), client, lambda: datetime.now(UTC), dict, Random(1)
        )
        for number in range(6):
            day.receive(f"AB-{number:03d}-CD")
            poster.turn()
            if number == 2:
                process.kill()
                process.wait(timeout=30)
        poster.turn()
        assert poster.facts().bags == 0
        client.close()
        tickets = 6
        for _ in range(300):
            if counts(postgres)["ticket"] == tickets:
                break
            poster.turn()
            signal.sigtimedwait([], 0.1)
    with day.desk.ledger.read() as tx:
        here = {
            name: tx.connection().execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in counts(postgres)
        }
    day.desk.ledger.close()
    assert counts(postgres) == here
