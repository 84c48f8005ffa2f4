"""Photos come to headquarters after the rows that name them, whole, and no bag waits for one."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from station.hub import photos
from station.hub.photo_tables import PARTS, PHOTOS
from station.post import link
from station.post.client import RANGE_ANSWER_S
from station.post.photo_pace import LEAST, MOST, Budget
from station.post.standing import standing_of
from station.store import posted
from station.store.tables import PostLink
from tests.post.photo_rig import KEY, PhotoLine, bytes_of, photo_line, sha
from tests.post.post_rig import HUB, START

pytestmark = pytest.mark.long


@pytest.fixture
def one(tmp_path: Path) -> Iterator[PhotoLine]:
    with photo_line(tmp_path) as line:
        yield line


def test_a_photo_is_in_the_store_as_it_is_at_the_station(one: PhotoLine) -> None:
    data = bytes_of(1, 50_000)
    (name,) = one.take("c1", data)
    one.rows_go()
    station = one.station()
    one.run(station)
    assert one.states() == {name: "had"}
    assert one.store.read(name) == data
    assert one.at_hub() == {name}
    assert one.parts() == 0
    assert (station.facts().owed.count, station.facts().waits) == (0, "")


def test_a_photo_is_not_offered_before_its_row_is_in_a_bag(one: PhotoLine) -> None:
    one.take("c1", bytes_of(1, 10_000))
    one.rows_go()
    (name,) = one.take("c2", bytes_of(2, 10_000))
    station = one.station()
    for _ in range(5):
        station.turn(one.post.now)
        one.line.ticks += 10
    assert (one.states(), one.line.photo_bytes()) == ({}, 0)
    one.rows_go()
    began = one.line.ticks
    one.run(station)
    assert one.states()[name] == "had"
    assert one.line.ticks - began < 60  # it was not put off


def test_a_photo_of_two_captures_goes_once(one: PhotoLine) -> None:
    data = bytes_of(1, 30_000)
    one.take("c1", data)
    one.take("c2", data, bytes_of(2, 10_000))
    one.rows_go()
    one.run(one.station())
    assert one.line.photo_bytes() == 40_000


def test_no_range_is_begun_while_a_bag_is_owed(one: PhotoLine) -> None:
    one.line.rate = 8_000
    one.take("c1", bytes_of(1, 400_000))
    poster, owed = one.poster(), []
    request = one.line.request

    def watched(method: str, url: str, **more: Any) -> Any:
        if method == "PUT":
            with one.post.ledger.read() as tx:
                owed.append(len(one.post.bags()) - tx.get_one(PostLink, "hub").acknowledged)
        return request(method, url, **more)

    one.line.request = watched  # type: ignore[method-assign]
    for turn in range(20):
        one.line.cut = turn in (9, 10)
        if turn in (5, 9, 15):
            one.post.sql("UPDATE post_link SET snapshot = 1")  # a bag is due at once
        poster.turn()
        one.post.apply_all()
        one.line.ticks += 10
    assert len(owed) > 8
    assert set(owed) == {0}
    assert len(one.post.bags()) == 4


def test_a_range_takes_two_seconds_of_the_rate_that_was_measured(one: PhotoLine) -> None:
    one.line.rate = 8_000
    one.take("c1", bytes_of(1, 200_000))
    one.rows_go()
    one.run(one.station())
    sizes = [size for method, _, size in one.line.sent if method == "PUT"]
    assert max(sizes) <= 16_100
    assert len(sizes) < 16
    one.line.rate = 1e7
    one.take("c2", bytes_of(2, 5_000_000))
    one.rows_go()
    one.run(one.station())
    assert max(size for method, _, size in one.line.sent if method == "PUT") == MOST


def test_it_goes_on_where_it_was_cut_off_after_a_restart_too(one: PhotoLine) -> None:
    one.line.rate = 8_000
    (name,) = one.take("c1", bytes_of(1, 100_000))
    one.rows_go()
    station = one.station()
    for _ in range(5):
        station.turn(one.post.now)
    before = one.line.photo_bytes()
    assert 0 < before < 100_000
    one.line.cut = True
    one.run(station, 3)
    assert station.facts().waits == "unreachable"
    one.line.cut = False
    one.run(one.station())
    assert one.states() == {name: "had"}
    assert one.line.photo_bytes() == 100_000, "no byte went twice"


def test_a_lost_answer_costs_no_range_twice(one: PhotoLine) -> None:
    one.line.rate = 8_000
    (name,) = one.take("c1", bytes_of(1, 60_000))
    one.rows_go()
    station = one.station()
    for _ in range(3):
        station.turn(one.post.now)
    one.line.drops = 1
    one.run(station)
    assert one.states() == {name: "had"}
    assert one.line.photo_bytes() == 60_000


@pytest.mark.long
def test_a_line_that_stalls_holds_no_bag_up_for_long(one: PhotoLine) -> None:
    one.line.rate = 100_000
    (name,) = one.take("c1", bytes_of(1, 600_000))
    one.rows_go()
    station = one.station()
    for _ in range(3):
        station.turn(one.post.now)
    one.line.rate = 100
    began = one.line.ticks
    assert not station.turn(one.post.now)
    assert one.line.ticks - began <= RANGE_ANSWER_S
    one.line.rate = 4_000
    one.run(station)
    assert one.states() == {name: "had"}


def test_a_wrong_hash_is_refused_and_nothing_of_it_is_kept(one: PhotoLine) -> None:
    data = bytes_of(1, 10_000)
    (name,) = one.take("c1", data)
    one.rows_go()
    answer = one.client.put_range("e1", name, 0, 10_000, bytes(10_000))
    assert (answer.status, answer.reason) == (422, "wrong_hash")
    assert (one.at_hub(), one.parts(), one.store.size(name)) == (set(), 0, None)
    one.run(one.station())
    assert one.store.read(name) == data


def test_only_what_a_row_of_that_station_names_is_taken(one: PhotoLine) -> None:
    one.take("c1", bytes_of(1, 10_000))
    one.rows_go()
    stranger = bytes_of(9, 500)
    assert one.client.put_range("e1", sha(stranger), 0, 500, stranger).reason == "unnamed"
    (name,) = one.take("c2", bytes_of(2, 10_000))
    assert one.client.put_range("e1", name, 0, 10_000, bytes(10)).reason == "unnamed"
    one.post.seal()
    one.post.deliver_all()
    assert one.client.put_range("e1", name, 0, 10_000, bytes(10)).have == 10, "a bag that waits may name it"
    one.post.apply_all()
    answer = one.client.put_range("e1", name, 10, 9_000, bytes(10))
    assert (answer.status, answer.reason) == (422, "unnamed")
    assert "10000" in answer.detail


def test_a_range_that_cannot_be_is_refused(one: PhotoLine) -> None:
    (name,) = one.take("c1", bytes_of(1, 10_000))
    one.rows_go()
    for start, of, size, status in (
        (5, 10_000, 10, 409), (-1, 10_000, 10, 422), (0, 0, 0, 422), (0, 10_000, 0, 422),
        (9_995, 10_000, 10, 422), (0, 10**12, 10, 413), (0, 10_000, photos.MOST_RANGE + 1, 413),
        (10**30, 10**31, 1, 413),
    ):  # fmt: skip
        answer = one.client.put_range("e1", name, start, of, bytes(size))
        assert answer.status == status, (start, of, size, answer)
    for question in (None, [], {"x": 1}, {"a" * 64: 0}, {"a" * 64: 2**70}, {"a" * 64: True}):
        assert one.client.missing("e1", question).status == 422  # type: ignore[arg-type]
    assert one.parts() == 0


def test_where_it_starts_and_ends_is_signed(one: PhotoLine) -> None:
    from station.post.wire import Signed

    (name,) = one.take("c1", bytes_of(1, 10_000))
    one.rows_go()
    path = f"/hub/v1/stations/beaulieu/photos/{name}?from=0&of=10000"
    headers = Signed("PUT", path, "e1", 0, b"abc").headers(KEY)
    http = one.line.http
    assert http.put(path, content=b"abc", headers=headers).status_code == 200
    moved = path.replace("from=0", "from=3")
    assert http.put(moved, content=b"abc", headers=headers).json()["reason"] == "wrong_signature"
    assert http.put(path.replace(name, "..%2Fx"), content=b"abc", headers=headers).status_code in (404, 422)


def test_a_store_that_is_away_stops_photos_only(one: PhotoLine) -> None:
    data = bytes_of(1, 10_000)
    (name,) = one.take("c1", data)
    poster = one.poster()
    one.store.is_away = True
    for _ in range(6):
        poster.turn()
        one.post.apply_all()
        one.line.ticks += 60
    assert one.at_hub() == set()
    assert poster.facts().unreachable == ""
    assert standing_of(one.post.ledger.folder).photos_wait == "unusable"
    one.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
    for _ in range(32):
        poster.turn()
    one.post.apply_all()
    assert one.post.rows_here() == one.post.rows_there()
    one.store.is_away = False
    before = one.line.photo_bytes()
    one.line.ticks += 600
    for _ in range(3):
        poster.turn()
    assert one.store.read(name) == data
    assert one.line.photo_bytes() == before, "all bytes were there: an empty range ended it"


def test_any_copy_takes_any_range_and_one_that_died_before_storing_costs_nothing(one: PhotoLine) -> None:
    data = bytes_of(1, 10_000)
    (name,) = one.take("c1", data)
    one.rows_go()
    one.client.put_range("e1", name, 0, 10_000, data[:4_000])
    one.store.is_away = True  # as a copy that dies between the last byte and the store
    with pytest.raises(Exception, match="503"):
        one.client.put_range("e1", name, 4_000, 10_000, data[4_000:])
    one.store.is_away = False
    assert one.client.missing("e1", {name: 10_000}).lacking == {name: 10_000}
    one.run(one.station())
    assert one.store.read(name) == data


@pytest.mark.long
def test_two_copies_that_get_the_same_range_at_once_keep_one(one: PhotoLine) -> None:
    (name,) = one.take("c1", bytes_of(1, 10_000))
    one.rows_go()
    assert one.client.put_range("e1", name, 0, 10_000, bytes(10)).have == 10
    again = one.client.put_range("e1", name, 0, 10_000, bytes(10))
    assert (again.status, again.reason, again.have) == (409, "range", 10)


@pytest.mark.long
def test_what_was_begun_long_ago_is_let_go(one: PhotoLine) -> None:
    (name,) = one.take("c1", bytes_of(1, 10_000))
    one.rows_go()
    one.client.put_range("e1", name, 0, 10_000, bytes(10))
    with one.post.hub.begin() as connection:
        photos.forget_begun(connection, HUB, START)
        assert connection.execute(select(HUB.tables[PARTS].c.size)).scalars().all() == [10]
        photos.forget_begun(connection, HUB, START + timedelta(days=1))
        assert connection.execute(select(HUB.tables[PARTS].c.size)).scalars().all() == []


@pytest.mark.long
def test_of_many_photos_that_were_begun_the_oldest_make_room(one: PhotoLine) -> None:
    every = [bytes_of(seed, 100) for seed in range(photos.MOST_BEGUN + 3)]
    for number, data in enumerate(every):
        one.take(f"c{number}", data)
    one.rows_go()
    for data in every:
        one.client.put_range("e1", sha(data), 0, 100, data[:50])
    assert one.parts() == photos.MOST_BEGUN


def test_a_photo_whose_file_is_gone_or_damaged_holds_no_other_up(one: PhotoLine) -> None:
    gone, damaged = one.take("c1", bytes_of(1, 1_000), bytes_of(2, 1_000))
    (good,) = one.take("c2", bytes_of(3, 1_000))
    one.blobs.path(gone).unlink()
    one.blobs.path(damaged).write_bytes(b"x")
    one.rows_go()
    station = one.station()
    one.run(station)
    assert one.states() == {gone: "lost", damaged: "lost", good: "had"}
    assert station.facts().owed.lost == 2


@pytest.mark.long
def test_a_row_that_waits_in_quarantine_holds_no_photo_up(one: PhotoLine) -> None:
    hashes = one.take("c1", *(bytes_of(seed, 100) for seed in range(4)))
    one.rows_go()
    with one.post.hub.begin() as connection:
        connection.execute(HUB.tables["photo"].delete().where(HUB.tables["photo"].c.position < 3))
    station = one.station()
    one.run(station, 20)
    assert one.at_hub() == {hashes[3]}
    assert [one.states()[name] for name in hashes] == ["owed", "owed", "owed", "had"]


def test_what_headquarters_wants_goes_to_the_front(one: PhotoLine) -> None:
    one.line.rate = 8_000
    hashes = [one.take(f"c{n}", bytes_of(n, 200_000))[0] for n in range(5)]
    one.rows_go()
    station = one.station()
    for _ in range(3):
        station.turn(one.post.now)
    with one.post.hub.begin() as connection:
        assert photos.want(connection, HUB, [("beaulieu", hashes[4])], START) == 1
        assert photos.want(connection, HUB, [("beaulieu", hashes[4])], START) == 0
    one.run(station)
    last_of = {name: place for place, (_, name, _) in enumerate(_ranges(one))}
    assert last_of[hashes[1]] < last_of[hashes[4]] < last_of[hashes[2]] < last_of[hashes[3]]
    assert one.line.photo_bytes() == 5 * 200_000, "what it came before went on where it was"
    with one.post.hub.connect() as connection:
        assert photos.missing(connection, HUB, "beaulieu", {}, START).wanted == ()


@pytest.mark.long
def test_what_headquarters_has_lost_it_gets_again(one: PhotoLine) -> None:
    data = bytes_of(1, 1_000)
    (name,) = one.take("c1", data)
    one.rows_go()
    station = one.station()
    one.run(station)
    (later,) = one.take("c2", bytes_of(2, 1_000))
    one.rows_go()
    with one.post.hub.begin() as connection:
        lacking = photos.photos_lacking(connection, HUB, "beaulieu", one.store)  # type: ignore[arg-type]
        assert (lacking.to_come, lacking.lost) == ((later,), ())
    (Path(one.store.store._folder or "") / name[:2] / name).unlink()
    with one.post.hub.begin() as connection:
        lacking = photos.photos_lacking(connection, HUB, "beaulieu", one.store)  # type: ignore[arg-type]
        assert (lacking.to_come, lacking.lost) == ((later,), (name,))
        photos.want_again(connection, HUB, "beaulieu", [name], START)
    one.line.ticks += 700
    station.turn(one.post.now)
    one.run(station)
    assert one.store.read(name) == data


@pytest.mark.long
def test_a_new_epoch_asks_anew_and_sends_nothing_twice(one: PhotoLine) -> None:
    (name,) = one.take("c1", bytes_of(1, 1_000))
    one.rows_go()
    one.run(one.station())
    with one.post.ledger.write() as tx:
        link.begin(tx, "beaulieu", "e2", one.post.now)
    assert one.states() == {}
    one.run(one.station())
    assert one.states() == {name: "had"}
    assert one.line.photo_bytes() == 1_000


@pytest.mark.long
def test_what_a_restored_headquarters_lost_comes_again(one: PhotoLine) -> None:
    data = bytes_of(1, 1_000)
    (name,) = one.take("c1", data)
    one.rows_go()
    station = one.station()
    one.run(station)
    with one.post.hub.begin() as connection:
        connection.execute(HUB.tables[PHOTOS].delete())
    with one.post.ledger.write() as tx:
        known = tx.get_one(PostLink, "hub")
        known.acknowledged -= 1  # as the sender does when headquarters names an earlier bag
        tx.add(known)
    one.run(station)
    assert (one.at_hub(), one.line.photo_bytes()) == ({name}, 2_000)


@pytest.mark.long
def test_a_photo_stays_until_headquarters_has_it(one: PhotoLine) -> None:
    (name,) = one.take("c1", bytes_of(1, 1_000))
    one.rows_go()
    with one.post.ledger.read() as tx:
        assert posted.must_stay(tx, name)
    one.run(one.station())
    with one.post.ledger.read() as tx:
        assert not posted.must_stay(tx, name)


@pytest.mark.parametrize("size", [240_000, pytest.param(12_000_000, marks=pytest.mark.long)])
def test_f9_a_large_photo_on_a_thin_line_with_a_small_budget(one: PhotoLine, size: int) -> None:
    """12 MB (or less) at 64 kbit/s with less than half of it a day, the line cut, the station restarted: it
    takes three days, no byte goes twice, and the days that are owed can be seen."""
    data, daily = bytes_of(1, size), size * 5 // 12
    one.line.rate = 8_000
    one.budget = Budget(mb_a_day=daily / 1e6, zone=UTC)
    (name,) = one.take("c1", data)
    one.rows_go()
    station, sent = one.station(), []
    for day in range(3):
        at, before = START + timedelta(days=day), one.line.photo_bytes()
        for turn in range(size // 1_000):
            one.line.cut = turn == 4
            if not station.turn(at):
                one.line.ticks += station.pause_s()
                if station.facts().waits == "budget" or one.states().get(name) == "had":
                    break
        sent.append(one.line.photo_bytes() - before)
        if day == 0:
            assert station.facts().days == pytest.approx(12 / 5, rel=0.01)
            assert one.states() == {name: "owed"}
            station = one.station()
            assert not [station.turn(at) for _ in range(3)][-1], (
                "a restart does not spend a day's budget twice"
            )
    assert one.states() == {name: "had"}
    assert one.store.read(name) == data
    assert max(sent) <= daily
    assert sum(sent) == size
    assert max(size for method, _, size in one.line.sent if method == "PUT") <= 16_100


@pytest.mark.long
def test_hours_and_rate_of_the_budget_hold(one: PhotoLine) -> None:
    one.line.rate = 1e6
    one.budget = Budget(kb_s=10, hours=(time(20), time(6)), zone=UTC)
    one.take("c1", bytes_of(1, 100_000))
    one.rows_go()
    station = one.station()
    one.run(station, 5)
    noon, night = datetime(2026, 7, 20, 12, tzinfo=UTC), datetime(2026, 7, 20, 23, tzinfo=UTC)
    assert (one.line.photo_bytes(), station.facts().waits) == (0, "hours")
    station.turn(noon)
    began = one.line.ticks
    for _ in range(100):
        if not station.turn(night):
            one.line.ticks += station.pause_s()
    assert one.line.photo_bytes() == 100_000
    assert one.line.ticks - began >= (100_000 - 20_000) / 10_000


def test_hours_may_span_midnight() -> None:
    night, morning = (time(20), time(6)), (time(8), time(12))
    for hours, at, may in (
        (None, 3, True), (night, 3, True), (night, 12, False), (morning, 12, False), (morning, 8, True),
    ):  # fmt: skip
        assert Budget(hours=hours, zone=UTC).is_hour(datetime(2026, 7, 20, at, tzinfo=UTC)) is may


def test_days_owed_follow_what_bounds_them() -> None:
    assert Budget().days_for(10**9, None) is None
    assert Budget(mb_a_day=20).days_for(120_000_000, 8_000) == pytest.approx(6)
    assert Budget().days_for(8_000 * 86_400, 8_000) == pytest.approx(1)
    night = Budget(kb_s=4, hours=(time(20), time(6)))
    assert night.days_for(4_000 * 36_000, 8_000) == pytest.approx(1)
    assert LEAST < MOST


def _ranges(one: PhotoLine) -> list[tuple[str, str, int]]:
    return [
        (method, path.split("/")[1].split("?")[0], size)
        for method, path, size in one.line.sent
        if method == "PUT"
    ]


def test_a_bag_that_is_applied_while_it_is_asked_leaves_no_photo_unnamed(one: PhotoLine) -> None:
    """Between two questions to the database its rows would be in the answer of neither."""
    (name,) = one.take("c1", bytes_of(1, 10_000))
    one.post.seal()
    one.post.deliver_all()

    asked = []

    def apply_after(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM photo \n" in statement and not asked:
            asked.append(statement)
            one.post.apply_all()

    event.listen(one.post.hub, "after_cursor_execute", apply_after)
    assert one.client.put_range("e1", name, 0, 10_000, bytes(10)).have == 10
    assert asked
