"""A ring opens when its stations run the document long enough, voted for it, and nothing speaks against."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert

from station.hub import roll_outs
from station.hub.documents import New, keep
from station.hub.own import STATIONS
from station.hub.ring_rule import Rule, StopRule
from station.hub.roll_outs import Ring
from station.hub.tables import DIGEST, PLACE, STATION
from tests.post.post_rig import HUB, memory_hub

START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
BUNDLE = New("bundle", "wheat-kernels", b"net")
PACK = New("rule_pack", "wheat", b"pack")
VOTES = Rule(hours=0, votes=True)


@pytest.fixture
def hub() -> Iterator[Connection]:
    with memory_hub().begin() as connection:
        for station, ring in {"a": Ring.PILOT, "b": Ring.PILOT, "c": Ring.SOME, "d": Ring.ALL}.items():
            connection.execute(insert(HUB.tables[STATIONS]).values(id=station, added_at=START))
            roll_outs.put_in_ring(connection, HUB, station, ring, "Marie", START)
        yield connection


def row(hub: Connection, table: str, station: str, **values: Any) -> None:
    hub.execute(insert(HUB.tables[table]).values({STATION: station, PLACE: 1, DIGEST: "", **values}))


def begun(hub: Connection, new: New, rule: Rule, *active: str) -> int:
    sha256 = keep(hub, HUB, new, "Marie", START)
    number = roll_outs.begin(hub, HUB, KEY, new.kind, sha256, rule, "Marie", START)
    for station in active:
        says(hub, new, station)
    return number


def says(hub: Connection, new: New, station: str, state: str = "active") -> None:
    row(
        hub, "down_document", station, number=1, kind=new.kind, name=new.name, sha256=new.sha256, size=1,
        by="Marie", more={}, state=state, code="", params={}, heard_at=START, state_at=START,
    )  # fmt: skip


def votes(hub: Connection, station: str, verdict: str, day: int = 19, new: New = PACK) -> None:
    reasons = [{"code": "most_regraded", "params": {"share": 0.5, "limit": 0.2}}] if verdict == "no" else []
    row(
        hub, "vote", station, number=1, day=date(2026, 7, day), kind=new.kind, sha256=new.sha256,
        verdict=verdict, reasons=reasons, loads=4, at=START,
    )  # fmt: skip


def inspects(hub: Connection, station: str, count: int, refused: int, differs: int = 0) -> None:
    """Captures that the bundle saw in shadow; of `differs` the active model said the contrary."""
    for number in range(count):
        common = {"capture_id": f"{station}{number}", "at": START, "model": "wheat", "version": "1"}
        accepted = number >= refused
        for sha256, shadow, said in (
            (BUNDLE.sha256, True, accepted),
            ("00" * 32, False, accepted != (number >= count - differs)),
        ):
            row(
                hub, "inspection", station, id=f"{number}{shadow}", sha256=sha256, source="station",
                accepted=said, shadow=shadow, result={}, **common,
            )  # fmt: skip


def step(hub: Connection, hours: float = 1.0) -> str:
    """How the newest roll-out stands after a look at it, and up to which ring."""
    roll_outs.step(hub, HUB, KEY, START + timedelta(hours=hours))
    newest = roll_outs.listed(hub, HUB)[0]
    return f"{newest['state']} {Ring(newest['ring']).name.lower()}"


def obstacles(hub: Connection, number: int) -> list[tuple[str, str]]:
    return [(one.code, one.station) for one in roll_outs.waiting(hub, HUB, number, START)]


def because(hub: Connection) -> list[tuple[str, str]]:
    return [(one["code"], one["station"]) for one in roll_outs.listed(hub, HUB)[0]["because"]]


def test_a_ring_waits_for_every_vote_and_says_whose(hub: Connection) -> None:
    number = begun(hub, PACK, VOTES, "a", "b")
    assert (step(hub), obstacles(hub, number)) == (
        "running pilot", [("vote_missing", "a"), ("vote_missing", "b")]
    )  # fmt: skip
    votes(hub, "a", "yes")
    assert (step(hub), obstacles(hub, number)) == ("running pilot", [("vote_missing", "b")])
    votes(hub, "b", "yes")
    assert step(hub) == "running some"


def test_a_no_holds_it_until_a_later_night_says_yes(hub: Connection) -> None:
    number = begun(hub, PACK, VOTES, "a", "b")
    votes(hub, "a", "yes")
    votes(hub, "b", "no")
    assert (step(hub), obstacles(hub, number)) == ("running pilot", [("vote_no", "b")])
    votes(hub, "b", "yes", day=20)
    assert step(hub) == "running some"


def test_who_abstains_is_in_nobodys_way_but_somebody_must_have_tried_it(hub: Connection) -> None:
    number = begun(hub, PACK, VOTES, "a", "b")
    votes(hub, "a", "abstain")
    votes(hub, "b", "abstain")
    assert (step(hub), obstacles(hub, number)) == ("running pilot", [("no_yes", "")])
    votes(hub, "a", "yes", day=20)
    assert step(hub) == "running some"


def test_a_vote_on_another_document_is_none_on_this_one(hub: Connection) -> None:
    number = begun(hub, PACK, VOTES, "a", "b")
    votes(hub, "a", "yes")
    hub.execute(HUB.tables["vote"].update().values(number=7))
    assert obstacles(hub, number) == [("vote_missing", "a"), ("vote_missing", "b")]


def test_votes_are_asked_of_what_can_be_tried_only(hub: Connection) -> None:
    begun(hub, New("policy", "shares", b"{}"), VOTES, "a", "b")
    assert step(hub) == "running some"


def test_a_vote_alone_opens_nothing_before_it_runs_for_the_hours(hub: Connection) -> None:
    number = begun(hub, PACK, Rule(hours=24, votes=True), "a")
    votes(hub, "a", "yes")
    votes(hub, "b", "yes")
    says(hub, PACK, "b", "installed")
    assert (step(hub), obstacles(hub, number)) == ("running pilot", [("not_active", "b")])


def test_a_person_who_sends_to_all_at_once_waits_for_no_vote(hub: Connection) -> None:
    begun(hub, PACK, Rule(at_once=True, votes=True), "a", "b", "c", "d")
    assert step(hub) == "done all"


def test_a_model_that_refuses_too_much_stops_it_at_that_station(hub: Connection) -> None:
    number = begun(hub, BUNDLE, Rule(hours=0), "a", "b")
    inspects(hub, "a", 20, 5)
    inspects(hub, "b", 19, 19)  # too few to say
    roll_outs.put_in_ring(hub, HUB, "b", Ring.PILOT, "Marie", START)
    assert step(hub) == "running some"
    inspects(hub, "c", 20, 6)
    says(hub, BUNDLE, "c")
    assert (step(hub), because(hub)) == ("stopped some", [("most_abstentions", "c")])
    assert roll_outs.waiting(hub, HUB, number, START) == []


def test_a_model_that_differs_too_much_from_the_active_one_stops_it(hub: Connection) -> None:
    begun(hub, BUNDLE, Rule(hours=0), "a")
    inspects(hub, "a", 20, 0, differs=5)
    assert (step(hub), because(hub)) == ("stopped pilot", [("most_disagreement", "a")])


def test_a_model_whose_worker_was_given_up_stops_it(hub: Connection) -> None:
    begun(hub, BUNDLE, Rule(hours=0), "a", "b")
    act: dict[str, Any] = {"sha256": BUNDLE.sha256, "task": "kernel_class", "at": START, "data": {}}
    row(hub, "release_act", "a", id="1", seq=1, species="wheat", act="rolled_back", by="marc", why="", **act)
    assert step(hub) == "running some"  # a person did that
    for number, species in enumerate(("wheat", "barley"), start=2):
        row(
            hub, "release_act", "b", id=str(number), seq=number, species=species, act="set_aside", why="died",
            **act,
        )  # fmt: skip
    assert (step(hub), because(hub)) == ("stopped some", [("most_worker_deaths", "b")])
    assert roll_outs.listed(hub, HUB)[0]["because"][0]["params"] == {"count": 1, "limit": 0}


def test_the_limits_are_the_roll_outs_own(hub: Connection) -> None:
    rule = Rule(hours=0, stop=StopRule(most_abstentions=0.5, most_refusals=1))
    begun(hub, BUNDLE, rule, "a")
    inspects(hub, "a", 20, 8)
    says(hub, BUNDLE, "b", "refused")
    assert step(hub) == "running some"
