"""A vehicle comes empty for a buyer and leaves full: what it carried, what is loaded, the paper."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from drivers.text import fold
from station.acts.refusals import Fault, Refusal
from station.grain.carriage import PreviousCargo
from station.post import identity
from station.receival.arrivals import visits
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.leaving import delivery_notes, outbound, outbound_loading
from station.receival.leaving.outbound_coming import Coming
from station.receival.leaving.outbound_loading import Drawn
from station.receival.storage import cells
from station.store.tables import CellMovement, DeliveryNote, OutboundOrder, OutboundVisit, Sample
from tests.silo_rig import ANNE, MARC, Silo

CLEAN = (PreviousCargo("grain", "A"),) * 3


def refused(code: Fault, act: Any, *args: Any, **over: Any) -> Refusal:
    with pytest.raises(Refusal) as told:
        act(*args, **over)
    assert told.value.code == code
    return told.value


def come(silo: Silo, plate: str = "EX-001-PO", **over: Any) -> OutboundVisit:
    said = {"buyer": "Moulins du Nord", "species": "soft_wheat"} if "order_number" not in over else {}
    coming = Coming(plate, **{**said, **over})
    return outbound.enter(silo.desk, coming, ANNE, silo.clock())


def check(silo: Silo, row: OutboundVisit, previous: Any = CLEAN, findings: Any = (), by: Any = ANNE) -> Any:
    return outbound.check_transport(silo.desk, row.id, previous, findings, "", by, silo.clock())


def empty(silo: Silo, row: OutboundVisit, kg: float = 14_800) -> None:
    outbound_loading.weigh_empty(silo.desk, row.id, silo.weigh(kg).id, ANNE, silo.clock())


def ready(silo: Silo, **over: Any) -> OutboundVisit:
    row = come(silo, **over)
    check(silo, row)
    empty(silo, row)
    return row


def load(silo: Silo, row: OutboundVisit, kg: float, *drawn: Drawn, **over: Any) -> None:
    taken = silo.weigh(kg)
    outbound_loading.weigh_loaded(silo.desk, row.id, taken.id, drawn, ANNE, silo.clock(), **over)


def leave(silo: Silo, row: OutboundVisit, kg: float, *drawn: Drawn, **over: Any) -> DeliveryNote:
    taken = silo.weigh(kg)
    return delivery_notes.deliver(silo.desk, row.id, taken.id, drawn, ANNE, silo.clock(), **over)


def seen(silo: Silo, row: OutboundVisit) -> OutboundVisit:
    with silo.desk.ledger.read() as tx:
        return tx.get_one(OutboundVisit, row.id)


def stock(silo: Silo, cell: str = "c1") -> float:
    with silo.desk.ledger.read() as tx:
        last = cells.last_movement(tx, cell)
        return last.content_kg if last else 0.0


def out(silo: Silo, note: DeliveryNote) -> list[CellMovement]:
    with silo.desk.ledger.read() as tx:
        return list(delivery_notes.movements_of(tx, note))


def test_a_vehicle_leaves_full_with_a_numbered_paper_and_its_grain_leaves_the_cell(silo: Silo) -> None:
    row = ready(
        silo, carrier="Transports Nord", driver="Paul", axles=5, trailer="REM-1", grade="milling_no_2"
    )
    note = leave(silo, row, 43_980, Drawn("c1"))
    assert (note.number, note.net_kg, note.paper_number, note.state) == (1, 29_180, "BL-1", "issued")
    assert stock(silo) == 800_000 - 29_180
    (moved,) = out(silo, note)
    ended = seen(silo, row)
    assert (ended.outcome, ended.ended_at is not None) == ("delivered", True)
    assert (moved.first_weighing_id, moved.last_weighing_id) == (
        ended.empty_weighing_id,
        ended.full_weighing_id,
    )
    told = note.document
    assert (told["net_kg"], told["empty"]["kg"], told["full"]["kg"], told["limit_kg"]) == (
        29_180, 14_800, 43_980, 44_000,
    )  # fmt: skip
    assert (told["buyer"], told["carrier"], told["driver"], told["trailer"]) == (
        "Moulins du Nord", "Transports Nord", "Paul", "REM-1",
    )  # fmt: skip
    assert told["loaded"] == [{"cell": "c1", "cell_name": "Cell C1", "kg": 29_180}]
    assert told["transport"]["previous"][0] == {"cargo": "grain", "cleaning": "A"}
    protein = told["bulletin"]["values"]["protein"]
    assert (protein["value"], protein["basis"], protein["known_t"]) == (11.6, "dm", 29.18)
    assert {"analyte": "protein", "op": ">=", "limit": 11.0, "unit": "%", "basis": "dm"} in told["bulletin"][
        "limits"
    ]


def test_numbers_have_no_gaps_whatever_is_refused_or_cancelled_between(silo: Silo) -> None:
    first = leave(silo, ready(silo, plate="A-1"), 40_000, Drawn("c1"))
    dirty = come(silo, "A-2")
    outbound.end(silo.desk, dirty.id, outbound.REFUSED, "dirty", ANNE, silo.clock())
    refused(Fault.MORE_THAN_KNOWN, leave, silo, ready(silo, plate="A-3"), 40_000, Drawn("c4"))
    second = leave(silo, ready(silo, plate="A-4"), 40_000, Drawn("c1"))
    assert (first.number, second.number) == (1, 2)
    assert seen(silo, dirty).outcome == "refused"


def test_without_a_look_at_the_vehicle_and_its_empty_weight_nothing_is_loaded(silo: Silo) -> None:
    row = come(silo)
    refused(Fault.TRANSPORT_NOT_CHECKED, leave, silo, row, 40_000, Drawn("c1"))
    check(silo, row)
    refused(Fault.NOT_WEIGHED_EMPTY, leave, silo, row, 40_000, Drawn("c1"))
    assert stock(silo) == 800_000


def test_a_wash_is_asked_for_with_its_level_and_lifts_the_block(silo: Silo) -> None:
    row = come(silo)
    dusty = (PreviousCargo("mineral_fertilizer", "A"), *CLEAN[1:])
    found = check(silo, row, dusty, ["smell"])
    assert [one["code"] for one in found.reasons] == ["wash_needed", "body_unfit"]
    assert found.reasons[0]["params"] == {"cargo": "mineral_fertilizer", "cleaning": "B"}
    empty(silo, row)
    told = refused(Fault.VEHICLE_UNFIT, load, silo, row, 30_000, Drawn("c1"))
    assert [one["code"] for one in told.params["reasons"]] == ["wash_needed", "body_unfit"]
    check(silo, row, (PreviousCargo("mineral_fertilizer", "B"), *CLEAN[1:]))
    load(silo, row, 30_000, Drawn("c1"))


def test_a_forbidden_cargo_blocks_until_a_manager_says_that_it_was_a_slip(silo: Silo) -> None:
    row = come(silo)
    check(silo, row, (CLEAN[0], PreviousCargo("treated_seed", "D"), CLEAN[0]))
    refused(Fault.NOT_ALLOWED, check, silo, row)
    empty(silo, row)
    refused(Fault.VEHICLE_UNFIT, load, silo, row, 30_000, Drawn("c1"))
    check(silo, row, by=MARC)
    load(silo, row, 30_000, Drawn("c1"))


def test_three_cargoes_that_the_catalogue_knows_are_said(silo: Silo) -> None:
    row = come(silo)
    refused(Fault.THREE_CARGOES, check, silo, row, CLEAN[:2])
    refused(Fault.UNKNOWN_CARGO, check, silo, row, (*CLEAN[:2], PreviousCargo("gold", "A")))


def test_two_cells_share_by_the_weight_between_and_each_movement_rests_on_its_own(silo: Silo) -> None:
    silo.load_site()
    _fill(silo, "c4", 100_000)
    row = ready(silo)
    load(silo, row, 30_000, Drawn("c1"))
    assert stock(silo) == 800_000
    note = leave(silo, row, 43_000, Drawn("c4"))
    assert {one.cell_id: -one.kg for one in out(silo, note)} == {"c1": 15_200, "c4": 13_000}
    pairs = [(one.first_weighing_id, one.last_weighing_id) for one in out(silo, note)]
    assert pairs[0][1] == pairs[1][0]
    assert note.document["bulletin"]["values"]["moisture"]["known_t"] == pytest.approx(15.2)


def test_one_weight_out_of_two_cells_is_split_by_shares_to_the_kilogram(silo: Silo) -> None:
    _fill(silo, "c4", 100_000)
    note = leave(silo, ready(silo), 43_001, Drawn("c1", 1 / 3), Drawn("c4", 2 / 3))
    assert [-one.kg for one in out(silo, note)] == [9_400, 18_801]
    assert note.net_kg == 28_201


def test_an_overloaded_vehicle_is_asked_about_and_may_put_grain_back(silo: Silo) -> None:
    row = ready(silo, axles=5, trailer="REM-1")
    told = refused(Fault.OVERLOADED, load, silo, row, 44_620, Drawn("c1"))
    assert told.params["remarks"][0]["params"] == {"gross_kg": 44_620, "limit_kg": 44_000, "over_kg": 620}
    load(silo, row, 44_620, Drawn("c1"), despite_remarks=True)
    note = leave(silo, row, 43_900)
    assert (note.net_kg, stock(silo)) == (29_100, 800_000 - 29_100)


def test_weighed_again_the_last_weight_holds(silo: Silo) -> None:
    row = ready(silo)
    load(silo, row, 40_000, Drawn("c1"))
    assert leave(silo, row, 39_980).net_kg == 25_180


def test_no_more_goes_back_into_a_cell_than_came_from_it(silo: Silo) -> None:
    row = ready(silo)
    load(silo, row, 30_000, Drawn("c1"))
    refused(Fault.MORE_BACK_THAN_LOADED, load, silo, row, 20_000, Drawn("c5"))
    load(silo, row, 14_800, Drawn("c1"))
    refused(Fault.NOTHING_LOADED, leave, silo, row, 14_800)
    outbound.end(silo.desk, row.id, outbound.LEFT, "order off", ANNE, silo.clock())


def test_a_loaded_vehicle_does_not_just_go(silo: Silo) -> None:
    row = ready(silo)
    load(silo, row, 30_000, Drawn("c1"))
    refused(Fault.STILL_LOADED, outbound.end, silo.desk, row.id, "cancelled", "slip", ANNE, silo.clock())


def test_another_species_or_a_claim_that_a_cell_does_not_honour_never_leaves_under_it(silo: Silo) -> None:
    refused(Fault.OTHER_SPECIES_IN_CELL, leave, silo, ready(silo, species="barley"), 40_000, Drawn("c1"))
    row = ready(silo, plate="B-1", claims=("organic",))
    refused(Fault.CLAIMS_NOT_IN_CELL, leave, silo, row, 40_000, Drawn("c1"))


def test_another_grade_is_asked_about(silo: Silo) -> None:
    row = ready(silo, grade="feed_wheat")
    refused(Fault.OTHER_GRADE, leave, silo, row, 40_000, Drawn("c1"))
    assert leave(silo, row, 40_000, Drawn("c1"), despite_remarks=True).number == 1


def test_more_than_a_cell_is_known_to_hold_is_answered_with_the_whole_net(silo: Silo) -> None:
    row = ready(silo)
    refused(Fault.MORE_THAN_KNOWN, leave, silo, row, 40_000, Drawn("c4"), despite_kg=2_520.0)
    note = leave(silo, row, 40_000, Drawn("c4"), despite_kg=25_200.0, reason="the book is off")
    assert note.net_kg == 25_200


def test_goods_that_come_back_are_weighed_and_the_paper_stays(silo: Silo) -> None:
    note = leave(silo, ready(silo), 40_000, Drawn("c1"))
    pair = (silo.weigh(14_820).id, silo.weigh(39_980).id)
    back = delivery_notes.take_back(
        silo.desk, note.number, "insects", ANNE, silo.clock(), kg=25_160, weighings=pair
    )
    assert (back.state, back.back_kg, back.document) == ("returned", 25_160, note.document)
    assert stock(silo) == 800_000 - 40
    refused(Fault.DELIVERY_ENDED, delivery_notes.take_back, silo.desk, note.number, "x", ANNE, silo.clock())


def test_a_vehicle_that_never_went_leaves_the_cells_as_they_were_and_its_number_used(silo: Silo) -> None:
    _fill(silo, "c4", 100_000)
    note = leave(silo, ready(silo), 43_001, Drawn("c1", 0.5), Drawn("c4", 0.5))
    delivery_notes.take_back(silo.desk, 1, "broke down", ANNE, silo.clock(), is_cancelled=True)
    assert (stock(silo), stock(silo, "c4")) == (800_000, 100_000)
    assert leave(silo, ready(silo, plate="A-2"), 40_000, Drawn("c1")).number == note.number + 1


def test_a_sealed_sample_has_its_parts_and_stands_on_the_paper(silo: Silo) -> None:
    row = ready(silo)
    kept = outbound.seal_sample(silo.desk, row.id, "S90001", ANNE, silo.clock(), seal="PL-77", parts=3)
    note = leave(silo, row, 40_000, Drawn("c1"))
    assert note.document["samples"] == [
        {"number": kept.number, "barcode": "S90001", "seal": "PL-77", "parts": 3}
    ]
    with silo.desk.ledger.read() as tx:
        sample = tx.exec(select(Sample).where(Sample.barcode == "S90001")).one()
        assert (sample.kind, sample.ended_at) == ("outbound", note.at)


def test_the_paper_is_signed_with_the_stations_own_key(silo: Silo) -> None:
    assert leave(silo, ready(silo), 40_000, Drawn("c1")).signature == ""
    key = Ed25519PrivateKey.generate()
    identity.write_key(silo.desk.ledger.folder, key)
    note = leave(silo, ready(silo, plate="A-2"), 40_000, Drawn("c1"))
    key.public_key().verify(base64.b64decode(note.signature), delivery_notes.signed_bytes(note.document))


def test_a_vehicle_is_on_site_once_whatever_it_came_for(silo: Silo) -> None:
    come(silo, "AB-123-CD")
    refused(Fault.VEHICLE_ON_SITE, come, silo, "AB 123 CD")
    arrival = Arrival("AB-123-CD", "EARL Dupont", (NewLoad("soft_wheat"),), new_supplier=True)
    refused(Fault.VEHICLE_ON_SITE, visits.enter_arrival, silo.desk, arrival, ANNE, silo.clock())
    silo.arrive("ZZ-9")
    refused(Fault.VEHICLE_ON_SITE, come, silo, "ZZ-9")


def test_an_empty_weight_is_taken_again_until_something_is_loaded(silo: Silo) -> None:
    row = ready(silo)
    empty(silo, row, 14_900)
    load(silo, row, 30_000, Drawn("c1"))
    refused(Fault.ALREADY_LOADING, empty, silo, row)
    assert leave(silo, row, 40_000, Drawn("c1")).net_kg == 25_100


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["c1", "c4", "c5"]), st.integers(20, 600)), min_size=1, max_size=5))
def test_weights_movements_and_paper_agree_to_the_kilogram(silo: Silo, steps: list[tuple[str, int]]) -> None:
    before = {cell: stock(silo, cell) for cell in ("c1", "c4", "c5")}
    row = ready(silo, plate="P-1", comes_again=True)
    kg = 14_800.0
    for cell, tens in steps:
        kg += tens * 20
        load(silo, row, kg, Drawn(cell))
    note = leave(silo, row, kg, despite_kg=kg - 14_800, reason="the book is off")
    gone = {one.cell_id: -one.kg for one in out(silo, note)}
    assert sum(gone.values()) == note.net_kg == kg - 14_800
    assert {cell: before[cell] - stock(silo, cell) for cell in gone} == gone


def order(silo: Silo, tonnes: float | None = 50.0, number: str = "CV-7") -> None:
    row = OutboundOrder(
        id=f"order {number}", at=silo.clock(), number=number, number_key=fold(number), buyer="Malterie",
        species="soft_wheat", grade="milling_no_2", tonnes=tonnes, campaign="2026",
    )  # fmt: skip
    with silo.desk.ledger.write() as tx:
        tx.add(row)


def test_an_order_says_what_leaves_for_whom_and_what_is_left_of_it(silo: Silo) -> None:
    order(silo)
    row = ready(silo, order_number="cv 7")
    assert (row.order_number, row.buyer, row.species, row.grade) == (
        "CV-7", "Malterie", "soft_wheat", "milling_no_2",
    )  # fmt: skip
    note = leave(silo, row, 43_980, Drawn("c1"))
    assert note.document["order_left_kg"] == 20_820
    second = ready(silo, plate="A-2", order_number="CV-7")
    told = refused(Fault.OVER_ORDER, leave, silo, second, 43_980, Drawn("c1"))
    assert told.params["remarks"][0]["params"] == {"number": "CV-7", "moved_kg": 29_180, "left_kg": 20_820}
    leave(silo, second, 35_620, Drawn("c1"))
    delivery_notes.take_back(silo.desk, note.number, "insects", ANNE, silo.clock())
    third = ready(silo, plate="A-3", order_number="CV-7")
    assert leave(silo, third, 43_980, Drawn("c1")).document["order_left_kg"] == 0


def test_an_order_that_nobody_knows_or_that_is_for_another_species_is_refused(silo: Silo) -> None:
    order(silo, None)
    refused(Fault.UNKNOWN_ORDER, come, silo, order_number="CV-8")
    refused(Fault.ORDER_OF_OTHER_SPECIES, come, silo, order_number="CV-7", species="barley")
    refused(Fault.BUYER_NOT_SAID, come, silo, buyer="")
    refused(Fault.SPECIES_NOT_ORDERED, come, silo, species="")
    note = leave(silo, ready(silo, order_number="CV-7"), 43_980, Drawn("c1"))
    assert note.document["order_left_kg"] is None


def _fill(silo: Silo, cell: str, kg: float) -> None:
    row = CellMovement(
        id=f"fill-{cell}",
        cell_id=cell,
        kind="opening",
        kg=kg,
        regime="owned",
        organisation="",
        at=silo.clock(),
    )
    with silo.desk.ledger.write() as tx:
        cells.move(tx, row)
