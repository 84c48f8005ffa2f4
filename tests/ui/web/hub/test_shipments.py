"""The page of transfers between own silos: for who has to do with the road, and for the silos of each."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from station.hub.database import TABLES
from station.hub.shipment_tables import SHIPMENTS
from tests.silo_rig import START
from tests.ui.web.hub.rig import NORTH, SOUTH, HubPages, words_of


def on_road(hub: HubPages, number: str = "north-1", **over: Any) -> None:
    row = {
        "number": number, "from_site": NORTH, "to_site": SOUTH, "plate": "AB-123-CD", "species": "soft_wheat",
        "kg": 26_400.0, "content": {}, "left_at": START - timedelta(hours=2), "known_at": START,
        "state": "in_transit", "is_twice": False, **over,
    }  # fmt: skip
    with hub.quarters.engine.begin() as connection:
        connection.execute(insert(TABLES.tables[SHIPMENTS]).values(row))


def received(hub: HubPages, number: str, kg: float, **over: Any) -> None:
    on_road(
        hub, number, state="closed", at_site=SOUTH, arrived_kg=kg, freinte_kg=26_400 - kg,
        freinte_percent=(26_400 - kg) / 264, ended_at=START, **over,
    )  # fmt: skip


def test_what_is_on_the_road_is_told_with_its_age(hub: HubPages) -> None:
    on_road(hub)
    on_road(hub, "north-2", plate="ZZ-999-ZZ", left_at=START - timedelta(days=2))
    answer = hub.reader("logistics").get("/shipments")
    assert answer.status_code == 200
    told = words_of(answer.text)
    for word in ("north-1", "Silo north", "Silo south", "AB-123-CD", "26.40", "2 h 00", "2 d", "in transit"):
        assert word in told.replace("\N{NO-BREAK SPACE}", " "), word


def test_freinte_over_the_limit_is_a_list_of_its_own(hub: HubPages) -> None:
    received(hub, "north-1", 26_380)
    received(hub, "north-2", 26_000)
    client = hub.reader("director")
    over = client.get("/shipments", params={"format": "csv", "table": "over"}).text
    ended = client.get("/shipments", params={"format": "csv", "table": "ended"}).text
    assert ("north-2" in over, "north-1" in over) == (True, False)
    assert ("north-2" in ended, "north-1" in ended) == (True, True)


def test_one_that_went_elsewhere_or_is_in_two_places_says_so(hub: HubPages) -> None:
    received(hub, "south-1", 26_400, from_site=SOUTH, to_site="east")
    received(hub, "north-2", 26_400, is_twice=True)
    told = words_of(hub.reader("director").get("/shipments").text)
    assert "in two places" in told


def test_a_manager_of_one_silo_sees_what_goes_there_or_leaves_there_and_no_other(hub: HubPages) -> None:
    on_road(hub)
    on_road(hub, "east-1", from_site="east", to_site="west", plate="QQ-777-QQ")
    told = words_of(hub.reader("silo_manager", scope=[SOUTH]).get("/shipments").text)
    assert ("north-1" in told, "QQ-777-QQ" in told) == (True, False)


def test_it_is_not_for_everybody_and_speaks_french(hub: HubPages) -> None:
    assert hub.reader("quality").get("/shipments").status_code == 403
    received(hub, "north-2", 26_000)
    told = words_of(hub.reader("logistics", language="fr").get("/shipments").text)
    for word in ("Transferts inter-silos", "En transit", "Freinte"):
        assert word in told, word
