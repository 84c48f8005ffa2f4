"""A typed weight is a weighing: held to site, bridge, vehicle and the order of events."""

from typing import Any

import pytest

from station.acts.refusals import Conflict, Fault, Invalid, NotFound, Refusal
from station.grain.reasons import Code
from station.receival.bridge import weighings
from station.receival.bridge.weighings import Confirmed
from station.receival.measuring.instruments import Description, swap
from station.store import pages
from station.store.tables import Visit, Weighing
from tests.silo_rig import ANNE, SITE, Silo

PLATE = {"max_kg": 60_000, "min_kg": 1_000, "division_kg": 20}


def with_plate(silo: Silo, **second: Any) -> None:
    """The bridge has its plate; `second` describes another bridge of the site."""
    bridge, *others = SITE.instruments
    bridge = bridge.model_copy(update=PLATE)
    more = [bridge.model_copy(update={"id": "small", "serial_number": "TB-2", **second})] if second else []
    silo.load_site(instruments=[bridge, *more, *others])


def type_(silo: Silo, kg: float, **over: Any) -> Weighing:
    return weighings.type_weighing(silo.desk, kg, "", ANNE, silo.clock(), **over)


def confirm(silo: Silo, weighing: Weighing, visit: Visit, role: str, **over: Any) -> Confirmed:
    return weighings.confirm(silo.desk, weighing.id, visit.id, role, ANNE, silo.clock(), **over)


def decided(silo: Silo, plate: str = "AB-123-CD", gross_kg: float = 43_120) -> Visit:
    visit = silo.arrive(plate)
    silo.confirm(gross_kg, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return visit


def refused(kind: type[Refusal], act: Any) -> Refusal:
    with pytest.raises(kind) as error:
        act()
    return error.value


def offered(silo: Silo) -> list[float]:
    with silo.desk.ledger.read() as tx:
        return [weighing.kg for weighing in pages.offered_weighings(tx, 0, 9)]


@pytest.mark.parametrize("kg", [25.0, 9.8, 499.999])
def test_nothing_lighter_than_the_site_weighs_is_typed(silo: Silo, kg: float) -> None:
    error = refused(Invalid, lambda: type_(silo, kg, despite_remarks=True))
    assert (error.code, error.params["minimum_kg"]) == (Fault.WEIGHT_TOO_LIGHT, 500)
    assert offered(silo) == []


def test_a_typed_weight_is_held_to_max_and_division_of_its_bridge(silo: Silo) -> None:
    with_plate(silo)
    assert refused(Invalid, lambda: type_(silo, 60_020, despite_remarks=True)).code is Fault.WEIGHT_OVER_MAX
    error = refused(Conflict, lambda: type_(silo, 24_865))
    assert (error.code, error.params["below_kg"], error.params["above_kg"]) == (
        Fault.NOT_A_DIVISION,
        24_860,
        24_880,
    )
    assert offered(silo) == []
    kept = type_(silo, 24_865, despite_remarks=True)
    assert [remark["code"] for remark in kept.remarks] == [Code.NOT_A_DIVISION]
    assert (kept.port_id, kept.typed_by) == ("bridge", ANNE.id)
    assert type_(silo, 60_000).remarks == []


def test_without_a_plate_a_typed_weight_is_in_whole_kilograms(silo: Silo) -> None:
    assert refused(Conflict, lambda: type_(silo, 24_860.5)).code is Fault.NOT_A_DIVISION
    assert type_(silo, 24_861).remarks == []


def test_a_weight_under_min_is_taken_and_marked_typed_or_measured(silo: Silo) -> None:
    with_plate(silo)
    for weighing in (type_(silo, 980), silo.weigh(980)):
        assert weighing.remarks == [{"code": Code.UNDER_MIN, "params": {"kg": 980, "min_kg": 1_000}}]


def test_of_several_bridges_the_one_that_was_read_is_named(silo: Silo) -> None:
    with_plate(silo, max_kg=30_000, division_kg=10)
    error = refused(Invalid, lambda: type_(silo, 24_870))
    assert (error.code, error.params["known"]) == (Fault.BRIDGE_NOT_SAID, ["bridge", "small"])
    assert type_(silo, 24_870, bridge="small").port_id == "small"
    assert refused(Conflict, lambda: type_(silo, 24_870, bridge="bridge")).code is Fault.NOT_A_DIVISION
    assert refused(Invalid, lambda: type_(silo, 43_120, bridge="small")).code is Fault.WEIGHT_OVER_MAX
    assert refused(NotFound, lambda: type_(silo, 24_870, bridge="gac")).code is Fault.UNKNOWN_PORT


def test_another_indicator_at_the_same_platform_has_its_plate(silo: Silo) -> None:
    with_plate(silo)
    row = swap(silo.desk, "bridge", Description("Bridge 2", "TB-9"), "", ANNE, silo.clock()).instrument
    assert (row.max_kg, row.min_kg, row.division_kg) == (60_000, 1_000, 20)


@pytest.mark.parametrize("typed", [True, False])
def test_a_tare_far_from_the_vehicles_usual_one_is_asked_about(silo: Silo, typed: bool) -> None:
    silo.receive("AB-123-CD", tare_kg=9_800)
    visit = decided(silo)
    weighing = type_(silo, 16_200) if typed else silo.weigh(16_200)
    error = refused(Conflict, lambda: confirm(silo, weighing, visit, "last"))
    assert (error.code, error.params["usual_kg"], error.params["tare_kg"]) == (
        Fault.UNUSUAL_TARE,
        9_800,
        16_200,
    )
    assert silo.loads(visit)[0].outcome is None
    done = confirm(silo, weighing, visit, "last", despite_remarks=True)
    assert [ticket.net_kg for ticket in done.tickets] == [26_920]


def test_two_trailers_that_alternate_are_both_usual(silo: Silo) -> None:
    silo.receive("AB-123-CD", tare_kg=9_800)
    confirm(silo, silo.weigh(16_200), decided(silo), "last", despite_remarks=True)
    for tare in (9_820, 16_180):
        visit = decided(silo)
        confirm(silo, type_(silo, tare), visit, "last")


def test_a_first_weight_that_is_no_more_than_the_usual_tare_is_asked_about(silo: Silo) -> None:
    silo.receive("AB-123-CD", tare_kg=15_240)
    visit = silo.arrive("AB-123-CD")
    weighing = type_(silo, 15_240)
    assert (
        refused(Conflict, lambda: confirm(silo, weighing, visit, "first")).code is Fault.NOT_OVER_USUAL_TARE
    )
    confirm(silo, weighing, visit, "first", despite_remarks=True)


@pytest.mark.parametrize("typed", [True, False])
def test_a_weight_older_than_the_decision_is_asked_about_as_a_tare(silo: Silo, typed: bool) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    weighing = type_(silo, 15_240) if typed else silo.weigh(15_240)
    decision = silo.decide(silo.loads(visit)[0])
    error = refused(Conflict, lambda: confirm(silo, weighing, visit, "last"))
    assert error.code is Fault.WEIGHED_BEFORE_DECISION
    assert error.params["decided_at"] == decision.at.isoformat()
    assert confirm(silo, weighing, visit, "last", despite_remarks=True).tickets


@pytest.mark.parametrize(
    ("tare", "fault"),
    [
        (43_120, Fault.TARE_NOT_BELOW_GROSS),
        (43_140, Fault.TARE_NOT_BELOW_GROSS),
        (980, Fault.TARE_TOO_LOW),
        (3_440, Fault.TARE_TOO_LOW),
    ],
)
@pytest.mark.parametrize("typed", [True, False])
def test_what_can_be_no_tare_is_refused_whatever_is_said(
    silo: Silo, tare: float, fault: Fault, typed: bool
) -> None:
    visit = decided(silo)
    weighing = type_(silo, tare) if typed else silo.weigh(tare)
    error = refused(Conflict, lambda: confirm(silo, weighing, visit, "last", despite_remarks=True))
    assert (error.code, error.params["gross_kg"], error.params["tare_kg"]) == (fault, 43_120, tare)
    assert (silo.loads(visit)[0].outcome, offered(silo)) == (None, [tare])


def test_all_that_is_asked_is_named_at_once(silo: Silo) -> None:
    silo.receive("AB-123-CD", tare_kg=9_800)
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    weighing = type_(silo, 16_200)
    silo.decide(silo.loads(visit)[0])
    error = refused(Conflict, lambda: confirm(silo, weighing, visit, "last"))
    assert [remark["code"] for remark in error.params["remarks"]] == [
        Code.WEIGHED_BEFORE_DECISION,
        Code.UNUSUAL_TARE,
    ]
    assert error.code is Fault.UNUSUAL_TARE
