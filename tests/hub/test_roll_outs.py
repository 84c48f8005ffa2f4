"""Documents go out in rings, and come back; nothing here needs a network."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from station.hub import roll_outs, stations
from station.hub.documents import (
    DocumentRefused,
    New,
    Sender,
    keep,
    offer,
    offered_after,
    piece,
)
from station.hub.down_tables import OFFERS
from station.hub.own import STATIONS
from station.hub.roll_outs import EmptyRing, Ring, RollOutUnknown, Rule
from station.hub.tables import DIGEST, PLACE, STATION
from station.post.down import read_document
from station.post.wire import public_text
from tests.post.post_rig import HUB, memory_hub

START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
RINGS = {"a": Ring.PILOT, "b": Ring.PILOT, "c": Ring.SOME, "d": Ring.ALL, "e": Ring.ALL}
PACK = New("rule_pack", "wheat", b"first", more={"why": "harvest"})
NEXT = New("rule_pack", "wheat", b"second")
A_DAY = Rule(hours=24)


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


@pytest.fixture
def hub() -> Iterator[Connection]:
    with memory_hub().begin() as connection:
        for station, ring in RINGS.items():
            connection.execute(insert(HUB.tables[STATIONS]).values(id=station, added_at=START))
            roll_outs.put_in_ring(connection, HUB, station, ring, "Marie", START)
        yield connection


def begun(hub: Connection, new: New = PACK, rule: Rule = A_DAY, at: datetime = START) -> int:
    sha256 = keep(hub, HUB, new, "Marie", at)
    return roll_outs.begin(hub, HUB, KEY, new.kind, sha256, rule, "Marie", at)


def heads(hub: Connection, station: str, after: int = 0) -> list[tuple[int, str, str]]:
    read = [read_document(one, station, public_text(KEY)) for one in offered_after(hub, HUB, station, after)]
    return [(one.number, one.name, one.sha256) for one in read]


def says(hub: Connection, station: str, number: int, state: str, code: str = "") -> None:
    """The station's row, as a bag brings it."""
    table, offers = HUB.tables["down_document"], HUB.tables[OFFERS]
    offered = select(offers.c.sha256).where(offers.c.station == station, offers.c.number == number)
    sha256 = hub.execute(offered).scalar_one()
    hub.execute(table.delete().where(table.c.station == station, table.c.number == number))
    hub.execute(
        insert(table).values(
            {
                STATION: station, "number": number, "kind": PACK.kind, "name": PACK.name, "sha256": sha256,
                "size": 1, "by": "Marie", "more": {}, "state": state, "code": code, "params": {},
                "heard_at": START, "state_at": datetime(1970, 1, 1, tzinfo=UTC), PLACE: 1, DIGEST: "",
            }
        )
    )  # fmt: skip


def step(hub: Connection, at: datetime) -> int:
    return roll_outs.step(hub, HUB, KEY, at)


def has(hub: Connection) -> str:
    return "".join(station for station in RINGS if heads(hub, station))


def test_only_the_pilots_are_offered_it_first_each_under_a_number_of_its_own(hub: Connection) -> None:
    other = keep(hub, HUB, New("bundle", "wheat-kernels", b"model"), "Marie", START)
    offer(hub, HUB, "b", "bundle", other, Sender(KEY, "Marie", START))
    begun(hub)
    assert has(hub) == "ab"
    assert heads(hub, "a") == [(1, "wheat", PACK.sha256)]
    assert heads(hub, "b", after=1) == [(2, "wheat", PACK.sha256)]


def test_the_next_ring_opens_when_every_station_of_this_one_has_run_it_long_enough(hub: Connection) -> None:
    begun(hub)
    says(hub, "a", 1, "active")
    assert step(hub, hours(30)) == 0  # b has not taken it
    says(hub, "b", 1, "installed")
    assert step(hub, hours(60)) == 0
    says(hub, "b", 1, "active")
    step(hub, hours(61))
    step(hub, hours(84))
    assert has(hub) == "ab"
    assert step(hub, hours(85)) == 1
    assert has(hub) == "abc"


def test_the_last_ring_ends_it(hub: Connection) -> None:
    number = begun(hub, rule=Rule(hours=0))
    for hour in range(6):
        for station in has(hub):
            says(hub, station, 1, "active")
        step(hub, hours(hour))
    assert has(hub) == "abcde"
    assert roll_outs.listed(hub, HUB)[0]["state"] == "done"
    assert all(one.active_at for one in roll_outs.standings(hub, HUB, number))


def test_one_refusal_stops_it_and_names_the_station(hub: Connection) -> None:
    begun(hub, rule=Rule(hours=0))
    says(hub, "a", 1, "active")
    says(hub, "b", 1, "refused", "untrusted_key")
    step(hub, hours(1))
    row = roll_outs.listed(hub, HUB)[0]
    assert (row["state"], row["why"]) == ("stopped", "refused by b: untrusted_key")
    assert has(hub) == "ab"


def test_nothing_is_begun_where_nobody_would_try_it_first(hub: Connection) -> None:
    for station in "ab":
        roll_outs.put_in_ring(hub, HUB, station, Ring.ALL, "Marie", START)
    with pytest.raises(EmptyRing):
        begun(hub)
    assert has(hub) == ""
    begun(hub, rule=Rule(at_once=True))
    assert has(hub) == "abcde"


def test_an_empty_ring_between_is_passed_over(hub: Connection) -> None:
    roll_outs.put_in_ring(hub, HUB, "c", Ring.ALL, "Marie", START)
    number = begun(hub)
    assert roll_outs.widen(hub, HUB, KEY, number, "Marie", hours(1)) == Ring.ALL
    assert has(hub) == "abcde"


def test_a_stopped_one_goes_no_further_until_a_person_widens_it(hub: Connection) -> None:
    number = begun(hub, rule=Rule(hours=0))
    roll_outs.stop(hub, HUB, number, "too many holds", "Marie", hours(1))
    for station in "ab":
        says(hub, station, 1, "active")
    assert step(hub, hours(2)) == 0
    with pytest.raises(RollOutUnknown):
        roll_outs.stop(hub, HUB, number, "again", "Marie", hours(2))
    roll_outs.widen(hub, HUB, KEY, number, "Marie", hours(3))
    assert has(hub) == "abc"


def test_back_brings_what_was_there_before_or_takes_it_away(hub: Connection) -> None:
    before = keep(hub, HUB, PACK, "Marie", START)
    offer(hub, HUB, "a", "rule_pack", before, Sender(KEY, "Marie", START))
    number = begun(hub, NEXT)
    assert roll_outs.back(hub, HUB, KEY, number, "wrong limit", "Marie", hours(1)) == ["a", "b"]
    assert heads(hub, "a")[-1] == (3, "wheat", PACK.sha256)
    withdrawn = read_document(offered_after(hub, HUB, "b", 1)[0], "b", public_text(KEY))
    assert withdrawn.more == {"withdraws": NEXT.sha256}
    assert withdrawn.sha256 != NEXT.sha256
    with pytest.raises(RollOutUnknown):
        roll_outs.back(hub, HUB, KEY, number, "again", "Marie", hours(2))


def test_a_later_one_of_the_same_name_stops_the_earlier(hub: Connection) -> None:
    begun(hub)
    begun(hub, NEXT, at=hours(1))
    newest, earlier = roll_outs.listed(hub, HUB)
    assert (newest["state"], earlier["state"]) == ("running", "stopped")


def test_a_station_that_comes_later_is_offered_the_newest_of_each(hub: Connection) -> None:
    begun(hub, rule=Rule(at_once=True))
    begun(hub, NEXT, rule=Rule(at_once=True), at=hours(1))
    hub.execute(insert(HUB.tables[STATIONS]).values(id="f", added_at=START))
    assert roll_outs.catch_up(hub, HUB, KEY, "f", hours(2)) == [1]
    assert heads(hub, "f") == [(1, "wheat", NEXT.sha256)]
    assert roll_outs.catch_up(hub, HUB, KEY, "f", hours(3)) == []


def test_the_same_document_is_offered_once(hub: Connection) -> None:
    sha256 = keep(hub, HUB, PACK, "Marie", START)
    assert keep(hub, HUB, PACK, "Jean", START) == sha256
    sender = Sender(KEY, "Marie", START)
    assert offer(hub, HUB, "a", "rule_pack", sha256, sender) == 1
    assert offer(hub, HUB, "a", "rule_pack", sha256, sender) is None
    with pytest.raises(DocumentRefused):
        offer(hub, HUB, "a", "bundle", sha256, sender)
    with pytest.raises(stations.StationUnknown):
        offer(hub, HUB, "nowhere", "rule_pack", sha256, sender)


def test_a_body_comes_in_pieces_to_whom_it_was_offered(
    hub: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.hub.documents.PIECE_BYTES", 2)
    begun(hub)
    assert [piece(hub, HUB, "a", 1, start) for start in (0, 2, 4, 5)] == [b"fi", b"rs", b"t", b""]
    assert piece(hub, HUB, "d", 1, 0) is None


def test_a_revoked_station_holds_nobody_up(hub: Connection) -> None:
    stations.revoke(hub, HUB, "b", "Marie", START)
    begun(hub, rule=Rule(hours=0))
    says(hub, "a", 1, "active")
    step(hub, hours(1))
    assert has(hub) == "ac"
