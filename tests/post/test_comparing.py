"""A row that was changed past the station, a bag that was touched and an end that was cut show."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from station.checks.post import check_post
from station.hub.own import STATIONS
from station.post.comparing import Compared, compare
from station.post.folder import NAME, BagFolder
from station.store import change_log
from tests.post.post_rig import HUB, START, Post, memory_hub
from tests.silo_rig import Silo


@pytest.fixture
def post(silo: Silo) -> Iterator[Post]:
    ledger = silo.desk.ledger
    post = Post(ledger, BagFolder(ledger.folder / NAME), memory_hub())
    with post.hub.begin() as connection:
        connection.execute(insert(HUB.tables[STATIONS]).values(id=post.station, added_at=START))
    post.enrol()
    post.seal()
    silo.receive("AB-123-CD")
    post.seal()
    post.sql("UPDATE vehicle SET plate = plate")
    post.seal()
    return post


def compared(post: Post) -> Compared:
    with post.ledger.read() as tx:
        return compare(tx, post.folder, lambda: False)


def found(post: Post) -> list[tuple[str, str]]:
    return [(one.code, one.params.get("table", "")) for one in compared(post).found]


def behind(post: Post, statement: str) -> None:
    """By somebody with another program, who takes the triggers away for that."""
    with post.ledger.write() as tx:
        change_log.stop(tx.connection())
    post.sql(statement)
    with post.ledger.write() as tx:
        change_log.start(tx.connection())


def test_rows_are_as_they_were_sent(post: Post) -> None:
    told = compared(post)
    assert (told.found, told.bags, told.kept) == ([], 3, 3)
    assert told.rows > 60
    post.sql("UPDATE cell SET name = 'another'")
    assert found(post) == [], "what the change log knows is no difference"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE weighing SET kg = kg + 1000 WHERE seq = (SELECT min(seq) FROM weighing)", "row_differs"),
        ("UPDATE ticket SET net_kg = 1", "row_differs"),
        ("DELETE FROM pairing WHERE seq = (SELECT max(seq) FROM pairing)", "row_gone"),
    ],
)
def test_a_row_that_was_changed_past_the_station_is_named(post: Post, statement: str, expected: str) -> None:
    behind(post, statement)
    assert [code for code, _ in found(post)] == [expected]


def test_a_row_that_never_changes_may_not_change_even_where_the_change_log_knows(post: Post) -> None:
    post.sql("UPDATE cell_movement SET kg = kg + 1000 WHERE seq = (SELECT max(seq) FROM cell_movement)")
    assert found(post) == [("row_differs", "cell_movement")]
    post.seal()
    assert found(post) == [("row_differs", "cell_movement")]


def test_a_bag_that_was_touched_one_that_is_gone_and_an_end_that_was_cut(post: Post) -> None:
    file = post.folder.facts("e1", 2)
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert found(post) == [("bag_changed", "")]
    file.unlink()
    assert found(post) == [("bag_gone", "")]
    file.write_bytes(data)
    post.sql("UPDATE post_link SET acknowledged = 9")
    assert found(post) == [("end_cut", "")]
    post.sql("UPDATE post_link SET acknowledged = 0")
    post.sql("DELETE FROM bag WHERE number = 2")
    assert found(post) == [("chain_broken", "")]


def test_a_look_ends_in_time_the_newest_bag_first(post: Post) -> None:
    looks = iter([False, True, True])
    with post.ledger.read() as tx:
        told = compare(tx, post.folder, lambda: next(looks))
    assert (told.bags, told.kept) == (0, 3)
    assert 0 < told.rows < 60


def test_the_check_says_it_in_a_sentence(post: Post, silo: Silo) -> None:
    def texts() -> list[str]:
        found = check_post(silo.desk.ledger.folder, silo.clock(), "en", every_bag=False)
        return [f"{one.level} {one.what}: {one.text}" for one in found]

    owes, agree = texts()
    assert owes.startswith("ok post: headquarters lacks 3 bags")
    assert agree.startswith("ok bags: 3 of 3 bags compared, the newest:")
    behind(post, "UPDATE ticket SET net_kg = 1")
    assert "changed past the station" in texts()[1]


def test_a_station_without_headquarters_is_not_asked(tmp_path: Path, silo: Silo) -> None:
    assert list(check_post(silo.desk.ledger.folder, silo.clock(), "en", every_bag=False)) == []
    assert list(check_post(tmp_path / "nowhere", silo.clock(), "en", every_bag=False)) == []
