"""Overnight the station tries what headquarters sent on its own day, and votes on it."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from station.acts import down
from station.models.releases import shadows
from station.receival.packs import rule_packs
from station.runtime.voting import Voting
from station.store.blobs import Blobs
from station.store.tables import DownDocument, ModelRelease, Vote
from tests.model_rig import Models
from tests.models.test_policies import judge
from tests.silo_rig import MARC, RULES, Silo

NEXT_WEEK = re.sub(r"(?m)^valid_from = .*$", "valid_from = 2026-08-30T06:00:00+02:00", RULES, count=1)


@dataclass
class Night:
    """A station in its quiet hours, with a truck on the bridge or not."""

    silo: Silo
    busy: bool = False
    numbers: int = 0
    voting: Voting = field(init=False)

    def __post_init__(self) -> None:
        folder = self.silo.desk.ledger.folder
        shelves = Blobs(folder / "photos"), Blobs(folder / "models")
        self.voting = Voting(self.silo.desk, *shelves, self.silo.clock, lambda: not self.busy)

    def document(self, kind: str, sha256: str, state: str = down.INSTALLED, **more: Any) -> int:
        self.numbers += 1
        at = self.silo.clock()
        row = DownDocument(
            number=self.numbers, kind=kind, name="wheat", sha256=sha256, size=1, by="Marie", more=more,
            state=state, heard_at=at, state_at=at,
        )  # fmt: skip
        with self.silo.desk.ledger.write() as tx:
            tx.add(row)
        return self.numbers

    def pack(self, text: str = NEXT_WEEK, **more: Any) -> int:
        rule_packs.install_pack(self.silo.desk, text, MARC, "harvest", self.silo.clock())
        return self.document("rule_pack", hashlib.sha256(text.encode()).hexdigest(), **more)

    def falls(self) -> None:
        """It is some minutes after the collecting day ended."""
        today = self.silo.desk.policy.collecting_day(self.silo.clock())
        ends = self.silo.desk.policy.day_begins(today + timedelta(days=1))
        self.silo.clock.now = ends + timedelta(minutes=5)

    def passes(self, steps: int = 30) -> None:
        for _ in range(steps):
            self.voting.step()

    def votes(self) -> list[Vote]:
        with self.silo.desk.ledger.read() as tx:
            return list(tx.exec(select(Vote).order_by(col(Vote.day), col(Vote.number))))


@pytest.fixture
def night(silo: Silo) -> Night:
    return Night(silo)


def stricter(text: str = NEXT_WEEK) -> str:
    """Milling wheat asks for more protein than any load has."""
    found, count = re.subn(r'(?s)(analyte = "protein".*?limit = )[0-9.]+', r"\g<1>19.0", text, count=1)
    assert count
    return found


def test_a_pack_that_changes_nothing_is_voted_for(night: Night) -> None:
    night.silo.receive("AB-123-CD")
    number = night.pack()
    night.passes()
    assert night.votes() == []  # it is day
    night.falls()
    night.passes()
    (vote,) = night.votes()
    assert (vote.number, vote.verdict, vote.loads, vote.regraded, vote.moved_t) == (number, "yes", 1, 0, 0.0)
    assert vote.day == night.silo.desk.policy.collecting_day(night.silo.clock()) - timedelta(days=1)
    night.passes()
    assert len(night.votes()) == 1


def test_a_pack_that_moves_the_day_is_voted_against_with_the_reason(night: Night) -> None:
    night.silo.receive("AB-123-CD")
    night.pack(stricter())
    night.falls()
    night.passes()
    (vote,) = night.votes()
    assert (vote.verdict, vote.loads, vote.regraded) == ("no", 1, 1)
    assert vote.moved_t > 20
    assert vote.reasons[0] == {"code": "most_regraded", "params": {"share": 1.0, "limit": 0.2}}


def test_the_document_says_how_much_may_change(night: Night) -> None:
    night.silo.receive("AB-123-CD")
    night.pack(stricter(), limits={"most_regraded": 1.0, "most_refusals": 1, "nonsense": "x"})
    night.falls()
    night.passes()
    assert [vote.verdict for vote in night.votes()] == ["yes"]


def test_a_station_without_loads_abstains_each_night_until_it_has_some(night: Night) -> None:
    night.pack()
    for _ in range(2):
        night.falls()
        night.passes()
    night.silo.clock.pass_(hours=6)
    night.silo.receive("AB-123-CD")
    night.falls()
    night.passes()
    night.falls()
    night.passes()
    assert [vote.verdict for vote in night.votes()] == ["abstain", "abstain", "yes"]


def test_nothing_is_tried_while_a_truck_is_weighed_and_the_rest_is_tried_afterwards(night: Night) -> None:
    night.silo.receive("AB-123-CD")
    night.pack()
    night.falls()
    night.busy = True
    night.passes()
    assert night.votes() == []
    night.busy = False
    night.passes()
    assert [vote.verdict for vote in night.votes()] == ["yes"]


def test_what_is_not_tried_by_the_morning_abstains(night: Night) -> None:
    night.silo.receive("AB-123-CD")
    night.pack()
    night.falls()
    night.busy = True
    night.passes(1)
    night.silo.clock.pass_(hours=3)
    night.passes()
    (vote,) = night.votes()
    assert (vote.verdict, vote.reasons[0]["code"]) == ("abstain", "not_in_time")


def test_a_pack_that_runs_at_once_is_voted_on_for_some_days(night: Night) -> None:
    night.silo.receive("AB-123-CD")
    text = RULES.replace('version = "2026.1"', 'version = "hq-1"')
    rule_packs.install_pack(night.silo.desk, text, MARC, "harvest", night.silo.clock())
    night.document("rule_pack", hashlib.sha256(text.encode()).hexdigest(), down.ACTIVE)
    night.document("rule_pack", "ab" * 32, down.ACTIVE, withdraws="cd" * 32)
    night.document("policy", "ef" * 32, down.ACTIVE)
    night.falls()
    night.passes()
    assert [(vote.number, vote.verdict) for vote in night.votes()] == [(1, "yes")]


def test_a_bundle_is_judged_by_what_it_said_in_shadow(night: Night) -> None:
    shelf = Models.at(night.silo)
    shelf.ship()
    second = shelf.install("2")
    with night.silo.desk.ledger.read() as tx:
        first = tx.get_one(ModelRelease, shelf.active_sha256())
        assert second.sha256 in shadows(tx)
    for taken in (True, True, False, False):
        capture = shelf.photograph(b"photo %d" % night.silo.clock().microsecond, species="soft_wheat")
        judge(shelf, first, capture.id)
        judge(shelf, second, capture.id, accepted=taken, shadow=True)
    night.document("bundle", second.sha256)
    night.falls()
    night.passes()
    (vote,) = night.votes()
    assert (vote.verdict, vote.captures, vote.abstained, vote.disagreement) == ("no", 4, 2, 0.5)
    assert [one["code"] for one in vote.reasons] == ["most_abstentions", "most_disagreement"]


def test_a_bundle_judges_what_was_taken_before_it_came(night: Night) -> None:
    shelf = Models.at(night.silo)
    shelf.ship()
    with night.silo.desk.ledger.read() as tx:
        first = tx.get_one(ModelRelease, shelf.active_sha256())
    judge(shelf, first, shelf.photograph(species="soft_wheat").id)
    night.document("bundle", shelf.install("2").sha256)
    night.falls()
    night.passes()
    (vote,) = night.votes()
    assert (vote.verdict, vote.captures, vote.abstained, vote.errors) == ("yes", 1, 0, 0)


def test_a_bundle_that_does_not_run_is_voted_against(night: Night) -> None:
    shelf = Models.at(night.silo)
    shelf.ship()
    with night.silo.desk.ledger.read() as tx:
        first = tx.get_one(ModelRelease, shelf.active_sha256())
    judge(shelf, first, shelf.photograph(species="soft_wheat").id)
    second = shelf.install("2")
    shelf.break_(second)
    night.document("bundle", second.sha256)
    night.falls()
    night.passes()
    (vote,) = night.votes()
    assert (vote.verdict, vote.errors) == ("no", 1)
