"""The borders of what an offered weight most likely is, with their exact values on both sides."""

import pytest

from station.receival.arrivals.visits import NewLoad
from station.receival.deciding import offers
from station.receival.deciding.offers import Offer, offers_among, standing_visits
from station.store.tables import Visit
from tests.silo_rig import Silo

TARE, GROSS = 15_000, 40_000
PLATE, OTHER = "AB-123-CD", "EF-456-GH"


def offer(silo: Silo, kg: float, role: str = "last", plate: str = PLATE) -> Offer:
    return next(one for one in offered(silo, kg) if (one.role, one.plate) == (role, plate))


def offered(silo: Silo, kg: float) -> list[Offer]:
    with silo.desk.ledger.read() as tx:
        return list(offers_among(standing_visits(tx), kg))


def decided(silo: Silo, plate: str = PLATE, *loads: NewLoad, gross_kg: float = GROSS) -> Visit:
    visit = silo.arrive(plate, *loads)
    silo.confirm(gross_kg, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    return visit


@pytest.fixture
def known(silo: Silo) -> Silo:
    """A vehicle that left with 15 t before stands on the site, tipped, to be weighed empty."""
    silo.receive(PLATE, tare_kg=TARE)
    decided(silo)
    return silo


@pytest.mark.parametrize(
    ("kg", "likelihood"), [(14_099, 2), (14_100, 0), (15_000, 0), (15_900, 0), (15_901, 2)]
)
def test_an_empty_vehicle_may_be_six_percent_from_its_last_tare_and_no_kilogram_more(
    known: Silo, kg: float, likelihood: int
) -> None:
    assert offers.KNOWN_TARE_TOLERANCE == 0.06
    assert offer(known, kg).rank[0] == likelihood


def test_of_two_vehicles_the_one_whose_tare_is_nearer_is_preselected(silo: Silo) -> None:
    for plate, tare in ((PLATE, 15_000), (OTHER, 15_200)):
        silo.receive(plate, tare_kg=tare)
        decided(silo, plate)
    assert [offered(silo, kg)[0].plate for kg in (15_000, 15_099, 15_102, 15_300)] == [
        PLATE, PLATE, OTHER, OTHER,
    ]  # fmt: skip
    assert offer(silo, 15_300).rank[1] == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("kg", "likelihood"), [(7_999, 2), (8_000, 0), (30_000, 0), (30_001, 2), (39_999, 2), (40_000, 4)]
)
def test_without_a_tare_an_empty_vehicle_weighs_a_fifth_to_three_quarters_of_its_full_weight(
    silo: Silo, kg: float, likelihood: int
) -> None:
    decided(silo)
    assert offer(silo, kg).rank[0] == likelihood


@pytest.mark.parametrize(("kg", "likelihood"), [(17_250, 3), (17_251, 1)])
def test_a_vehicle_is_loaded_from_fifteen_percent_over_its_known_tare_on(
    silo: Silo, kg: float, likelihood: int
) -> None:
    silo.receive(PLATE, tare_kg=TARE)
    silo.arrive(PLATE)
    assert offer(silo, kg, "first").rank[0] == likelihood


def test_the_second_part_of_a_vehicle_is_a_less_likely_first_weighing_than_a_new_vehicle(silo: Silo) -> None:
    visit = silo.arrive(PLATE, NewLoad("soft_wheat"), NewLoad("soft_wheat"))
    silo.confirm(26_000, visit, "first")
    silo.arrive(OTHER)
    assert [(one.plate, one.role, one.rank[0]) for one in offered(silo, 31_000)] == [
        (OTHER, "first", 1), (PLATE, "first", 3),
    ]  # fmt: skip


TWO = (NewLoad("soft_wheat", share=0.5, barcode="T1"), NewLoad("soft_wheat", share=0.5, barcode="T2"))


@pytest.mark.parametrize(
    ("kg", "role", "closes"),
    [
        (15_000, "last", 2),
        (21_249, "last", 2),
        (21_250, "intermediate", 1),  # as near to the empty vehicle as to the one with a load tipped
        (27_500, "intermediate", 1),
    ],
)
def test_with_two_loads_left_a_weight_nearer_to_the_known_tare_closes_both(
    silo: Silo, kg: float, role: str, closes: int
) -> None:
    silo.receive(PLATE, tare_kg=TARE)
    visit = decided(silo, PLATE, *TWO)
    found = next(one for one in offered(silo, kg) if one.role in ("last", "intermediate"))
    assert found.role == role
    assert found.load_ids == tuple(load.id for load in silo.loads(visit)[:closes])


@pytest.mark.parametrize(("kg", "role"), [(21_999, "last"), (22_000, "intermediate")])
def test_without_a_tare_two_fifths_of_the_full_weight_stand_for_it(silo: Silo, kg: float, role: str) -> None:
    decided(silo, PLATE, *TWO)
    assert {one.role for one in offered(silo, kg)} & {"last", "intermediate"} == {role}


def test_a_vehicle_with_an_undecided_load_left_is_not_taken_for_empty(silo: Silo) -> None:
    silo.receive(PLATE, tare_kg=TARE)
    visit = silo.arrive(PLATE, *TWO)
    silo.confirm(GROSS, visit, "first")
    silo.measure_well(visit)
    first, _ = silo.loads(visit)
    silo.decide(first)
    found = next(one for one in offered(silo, TARE) if one.role != "first")
    assert (found.role, found.load_ids) == ("intermediate", (first.id,))


def test_an_intermediate_weight_named_without_its_load_closes_the_first_one_only(silo: Silo) -> None:
    """Also where the station would have taken the weight for the last one."""
    visit = decided(silo, PLATE, *TWO)
    first, second = silo.loads(visit)
    done = silo.confirm(TARE, visit, "intermediate")
    assert [ticket.load_id for ticket in done.tickets] == [first.id]
    assert silo.load(second).outcome is None


def test_parts_of_which_one_is_tipped_are_not_offered_to_be_weighed_full_again(silo: Silo) -> None:
    visit = silo.arrive(PLATE, *TWO)
    for kg in (26_000, 31_000):
        silo.confirm(kg, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    assert {one.role for one in offered(silo, 11_000)} == {"first", "intermediate"}
    silo.confirm(11_000, visit, "intermediate")
    assert {one.role for one in offered(silo, 9_000)} == {"last"}
