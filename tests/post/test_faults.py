"""Named faults of the line to headquarters, each without a sleep: what is owed arrives once, in its order."""

import shutil
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from threading import Barrier, Event
from time import monotonic
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.pool import StaticPool

from benchmarks.post.cluster import Cluster, programs
from benchmarks.post.line import BadLine
from benchmarks.post.machine import Child, answers, enrol_ledger, free_port, hub_file, silo, wait_until
from benchmarks.post.machine import enrol as enrol_anew
from station.acts.desk import Desk
from station.hub import copy, receiving, stations
from station.hub.applying import apply_next
from station.hub.copy import Applier
from station.hub.counter import create_counter
from station.hub.database import bring_up_to_date, connected
from station.hub.own import EVENTS
from station.hub.receiving import Answer
from station.hub.requests import Hub
from station.post import client as client_module
from station.post import identity, sealing
from station.post.client import HubClient
from station.post.folder import NAME, BagFolder
from station.post.said import HubAnswer, HubUnreachable
from station.post.sending import HubRefuses, send_one
from station.post.wire import Signed, enveloped, public_text
from station.runtime.poster import Poster
from station.store.engine import Ledger
from tests.post.post_rig import HUB, START, Post
from tests.silo_rig import POLICY, Silo

pytestmark = pytest.mark.long

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
STATION = "beaulieu"
Send = Callable[[str, int, bytes, bytes | None], HubAnswer]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    HUB.create_all(engine)
    post = Post.begin(tmp_path, engine)
    yield post
    post.ledger.close()


@pytest.fixture
def counter(post: Post) -> Iterator[TestClient]:
    with TestClient(create_counter(Hub(post.hub, HUB, lambda: START))) as client:
        yield client


def enrolled(post: Post, counter: TestClient) -> HubClient:
    client = HubClient([str(counter.base_url)], STATION, KEY)
    client._http = counter  # type: ignore[assignment]  # the same requests, without a socket
    with post.hub.begin() as connection:
        stations.revoke(connection, HUB, STATION, "Marc", START)
    assert enrol(post, client).status == 200
    return client


def enrol(post: Post, client: HubClient) -> HubAnswer:
    with post.hub.begin() as connection:
        code = stations.add(connection, HUB, STATION, "Beaulieu", "Marc", START, lambda n: bytes(range(n)))
    return client.enrol(code, public_text(KEY))


def straight(post: Post) -> Send:
    """A hub that hears every word and is heard."""

    def send(_epoch: str, _number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        answer = post.give(facts, people)
        return HubAnswer(answer.status, answer.reason, answer.epoch, answer.have, answer.sha256)

    return send


def write(post: Post, number: int) -> None:
    post.sql("INSERT INTO pit (id, name) VALUES (:id, 'a')", id=f"p{number}")


def seal_some(post: Post, bags: int, first: int = 1) -> None:
    for number in range(first, first + bags):
        write(post, number)
        post.seal()


def send_all(post: Post, send: Send, most: int = 1000) -> int:
    """Return how often headquarters was not reached."""
    failed = 0
    for _ in range(most):
        try:
            if not send_one(post.ledger, post.folder, send, post.now):
                return failed
        except HubUnreachable:
            failed += 1
    raise AssertionError("it never ends")


def numbers(post: Post, *, refused: bool = False) -> list[int]:
    """Those of the bags that headquarters took, or refused, in the order in which they came."""
    return [row["number"] for row in post.received() if (row["state"] == receiving.REFUSED) is refused]


def events(post: Post, kind: str) -> list[dict[str, Any]]:
    table = HUB.tables[EVENTS]
    with post.hub.connect() as connection:
        return [
            row["data"] for row in connection.execute(select(table).where(table.c.kind == kind)).mappings()
        ]


# F3


def test_a_hub_that_is_killed_before_its_commit_gets_the_bag_again(post: Post) -> None:
    seal_some(post, 3)
    heard = straight(post)
    kills = iter([True, False, True, True, False, False])

    def send(epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        if not next(kills):
            return heard(epoch, number, facts, people)
        with post.hub.connect() as connection:
            assert receiving.receive(connection, HUB, STATION, facts, people, post.now).status == 200
            connection.rollback()  # nobody commits any more
        raise HubUnreachable("killed before its commit")

    assert send_all(post, send) == 3
    post.apply_all()
    assert numbers(post) == [1, 2, 3]
    assert post.rows_here() == post.rows_there()


def test_a_hub_that_is_killed_before_its_answer_says_the_next_time_what_it_has(post: Post) -> None:
    seal_some(post, 3)
    heard, answers = straight(post), []

    def send(epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        answers.append(answer := heard(epoch, number, facts, people))
        if len(answers) % 2:
            raise HubUnreachable("killed before its answer")
        return answer

    assert send_all(post, send) == 3
    post.apply_all()
    assert numbers(post) == [1, 2, 3]
    assert [answer.have for answer in answers] == [1, 1, 2, 2, 3, 3]
    assert post.rows_here() == post.rows_there()


def test_of_a_tenth_of_all_answers_that_are_lost_nothing_is_lost_and_nothing_doubled(post: Post) -> None:
    heard, random = straight(post), Random(3)

    def send(epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        fate = random.random()
        if fate < 0.05:
            raise HubUnreachable("the request was lost")
        answer = heard(epoch, number, facts, people)
        if fate < 0.15:
            raise HubUnreachable("the answer was lost")
        return answer

    failed = 0
    for number in range(1, 41):
        seal_some(post, 1, number)
        failed += send_all(post, send)
        post.apply()
    post.apply_all()
    assert failed >= 4
    assert numbers(post) == list(range(1, 41))
    assert post.rows_here() == post.rows_there()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if programs() is None:
        pytest.skip("no PostgreSQL: apt-get install -y postgresql")
    with Cluster() as cluster:
        yield cluster


@pytest.mark.long
def test_two_copies_that_get_one_bag_at_once_take_it_once(cluster: Cluster, tmp_path: Path) -> None:
    with connected(cluster.address.replace("postgresql:", "postgresql+psycopg:")) as engine:
        bring_up_to_date(engine)
        post = Post.begin(tmp_path, engine)
        seal_some(post, 12)
        for bag in post.bags():
            together = Barrier(4)

            def send(number: int = bag.number, together: Barrier = together) -> Answer:
                together.wait(30)
                return post.deliver(number)

            with ThreadPoolExecutor(4) as pool:
                told = [future.result() for future in [pool.submit(send) for _ in range(4)]]
            assert {(answer.status, answer.have) for answer in told} == {(200, bag.number)}
        post.apply_all()
        assert numbers(post) == list(range(1, 13))
        assert post.rows_here() == post.rows_there()
        post.ledger.close()


@pytest.mark.long
def test_of_two_copies_one_is_killed_and_the_other_answers_within_five_seconds(
    cluster: Cluster, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        ports = [free_port(), free_port()]
        copies = []
        for port in ports:
            file = hub_file(tmp_path / f"{port}.toml", cluster.address, port)
            command = silo("hub", "serve", "--config", str(file))
            copies.append(stack.enter_context(Child("copy", command, tmp_path / "log")))
            wait_until(partial(answers, port), "a copy of the hub")
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        folder = tmp_path / "dourdan"
        enrol_anew(folder, "dourdan", cluster.address, urls)
        key = identity.read_key(folder)
        assert key is not None
        with closing(HubClient(urls, "dourdan", key)) as client:
            client.alive("", 1, {})
            for count, copy in enumerate(copies, start=2):
                copy.kill(3600)
                began = monotonic()
                client.alive("", count, {})
                assert monotonic() - began < 5
                copy.start()
                wait_until(partial(answers, ports[copies.index(copy)]), "the copy again")


@pytest.mark.long
def test_a_line_that_carries_a_large_bag_for_long_is_waited_for(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "ANSWER_S", 2.0)
    monkeypatch.setattr(client_module, "SLOWEST_BYTES_S", 250_000)
    with ExitStack() as stack:
        port = free_port()
        file = hub_file(tmp_path / "hub.toml", cluster.address, port)
        command = silo("hub", "serve", "--config", str(file))
        stack.enter_context(Child("copy", command, tmp_path / "log"))
        wait_until(partial(answers, port), "a copy of the hub")
        line = stack.enter_context(BadLine(port, Random(1)))
        ledger = stack.enter_context(closing(Ledger(tmp_path / "evreux")))
        enrol_ledger(ledger, "evreux", cluster.address, [line.url])
        with ledger.write() as tx:
            content = f'"{Random(1).randbytes(1_900_000).hex()}"'
            values = {"id": "0" * 64, "content": content, "at": "2026-07-06 08:00:00"}
            insert = "INSERT INTO site_policy (sha256, content, at) VALUES (:id, :content, :at)"
            tx.connection().execute(text(insert), values)
        folder = BagFolder(ledger.folder / NAME)
        sealing.seal_one(ledger, folder, START)
        key = identity.read_key(ledger.folder)
        assert key is not None
        line.bytes_a_second = 400_000
        with closing(HubClient([line.url], "evreux", key)) as client:
            began = monotonic()
            assert send_one(ledger, folder, client.send, START)
        assert monotonic() - began > 4, "longer than an answer to a small bag is waited for"


def test_who_applies_outlives_a_connection_that_breaks(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    seal_some(post, 2)
    post.deliver_all()
    broken: list[Exception] = [
        PendingRollbackError("within a savepoint"),
        OperationalError("SELECT 1", {}, Exception("it went away")),
        InterfaceError("SELECT 1", {}, Exception("the connection is closed")),
    ]
    done = Event()

    def apply(*words: Any) -> bool:
        if broken:
            raise broken.pop()
        if not (worked := apply_next(*words)):
            done.set()
        return worked

    monkeypatch.setattr(copy, "apply_next", apply)
    monkeypatch.setattr(copy, "AGAIN_S", 0.0)
    with Applier(post.hub, lambda: START).running():
        assert done.wait(30)
    assert post.rows_here() == post.rows_there()


# F8


@dataclass
class Time:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class RuralLine:
    """A line of so many bytes a second that is cut every three minutes for half a minute; what was under way
    then is lost. Bytes take their time on the test's clock."""

    hub: HubClient
    time: Time
    bytes_a_second: float = 1e9
    cut_every_s: float = 180.0
    cut_for_s: float = 30.0
    is_down: bool = False
    words: list[datetime] = field(default_factory=list)
    taken: list[tuple[datetime, int]] = field(default_factory=list)
    cuts: int = 0
    tries: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hub, name)

    def send(self, epoch: str, number: int, facts: bytes, people: bytes | None) -> HubAnswer:
        self.tries += 1
        self._carry(len(facts) + len(people or b""))
        answer = self.hub.send(epoch, number, facts, people)
        if answer.status == 200:
            self.taken.append((self.time.now, number))
        return answer

    def alive(self, epoch: str, count: int, told: Any) -> Any:
        self._carry(500)
        self.words.append(self.time.now)
        return self.hub.alive(epoch, count, told)

    def _carry(self, size: int) -> None:
        if self.is_down:
            raise HubUnreachable("the line is cut")
        period = self.cut_every_s + self.cut_for_s
        since = (self.time.now - START).total_seconds() % period
        takes = size / self.bytes_a_second
        if since + takes > self.cut_every_s:
            self.cuts += 1
            self.time.pass_(max(0.0, self.cut_every_s - since))
            raise HubUnreachable("the line was cut")
        self.time.pass_(takes)


def owed(poster: Poster) -> int:
    return poster.facts().bags + poster.facts().changes


def test_two_weeks_come_over_a_slow_line_that_is_cut_every_three_minutes(
    post: Post, counter: TestClient
) -> None:
    """57 MB at 0.5 Mbit/s are a quarter of an hour: here both are smaller, and as long."""
    random = Random(8)
    for number in range(100):
        write(post, number)
        content = f'"{random.randbytes(10_000).hex()}"'
        post.sql(
            "INSERT INTO site_policy (sha256, content, at) VALUES (:id, :content, :at)",
            id=f"{number:064d}", content=content, at="2026-07-06 08:00:00",
        )  # fmt: skip
        post.seal()
    time = Time()
    line = RuralLine(enrolled(post, counter), time, bytes_a_second=sum(bag.size for bag in post.bags()) / 900)
    poster = Poster(post.ledger, post.folder, line, time, lambda: {"bags": 100}, Random(1))
    poster.turn()
    assert line.words, "the map is right at once"
    assert line.words[0] <= line.taken[0][0]
    while owed(poster) and time.now - START < timedelta(hours=1):
        time.pass_(2)
        poster.turn()
    assert owed(poster) == 0
    assert line.cuts >= 4
    assert time.now - START < timedelta(minutes=30), "a cut costs what was under way, and a short wait"
    gaps = [after - before for before, after in zip(line.words, line.words[1:], strict=False)]
    assert max(gaps) < timedelta(minutes=3), "it is said all the while how the station is"
    post.apply_all()
    assert numbers(post) == list(range(1, 101))
    assert post.rows_here() == post.rows_there()


# F13


def test_after_one_failed_try_and_nothing_new_here_the_backlog_falls_within_a_minute(
    post: Post, counter: TestClient
) -> None:
    time = Time()
    line = RuralLine(enrolled(post, counter), time, cut_every_s=1e9)
    poster = Poster(post.ledger, post.folder, line, time, dict, Random(1))
    poster.turn()
    for failures in (1, 20):
        seal_some(post, 3, 100 * failures)
        line.is_down = True
        tries = line.tries
        while line.tries < tries + failures:
            time.pass_(2)
            poster.turn()
            assert time.now - START < timedelta(hours=2)
        assert owed(poster)
        line.is_down = False
        came_back = time.now
        while owed(poster):
            time.pass_(2)
            poster.turn()
            assert time.now - came_back <= timedelta(seconds=62)


@pytest.mark.parametrize("jump", [timedelta(hours=-3), timedelta(days=-20_000), timedelta(days=2)])
def test_a_change_is_sealed_soon_whatever_the_clock_does(
    post: Post, counter: TestClient, jump: timedelta
) -> None:
    time = Time()
    poster = Poster(post.ledger, post.folder, enrolled(post, counter), time, dict, Random(1))
    poster.turn()
    write(post, 1)
    poster.turn()
    assert poster.facts().changes == 1
    time.now += jump
    for _ in range(20):
        poster.turn()
        time.pass_(2)
    assert owed(poster) == 0


@pytest.mark.long
def test_a_receiver_that_is_away_for_half_a_minute_has_each_of_the_readings_once(
    post: Post, counter: TestClient
) -> None:
    day = Silo(Desk(post.ledger, POLICY))
    day.load_site()
    time = Time()
    line = RuralLine(enrolled(post, counter), time, cut_every_s=1e9)
    poster = Poster(post.ledger, post.folder, line, time, dict, Random(1))
    poster.turn()
    line.is_down = True
    for number in range(450):
        day.measure("nir", {"protein": 10.0 + number / 1000}, identity=f"r{number}")
        time.pass_(30 / 450)
        if number % 10 == 0:
            poster.turn()
    line.is_down = False
    for _ in range(60):
        time.pass_(2)
        poster.turn()
    assert owed(poster) == 0
    post.apply_all()
    assert len(post.rows_there()["reading"]) == 450
    assert post.rows_here() == post.rows_there()


# F10


def test_a_revoked_station_goes_on_and_enrols_again_where_it_was(post: Post, counter: TestClient) -> None:
    client = enrolled(post, counter)
    seal_some(post, 2)
    assert send_all(post, client.send) == 0
    seal_some(post, 4, 10)
    assert send_one(post.ledger, post.folder, client.send, post.now)
    with post.hub.begin() as connection:
        stations.revoke(connection, HUB, STATION, "Marc", START)
    poster = Poster(post.ledger, post.folder, client, lambda: post.now, dict, Random(1))
    with pytest.raises(HubRefuses, match="revoked"):
        send_one(post.ledger, post.folder, client.send, post.now)
    seal_some(post, 2, 20)
    poster.turn()
    assert (poster.facts().refused, poster.facts().bags) == ("revoked", 5)
    epoch = post.bags()[-1].epoch
    again = enrol(post, client)
    assert (again.status, again.epoch, again.have) == (200, epoch, 3)
    assert send_all(post, client.send) == 0
    post.apply_all()
    assert numbers(post) == list(range(1, 9))
    assert {bag.epoch for bag in post.bags()} == {epoch}
    assert post.rows_here() == post.rows_there()


# F15


def bomb(facts: bytes) -> bytes:
    return facts.split(b"\n", 1)[0] + b"\n" + zlib.compress(bytes(100_000_000), 1)


def contents(post: Post) -> list[Any]:
    """All that headquarters has, but for what it notes of refusals."""
    with post.hub.connect() as connection:
        return [
            [tuple(row) for row in connection.execute(select(table))]
            for table in HUB.sorted_tables
            if table.name != EVENTS
        ]


def test_what_is_no_bag_of_this_station_changes_nothing(post: Post, counter: TestClient) -> None:
    client = enrolled(post, counter)
    seal_some(post, 3)
    assert send_all(post, client.send) == 0
    post.apply_all()
    seal_some(post, 1, 50)
    before = contents(post)
    epoch = post.bags()[-1].epoch
    facts, people = post.folder.read(epoch, 4)
    stranger = HubClient([str(counter.base_url)], STATION, Ed25519PrivateKey.generate())
    stranger._http = counter  # type: ignore[assignment]
    elsewhere = HubClient([str(counter.base_url)], "../../chartres", KEY)
    elsewhere._http = counter  # type: ignore[assignment]
    for number in (1, 2, 3):
        replayed = client.send(epoch, number, *post.folder.read(epoch, number))
        assert (replayed.status, replayed.have) == (200, 3)
    assert stranger.send(epoch, 4, facts, people).reason == "wrong_signature"
    assert client.send(epoch, 4, bytes(9_000_000), None).status == 413
    assert client.send(epoch, 4, facts + bytes(8_000_000), people).status == 413
    assert client.send(epoch, 4, bomb(facts), people).status == 413
    assert client.send(epoch, 4, facts.replace(b"beaulieu", b"chartres", 1), people).reason == "wrong_bag"
    for station in ("chartres", "..", "../..", "%2e%2e%2fchartres", ""):
        path = f"/hub/v1/stations/{station}/bags/4"
        body = enveloped(facts, people)
        signed = Signed("POST", path, epoch, 4, body).headers(KEY)
        assert counter.post(path, content=body, headers=signed).status_code in (404, 405), station
    with pytest.raises(HubUnreachable, match="404"):  # no answer of headquarters
        elsewhere.send(epoch, 4, facts, people)
    assert contents(post) == before
    assert client.send(epoch, 4, facts, people).have == 4


# F11


@pytest.fixture
def client(post: Post, counter: TestClient) -> HubClient:
    client = enrolled(post, counter)
    seal_some(post, 2)
    assert send_all(post, client.send) == 0
    return client


@pytest.fixture
def clone(post: Post, client: HubClient, tmp_path: Path) -> Iterator[Post]:
    """The same box once more: its disk was copied, key and all."""
    post.apply_all()
    post.ledger.checkpoint()
    folder = tmp_path / "clone"
    shutil.copytree(post.ledger.folder, folder)
    clone = Post(Ledger(folder), BagFolder(folder / NAME), post.hub)
    yield clone
    clone.ledger.close()


def test_of_a_cloned_box_nothing_more_is_applied_until_a_person_chooses(
    post: Post, clone: Post, client: HubClient
) -> None:
    seal_some(post, 1, 10)
    assert send_all(post, client.send) == 0
    before = post.rows_here()
    seal_some(clone, 1, 20)
    with pytest.raises(HubRefuses, match="fork"):
        send_one(clone.ledger, clone.folder, client.send, clone.now)
    seal_some(post, 1, 11)
    epoch = post.bags()[-1].epoch
    for both, number in ((post, 4), (clone, 3), (post, 4), (clone, 3)):
        assert client.send(epoch, number, *both.folder.read(epoch, number)).reason == "fork"
    post.apply_all()
    assert post.rows_there() == before
    with post.hub.begin() as connection:
        stations.settle(connection, HUB, STATION, "Marc", START)
    assert client.send(epoch, 3, *clone.folder.read(epoch, 3)).reason == "fork"
    assert send_all(post, client.send) == 0, "who was not chosen is refused, and stops nobody"
    post.apply_all()
    assert post.rows_there() == post.rows_here()
    assert numbers(post, refused=True) == [3]
