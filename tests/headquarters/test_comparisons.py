"""Headquarters says of a silo what its own pages say, and of all silos together what none of them can."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select

from station.demo.season.build import build_season
from station.demo.season.plan import SeasonSize
from station.headquarters import comparisons
from station.headquarters.comparisons import Compared, Comparing
from station.hub.page_tables import ALL, COMPARISONS
from station.lab.pages.making import make
from station.store.engine import Ledger
from station.store.stored import Key, canonical, unpacked
from tests.headquarters.silo_of_values import ANALYTE, SiloOfValues
from tests.post.post_rig import HUB

ASKED = {"analyte": ANALYTE, "species": "soft_wheat", "period": "campaign"}
PAIR = {**ASKED, "test": "phone", "reference": "lab", "source": ""}


@pytest.fixture(scope="module")
def silos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SiloOfValues]]:
    folder = tmp_path_factory.mktemp("silos")
    hub = create_engine(f"sqlite:///{folder}/hub.db")
    HUB.create_all(hub)
    made = [SiloOfValues.begin(folder, hub, "beaulieu"), SiloOfValues.begin(folder, hub, "arbois", bias=-0.6)]
    yield made
    for one in made:
        one.silo.desk.ledger.close()
    hub.dispose()


def compare(silos: list[SiloOfValues], analyte: str = ANALYTE) -> Compared:
    return Comparing(silos[0].post.hub, HUB, analyte, silos[0].silo.clock()).run()


def results(hub: Engine, silo: str) -> dict[Key, Any]:
    table = HUB.tables[COMPARISONS]
    with hub.connect() as connection:
        rows = connection.execute(select(table).where(table.c.station == silo))
        return {(row.page, row.asked): unpacked(row.result) for row in rows}


def theirs(silo: SiloOfValues) -> dict[Key, Any]:
    """What the silo's own pages say."""
    made = make(silo.silo.desk.ledger.read, silo.wanted)
    return {one.key: unpacked(one.renewed.packed) for one in made if one.renewed and one.key[0] != "about"}


def test_a_silo_s_results_are_its_own_to_the_digit(silos: list[SiloOfValues]) -> None:
    compare(silos)
    compare(silos, "moisture")
    for silo in silos:
        own = theirs(silo)
        assert {page for page, _ in own} == {
            "pair", "three_ways", "who_was_right", "groups", "watch", "fairness",
        }  # fmt: skip
        assert results(silo.post.hub, silo.post.station) == own


def of_all(silos: list[SiloOfValues], page: str, asked: dict[str, str]) -> Any:
    return results(silos[0].post.hub, ALL)[page, canonical(page, asked)]


def test_the_silo_is_a_further_group_and_sources_are_named_after_it(silos: list[SiloOfValues]) -> None:
    compare(silos)
    by = of_all(silos, "groups", PAIR)["by"]
    biases = {one["name"]: one["raw"] for one in by["silo"]["groups"]}
    assert biases == pytest.approx({"Arbois": -0.6, "Beaulieu": 0.6}, abs=0.2)
    assert [one["name"] for one in by["phone"]["groups"]] == [
        "Arbois · Galaxy A54 2", "Beaulieu · Galaxy A54 2",
    ]  # fmt: skip
    assert [one["name"] for one in by["phone_model"]["groups"]] == ["Galaxy A54"]


def test_single_instruments_and_persons_are_asked_about_at_their_silo_alone(
    silos: list[SiloOfValues],
) -> None:
    compare(silos)
    pages = {page for page, _ in results(silos[0].post.hub, ALL)}
    assert pages == {"pair", "three_ways", "who_was_right", "groups"}
    assert all(not json.loads(asked).get("source") for _, asked in results(silos[0].post.hub, ALL))


def test_who_was_right_everywhere_says_at_which_silo_and_counts_all_loads(silos: list[SiloOfValues]) -> None:
    compare(silos)
    key = ("who_was_right", canonical("who_was_right", ASKED))
    own = [results(one.post.hub, one.post.station)[key] for one in silos]
    found = of_all(silos, "who_was_right", ASKED)
    assert {one["silo"] for one in found["loads"]} == {"arbois", "beaulieu"}
    assert found["disagreed"] == sum(one["disagreed"] for one in own)
    assert found["all_loads"]["compared"] == sum(one["all_loads"]["compared"] for one in own) == 60


def test_where_nothing_came_nothing_is_worked_out_and_a_bag_renews_its_silo_and_all(
    silos: list[SiloOfValues],
) -> None:
    compare(silos)
    assert compare(silos) == Compared(0, 0)
    first, other = silos
    before = results(other.post.hub, other.post.station)
    first.add_result()
    first.send()
    assert compare(silos).renewed > 0
    assert results(first.post.hub, first.post.station) == {
        key: result for key, result in theirs(first).items() if f'"analyte":"{ANALYTE}"' in key[1]
    }
    assert results(other.post.hub, other.post.station) == before


def test_too_many_samples_are_drawn_by_lot_and_all_loads_are_counted_still(
    silos: list[SiloOfValues], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparisons, "MOST_SAMPLES", 10)
    monkeypatch.setattr(comparisons, "LEAST_SAMPLES", 5)
    silos[1].add_result()
    silos[1].send()
    compare(silos)
    phone_machine = {**PAIR, "reference": "machine"}
    assert of_all(silos, "pair", phone_machine)["n"] == 10
    assert of_all(silos, "pair", phone_machine)["drawn"] == {"samples": 10, "out_of": 60}
    assert of_all(silos, "who_was_right", ASKED)["all_loads"]["compared"] == 60
    assert results(silos[0].post.hub, "beaulieu")["pair", canonical("pair", phone_machine)]["n"] == 30


def test_a_result_at_headquarters_counts_until_the_silo_has_its_own_row_and_once(
    silos: list[SiloOfValues],
) -> None:
    one = silos[0]
    compare(silos)
    n = of_one(one, "pair", MACHINE_LAB)["n"]
    imported = one.import_result(12.0)
    compare(silos)
    assert of_one(one, "pair", MACHINE_LAB)["n"] == n + 1
    one.judge(imported)
    one.send()
    compare(silos)
    assert of_one(one, "pair", MACHINE_LAB)["n"] == n + 1
    assert len(of_one(one, "pair", MACHINE_LAB)["points"]) == n + 1
    again = one.import_result(12.2, corrects=imported)
    compare(silos)
    points = of_one(one, "pair", MACHINE_LAB)["points"]
    assert again != imported
    assert len(points) == n + 1
    assert 12.2 in [point["x"] for point in points]
    assert 12.0 not in [point["x"] for point in points]


MACHINE_LAB = {**PAIR, "test": "machine"}


def of_one(silo: SiloOfValues, page: str, asked: dict[str, str]) -> Any:
    return results(silo.post.hub, silo.post.station)[page, canonical(page, asked)]


@pytest.mark.long
def test_a_whole_simulated_season_says_the_same_at_the_silo_and_at_headquarters(tmp_path: Path) -> None:
    build_season(tmp_path / "site", tmp_path / "truth.json", 3, SeasonSize(days=6, loads=60, photos=0))
    hub = create_engine(f"sqlite:///{tmp_path}/hub.db")
    HUB.create_all(hub)
    ledger = Ledger(tmp_path / "site" / "data")
    silo = SiloOfValues.of(ledger, tmp_path, hub)
    silo.send()
    own = theirs(silo)
    for analyte in {json.loads(asked)["analyte"] for _, asked in own}:
        Comparing(hub, HUB, analyte, silo.silo.clock()).run()
    assert len(own) > 100
    assert results(hub, silo.post.station) == own
    ledger.close()
    hub.dispose()
