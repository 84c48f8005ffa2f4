"""Who applies a station's bags is alone with it; stations and receiving wait for nobody."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from station.hub import applying
from tests.hub.hub_rig import Headquarters, Station
from tests.post.post_rig import HUB


@pytest.fixture
def stations(headquarters: Headquarters) -> Iterator[list[Station]]:
    made = [headquarters.station(name) for name in ("beaulieu", "orval")]
    for station in made:
        station.post.seal()
        station.post.deliver_all()
        station.post.sql("INSERT INTO pit (id, name) VALUES ('p1', 'a')")
        station.post.seal()
        station.post.deliver_all()
    yield made
    for station in made:
        station.post.ledger.close()


def applied(headquarters: Headquarters) -> dict[str, int]:
    with headquarters.engine.connect() as connection:
        query = text("SELECT station, count(*) FROM hub_bag WHERE state = 'applied' GROUP BY station")
        return {station: count for station, count in connection.execute(query)}  # noqa: C416  rows


def test_two_workers_take_two_stations_at_once(headquarters: Headquarters, stations: list[Station]) -> None:
    with headquarters.engine.begin() as first, headquarters.engine.begin() as second:
        assert applying.apply_next(first, HUB, stations[0].post.now)
        assert applying.apply_next(second, HUB, stations[0].post.now)
        with headquarters.engine.begin() as third:
            assert not applying.apply_next(third, HUB, stations[0].post.now), "both are taken"
    assert applied(headquarters) == {"beaulieu": 1, "orval": 1}
    stations[0].post.apply_all()
    assert applied(headquarters) == {"beaulieu": 2, "orval": 2}


def test_a_bag_is_received_while_another_is_applied(
    headquarters: Headquarters, stations: list[Station]
) -> None:
    post = stations[0].post
    post.apply_all()
    for number in (3, 4):
        post.sql("INSERT INTO pit (id, name) VALUES (:id, 'a')", id=f"p{number}")
        post.seal()
    assert post.deliver(3).status == 200
    with headquarters.engine.begin() as first:
        assert applying.apply_next(first, HUB, post.now, "beaulieu")
        assert post.deliver(4).status == 200
    post.apply_all()
    assert post.rows_here() == post.rows_there()


def test_a_station_whose_bag_cannot_be_applied_holds_no_other_up(
    headquarters: Headquarters, stations: list[Station]
) -> None:
    with headquarters.engine.begin() as connection:
        connection.execute(text("UPDATE hub_bag SET facts = 'damaged' WHERE station = 'beaulieu'"))
    for _ in range(40):
        try:
            with headquarters.engine.begin() as connection:
                applying.apply_next(connection, HUB, stations[0].post.now)
        except Exception:  # noqa: BLE001  the copy goes on too
            continue
    assert applied(headquarters) == {"orval": 2}
