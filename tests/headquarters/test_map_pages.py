"""The map, a silo and the monthly state as people see them, each only the own silos."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from station.headquarters.farms import Farm, FarmCell, add_farm
from station.headquarters.farms import add_cell as add_farm_cell
from station.headquarters.stock import refresh_all
from station.hub.database import TABLES
from station.hub.own import STATIONS
from tests.headquarters.stock_rig import add_cell, add_row, apply_bag, move
from tests.silo_rig import START
from tests.ui.web.hub.rig import NORTH, SOUTH, HubPages, words_of

MEAN = {"protein": {"value": 11.4, "unit": "%", "basis": "dm", "known_t": 30.0}}


@pytest.fixture
def pages() -> HubPages:
    hub = HubPages.begin()
    with hub.quarters.engine.begin() as connection:
        for number, station in enumerate((NORTH, SOUTH)):
            add_cell(connection, station, "c1", name=f"Cellule de {station}")
            for load in range(1, 61):
                owner = f"s{load % 3}"
                add_row(connection, station, "load", id=f"l{load}", species="barley", visit_id=f"v{load}",
                        campaign="2026")  # fmt: skip
                add_row(connection, station, "visit", id=f"v{load}", supplier_id=owner, plate=f"AB-{load}-CD")
                add_row(connection, station, "loadowner", load_id=f"l{load}", supplier_id=owner, share=1.0)
                add_row(connection, station, "ticket", id=f"t{load}", seq=load, load_id=f"l{load}",
                        number=load, campaign="2026", net_kg=1_000.0)  # fmt: skip
                move(connection, station, load, "c1", 1_000, load_id=f"l{load}", content_kg=1_000.0 * load,
                     content=MEAN, at=START - timedelta(hours=61 - load))  # fmt: skip
            for owner in range(3):
                add_row(connection, station, "supplier", id=f"s{owner}", name=f"EARL {station} {owner}")
            apply_bag(connection, station, 1, START - timedelta(days=3))
            site = {"name": station.title(), "latitude": 47.0 + number / 5, "longitude": 4.8}
            word = {"site": site, "cells": [{"id": "c1", "kg": 60_500.0, "species": "barley"}]}
            stations = TABLES.tables[STATIONS]
            said = update(stations).where(stations.c.id == station)
            connection.execute(said.values(alive=word, seen_at=START - timedelta(days=3 * number)))
    refresh_all(hub.quarters.engine, TABLES, START)
    return hub


def test_the_map_says_what_lies_where_and_how_old_the_word_is(pages: HubPages) -> None:
    html = pages.reader("logistics", language="fr").get("/map").text
    words = words_of(html)
    assert "North" in words
    assert "dit il y a 3 j" in words.replace("\N{NO-BREAK SPACE}", " ")
    assert html.count("<svg") == 2
    assert "protéines 11,4" in words.replace("\N{NO-BREAK SPACE}", " ")


def test_a_silo_manager_sees_the_own_silo_and_nothing_of_others(pages: HubPages) -> None:
    client = pages.reader("silo_manager", scope=[SOUTH])
    for path in ("/map", "/state", "/map?format=csv&table=cells", f"/sites/{SOUTH}?cell=c1"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "north" not in answer.text.lower().replace("ground", "")
    assert client.get(f"/sites/{NORTH}").status_code == 404


def test_behind_a_cell_are_movements_loads_owners_and_regimes(pages: HubPages) -> None:
    client = pages.reader("logistics")
    words = words_of(client.get(f"/sites/{NORTH}?cell=c1").text)
    for said in ("EARL north 1", "AB-60-CD", "2026 n° 60", "owned", "20.00"):
        assert said in words
    assert "AB-10-CD" not in words
    older = client.get(f"/sites/{NORTH}?cell=c1&after=11").text
    assert "AB-10-CD" in older
    assert "AB-60-CD" not in older


def test_each_table_is_a_file(pages: HubPages) -> None:
    client = pages.reader("director")
    for path, table, rows in (
        ("/map", "places", 2), ("/map", "cells", 2), (f"/sites/{NORTH}", "movements", 50),
        (f"/sites/{NORTH}?cell=c1", "owners", 3), ("/state?month=2026-07", "state", 2),
    ):  # fmt: skip
        turn = "&" if "?" in path else "?"
        answer = client.get(f"{path}{turn}format=csv&table={table}")
        assert answer.headers["content-type"].startswith("text/csv")
        assert len(answer.text.strip().splitlines()) == rows + 1, path


@pytest.mark.parametrize("path", [f"/sites/{NORTH}?cell=none", "/sites/nowhere", "/sites/north?after=-1",
                                  "/state?month=July"])  # fmt: skip
def test_what_is_not_there_is_no_failure_of_ours(pages: HubPages, path: str) -> None:
    assert 400 <= pages.reader("logistics").get(path).status_code < 500


def test_a_technician_has_no_map(pages: HubPages) -> None:
    assert pages.reader("technician").get("/map").status_code == 403


def test_a_farm_store_is_noted_on_its_page_by_who_is_signed_in(pages: HubPages) -> None:
    farm = Farm("ferme-1", "Ferme Dupont", "EARL Dupont", "C-12", 47.1, 4.9, ())
    with pages.quarters.engine.begin() as connection:
        add_farm(connection, TABLES, farm, "Anne", START)
        cell = FarmCell("a", "Cellule A", "barley", 200_000, 0, "", None, None)
        add_farm_cell(connection, TABLES, "ferme-1", cell, "Anne", START)
    client = pages.reader("logistics", name="Lucie")
    form = {"form_token": pages.token_of(client), "cell": "a", "kind": "out"}
    said = client.post("/farms/ferme-1", data={**form, "why": "livré", "ticket": f"{NORTH}/2026/7"})
    assert said.status_code == 303
    words = words_of(client.get("/farms/ferme-1").text)
    for part in ("Lucie", "north 2026 n° 7", "worked out from moves", "-1.0"):
        assert part in words
    again = client.post("/farms/ferme-1", data={**form, "why": "livré", "ticket": f"{NORTH}/2026/7"})
    assert again.status_code == 422
    assert "is noted already" in words_of(again.text)
    for wrong in ({"tonnes": "nan"}, {"on": "yesterday"}, {"ticket": "7"}, {"why": ""}, {"kind": "lost"}):
        answer = client.post("/farms/ferme-1", data={**form, "why": "x", "tonnes": "1", **wrong})
        assert answer.status_code == 422, wrong
    assert "Ferme Dupont" in client.get("/farms").text
    assert pages.reader("silo_manager", scope=[SOUTH]).get("/farms/ferme-1").status_code == 403
    scoped = pages.reader("logistics", scope=[SOUTH])
    assert scoped.get("/farms/ferme-1").status_code == 404
