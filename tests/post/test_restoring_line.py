"""A station as commands, headquarters as a process on PostgreSQL: restored, reconciled, and equal rows."""

import json
import signal
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel, select

from station.hub.database import TABLES
from station.post import identity
from station.post.client import HubClient
from station.post.folder import NAME, BagFolder
from station.runtime.poster import Poster
from station.store.copies import copy_ledger
from station.store.tables import PostLink
from station.store.travels import columns_of, travelling
from tests.post.test_line import copy_of_the_hub, hub_file, postgres, silo
from tests.silo_rig import SITE, SITE_FILE, Silo

__all__ = ["hub_file", "postgres"]
RULES = SITE_FILE.parents[1] / "examples" / "rules.toml"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(SITE_FILE.read_text(encoding="utf-8").replace("../examples/rules.toml", str(RULES)))
    return file


def post_all(day: Silo, data: Path) -> None:
    """As the running station does."""
    with day.desk.ledger.read() as tx:
        known = tx.exec(select(PostLink)).one()
    key = identity.read_key(data)
    assert key is not None
    client = HubClient(known.urls, known.station, key)
    try:
        poster = Poster(
            day.desk.ledger, BagFolder(data / NAME), client, lambda: datetime.now(UTC), dict, Random(1)
        )
        for _ in range(5):
            poster.turn()
        assert (poster.facts().bags, poster.facts().refused) == (0, "")
    finally:
        client.close()


def wait_until_applied(postgres: Engine) -> None:
    """The copy of the hub applies what came."""
    waits = text("SELECT count(*) FROM hub_bag WHERE state = 'received'")
    for _ in range(1_200):
        with postgres.connect() as there:
            if not there.execute(waits).scalar_one():
                return
        signal.sigtimedwait([], 0.1)
    raise AssertionError("bags wait to be applied")


def differing(day: Silo, postgres: Engine) -> list[str]:
    """By SQL of the tests' own: which tables have other rows there than here."""
    found = []
    with day.desk.ledger.read() as tx, postgres.connect() as there:
        for table in travelling(SQLModel.metadata):
            columns = columns_of(table)
            here = _plain(tx.connection().execute(select(*columns)))
            mine = TABLES.tables[table.name]
            query = select(*(mine.c[column.name] for column in columns)).where(mine.c.station == SITE.site.id)
            if here != _plain(there.execute(query)):
                found.append(table.name)
    return found


def _plain(rows: Iterable[Any]) -> set[str]:
    return {json.dumps(list(row), sort_keys=True, default=_written) for row in rows}


def _written(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)


@pytest.mark.long
def test_a_restored_station_has_its_lost_day_back_by_two_commands(
    postgres: Engine, hub_file: Path, site: Path, tmp_path: Path
) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup.db"
    Silo.open(data).desk.ledger.close()
    add = ("hub", "station", "add", SITE.site.id, "--by", "Marc", "--config", str(hub_file), "--json")
    code = json.loads(silo(*add))["code"]
    with copy_of_the_hub(hub_file) as (url, _):
        silo("enrol", "--hub", url, "--code", code, "--config", str(site))
        day = Silo.reopen(data)
        day.receive("AB-000-CD")
        post_all(day, data)
        copy_ledger(day.desk.ledger.file, backup)
        for number in range(1, 6):
            day.receive(f"AB-{number:03d}-CD")
        waiting = day.arrive("ZZ-999-ZZ")
        post_all(day, data)
        cells = day.desk.ledger
        with cells.read() as tx:
            content = text("SELECT cell_id, sum(kg) FROM cell_movement GROUP BY cell_id")
            before = dict(tx.connection().execute(content).all())
        cells.close()
        silo("restore", str(backup), "--last-ticket", "1", "--replace", "--config", str(site))
        status = silo("post", "status", "--config", str(site), "--json")
        assert json.loads(status)["recovers"] == "held"
        told = json.loads(silo("post", "reconcile", "--config", str(site), "--json"))
        assert (told["left"], told["numbers"], told["asks_paper"]) == ([], {SITE.site.campaign: 6}, 1)
        again = Silo.reopen(data)
        with again.desk.ledger.read() as tx:
            rows = text("SELECT number FROM ticket ORDER BY number")
            assert list(tx.connection().execute(rows).scalars()) == [1, 2, 3, 4, 5, 6]
            assert dict(tx.connection().execute(content).all()) == before
        post_all(again, data)
        wait_until_applied(postgres)
        assert differing(again, postgres) == []
        with postgres.connect() as there:
            waits = text("SELECT count(*) FROM hub_quarantine WHERE ended_at IS NULL")
            assert there.execute(waits).scalar_one() == 0
        assert waiting.plate == "ZZ-999-ZZ"
        again.desk.ledger.close()
