from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import PLAUSIBLE, Analyte
from station.demo.scenario import ROUND, make_day
from station.demo.scripts import Happening


def test_the_same_seed_gives_the_same_day():
    assert make_day(7, 40) == make_day(7, 40)
    assert make_day(7, 40) != make_day(8, 40)


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(0, 40))
def test_a_longer_day_begins_with_the_same_trucks(seed, trucks, more):
    assert make_day(seed, trucks + more)[:trucks] == make_day(seed, trucks)


@given(st.integers(0, 10_000), st.integers(0, 40))
def test_any_twenty_trucks_in_a_row_hold_everything_that_can_happen(seed, start):
    trucks = make_day(seed, start + 20)[start:]
    assert {truck.happening for truck in trucks} == set(Happening)
    trailers = [truck for truck in trucks if truck.happening is Happening.TRAILER]
    assert all(len(truck.loads) == 2 and truck.loads[1].claims == ("organic",) for truck in trailers)
    assert any(truck.bag for truck in trucks)
    assert any(photo.tray.blurred for truck in trucks for load in truck.loads for photo in load.photos)
    assert any(photo.twice for truck in trucks for load in truck.loads for photo in load.photos)


def test_what_a_person_must_put_right_is_in_the_prints():
    by_happening = {truck.happening: truck.loads[0] for truck in make_day(1, 20)}
    wrong, right = by_happening[Happening.WRONG_CALIBRATION].prints[1:]
    assert (wrong.product, wrong.remedy, right.product) == ("ORGE", "dismiss", "BLE TENDRE")
    mistyped = by_happening[Happening.MISTYPED_BARCODE]
    assert mistyped.prints[0].remedy == "assign"
    assert mistyped.prints[0].barcode != mistyped.barcode
    assert all(p.barcode is None for p in by_happening[Happening.NO_BARCODE].prints)
    silent = by_happening[Happening.NIR_SILENT]
    assert [p.device for p in silent.prints] == ["gac"]
    assert [t.analyte for t in silent.typed] == [Analyte.PROTEIN]
    assert by_happening[Happening.NO_CELL].species == "durum"
    assert by_happening[Happening.CANCELLED].photos == ()


@given(st.integers(0, 10_000))
def test_weights_values_and_barcodes_can_be_true_and_are_told_apart(seed):
    trucks = make_day(seed, 60)
    loads = [load for truck in trucks for load in truck.loads]
    barcodes = [load.barcode for load in loads] + [truck.bag.barcode for truck in trucks if truck.bag]
    wrong = [p.barcode for load in loads for p in load.prints if p.remedy != "none" and p.product != "ORGE"]
    assert max(Counter(barcodes).values()) == 1
    assert not set(wrong) & set(barcodes)
    assert len({photo.id for load in loads for photo in load.photos}) == sum(len(x.photos) for x in loads)
    for truck in trucks:
        assert truck.tare_kg % 20 == 0
        assert 9_000 < truck.tare_kg < truck.kg_without() <= 60_000
        assert all(load.net_kg % 20 == 0 for load in truck.loads)
        assert truck.kg_without({0}) == truck.kg_without() - truck.loads[0].net_kg
        assert truck.kg_without({0, 1}) == truck.tare_kg
    for load in loads:
        for value in (p.values.items() for p in load.prints):
            assert all(PLAUSIBLE[a][0] < v < PLAUSIBLE[a][1] for a, v in value)


@given(st.integers(0, 10_000))
def test_known_vehicles_came_earlier_and_had_left(seed):
    trucks = make_day(seed, 60)
    for truck in trucks:
        earlier = [other for other in trucks[: truck.number] if other.plate == truck.plate]
        assert truck.is_known == bool(earlier)
        assert all(other.supplier == truck.supplier for other in earlier)
        assert all(truck.number - other.number >= 3 for other in earlier)


def test_the_field_is_that_of_french_wheat():
    loads = [x for truck in make_day(3, 400) for x in truck.loads if truck.happening is Happening.ORDINARY]
    test_weights = [p.values[Analyte.TEST_WEIGHT] for x in loads for p in x.prints if p.device == "gac"]
    heavy = sum(w >= 76 for w in test_weights) / len(test_weights)
    assert 0.35 < heavy < 0.65
    nir = [p.values for x in loads for p in x.prints if p.device == "nir"]
    dry = [v[Analyte.PROTEIN] * 100 / (100 - v[Analyte.MOISTURE]) for v in nir]
    assert sum(dry) / len(dry) == pytest.approx(11.1, abs=0.25)


def test_a_load_that_nobody_scans_comes_when_no_other_sample_is_near():
    """Readings without a barcode pair by the window: the courtesy bag of the round must be long gone."""
    bag, bare = ROUND.index(Happening.COURTESY), ROUND.index(Happening.NO_BARCODE)
    assert bare < bag
    assert len(ROUND) - bag + bare > 12


def test_a_day_without_trucks_is_no_day():
    with pytest.raises(ValueError, match="at least one truck"):
        make_day(1, 0)
