"""A shipment goes by a bag and a worker at headquarters to another silo over HTTP, and its end comes back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from station.headquarters import shipments as followed
from station.headquarters.jobs import AFTER_APPLYING, JOBS
from station.hub.counter import create_counter
from station.hub.database import TABLES, bring_up_to_date
from station.hub.identity import key_of
from station.hub.jobs import Worker
from station.hub.queue import Queue
from station.hub.requests import Hub
from station.post import identity
from station.post.client import HubClient
from station.post.wire import public_text
from station.runtime.poster import Poster
from station.runtime.receiver import Pinned, Receiver
from station.runtime.sent_down import handlers
from station.store.tables import ExpectedShipment
from tests.headquarters.shipping_rig import House, Site
from tests.postgres import cluster

pytestmark = pytest.mark.long


@pytest.fixture
def engine() -> Iterator[Engine]:
    with cluster() as made:
        bring_up_to_date(made)
        yield made


@pytest.fixture
def house(tmp_path: Path, silo_folder: Path, engine: Engine) -> Iterator[House]:
    opened = House.open(tmp_path, silo_folder, engine)
    yield opened
    opened.close()


def worked(house: House) -> None:
    worker = Worker(house.engine, lambda: house.now, more=JOBS, applied=AFTER_APPLYING)
    asyncio.run(worker.run(wait=False))


def line_of(house: House, site: Site, http: TestClient) -> tuple[Poster, Receiver]:
    """What a station has that runs: it sends, and it hears."""
    name, desk = site.post.station, site.silo.desk
    key = identity.read_key(desk.ledger.folder)
    assert key is not None
    client = HubClient([str(http.base_url)], name, key)
    client._http = http  # type: ignore[assignment]  # the same requests, without a socket
    with house.engine.begin() as connection:
        pinned = Pinned(name, public_text(key_of(connection, TABLES)))
    takers = handlers(desk, lambda: None, site.silo.clock)  # type: ignore[arg-type,return-value]
    return (
        Poster(desk.ledger, site.post.folder, client, lambda: site.post.now, dict, Random(1)),
        Receiver(desk.ledger, client, pinned, takers, site.silo.clock, Random(1)),
    )


def sent(poster: Poster) -> None:
    for _ in range(61):
        poster.turn()


def test_from_the_cell_of_one_silo_to_the_cell_of_another(house: House) -> None:
    with Queue.opened(house.engine) as queue:
        hub = Hub(house.engine, TABLES, lambda: house.now, queue.nudge)
        http = TestClient(create_counter(hub))
        (here, _), (there, hears) = (line_of(house, house[name], http) for name in ("nord", "sud"))
        row = house["nord"].ship("sud")
        sent(here)
        worked(house)
        with house.engine.connect() as connection:
            (one,) = followed.in_transit(connection, TABLES, house.now)
        assert (one.number, one.state, one.kg) == (row.number, "in_transit", 26_400)
        assert hears.turn()
        with house["sud"].silo.desk.ledger.read() as tx:
            came = tx.exec(select(ExpectedShipment)).one()
        assert (came.number, came.state, came.verified) == (row.number, "expected", True)
        house["sud"].unload(row.number, 26_200)
        sent(there)
        worked(house)
        with house.engine.connect() as connection:
            assert followed.in_transit(connection, TABLES, house.now) == []
            (closed,) = followed.ended(connection, TABLES, house.now, 9, only_over=True)
        assert (closed.state, closed.freinte_kg, closed.at_site) == ("closed", 200, "sud")
        worked(house)
        with house.engine.begin() as connection:
            assert followed.follow(connection, TABLES, key_of(connection, TABLES), house.now) == []


def test_two_workers_at_once_tell_it_once(house: House) -> None:
    house["est"].ship("sud")
    house["est"].up()
    with house.engine.begin() as first, house.engine.begin() as second:
        key = key_of(first, TABLES)
        assert len(followed.follow(first, TABLES, key, house.now)) == 1
        assert followed.follow(second, TABLES, key, house.now) == []
