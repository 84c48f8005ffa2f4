"""A real station's poster and the hub's counter, over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from station.hub import stations
from station.hub.counter import MOST_BODY, create_counter
from station.hub.identity import key_of
from station.hub.own import EVENTS, STATIONS
from station.hub.requests import Hub
from station.post.bag import head_of, sha256_of
from station.post.client import HubClient
from station.post.said import HubAnswer
from station.post.wire import Signed, enveloped, opened, public_text
from station.runtime.poster import Poster
from station.store.post import begin_again, waits_for_recovery
from station.store.tables import Bag
from tests.post.post_rig import HUB, START, Post

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
STATION = "beaulieu"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    HUB.create_all(engine)
    post = Post.begin(tmp_path, engine)
    yield post
    post.ledger.close()


@pytest.fixture
def line(post: Post) -> Iterator[TestClient]:
    with TestClient(create_counter(Hub(post.hub, HUB, lambda: START))) as client:
        yield client


def enrolled(post: Post, line: TestClient) -> HubClient:
    with post.hub.begin() as connection:
        connection.execute(HUB.tables[STATIONS].delete())
        code = stations.add(connection, HUB, STATION, "Beaulieu", "Marc", START, lambda n: bytes(range(n)))
    client = HubClient([str(line.base_url)], STATION, KEY)
    client._http = line  # type: ignore[assignment]  # the same requests, without a socket
    answer = client.enrol(code, public_text(KEY))
    assert (answer.status, answer.have) == (200, 0)
    return client


def test_every_enrolment_is_told_the_one_key_of_the_hub(post: Post, line: TestClient) -> None:
    enrolled(post, line)
    with post.hub.begin() as connection:
        first, again = (public_text(key_of(connection, HUB)) for _ in range(2))
        code = stations.add(connection, HUB, "ailleurs", "", "Marc", START, bytes)
    assert first == again
    client = HubClient([str(line.base_url)], "ailleurs", KEY)
    client._http = line  # type: ignore[assignment]
    assert client.enrol(code, public_text(KEY)).hub_key == first


def poster(post: Post, client: HubClient) -> Poster:
    return Poster(post.ledger, post.folder, client, lambda: post.now, dict, Random(1))


def events(post: Post) -> list[str]:
    with post.hub.connect() as connection:
        return list(connection.execute(select(HUB.tables[EVENTS].c.kind)).scalars())


def test_what_is_committed_comes_to_the_hub(post: Post, line: TestClient) -> None:
    sender = poster(post, enrolled(post, line))
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    sender.turn()
    post.apply_all()
    assert post.rows_here() == post.rows_there()
    facts = sender.facts()
    assert (facts.bags, facts.changes, facts.refused) == (0, 0, "")


def test_a_change_waits_half_a_minute_for_company_and_a_ticket_does_not(post: Post, line: TestClient) -> None:
    sender = poster(post, enrolled(post, line))
    sender.turn()
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    sender.turn()
    assert sender.facts().changes == 1
    for _ in range(31):
        sender.turn()
    assert sender.facts().changes == 0


def test_a_hub_out_of_reach_keeps_the_bags_here(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)

    def cut(*_: object, **__: object) -> None:
        raise httpx2.ConnectError("the cable is out")

    there, client._http = client._http, type("Cut", (), {"request": cut})()
    sender = poster(post, client)
    sender.turn()
    assert sender.facts().bags == 1
    assert "cable" in sender.facts().unreachable
    client._http = there
    for _ in range(130):
        sender.turn()
    assert sender.facts().bags == 0
    assert sender.facts().unreachable == ""


def test_only_the_station_speaks_for_itself(post: Post, line: TestClient) -> None:
    enrolled(post, line)
    body = enveloped(b"{}\n", None)
    path = f"/hub/v1/stations/{STATION}/bags/1"
    forged = Signed("POST", path, "e1", 1, body).headers(
        Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    )
    assert line.post(path, content=body, headers=forged).json()["reason"] == "wrong_signature"
    moved = Signed("POST", path, "e1", 2, body).headers(KEY) | {"Silo-Number": "1"}
    assert line.post(path, content=body, headers=moved).status_code == 403
    assert line.post(path, content=body).status_code == 403
    assert events(post).count("wrong_signature") == 3
    unknown = path.replace(STATION, "elsewhere")
    assert line.post(unknown, content=body, headers=forged).status_code == 404


def test_a_code_is_good_once_and_for_its_station(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)
    again = HubClient([str(line.base_url)], STATION, KEY)
    again._http = line  # type: ignore[assignment]
    assert again.enrol("AAAA-AAAA-AAAA-AAAA", public_text(KEY)).status == 403
    with post.hub.begin() as connection:
        with pytest.raises(stations.StationExists):
            stations.add(connection, HUB, STATION, "", "Marc", START, bytes)
        stations.revoke(connection, HUB, STATION, "Marc", START)
    assert client.send("e1", 1, b"{}\n", None).reason == "revoked"
    with post.hub.begin() as connection:
        code = stations.add(connection, HUB, STATION, "", "Marc", START, bytes)
    assert client.enrol(code, public_text(KEY)).status == 200
    assert client.enrol(code, public_text(KEY)).status == 403


def test_a_body_too_large_is_not_kept(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)
    assert client.send("e1", 1, bytes(MOST_BODY), None).status == 413
    assert post.received() == []


def test_an_old_word_of_a_station_changes_nothing(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)
    client.alive("e1", 2, {"owed": 5})
    client.alive("e1", 1, {"owed": 9})
    with post.hub.connect() as connection:
        (row,) = stations.listed(connection, HUB)
    assert (row["alive"], row["alive_count"]) == ({"owed": 5}, 2)


def test_a_station_is_given_its_own_bags_back_one_after_the_other(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)
    poster(post, client).turn()
    for name in "ab":
        post.sql("INSERT INTO pit (id, name) VALUES (:name, :name)", name=name)
        post.seal()
        poster(post, client).turn()
    given, place = [], ("", 0, "")
    for _ in range(10):
        answer = client.bag_after(*place)
        if not isinstance(answer, bytes):
            break
        facts, people = opened(answer)
        given.append((facts, people))
        place = (head_of(facts).epoch, head_of(facts).number, sha256_of(facts))
    assert given == [post.folder.read(bag.epoch, bag.number) for bag in post.bags()]
    assert isinstance(answer, HubAnswer)
    assert (answer.reason, answer.have) == ("no_more", len(given))
    other = client.bag_after(place[0], 1, "ab" * 32)
    assert isinstance(other, HubAnswer)
    assert other.reason == "no_such_bag", "a place is named with its digest"


def test_nobody_else_is_given_a_stations_bags(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)
    poster(post, client).turn()
    path = f"/hub/v1/stations/{STATION}/bags/after/0/-"
    assert line.get(path).status_code == 403
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    forged = Signed("GET", path, "", 0, b"").headers(stranger)
    assert line.get(path, headers=forged).json()["reason"] == "wrong_signature"
    elsewhere = path.replace(STATION, "elsewhere")
    signed = Signed("GET", elsewhere, "", 0, b"").headers(KEY)
    assert line.get(elsewhere, headers=signed).status_code == 404
    moved = Signed("GET", path, "e1", 1, b"").headers(KEY)
    assert line.get(path, headers=moved | {"Silo-Epoch": ""}).status_code == 403
    with post.hub.begin() as connection:
        stations.revoke(connection, HUB, STATION, "Marc", START)
    answer = client.bag_after("", 0, "")
    assert isinstance(answer, HubAnswer)
    assert answer.reason == "revoked"


def test_a_restored_station_waits_for_headquarters_and_never_long(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)
    poster(post, client).turn()
    with post.ledger.write() as tx:
        begin_again(tx, START)
    here = poster(post, client)
    assert here.facts().recovers == ""
    with post.ledger.read() as tx:
        assert waits_for_recovery(tx)
    here.turn()
    assert here.facts().recovers == "", "headquarters has nothing beyond: it goes on by itself"
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    post.seal()
    here.turn()
    with post.ledger.write() as tx:  # the backup did not have that bag
        tx.delete(tx.get_one(Bag, (post.bags()[-1].epoch, 2)))
        begin_again(tx, START)
    here = poster(post, client)
    here.turn()
    assert here.facts().recovers == "held"
    post._now += timedelta(minutes=11)
    here.turn()
    assert here.facts().recovers == "going_on", "no truck stands still for longer"


def test_a_restored_station_goes_on_where_nobody_answers(post: Post, line: TestClient) -> None:
    client = enrolled(post, line)

    def cut(*_: object, **__: object) -> None:
        raise httpx2.ConnectError("the cable is out")

    client._http = type("Cut", (), {"request": cut})()
    with post.ledger.write() as tx:
        begin_again(tx, START)
    here = poster(post, client)
    here.turn()
    assert here.facts().recovers == "going_on"
    assert post.bags() == [], "nothing is sealed before headquarters has said what it has"
