"""What a roll-out waits for, and how its stations voted, as pages and commands tell it."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert
from typer.testing import CliRunner

from station.cli import app
from station.headquarters.votes import obstacles, votes
from station.hub import roll_outs
from station.hub.documents import New, document, keep
from station.hub.own import STATIONS
from station.hub.ring_rule import Rule, StopRule
from station.hub.roll_outs import Ring, RollOutUnknown
from station.hub.settings import HubSettings
from station.hub.tables import DIGEST, PLACE, STATION
from station.post.voting import Limits
from tests.post.post_rig import HUB
from tests.postgres import cluster
from ui.words.roll_outs import obstacle, reason, verdict

START = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PACK = New("rule_pack", "wheat", b"pack")
GRADES = {"code": "most_regraded", "params": {"share": 0.5, "limit": 0.2}}


def begun(hub: Connection) -> int:
    for station, ring in {"a": Ring.PILOT, "b": Ring.PILOT, "c": Ring.SOME}.items():
        hub.execute(insert(HUB.tables[STATIONS]).values(id=station, added_at=START))
        roll_outs.put_in_ring(hub, HUB, station, ring, "Marie", START)
    sha256 = keep(hub, HUB, PACK, "Marie", START)
    return roll_outs.begin(hub, HUB, KEY, PACK.kind, sha256, Rule(hours=0, votes=True), "Marie", START)


def tells(hub: Connection, station: str, state: str, verdict: str, **counts: Any) -> None:
    common = {STATION: station, PLACE: 1, DIGEST: "", "number": 1, "kind": "rule_pack", "sha256": PACK.sha256}
    said = {"name": "wheat", "size": 4, "by": "Marie", "more": {}, "code": "rule_pack_wrong", "params": {}}
    hub.execute(
        insert(HUB.tables["down_document"]).values(
            {**common, **said, "state": state, "heard_at": START, "state_at": START}
        )
    )
    row = {"day": date(2026, 7, 19), "verdict": verdict, "reasons": [GRADES] if verdict == "no" else []}
    hub.execute(insert(HUB.tables["vote"]).values({**common, **row, "at": START, **counts}))


def test_every_station_of_a_roll_out_is_there_with_its_last_vote(hub: Connection) -> None:
    number = begun(hub)
    tells(hub, "a", "active", "no", loads=4, regraded=2, moved_t=55.0)
    a, b, c = votes(hub, HUB, number)
    assert (a.station, a.ring, a.verdict, a.reasons, a.day) == (
        "a",
        "pilot",
        "no",
        [GRADES],
        date(2026, 7, 19),
    )
    assert (a.counts["loads"], a.counts["regraded"], a.counts["moved_t"]) == (4, 2, 55.0)
    assert (b.verdict, b.number, b.counts) == ("", 1, {})
    assert (c.verdict, c.number) == ("", None)
    with pytest.raises(RollOutUnknown):
        votes(hub, HUB, 99)


def test_what_it_waits_for_and_what_stopped_it_is_told_in_both_languages(hub: Connection) -> None:
    number = begun(hub)
    tells(hub, "a", "active", "no")
    english = [
        obstacle(one.code, one.station, one.params, "en") for one in obstacles(hub, HUB, number, START)
    ]
    assert english == [
        "b: it does not run there yet",
        "a voted no: 50.0% of the loads would change grade; at most 20.0% may",
        "b has not voted yet",
    ]
    tells(hub, "b", "refused", "abstain")
    roll_outs.step(hub, HUB, KEY, START)
    (stopped,) = obstacles(hub, HUB, number, START)
    assert obstacle(stopped.code, stopped.station, stopped.params, "fr").startswith("b l'a refusé")


def test_every_word_of_a_vote_is_there_in_both_languages() -> None:
    assert (verdict("abstain", "en"), verdict("abstain", "fr")) == ("abstains", "s'abstient")
    assert reason("no_loads", {}, "fr") == "rien à essayer"
    assert reason("from_a_later_release", {}, "fr") == "from_a_later_release"
    assert obstacle("from_a_later_release", "a", {}, "fr") == "a from_a_later_release"
    told = obstacle("hours", "", {"hours": 24, "opens_at": START.isoformat()}, "fr")
    assert told.startswith("il tourne d'abord 24 heures, jusqu'au 20/07")


def test_the_hubs_file_says_how_a_roll_out_goes_on() -> None:
    settings = HubSettings.model_validate(
        {"database": "postgresql://h/d", "roll_outs": {"hours": 2, "most_abstentions": 0.1, "votes": False}}
    )
    assert settings.roll_outs.rule(at_once=True) == Rule(2, True, StopRule(most_abstentions=0.1), False)
    assert HubSettings(database="postgresql://h/d").roll_outs.rule() == Rule(votes=True)
    assert Limits(**settings.roll_outs.vote.model_dump()) == Limits()


def test_sending_again_with_other_limits_says_them(hub: Connection) -> None:
    first = New("rule_pack", "wheat", b"pack", more={"limits": {"most_regraded": 0.1}})
    keep(hub, HUB, first, "Marie", START)
    sha256 = keep(hub, HUB, New("rule_pack", "wheat", b"pack", more={"limits": {}}), "Marie", START)
    found = document(hub, HUB, "rule_pack", sha256)
    assert found is not None
    assert found["more"] == {"limits": {}}


@pytest.mark.long
def test_a_pack_is_sent_with_its_rule_and_its_votes_are_asked_by_command(tmp_path: Path) -> None:
    with cluster() as engine:
        config = tmp_path / "hub.toml"
        address = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        config.write_text(f'database = "{address}"\n[roll_outs]\nhours = 3\n', encoding="utf-8")

        def hub(*words: str) -> str:
            command = ["hub", *words, "--config", str(config)]
            return CliRunner().invoke(app, command, catch_exceptions=False).stdout

        pack = Path(__file__).parents[2] / "examples" / "rules.toml"
        hub("station", "add", "beaulieu", "--by", "Marie")
        hub("send", "rule_pack", str(pack), "--by", "Marie", "--why", "harvest")  # makes the tables
        hub("station", "add", "beaulieu", "--by", "Marie")
        hub("station", "ring", "beaulieu", "pilot", "--by", "Marie")
        limits = ["--most-abstentions", "0.1", "--most-regraded", "0.5"]
        sent = json.loads(
            hub("send", "rule_pack", str(pack), "--by", "Marie", "--why", "harvest", *limits, "--json")
        )
        (row,) = (json.loads(line) for line in hub("roll-out", "status", "--json").splitlines())
        assert row["hours"] == 3
        assert {one["code"] for one in row["obstacles"]} == {"not_active", "vote_missing"}
        (vote,) = (
            json.loads(x) for x in hub("roll-out", "votes", str(sent["roll_out"]), "--json").splitlines()
        )
        assert (vote["station"], vote["verdict"]) == ("beaulieu", "")
        said = hub("roll-out", "votes", str(sent["roll_out"]))
        assert "beaulieu" in said
        assert "- " in hub("roll-out", "status", str(sent["roll_out"]))
