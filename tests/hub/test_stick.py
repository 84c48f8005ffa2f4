"""Bags on a stick: taken once, in their order, by the rules of the wire; a stick cannot forge."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from station.post.stick import export
from tests.hub.hub_rig import KEY, Headquarters, Station
from tests.post.post_rig import Post


@pytest.fixture
def station(headquarters: Headquarters) -> Station:
    station = headquarters.station()
    post = station.post
    post.sql("INSERT INTO supplier (id, name, name_key) VALUES ('s1', 'Dupont', 's1')")
    for number in range(4):
        post.sql("INSERT INTO pit (id, name) VALUES (:id, 'a')", id=f"p{number}")
        assert post.seal()
    return station


@pytest.fixture
def stick(tmp_path: Path, station: Station) -> Path:
    carried(station.post, tmp_path / "stick")
    return tmp_path / "stick"


def carried(post: Post, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    export(folder, post.folder, post.station, KEY, [(bag.epoch, bag.number) for bag in post.bags()])


def imported(headquarters: Headquarters, stick: Path) -> tuple[int, dict[str, int], str]:
    done = headquarters.run("import", str(stick), "--json")
    return done.exit_code, json.loads(done.stdout), done.stderr


def test_a_stick_brings_what_the_wire_would(
    headquarters: Headquarters, station: Station, stick: Path
) -> None:
    assert imported(headquarters, stick)[:2] == (0, {"taken": 4, "had": 0, "skipped": 0})
    assert imported(headquarters, stick)[:2] == (0, {"taken": 0, "had": 4, "skipped": 0})
    station.post.apply_all()
    assert station.post.rows_here() == station.post.rows_there()
    station.poster.turn()
    assert station.poster.facts().bags == 0, "the wire brings the next one, and learns what is there"
    assert station.poster.facts().refused == ""


def test_a_missing_bag_stops_those_after_it_and_a_later_stick_goes_on(
    headquarters: Headquarters, stick: Path
) -> None:
    second = stick / "beaulieu" / "e1" / "00000002.bag"
    kept = second.read_bytes()
    second.unlink()
    code, counts, said = imported(headquarters, stick)
    assert (code, counts) == (1, {"taken": 1, "had": 0, "skipped": 2})
    assert "00000003.bag: gap" in said
    second.write_bytes(kept)
    assert imported(headquarters, stick)[:2] == (0, {"taken": 3, "had": 1, "skipped": 0})


def test_a_changed_bag_is_not_the_stations(headquarters: Headquarters, station: Station, stick: Path) -> None:
    first = stick / "beaulieu" / "e1" / "00000001.bag"
    first.write_bytes(first.read_bytes().replace(b'"revision"', b' "revision"', 1))
    code, counts, said = imported(headquarters, stick)
    assert (code, counts["taken"]) == (1, 0)
    assert "00000001.bag: wrong_signature" in said
    assert station.post.received() == []
    with headquarters.engine.connect() as connection:
        kinds = connection.execute(text("SELECT kind FROM hub_event")).scalars().all()
    assert "wrong_signature" in kinds


def test_what_is_no_bag_is_named_and_the_rest_is_taken(headquarters: Headquarters, stick: Path) -> None:
    (stick / "holiday.bag").write_bytes(b"a photo")
    (stick / "huge.bag").write_bytes(b"{}\n" + bytes(9_000_000))
    (stick / "link.bag").symlink_to("/etc/passwd")
    (stick / "beaulieu" / "e1" / "00000004.sig").unlink()
    code, counts, said = imported(headquarters, stick)
    assert (code, counts) == (1, {"taken": 3, "had": 0, "skipped": 3})
    for told in ("holiday.bag: no_bag", "huge.bag: too_large", "00000004.bag: no_signature"):
        assert told in said


def test_a_bag_of_a_station_nobody_knows_is_skipped(
    headquarters: Headquarters, station: Station, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    carried(station.post, stick)
    with headquarters.engine.begin() as connection:
        connection.execute(text("DELETE FROM hub_station"))
    code, counts, said = imported(headquarters, stick)
    assert (code, counts["skipped"]) == (1, 4)
    assert "unknown_station" in said


def test_a_bag_of_a_revoked_station_is_skipped(headquarters: Headquarters, stick: Path) -> None:
    assert headquarters.run("revoke", "beaulieu", "--by", "Marc").exit_code == 0
    code, counts, said = imported(headquarters, stick)
    assert (code, counts["taken"]) == (1, 0)
    assert "revoked" in said


def test_an_empty_stick_says_so(headquarters: Headquarters, tmp_path: Path) -> None:
    done = headquarters.run("import", str(tmp_path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert str(tmp_path) in done.stderr
    assert headquarters.run("import", str(tmp_path / "nowhere")).exit_code == 2
