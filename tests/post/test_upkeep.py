"""The post goes on for years: old bags go, a full disk and a wrong clock stop nothing, and screens say so."""

import errno
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from station.hub import stations
from station.hub.counter import create_counter
from station.hub.own import STATIONS
from station.hub.requests import Hub
from station.hub.standing import standings
from station.post import keeping
from station.post.client import HubClient
from station.post.standing import PostStanding, standing_of
from station.post.wire import public_text
from station.runtime.health import _post_warnings
from station.runtime.poster import Poster
from station.runtime.word import Place, word_of
from station.store.tables import Bag
from tests.post.post_rig import HUB, START, Post
from tests.post.test_counter import KEY, STATION
from tests.silo_rig import Silo
from ui.words.i18n import LANGUAGES
from ui.words.post import HUB_REASONS, PHOTO_REASONS, hub_reason, photo_reason
from ui.words.reasons import message

YEAR_1970 = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass
class Line:
    """A station and its hub with nothing but HTTP between; each has a clock of its own, set by hand."""

    post: Post
    http: TestClient
    here: datetime = START
    there: datetime = START
    answers: list[int] = field(default_factory=list)  # what a proxy between says instead

    @property
    def poster(self) -> Poster:
        client = HubClient(["http://hub"], STATION, KEY)
        client._http = self  # type: ignore[assignment]
        return Poster(self.post.ledger, self.post.folder, client, lambda: self.here, self.word, Random(1))

    def word(self) -> dict[str, str]:
        return {"at": self.here.isoformat()}

    def simulated(self) -> Poster:
        client = HubClient(["http://hub"], STATION, KEY)
        client._http = self  # type: ignore[assignment]
        return Poster(
            self.post.ledger, self.post.folder, client, lambda: self.here, self.word, Random(1),
            compares_clocks=False,
        )  # fmt: skip

    def request(self, method: str, url: str, **sent: Any) -> Any:
        if self.answers:
            return httpx2.Response(self.answers.pop(0), json={"reason": "full"})
        return self.http.request(method, url.removeprefix("http://hub"), **sent)

    def change(self, name: str) -> None:
        self.post.sql("INSERT INTO pit (id, name) VALUES (:id, 'a')", id=name)

    def later(self, **time: float) -> None:
        self.here += timedelta(**time)
        self.there += timedelta(**time)

    def has_all(self) -> bool:
        self.post.apply_all()
        return self.post.rows_here() == self.post.rows_there()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    HUB.create_all(engine)
    post = Post.begin(tmp_path, engine)
    with post.hub.begin() as connection:
        connection.execute(HUB.tables[STATIONS].delete())
        code = stations.add(connection, HUB, STATION, "Beaulieu", "Marc", START, lambda n: bytes(range(n)))
    with TestClient(create_counter(Hub(engine, HUB, lambda: made.there))) as http:
        made = Line(post, http)
        client = HubClient(["http://hub"], STATION, KEY)
        client._http = made  # type: ignore[assignment]
        assert client.enrol(code, public_text(KEY)).status == 200
        yield made
    post.ledger.close()


def turn_until(line: Line, sender: Poster, *, changes: int = 0) -> None:
    for _ in range(200):
        line.later(seconds=2)
        sender.turn()
        if sender.facts().bags == 0 and sender.facts().changes <= changes:
            return
    raise AssertionError(sender.facts())


@pytest.mark.parametrize("wrong", [timedelta(hours=-3), timedelta(days=2), YEAR_1970 - START])
def test_f1_a_wrong_clock_refuses_nothing_keeps_the_order_and_shows(line: Line, wrong: timedelta) -> None:
    sender = line.poster
    sender.turn()
    for number, jump in enumerate((wrong, timedelta(), wrong)):
        line.here = line.there + jump
        line.change(f"p{number}")
        line.post.sql("UPDATE pit SET name = :name WHERE id = 'p0'", name=f"after {number}")
        turn_until(line, sender)
        assert sender.facts().refused == ""
        assert sender.facts().offset_s == pytest.approx(jump.total_seconds(), abs=3)
    codes = [code for code, _ in _post_warnings(sender.facts())]
    assert codes == ["clock_ahead_of_hub" if wrong > timedelta() else "clock_behind_hub"]
    assert line.has_all()
    assert line.post.rows_there()["pit"][("p0",)]["name"] == "after 2"
    assert [bag.number for bag in line.post.bags()] == [1, 2, 3, 4]


def test_a_clock_within_a_minute_is_not_told(line: Line) -> None:
    sender = line.poster
    line.here = line.there + timedelta(seconds=50)
    sender.turn()
    assert sender.facts().offset_s == pytest.approx(50, abs=1)
    assert _post_warnings(sender.facts()) == []


def test_f14_a_full_disk_stops_no_act_is_told_and_ends_by_itself(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = line.poster
    sender.turn()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(line.post.folder, "write", full)
        line.change("p1")
        for _ in range(20):
            line.later(seconds=2)
            sender.turn()
        assert sender.facts().full == "No space left on device"
        assert sender.facts().changes == 1
        assert [code for code, _ in _post_warnings(sender.facts())] == ["post_full"]
        assert standing_of(line.post.ledger.folder).full == "No space left on device"
        line.change("p2")
    turn_until(line, sender)
    assert sender.facts().full == ""
    assert _post_warnings(sender.facts()) == []
    assert line.has_all()


def test_f14_a_hub_without_room_is_told_in_words_and_resumed_alone(line: Line) -> None:
    sender = line.poster
    line.answers = [507] * 6
    for _ in range(2):
        line.later(seconds=61)
        sender.turn()
    assert (sender.facts().bags, sender.facts().refused) == (1, "hub_full")
    ((code, params),) = _post_warnings(sender.facts())
    assert code == "hub_refuses"
    assert "disk is full" in message(code, params, "en")
    turn_until(line, sender)
    assert sender.facts().refused == ""
    assert line.has_all()


def test_a_hub_out_of_reach_for_14_days_is_told_and_everything_comes_after(line: Line) -> None:
    sender = line.poster
    sender.turn()
    line.answers = [502] * 1000
    for day in range(14):
        line.change(f"p{day}")
        line.later(days=1)
        sender.turn()
        line.later(seconds=31)
        sender.turn()
    facts = sender.facts()
    assert facts.bags == 14
    assert "502" in facts.unreachable
    assert facts.oldest_at is not None
    assert line.here - facts.oldest_at > timedelta(days=12)
    assert facts.room_days is not None
    line.answers = []
    turn_until(line, sender)
    assert sender.facts().unreachable == ""
    assert line.has_all()


def test_a_revoked_station_hears_it_also_while_it_owes_nothing(line: Line) -> None:
    sender = line.poster
    sender.turn()
    with line.post.hub.begin() as connection:
        stations.revoke(connection, HUB, STATION, "Marc", START)
    line.later(seconds=61)
    sender.turn()
    assert sender.facts().refused == "revoked"
    assert standing_of(line.post.ledger.folder).reason == "revoked"
    again = line.poster
    assert again.facts().refused == "revoked", "known before the first word after a start"
    with line.post.hub.begin() as connection:
        connection.execute(HUB.tables[STATIONS].update().values(revoked_at=None))
    line.later(seconds=61)
    again.turn()
    assert again.facts().refused == ""


def test_a_bags_file_goes_60_days_after_headquarters_has_it_and_its_row_stays(line: Line) -> None:
    sender = line.poster
    sender.turn()
    line.later(days=59)
    line.change("p1")
    turn_until(line, sender)
    sender.prune()
    assert [number for _, number in line.post.folder.kept()] == [1, 2]
    line.later(days=2)
    sender.prune()
    assert [number for _, number in line.post.folder.kept()] == [2]
    assert [bag.number for bag in line.post.bags()] == [1, 2]
    line.answers = [502] * 100
    line.change("p2")
    for _ in range(20):
        line.later(seconds=2)
        sender.turn()
    line.later(days=400)
    sender.prune()
    assert [number for _, number in line.post.folder.kept()] == [3], "what is owed stays"


def test_bags_of_an_earlier_line_go_too(post_of_two_lines: Post) -> None:
    post = post_of_two_lines
    with post.ledger.read() as tx:
        assert keeping.prune(tx, post.folder, post.now + timedelta(days=61)) == 1
    assert list(post.folder.kept()) == [("e2", 1)]


@pytest.fixture
def post_of_two_lines(tmp_path: Path) -> Iterator[Post]:
    post = Post.begin(tmp_path)
    post.settle()
    last = post.bags()[-1]
    post.enrol({"epoch": last.epoch, "number": last.number, "sha256": last.sha256})
    post.seal()
    yield post
    post.ledger.close()


def test_the_room_is_counted_by_what_filled_the_disk_fastest() -> None:
    standing = PostStanding()
    for day in range(20):
        standing = standing.looked(START + timedelta(days=day), 1_000_000 - 10_000 * day)
    assert standing.used_a_day() == pytest.approx(10_000)
    assert keeping.days_of_room(500_000, 2_000.0, standing.used_a_day()) == pytest.approx(50)
    assert keeping.days_of_room(500_000, 0.0) is None
    assert standing.looked(START, 5).used_a_day() == 0, "a clock set back begins anew"


def test_what_the_bags_of_a_day_take_leaves_snapshots_out(line: Line) -> None:
    with line.post.ledger.write() as tx:
        common = {"epoch": "e1", "sha256": "", "from_seq": 0, "to_seq": 0, "revision": "1", "rows": 1}
        tx.add(Bag(number=1, size=9_000_000, whole=True, at=START, **common))
        for number in range(2, 12):
            tx.add(Bag(number=number, size=1_000, at=START + timedelta(days=number / 2), **common))
    with line.post.ledger.read() as tx:
        assert keeping.bytes_a_day(tx) == pytest.approx(10_000 / 4.5)


def test_the_word_says_what_is_in_the_cells_and_what_runs_here(tmp_path: Path) -> None:
    silo = Silo.open(tmp_path / "data")
    silo.receive("AB-123-CD")
    word = word_of(silo.desk.ledger, silo.clock, Place("Beaulieu", 47.0412, 4.8367))
    silo.desk.ledger.close()
    assert word["tickets"] == {"silo-1 2026": 1}
    held = {one["id"]: one["kg"] for one in word["cells"]}
    assert held["c1"] >= 27_880
    assert {one["id"]: one["capacity_kg"] for one in word["cells"]}["c1"] > held["c1"]
    assert (word["site"]["name"], word["site"]["latitude"], word["site"]["longitude"]) == (
        "Beaulieu", 47.0412, 4.8367,
    )  # fmt: skip
    assert word["audit"][0] > 0
    assert word["rule_pack"]["sha256"]
    assert (word["owed"], word["photo_bytes_owed"], word["cursor"]) == (0, 0, None)


def test_a_simulations_time_is_compared_with_nobodys(line: Line) -> None:
    line.here -= timedelta(days=138)
    for poster, offset in ((line.poster, pytest.approx(-138 * 86_400, abs=1)), (line.simulated(), None)):
        poster.tells(lambda: {"silo_accepting": 1.0})
        poster.turn()
        with line.post.hub.connect() as connection:
            (standing,) = standings(connection, HUB)
        assert standing.clock_offset_s == offset
        assert standing.is_clock_wrong() is (offset is not None)
        assert standing.told["series"]["silo_accepting"] == 1.0
        line.later(minutes=2)
    assert standing.told["clock"] == "simulated"
    assert line.simulated().facts().offset_s is None


def test_every_reason_has_its_sentence_in_every_language() -> None:
    for language in LANGUAGES:
        sentences = {hub_reason(code, language) for code in HUB_REASONS}
        assert len(sentences) == len(HUB_REASONS)
    assert "gibberish" in hub_reason("gibberish", "fr")
    assert all(hub_reason(code, "fr") != hub_reason(code, "en") for code in HUB_REASONS)


def test_every_reason_why_a_photo_waits_has_its_sentence_in_every_language() -> None:
    for language in LANGUAGES:
        assert len({photo_reason(code, language) for code in PHOTO_REASONS}) == len(PHOTO_REASONS)
    assert all(photo_reason(code, "fr") != photo_reason(code, "en") for code in PHOTO_REASONS)
    assert photo_reason("unreachable", "fr") == hub_reason("unreachable", "fr")
