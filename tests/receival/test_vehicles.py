"""A plate names one vehicle however it is spelt; two that look alike stay two and are asked about."""

import pytest

from station.acts.refusals import Conflict, Fault
from station.receival.arrivals.visits import Arrival, NewLoad, cancel_visit, enter_arrival
from tests.silo_rig import ANNE, Silo


def test_separators_of_any_kind_and_none_at_all_are_one_vehicle(silo: Silo) -> None:
    one = silo.arrive("AB-123-CD")
    assert {silo.arrive(plate).vehicle_id for plate in ("ab 123 cd", "AB123CD", "AB 123-CD")} == {
        one.vehicle_id
    }


def test_a_vehicle_first_typed_without_separators_is_known_with_them(silo: Silo) -> None:
    assert silo.arrive("AB123CD").vehicle_id == silo.arrive("AB-123-CD").vehicle_id


def test_plates_whose_groups_part_elsewhere_are_two_vehicles_and_asked_where_it_is_not_said(
    silo: Silo,
) -> None:
    bonn, other = silo.arrive("B-NO 1234"), silo.arrive("BN-O 1234")
    assert bonn.vehicle_id != other.vehicle_id
    assert silo.arrive("b no-1234").vehicle_id == bonn.vehicle_id
    with pytest.raises(Conflict) as refused:
        silo.arrive("BNO1234")
    assert refused.value.code == Fault.PLATE_OF_SEVERAL
    assert refused.value.params["plates"] == ["B-NO 1234", "BN-O 1234"]


def test_an_accent_tells_two_plates_apart(silo: Silo) -> None:
    assert silo.arrive("LÖ-AB 123").vehicle_id != silo.arrive("LO-AB 123").vehicle_id


def test_accents_and_their_unicode_form_make_no_second_supplier(silo: Silo) -> None:
    names = ("GAEC du Chêne", "gaec du che\u0302ne", "GAEC DU CHENE")
    found = [silo.arrive(f"AB-{number}", supplier=name) for number, name in enumerate(names)]
    assert len({visit.supplier_id for visit in found}) == 1


def test_a_vehicle_on_site_is_entered_again_only_by_who_was_asked(silo: Silo) -> None:
    first = silo.arrive("AB-123-CD")
    again = Arrival("ab 123 cd", "EARL Dupont", (NewLoad("soft_wheat", barcode="S77"),))
    with pytest.raises(Conflict) as refused:
        enter_arrival(silo.desk, again, ANNE, silo.clock())
    assert (refused.value.code, refused.value.params["visit_id"]) == (Fault.VEHICLE_ON_SITE, first.id)
    cancel_visit(silo.desk, first.id, "typed twice", ANNE, silo.clock())
    enter_arrival(silo.desk, again, ANNE, silo.clock())
    enter_arrival(
        silo.desk,
        Arrival(again.plate, again.supplier, (NewLoad("barley"),), comes_again=True),
        ANNE,
        silo.clock(),
    )
