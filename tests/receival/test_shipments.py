"""Grain goes to another own silo: it is no apport, it travels with its quality, and all of it adds up."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed, NotFound, Refusal
from station.grain.freinte import freinte_of
from station.receival.arrivals import taking_back, visits
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.between_silos import shipments
from station.receival.between_silos.expected_shipments import withdraw
from station.receival.between_silos.shipment_paper import PaperWrong, read_text
from station.receival.deciding import decisions
from station.receival.packs import replay
from station.store import audit
from station.store.tables import Decision, ExpectedShipment, Shipment
from tests.receival.two_silos import HEADQUARTERS, TwoSilos, content, events, stock, tickets
from tests.silo_rig import ANNE, MARC


def refused(code: Fault, act: Any, *args: Any, **over: Any) -> Refusal:
    with pytest.raises(Refusal) as told:
        act(*args, **over)
    assert told.value.code == code
    return told.value


def arrival(plate: str = "AB-123-CD", **over: Any) -> Arrival:
    return Arrival(plate, "EARL Dupont", (NewLoad("soft_wheat"),), new_supplier=True, **over)


def test_what_leaves_has_a_number_a_paper_and_its_quality(two: TwoSilos) -> None:
    two.here.receive("ZZ-999-ZZ")
    row = two.ship()
    assert (row.number, row.state, row.species, row.to_site) == ("silo-1-1", "left", "soft_wheat", "sud")
    assert stock(two.here) == 800_000 + 27_880 - 26_400
    protein = row.paper["values"]["protein"]
    assert (protein["basis"], protein["n"]) == ("dm", 1)
    assert protein["value"] == pytest.approx(11.614, abs=0.001)
    assert (row.paper["grade"], row.paper["regime"], row.paper["organisation"]) == (
        "milling_no_2", "owned", "Silo de Beauvoir",
    )  # fmt: skip
    assert two.ship().number == "silo-1-2"
    assert [event.data["to_site"] for event in events(two.here, "shipment_left")] == ["sud", "sud"]


def test_at_the_other_silo_it_is_weighed_judged_by_its_paper_and_gets_no_ticket(two: TwoSilos) -> None:
    row = two.ship()
    assert two.hear(row).verified
    visit = two.arrive(row.number)
    before = stock(two.there)
    two.unload(visit, 26_320)
    came = two.expected(row.number)
    assert (came.state, came.received_kg, tickets(two.there)) == ("received", 26_320, 0)
    assert stock(two.there) - before == 26_320
    lost = freinte_of(row.kg, came.received_kg or 0)
    assert (lost.kg, round(lost.percent, 3), lost.is_over(0.3), lost.is_over(0.5)) == (80, 0.303, True, False)
    assert [load.outcome for load in two.there.loads(visit)] == ["received"]
    assert two.there.visit(visit).ended_at is not None
    two.there.receive("BB-222-BB")
    assert tickets(two.there) == 1
    with two.there.desk.ledger.read() as tx:
        (number,) = [e.data["number"] for e in audit.events_after(tx, 0, 10_000) if e.kind == "ticket_issued"]
    assert number == 1


def test_what_is_known_of_it_enters_the_cell_and_what_is_measured_there_comes_first(two: TwoSilos) -> None:
    row = two.ship(cell="c1")
    two.hear(row)
    visit = two.arrive(row.number, barcode="S-1")
    two.there.measure("gac", {"moisture": 14.2, "test_weight": 77.0}, "S-1")
    two.unload(visit, 26_400, "c5")
    held = content(two.there, "c5")
    assert held["protein"]["value"] == pytest.approx(11.6)
    assert held["protein"]["known_t"] == pytest.approx(26.4)
    assert held["moisture"]["value"] == pytest.approx(14.2)
    with two.there.desk.ledger.read() as tx:
        decision = tx.exec(select(Decision)).one()
        assert replay.replay(tx, decision).is_equal


def test_claims_travel_with_it(two: TwoSilos) -> None:
    two.here.receive("ZZ-999-ZZ")
    row = two.ship(1_000, "c3", reason="room", despite_kg=1_000)
    two.hear(row)
    (load,) = two.there.loads(two.arrive(row.number))
    assert (load.claims, load.regime, load.organisation) == (["organic"], "owned", "Silo de Beauvoir")


def test_its_own_paper_tells_it_where_no_network_is_and_headquarters_counts_it_once(two: TwoSilos) -> None:
    two.know_each_other()
    row = two.ship()
    text = two.text(row)
    assert len(text) < 600
    taken = two.take(text)
    assert (taken.verified, taken.known_by, taken.paper) == (True, "text", row.paper)
    spaced = " ".join(text[at : at + 8] for at in range(0, len(text), 8)).lower()
    assert two.take(spaced).id == two.hear(row).id == taken.id
    visit = two.arrive(row.number)
    two.unload(visit, 26_400)
    assert two.hear(row).state == two.take(text).state == "received"
    refused(Fault.SHIPMENT_ENDED, two.arrive, row.number)


def test_without_the_other_silos_key_it_is_not_verified_until_headquarters_tells_it(two: TwoSilos) -> None:
    row = two.ship()
    assert not two.take(two.text(row)).verified
    heard = two.hear(row)
    assert (heard.verified, heard.known_by) == (True, "hub")
    assert events(two.there, "shipment_differs") == []


def test_a_text_that_was_changed_or_signed_by_another_is_refused(two: TwoSilos) -> None:
    row = two.ship()
    unsigned = two.text(row)
    two.know_each_other()
    signed = two.text(row)
    refused(Fault.SHIPMENT_TEXT_FORGED, two.take, unsigned)
    other = replace(two.here.desk.policy, site_name="Another")
    wrong = signed[:60] + ("A" if signed[60] != "A" else "B") + signed[61:]
    for text in (
        "",
        "SILO1",
        "hello",
        wrong,
        signed[:-1],
        signed[:-20],
        signed + "ABC",
        signed[:-8] + "11111111",
    ):
        with pytest.raises(Invalid):
            two.take(text)
    assert other.site == "silo-1"
    assert two.take(signed).verified


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=300)
    | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", max_size=300).map("SILO1".__add__)
)
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(PaperWrong):
        read_text(text)


def test_it_may_be_for_another_silo_and_never_for_the_one_that_it_left(two: TwoSilos) -> None:
    row = two.ship()
    two.there.desk = replace(two.there.desk, policy=replace(two.there.desk.policy, site="nord"))
    text = two.text(row)
    assert refused(Fault.SHIPMENT_FOR_ANOTHER, two.take, text).params["site"] == "sud"
    assert two.take(text, despite_site=True).state == "expected"
    two.unload(two.arrive(row.number), 26_400)
    two.there.desk = two.here.desk
    refused(Fault.SAME_SITE, two.take, text)


def test_a_vehicle_that_is_expected_is_asked_about(two: TwoSilos) -> None:
    first, second = two.ship(), two.ship()
    two.hear(first), two.hear(second)
    there = two.there
    told = refused(
        Fault.SHIPMENT_EXPECTED, visits.enter_arrival, there.desk, arrival("ab 123 cd"), ANNE, there.clock()
    )
    assert told.params["numbers"] == [first.number, second.number]
    visits.enter_arrival(there.desk, arrival(no_shipment=True), ANNE, there.clock())


def test_two_shipments_of_one_truck_a_day_are_two(two: TwoSilos) -> None:
    rows = [two.ship(20_000), two.ship(21_000)]
    for row in rows:
        two.hear(row)
    two.unload(two.arrive(rows[1].number), 20_990)
    two.unload(two.arrive(rows[0].number), 20_000)
    assert [two.expected(row.number).received_kg for row in rows] == [20_000, 20_990]


def test_a_plate_that_was_read_wrong_is_said_and_the_number_finds_it(two: TwoSilos) -> None:
    row = two.ship(plate="AB-123-CD")
    two.hear(row)
    visit = two.arrive(row.number, plate="AB-128-CD")
    assert visit.plate == "AB-128-CD"
    (event,) = events(two.there, "shipment_arrived")
    assert event.data["as_expected"] is False


def test_weighed_again_before_tipping_the_last_full_weight_counts(two: TwoSilos) -> None:
    row = two.ship()
    two.hear(row)
    visit = two.arrive(row.number)
    two.there.confirm(41_900, visit, "first")
    two.unload(visit, 26_300)
    assert two.expected(row.number).received_kg == 26_300


def test_the_truck_may_come_before_any_word_of_it(two: TwoSilos) -> None:
    row = two.ship()
    refused(Fault.UNKNOWN_SHIPMENT, two.arrive, row.number)
    visit = two.arrive(row.number, plate="AB-123-CD", species="soft_wheat")
    assert two.expected(row.number).paper == {}
    two.hear(row)
    two.unload(visit, 26_390)
    came = two.expected(row.number)
    assert (came.state, came.verified, came.paper["kg"]) == ("received", True, 26_400)
    assert content(two.there, "c1")["protein"]["value"] == pytest.approx(11.6)


def test_a_word_that_comes_after_the_truck_has_left_still_says_what_was_lost(two: TwoSilos) -> None:
    row = two.ship()
    visit = two.arrive(row.number, plate="AB-123-CD", species="soft_wheat")
    two.there.confirm(41_400, visit, "first")
    two.there.decide(two.there.loads(visit)[0], "c5", "p1", actor=MARC)
    two.there.confirm(15_000, visit, "last")
    came = two.hear(row)
    assert (came.state, came.received_kg, came.paper["kg"]) == ("received", 26_400, 26_400)


def test_before_it_leaves_it_is_cancelled_and_the_grain_is_where_it_was(two: TwoSilos) -> None:
    before = content(two.here, "c1"), stock(two.here)
    row = two.ship()
    two.hear(row)
    ended = shipments.cancel(two.here.desk, row.number, "truck broke down", ANNE, two.here.clock())
    assert ended.state == "cancelled"
    assert stock(two.here) == before[1]
    assert content(two.here, "c1")["protein"]["value"] == pytest.approx(before[0]["protein"]["value"])
    assert content(two.here, "c1")["protein"]["known_t"] == pytest.approx(before[0]["protein"]["known_t"])
    refused(Fault.SHIPMENT_ENDED, shipments.cancel, two.here.desk, row.number, "x", ANNE, two.here.clock())
    withdraw(two.there.desk, row.number, "cancelled", HEADQUARTERS, two.there.clock())
    assert two.expected(row.number).state == "withdrawn"
    visits.enter_arrival(two.there.desk, arrival(), ANNE, two.there.clock())


def test_refused_there_it_comes_back_and_its_weight_then_counts(two: TwoSilos) -> None:
    row = two.ship()
    two.hear(row)
    visit = two.arrive(row.number)
    (load,) = two.there.loads(visit)
    decisions.refuse(two.there.desk, load.id, "insects", ANNE, two.there.clock())
    assert (two.expected(row.number).state, stock(two.there)) == ("refused", 800_000)
    empty, full = two.here.weigh(15_000), two.here.weigh(41_380)
    told = shipments.take_back(
        two.here.desk, row.number, "insects", MARC, two.here.clock(), cell="q1", kg=26_380,
        weighings=(empty.id, full.id),
    )  # fmt: skip
    assert (told.state, told.back_kg, stock(two.here)) == ("returned", 26_380, 800_000 - 20)
    withdraw(two.there.desk, row.number, "returned", HEADQUARTERS, two.there.clock())
    assert two.expected(row.number).state == "withdrawn"


def test_what_may_not_blend_does_not_come_back_into_another_cell_by_an_operator(two: TwoSilos) -> None:
    row = two.ship()
    here = two.here
    with pytest.raises(NotAllowed):
        shipments.take_back(here.desk, row.number, "full", ANNE, here.clock(), cell="c3")
    assert (
        shipments.take_back(here.desk, row.number, "full", ANNE, here.clock(), cell="h1").state == "returned"
    )


def test_a_refusal_is_taken_back_and_a_visit_entered_in_error_leaves_it_expected(two: TwoSilos) -> None:
    row = two.ship()
    two.hear(row)
    there = two.there
    visit = two.arrive(row.number)
    (load,) = there.loads(visit)
    decisions.refuse(there.desk, load.id, "too wet", ANNE, there.clock())
    taking_back.restore_load(there.desk, load.id, ANNE, there.clock())
    assert two.expected(row.number).state == "arrived"
    visits.cancel_visit(there.desk, visit.id, "wrong truck", ANNE, there.clock())
    assert two.expected(row.number).state == "expected"
    taking_back.restore_visit(there.desk, visit.id, ANNE, there.clock())
    assert two.expected(row.number).state == "arrived"
    visits.cancel_visit(there.desk, visit.id, "wrong truck", ANNE, there.clock())
    two.unload(two.arrive(row.number), 26_400)
    assert two.expected(row.number).state == "received"


def test_a_clock_that_is_wrong_there_stops_nothing(two: TwoSilos) -> None:
    row = two.ship()
    two.there.clock.now -= timedelta(days=400)
    two.hear(row)
    two.unload(two.arrive(row.number), 26_400)
    assert two.expected(row.number).state == "received"


def test_where_it_may_go_is_what_headquarters_named(two: TwoSilos) -> None:
    refused(Fault.SAME_SITE, shipments.ship, two.here.desk, "c1", 1_000.0,
            shipments.Journey("silo-1", "AB-123-CD"), ANNE, two.here.clock())  # fmt: skip
    two.know_each_other()
    told = refused(Fault.UNKNOWN_SITE, shipments.ship, two.here.desk, "c1", 1_000.0,
                   shipments.Journey("nord", "AB-123-CD"), ANNE, two.here.clock())  # fmt: skip
    assert told.params["known"] == ["sud"]
    assert stock(two.here) == 800_000


def test_its_species_is_the_cells_or_is_said(two: TwoSilos) -> None:
    refused(Fault.SPECIES_NOT_SAID, two.ship, 1_000, "h1", reason="room", despite_kg=1_000)
    assert (
        two.ship(1_000, "h1", reason="room", despite_kg=1_000, journey={"species": "barley"}).species
        == "barley"
    )


def test_it_may_rest_on_two_weighings(two: TwoSilos) -> None:
    empty, full = two.here.weigh(15_000), two.here.weigh(41_400)
    row = two.ship(weighings=(empty.id, full.id))
    assert (row.paper["gross_kg"], row.paper["tare_kg"]) == (41_400, 15_000)


@pytest.mark.long
@settings(max_examples=8)
@given(data=st.data())
def test_stock_transit_and_freinte_add_up_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, silo_folder: Path, data: st.DataObject
) -> None:
    two = TwoSilos.open(tmp_path_factory.mktemp("two"), silo_folder)
    whole = stock(two.here) + stock(two.there)
    under_way: dict[str, Shipment] = {}
    freinte = 0.0
    for _ in range(data.draw(st.integers(3, 8))):
        act = data.draw(st.sampled_from(("ship", "receive", "cancel", "return", "refuse")))
        if act == "ship" or not under_way:
            row = two.ship(data.draw(st.integers(5_000, 30_000)))
            under_way[row.number] = row
            if data.draw(st.booleans()):
                two.hear(row)
        else:
            row = under_way[data.draw(st.sampled_from(sorted(under_way)))]
            freinte += end(two, row, act, data.draw(st.integers(-200, 300)))
            if act != "refuse":
                del under_way[row.number]
        transit = sum(row.kg for row in under_way.values())
        assert stock(two.here) + transit + stock(two.there) + freinte == pytest.approx(whole)
    for silo in (two.here, two.there):
        silo.desk.ledger.close()


def end(two: TwoSilos, row: Shipment, act: str, lost: int) -> float:
    """Returns the freinte."""
    here = two.here
    if act == "cancel":
        shipments.cancel(here.desk, row.number, "no", ANNE, here.clock())
        return 0
    if act == "return":
        lost = max(lost, -50)  # of more than two bridges differ by a person is asked
        shipments.take_back(here.desk, row.number, "no", ANNE, here.clock(), kg=row.kg - lost)
        return lost
    two.hear(row)
    visit = two.arrive(row.number)
    if act == "refuse":
        decisions.refuse(two.there.desk, two.there.loads(visit)[0].id, "no", ANNE, two.there.clock())
        return 0
    two.unload(visit, row.kg - lost)
    return lost


def test_rows_name_what_they_are_of(two: TwoSilos) -> None:
    row = two.ship()
    two.hear(row)
    with two.here.desk.ledger.read() as tx:
        assert tx.get(Shipment, row.id) is not None
    with two.there.desk.ledger.read() as tx:
        assert len(tx.exec(select(ExpectedShipment)).all()) == 1
    with pytest.raises(NotFound):
        shipments.cancel(two.here.desk, "silo-1-9", "x", ANNE, two.here.clock())
    with pytest.raises(Conflict):
        two.ship(900_000)
