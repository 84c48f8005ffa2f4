"""Headquarters sees what is on the road between its silos, tells whom it concerns, and counts it once."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import select as choose

from station.hub.applying import rebuild
from station.hub.down_tables import DOCUMENTS, OFFERS
from station.hub.own import EVENTS
from station.receival.between_silos import shipments
from station.receival.deciding import decisions
from station.store.tables import DownDocument, ExpectedShipment, OwnSite
from tests.headquarters.shipping_rig import House, Site, opened
from tests.post.post_rig import HUB
from tests.receival.two_silos import stock
from tests.silo_rig import ANNE


@pytest.fixture
def house(tmp_path: Path, silo_folder: Path) -> Iterator[House]:
    yield from opened(tmp_path, silo_folder)


def expected(site: Site) -> list[tuple[str, str, bool]]:
    with site.silo.desk.ledger.read() as tx:
        return [(row.number, row.state, row.verified) for row in tx.exec(choose(ExpectedShipment))]


def documents(site: Site) -> list[tuple[str, str]]:
    with site.silo.desk.ledger.read() as tx:
        return [(row.kind, row.state) for row in tx.exec(choose(DownDocument))]


def test_a_shipment_is_on_the_road_and_expected_where_it_goes(house: House) -> None:
    row = house["nord"].ship("sud")
    house.settle()
    (one,) = house.road()
    assert (one.number, one.from_site, one.to_site, one.kg, one.plate, one.state) == (
        row.number, "nord", "sud", 26_400, "AB-123-CD", "in_transit",
    )  # fmt: skip
    assert one.age > timedelta(minutes=50)
    assert expected(house["sud"]) == [(row.number, "expected", True)]
    assert expected(house["est"]) == []
    house.settle()
    assert documents(house["sud"]) == [("stations", "active"), ("shipment", "active")]


def test_received_it_is_closed_with_what_was_lost_and_listed_over_a_limit(house: House) -> None:
    numbers = [house["nord"].ship("sud").number for _ in range(2)]
    house.settle()
    house["sud"].unload(numbers[0], 26_380)
    house["sud"].unload(numbers[1], 26_000)
    house.settle()
    assert house.road() == []
    found = {one.number: one for one in house.ended()}
    assert [(found[n].state, found[n].freinte_kg, found[n].is_over_limit) for n in numbers] == [
        ("closed", 20, False), ("closed", 400, True),
    ]  # fmt: skip
    assert [one.number for one in house.ended(only_over=True)] == [numbers[1]]
    assert house.ended(only_over=True, limit_percent=2) == []
    assert house.ended(stations=["est"]) == []


def test_stocks_transit_and_freinte_add_up(house: House) -> None:
    whole = sum(stock(site.silo) for site in house.sites.values())

    def all_told() -> float:
        lost = sum(one.freinte_kg or 0 for one in house.ended())
        return sum(stock(s.silo) for s in house.sites.values()) + sum(o.kg for o in house.road()) + lost

    rows = [house["nord"].ship("sud", 20_000), house["nord"].ship("est", 21_000), house["sud"].ship("est")]
    for step in (
        lambda: None,
        lambda: house["sud"].unload(rows[0].number, 19_950),
        lambda: house["est"].arrive(rows[1].number),
        lambda: shipments.cancel(
            house["sud"].silo.desk, rows[2].number, "no", ANNE, house["sud"].silo.clock()
        ),
    ):
        step()
        house.settle()
        assert all_told() == pytest.approx(whole)


def test_cancelled_it_is_no_more_expected(house: House) -> None:
    row = house["nord"].ship("sud")
    house.settle()
    shipments.cancel(house["nord"].silo.desk, row.number, "broke down", ANNE, house["nord"].silo.clock())
    house.settle()
    assert expected(house["sud"]) == [(row.number, "withdrawn", True)]
    assert [(one.state, one.freinte_kg) for one in house.ended()] == [("cancelled", 0)]


def test_cancelled_before_headquarters_said_anything_it_is_never_expected(house: House) -> None:
    row = house["nord"].ship("sud")
    shipments.cancel(house["nord"].silo.desk, row.number, "broke down", ANNE, house["nord"].silo.clock())
    house.settle()
    assert expected(house["sud"]) == []
    assert house.road() == []


def test_refused_it_is_still_on_the_road_until_it_is_back(house: House) -> None:
    row = house["nord"].ship("sud")
    house.settle()
    there = house["sud"].silo
    (load,) = there.loads(house["sud"].arrive(row.number))
    house.settle()
    assert [(one.state, one.at_site) for one in house.road()] == [("arrived", "sud")]
    decisions.refuse(there.desk, load.id, "insects", ANNE, there.clock())
    house.settle()
    assert [one.state for one in house.road()] == ["refused"]
    here = house["nord"].silo
    shipments.take_back(here.desk, row.number, "insects", ANNE, here.clock(), kg=26_390)
    house.settle()
    assert [(one.state, one.freinte_kg) for one in house.ended()] == [("returned", 10)]
    assert expected(house["sud"]) == [(row.number, "withdrawn", True)]


def test_it_arrives_at_another_silo_by_its_paper_and_the_first_expects_it_no_more(house: House) -> None:
    row = house["nord"].ship("sud")
    house.settle()
    house["est"].take(house["nord"].text(row), despite_site=True)
    house["est"].unload(row.number, 26_400)
    house.settle()
    assert [(one.state, one.at_site) for one in house.ended()] == [("closed", "est")]
    assert expected(house["sud"]) == [(row.number, "withdrawn", True)]
    assert expected(house["est"]) == [(row.number, "received", True)]


def test_read_off_its_paper_first_it_is_counted_once_when_headquarters_tells_it(house: House) -> None:
    row = house["nord"].ship("sud")
    house["sud"].take(house["nord"].text(row))
    assert expected(house["sud"]) == [(row.number, "expected", False)]
    house["sud"].unload(row.number, 26_390)
    house.settle("sud")
    assert house.road() == []
    house.settle()
    assert expected(house["sud"]) == [(row.number, "received", True)]
    assert [(one.state, one.freinte_kg) for one in house.ended()] == [("closed", 10)]
    assert stock(house["sud"].silo) == 800_000 + 26_390


def test_a_truck_known_by_its_number_alone_gets_its_paper_at_whatever_silo_it_is(house: House) -> None:
    row = house["nord"].ship("sud")
    house["est"].arrive(row.number, plate="AB-123-CD", species="soft_wheat")
    house.settle()
    with house["est"].silo.desk.ledger.read() as tx:
        came = tx.exec(choose(ExpectedShipment)).one()
    assert (came.paper["kg"], came.known_by, came.state) == (26_400, "hub", "arrived")


def test_received_in_two_places_it_is_listed(house: House) -> None:
    row = house["nord"].ship("sud")
    house.settle()
    house["sud"].unload(row.number, 26_400)
    shipments.take_back(house["nord"].silo.desk, row.number, "?", ANNE, house["nord"].silo.clock())
    house.settle()
    (one,) = house.ended(only_over=True)
    assert (one.state, one.at_site, one.is_twice) == ("closed", "sud", True)


def test_a_day_later_it_is_overdue(house: House) -> None:
    house["nord"].ship("sud")
    house.settle()
    assert [one.is_overdue for one in house.road()] == [False]
    house.now += timedelta(hours=25)
    assert [one.is_overdue for one in house.road()] == [True]
    assert house.road(stations=["est"]) == []


def test_a_clock_that_is_ahead_gives_no_negative_age(house: House) -> None:
    house["nord"].silo.clock.now += timedelta(days=3)
    house["nord"].ship("sud")
    house.settle()
    assert [one.age for one in house.road()] == [timedelta(0)]


def test_every_station_knows_the_others_names_and_keys_and_is_told_once(house: House) -> None:
    house.settle()
    house.settle()
    for site in house.sites.values():
        with site.silo.desk.ledger.read() as tx:
            assert sorted(row.id for row in tx.exec(choose(OwnSite))) == ["est", "nord", "sud"]
        assert documents(site) == [("stations", "active")]
    row = house["nord"].ship("sud")
    house["sud"].take(house["nord"].text(row))
    assert expected(house["sud"]) == [(row.number, "expected", True)]


def test_followed_again_or_after_a_rebuild_nothing_is_sent_twice(house: House) -> None:
    house["nord"].ship("sud")
    house.settle()
    with house.engine.begin() as connection:
        rebuild(connection, HUB, "nord", house.now)
    house["nord"].post.apply_all()
    assert house.follow() == []
    with house.engine.connect() as connection:
        offers = connection.execute(select(HUB.tables[OFFERS].c.kind)).scalars().all()
        body = connection.execute(
            select(HUB.tables[DOCUMENTS].c.body).where(HUB.tables[DOCUMENTS].c.kind == "shipment")
        ).scalar_one()
    assert sorted(offers) == ["shipment", "stations", "stations", "stations"]
    assert json.loads(body)["state"] == "left"


def test_a_paper_that_nobody_can_read_holds_no_other_up(house: House) -> None:
    rows = [house["nord"].ship("sud") for _ in range(3)]
    house["nord"].up()
    table = HUB.tables["shipment"]
    with house.engine.begin() as connection:
        for row, paper in ((rows[0], []), (rows[1], {**rows[1].paper, "kg": -1})):
            connection.execute(update(table).where(table.c.number == row.number).values(paper=paper))
    house.settle()
    assert [one.number for one in house.road()] == [rows[2].number]
    assert expected(house["sud"]) == [(rows[2].number, "expected", True)]
    with house.engine.connect() as connection:
        kinds = connection.execute(select(HUB.tables[EVENTS].c.kind)).scalars().all()
    assert kinds.count("shipment_wrong") == 2


def test_one_for_a_site_without_a_station_stays_on_the_road(house: House) -> None:
    with house["nord"].silo.desk.ledger.write() as tx:
        for row in tx.exec(choose(OwnSite)):
            tx.delete(row)
    house["nord"].ship("ferme")
    house.settle()
    assert [one.to_site for one in house.road()] == ["ferme"]
