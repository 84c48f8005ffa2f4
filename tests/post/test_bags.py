"""What changes at a station comes to headquarters exactly once, whatever happens in between."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from station.hub import applying
from station.post.bag import BagTooLarge, facts_lines, head_of, lines_of
from station.store.tables import Change
from tests.post.post_rig import HUB, Post
from tests.silo_rig import Silo


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    post = Post.begin(tmp_path)
    yield post
    post.ledger.close()


def changes(post: Post) -> list[tuple[str, str, str]]:
    with post.ledger.read() as tx:
        return [(row.of, row.key, row.op) for row in tx.exec(select(Change).order_by(Change.seq))]  # type: ignore[arg-type]


def test_a_days_rows_are_at_the_hub_as_they_are_at_the_station(tmp_path: Path) -> None:
    silo = Silo.open(tmp_path / "data")
    silo.desk.ledger.close()
    post = Post.begin(tmp_path)
    post.settle()
    here = post.rows_here()
    assert here["cell"]
    assert here == post.rows_there()
    assert post.quarantine() == []
    post.ledger.close()


def test_a_row_that_changed_five_times_goes_once_and_one_that_came_and_went_not_at_all(post: Post) -> None:
    post.settle()
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    for name in "bcde":
        post.sql("UPDATE pit SET name = :name", name=name)
    post.sql("INSERT INTO pit (id, name) VALUES ('p2', 'a')")
    post.sql("DELETE FROM pit WHERE id = 'p2'")
    assert post.seal()
    facts, _ = post.folder.read("e1", 2)
    assert [(line.op, line.row or line.key) for line in facts_lines(facts)] == [
        ("w", {"id": "p1", "name": "e"})
    ]


def test_nothing_changed_makes_no_bag(post: Post) -> None:
    post.settle()
    assert not post.seal()
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    post.sql("DELETE FROM pit")
    assert not post.seal()
    assert changes(post) == []


def test_a_bag_is_sent_byte_for_byte_and_had_once(post: Post) -> None:
    post.seal()
    first, again = post.deliver(1), post.deliver(1)
    assert (first.status, first.have) == (again.status, again.have) == (200, 1)
    assert len(post.received()) == 1


def test_a_gap_a_fork_and_a_foreign_epoch_are_told_apart(post: Post, tmp_path: Path) -> None:
    post.seal()
    for number in (2, 3):
        post.sql("INSERT INTO pit (id, name) VALUES (:id, 'a')", id=f"p{number}")
        post.seal()
    assert post.deliver(1).status == 200
    assert (post.deliver(3).status, post.deliver(3).reason) == (409, "gap")
    facts, people = post.folder.read("e1", 2)
    forged = facts.replace(b'"revision"', b' "revision"', 1)
    assert post.give(facts, people).status == 200
    assert post.give(forged, people).reason == "fork"
    assert post.give(forged, people).reason == "fork"
    assert [row["state"] for row in post.received()] == ["received", "received", "refused"]
    assert post.deliver(3).reason == "fork", "nothing more until a person has settled it"


def test_another_epoch_that_does_not_say_what_it_follows_is_refused(post: Post) -> None:
    post.settle()
    post.enrol()
    post.seal()
    assert post.deliver(1).reason == "epoch"


def test_a_new_epoch_names_what_it_follows_and_brings_everything(post: Post) -> None:
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a'), ('p2', 'a')")
    post.settle()
    last = post.bags()[-1]
    post.enrol({"epoch": last.epoch, "number": last.number, "sha256": last.sha256})
    post.sql("DELETE FROM pit WHERE id = 'p1'")
    post.settle()
    assert post.rows_here() == post.rows_there()


def test_a_poison_row_waits_and_its_neighbours_go_on(post: Post) -> None:
    post.settle()
    post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a' || char(0)), ('p2', 'good')")
    post.sql(
        "INSERT INTO cell (id, name, claims, role, open, capacity_kg) VALUES "
        "('c1', 'a', '[]', 'normal', 1, 9e999), ('c2', 'a', '[]', 'normal', 1, 9e5)"
    )
    post.settle()
    assert set(post.rows_there()["pit"]) == {("p2",)}
    assert set(post.rows_there()["cell"]) == {("c2",)}
    told = {(row["table"], row["key"]): row["code"] for row in post.quarantine()}
    assert told == {("pit", '["p1"]'): "wrong_value", ("cell", '["c1"]'): "unreadable"}


def test_the_first_content_of_what_never_changes_stays(post: Post) -> None:
    insert = "INSERT INTO site_policy (sha256, content, at) VALUES ('a', :content, '2026-07-20 08:00:00')"
    post.sql(insert, content='{"a":1}')
    post.settle()
    post.sql("UPDATE site_policy SET content = :content", content='{"a":2}')
    post.settle()
    assert post.rows_there()["site_policy"][("a",)]["content"] == {"a": 1}
    (waits,) = post.quarantine()
    assert (waits["code"], json.loads(waits["line"])["content"]) == ("another_content", {"a": 2})


def test_a_weighing_that_was_offered_and_then_taken_is_taken_at_the_hub(post: Post) -> None:
    post.sql(
        "INSERT INTO weighing (id, kg, at, rule, remarks, note, state)"
        " VALUES ('w1', 40000, '2026-07-20 08:00:00', 'stable', '[]', '', 'offered')"
    )
    post.settle()
    post.sql("UPDATE weighing SET state = 'used'")
    post.settle()
    assert post.quarantine() == []
    assert post.rows_there()["weighing"] == post.rows_here()["weighing"]


def test_nothing_is_unpacked_beyond_its_bound(post: Post) -> None:
    post.seal()
    facts, _ = post.folder.read("e1", 1)
    bomb = facts.split(b"\n", 1)[0] + b"\n" + zlib.compress(bytes(70_000_000), 9)
    assert len(bomb) < 100_000
    with pytest.raises(BagTooLarge):
        list(facts_lines(bomb))
    assert post.give(bomb, b"").status == 413
    assert post.give(facts + bytes(9_000_000), b"").status == 413
    assert post.received() == []


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b"\xff\xfe\n", b"[" * 90_000 + b"\n", b"no bag at all"]
)
def test_what_is_no_bag_is_told_so(post: Post, data: bytes) -> None:
    assert post.give(data, None).reason == "wrong_bag"
    assert post.received() == []


def test_who_is_forgotten_is_in_no_bag_any_more(post: Post) -> None:
    insert = "INSERT INTO supplier (id, name, name_key) VALUES (:id, :name, :id)"
    post.sql(insert, id="s1", name="Dupont")
    post.sql(insert, id="s2", name="Martin")
    post.settle()
    post.sql("UPDATE supplier SET name = '' WHERE id = 's1'")
    post.sql("UPDATE post_link SET forgets = 1")
    post.settle()
    assert {key: row["name"] for key, row in post.rows_there()["supplier"].items()} == {
        ("s1",): "",
        ("s2",): "Martin",
    }
    for file in post.folder.folder.glob("*/*"):
        assert b"Dupont" not in _unpacked(file)
    for row in post.received():
        assert "Dupont" not in str([line.row for line in lines_of(row["people"])] if row["people"] else "")
    with post.hub.begin() as connection:
        applying.rebuild(connection, HUB, post.station, post.now)
    post.apply_all()
    assert post.rows_here() == post.rows_there()
    assert post.deliver(1).status == 200, "an emptied part is still the same bag"


def _unpacked(file: Path) -> bytes:
    data = file.read_bytes()
    stream = data.partition(b"\n")[2] if file.suffix == ".bag" else data
    return zlib.decompress(stream) if stream else b""


def test_what_a_write_left_that_was_cut_off_is_swept(post: Post) -> None:
    post.seal()
    post.folder.write("e1", 2, b"never committed", None)
    post.folder.sweep("e1", 1)
    assert [file.name for file in (post.folder.folder / "e1").iterdir()] == ["00000001.bag"]
    assert head_of(post.folder.read("e1", 1)[0]).whole
