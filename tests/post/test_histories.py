"""Random histories without a network: whatever happens, in the end the hub has what the station has."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from station.hub import applying
from tests.draws import examples
from tests.post.post_rig import HUB, Post

pytestmark = pytest.mark.long

KEYS = st.sampled_from(["p1", "p2", "p3"])
NAMES = st.sampled_from(["a", "b", "c"])
PEOPLE = st.sampled_from(["s1", "s2"])


class Histories(RuleBasedStateMachine):
    """Rows come, change and go; bags are sealed, lost, doubled, applied or not; poison waits and is retried;
    somebody is forgotten; another epoch begins; the hub's tables are made anew."""

    @initialize()
    def begin(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.post = Post.begin(Path(self.scratch.name))
        self.delivered = 0

    @rule(key=KEYS, name=NAMES)
    def write(self, key: str, name: str) -> None:
        self.post.sql("INSERT OR REPLACE INTO pit (id, name) VALUES (:key, :name)", key=key, name=name)

    @rule(key=KEYS)
    def write_poison(self, key: str) -> None:
        self.post.sql("INSERT OR REPLACE INTO pit (id, name) VALUES (:key, 'x' || char(0))", key=key)

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        self.post.sql("DELETE FROM pit WHERE id = :key", key=key)

    @rule(key=KEYS, other=KEYS)
    def rename(self, key: str, other: str) -> None:
        self.post.sql("UPDATE OR REPLACE pit SET id = :other WHERE id = :key", key=key, other=other)

    @rule(key=PEOPLE, name=NAMES)
    def write_supplier(self, key: str, name: str) -> None:
        self.post.sql(
            "INSERT INTO supplier (id, name, name_key) VALUES (:key, :name, :key) "
            "ON CONFLICT (id) DO UPDATE SET name = :name",
            key=key, name=f"secret {name}",
        )  # fmt: skip

    @rule(key=PEOPLE)
    def forget(self, key: str) -> None:
        self.post.sql("UPDATE supplier SET name = '' WHERE id = :key", key=key)
        self.post.sql("UPDATE post_link SET forgets = 1")

    @rule()
    def seal(self) -> None:
        self.post.seal()

    @rule()
    def send(self) -> None:
        if self.delivered < len(self.post.bags()):
            assert self.post.deliver(self.delivered + 1).status == 200
            self.delivered += 1

    @rule()
    def send_again(self) -> None:
        """The answer was lost, or an old bag is played back."""
        for number in range(1, self.delivered + 1):
            assert self.post.deliver(number).status == 200

    @rule()
    def apply(self) -> None:
        self.post.apply()

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        if waiting := self.post.quarantine():
            chosen = data.draw(st.sampled_from(waiting))
            with self.post.hub.begin() as connection:
                applying.retry(connection, HUB, chosen["id"], self.post.now)

    @rule()
    def rebuild(self) -> None:
        with self.post.hub.begin() as connection:
            applying.rebuild(connection, HUB, self.post.station, self.post.now)

    @rule()
    def begin_another_epoch(self) -> None:
        """As after a restore from the second disk, once headquarters has said what it has."""
        bags = self.post.bags()
        if not bags or self.delivered < len(bags):
            return
        last = bags[-1]
        self.post.enrol({"epoch": last.epoch, "number": last.number, "sha256": last.sha256})
        self.delivered = 0

    @rule()
    def settle(self) -> None:
        self.post.settle()
        self.delivered = len(self.post.bags())
        here, there = self.post.rows_here(), self.post.rows_there()
        poison = {key for key, row in here["pit"].items() if "\0" in row["name"]}
        for key in poison:
            del here["pit"][key]
            there["pit"].pop(key, None)  # as it was before
        assert here == there
        told = {row["key"] for row in self.post.quarantine()}
        assert {f'["{key[0]}"]' for key in poison} <= told

    @invariant()
    def nothing_is_doubled_or_lost(self) -> None:
        if hasattr(self, "post"):
            received = self.post.received()
            assert len({(row["epoch"], row["number"]) for row in received}) == len(received)

    def teardown(self) -> None:
        if hasattr(self, "post"):
            self.settle()
            self.post.ledger.close()
            self.scratch.cleanup()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=examples(24), stateful_step_count=30, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
