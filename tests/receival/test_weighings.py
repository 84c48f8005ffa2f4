"""Weights are offered to the likeliest visit, confirmed into its chain, and close its loads."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from drivers.protection import Protection
from drivers.reading import UNIT_OF, Analyte, Reading, Value
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.reasons import Code
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.deciding import decisions
from station.receival.deciding.offers import Offer, offers_among, standing_visits
from station.receival.storage.tippings import Tipped
from station.store import audit, pages
from station.store.tables import CellMovement, Tipping, Visit, Weighing
from tests.silo_rig import ANNE, Silo

TWO = (NewLoad("soft_wheat", barcode="T1", share=0.4), NewLoad("soft_wheat", barcode="T2", share=0.6))


def offers(silo: Silo, kg: float) -> list[Offer]:
    with silo.desk.ledger.read() as tx:
        return list(offers_among(standing_visits(tx), kg))


def decided(silo: Silo, plate: str = "AB-123-CD", *loads: NewLoad, gross_kg: float = 43_120) -> Visit:
    """A visit that was weighed full, measured and decided."""
    visit = silo.arrive(plate, *loads)
    silo.confirm(gross_kg, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    return visit


def test_a_vehicle_just_entered_is_offered_its_first_weighing(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    (offer,) = offers(silo, 43_120)
    assert (offer.visit_id, offer.role, offer.load_ids, offer.rank[0]) == (visit.id, "first", (), 1)


def test_a_known_tare_finds_the_vehicle_that_leaves(silo: Silo) -> None:
    silo.receive("AB-123-CD", tare_kg=15_240)
    silo.receive("EF-456-GH", tare_kg=12_100)
    leaving = decided(silo, "AB-123-CD")
    decided(silo, "EF-456-GH", gross_kg=38_000)
    best = offers(silo, 15_300)[0]
    assert (best.plate, best.role, best.rank[0]) == ("AB-123-CD", "last", 0)
    assert best.load_ids == (silo.loads(leaving)[0].id,)
    assert offers(silo, 12_140)[0].plate == "EF-456-GH"


def test_a_full_weight_goes_to_the_vehicle_that_waits_to_be_weighed_full(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    decided(silo, "AB-123-CD")
    silo.arrive("EF-456-GH")
    best = offers(silo, 41_000)[0]
    assert (best.plate, best.role) == ("EF-456-GH", "first")


def test_without_a_known_tare_a_plausible_empty_weight_is_the_last_weighing(silo: Silo) -> None:
    decided(silo, "AB-123-CD")
    silo.arrive("EF-456-GH")
    best = offers(silo, 15_000)[0]
    assert (best.plate, best.role, best.rank[0]) == ("AB-123-CD", "last", 0)
    assert offers(silo, 5_000)[0].plate == "EF-456-GH"  # too light to be what is left of 43 t


def test_a_vehicle_without_a_decision_is_only_offered_to_be_weighed_again(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    (offer,) = offers(silo, 15_000)
    assert (offer.role, offer.rank[0]) == ("first", 5)


def test_truck_and_trailer_offer_an_intermediate_then_a_last_weighing(silo: Silo) -> None:
    visit = decided(silo, "AB-123-CD", *TWO, gross_kg=50_000)
    first, second = silo.loads(visit)
    middle = offers(silo, 36_000)[0]
    assert (middle.role, middle.load_ids) == ("intermediate", (first.id,))
    both = offers(silo, 20_000)[0]
    assert (both.role, both.load_ids) == ("last", (first.id, second.id))
    done = silo.confirm(36_000, visit, "intermediate")
    assert [ticket.net_kg for ticket in done.tickets] == [14_000]
    last = offers(silo, 20_000)[0]
    assert (last.role, last.load_ids) == ("last", (second.id,))
    done = silo.confirm(20_000, visit, "last")
    assert [(ticket.gross_kg, ticket.net_kg) for ticket in done.tickets] == [(36_000, 16_000)]
    assert done.visit.ended_at is not None


def test_parts_weighed_apart_full_are_closed_apart_with_their_own_weights(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", *TWO)
    silo.confirm(26_000, visit, "first")
    assert "first" in {offer.role for offer in offers(silo, 31_000)}
    silo.confirm(31_000, visit, "first")
    assert [use.role for use, _ in silo.chain(visit)] == ["first", "first"]
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    with pytest.raises(Conflict) as refused:
        silo.confirm(19_000, visit, "last")
    assert refused.value.code is Fault.WEIGHED_APART
    truck, trailer = silo.loads(visit)
    offer = next(one for one in offers(silo, 11_000) if one.visit_id == visit.id)
    assert (offer.role, offer.load_ids) == ("intermediate", (truck.id,))
    assert silo.confirm(11_000, visit, "intermediate").tickets[0].net_kg == 15_000
    done = silo.confirm(9_000, visit, "last")
    assert [(ticket.load_id, ticket.net_kg) for ticket in done.tickets] == [(trailer.id, 22_000)]


def test_a_second_first_weighing_supersedes_and_the_estimate_follows(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.confirm(43_080, visit, "first")
    assert [weighing.kg for _, weighing in silo.chain(visit)] == [43_080]
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    assert proposal.load_t == pytest.approx(43.080 * 0.62)


def test_what_a_ticket_stands_on_is_not_weighed_again(silo: Silo) -> None:
    visit = decided(silo, "AB-123-CD", *TWO, gross_kg=50_000)
    silo.confirm(36_000, visit, "intermediate")
    silo.confirm(49_000, visit, "first")  # of the other part; another one would be a re-weighing
    with pytest.raises(Conflict) as refused:
        silo.confirm(49_000, visit, "first")
    assert refused.value.code is Fault.LOAD_ENDED


def test_a_weight_is_used_once(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    weighing = silo.weigh(43_120)
    weighings.confirm(silo.desk, weighing.id, visit.id, "first", ANNE, silo.clock())
    with pytest.raises(Conflict) as refused:
        weighings.confirm(silo.desk, weighing.id, visit.id, "first", ANNE, silo.clock())
    assert refused.value.code is Fault.WEIGHING_USED
    with pytest.raises(Conflict):
        weighings.dismiss(silo.desk, weighing.id, "tractor", ANNE, silo.clock())


def test_a_dismissed_weight_stays_with_who_and_why(silo: Silo) -> None:
    weighing = weighings.dismiss(silo.desk, silo.weigh(2_300).id, "tractor", ANNE, silo.clock())
    assert weighing.state == "dismissed"
    with silo.desk.ledger.read() as tx:
        assert pages.offered_weighings(tx, 0, 50) == []
        newest = audit.events_after(tx, audit.last_seq(tx) - 1)[0]
    assert (newest.kind, newest.by, newest.data["reason"]) == ("weighing_dismissed", "anne", "tractor")


@pytest.mark.parametrize("role", ["intermediate", "last"])
def test_a_load_that_is_not_decided_is_not_closed(silo: Silo, role: str) -> None:
    visit = silo.arrive("AB-123-CD")
    with pytest.raises(Conflict) as refused:
        silo.confirm(15_000, visit, role)
    assert refused.value.code is Fault.NO_FIRST_WEIGHING
    silo.confirm(43_120, visit, "first")
    with pytest.raises(Conflict) as refused:
        silo.confirm(15_000, visit, role, load_ids=[silo.loads(visit)[0].id])
    assert refused.value.code is Fault.LOAD_NOT_DECIDED


def test_the_last_weighing_waits_until_every_load_is_decided(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", *TWO)
    silo.confirm(50_000, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    with pytest.raises(Conflict) as refused:
        silo.confirm(20_000, visit, "last")
    assert refused.value.code is Fault.LOAD_NOT_DECIDED
    assert silo.confirm(36_000, visit, "intermediate").tickets[0].net_kg == 14_000


def test_a_tare_over_the_gross_gives_no_ticket_and_stays_offered(silo: Silo) -> None:
    visit = decided(silo)
    with pytest.raises(Conflict) as refused:
        silo.confirm(43_120, visit, "last")
    assert refused.value.code is Fault.TARE_NOT_BELOW_GROSS
    with silo.desk.ledger.read() as tx:
        assert [weighing.kg for weighing in pages.offered_weighings(tx, 0, 50)] == [43_120]
    assert silo.loads(visit)[0].outcome is None


def test_a_typed_weight_names_who_typed_it_on_the_ticket(silo: Silo) -> None:
    visit = decided(silo)
    typed = weighings.type_weighing(silo.desk, 15_240.0, "indicator down", ANNE, silo.clock())
    done = weighings.confirm(silo.desk, typed.id, visit.id, "last", ANNE, silo.clock())
    tare = done.tickets[0].document["tare"]
    assert (tare["rule"], tare["typed_by"]) == ("typed", "anne")


def test_an_impossible_weight_is_not_taken(silo: Silo) -> None:
    with pytest.raises(Invalid):
        weighings.type_weighing(silo.desk, 300_000.0, "", ANNE, silo.clock())


def test_the_same_frame_tried_again_is_one_weighing(silo: Silo) -> None:
    frame = silo.stored("bridge")
    reading = Reading(
        "toledo-continuous", "weight", frame.frame, {Analyte.WEIGHT: Value(900.0, UNIT_OF[Analyte.WEIGHT])}
    )
    taken = [weighings.take_weighing(silo.desk, reading, "print_key", 900.0, frame) for _ in range(3)]
    assert len({weighing.id for weighing in taken}) == 1
    with silo.desk.ledger.read() as tx:
        assert len(tx.exec(select(Weighing)).all()) == 1


@pytest.mark.parametrize(
    ("rule", "protection", "asked"),
    [
        ("print_key", Protection.LEARNT_WIDTH, True),
        ("print_key", Protection.FIXED_WIDTH, True),
        ("print_key", Protection.SUM, False),
        ("equal_readings", Protection.LEARNT_WIDTH, False),
    ],
)
def test_one_unprotected_line_of_the_print_key_is_taken_by_a_person_who_was_asked(
    silo: Silo, rule: str, protection: Protection, asked: bool
) -> None:
    visit, frame = silo.arrive("AB-123-CD"), silo.stored("bridge")
    values = {Analyte.WEIGHT: Value(43_120.0, UNIT_OF[Analyte.WEIGHT])}
    reading = Reading("st-gs", "weight", frame.frame, values, protection=protection)
    taken = weighings.take_weighing(silo.desk, reading, rule, 43_120.0, frame)
    assert [remark["code"] for remark in taken.remarks] == [Code.UNPROTECTED_LINE] * asked
    if asked:
        with pytest.raises(Conflict) as refused:
            weighings.confirm(silo.desk, taken.id, visit.id, "first", ANNE, silo.clock())
        assert refused.value.code is Fault.UNPROTECTED_LINE
    weighings.confirm(silo.desk, taken.id, visit.id, "first", ANNE, silo.clock(), despite_remarks=asked)


def test_a_split_tipping_is_recorded_as_it_happened(silo: Silo) -> None:
    visit = decided(silo)
    load = silo.loads(visit)[0]
    tipped = {load.id: [Tipped("p1", "c1", 0.75), Tipped("p2", "c5", 0.25)]}
    done = silo.confirm(15_120, visit, "last", tipped=tipped)
    with silo.desk.ledger.read() as tx:
        moved = tx.exec(select(CellMovement).where(CellMovement.load_id == load.id)).all()
        rows = tx.exec(select(Tipping).where(Tipping.load_id == load.id)).all()
    assert {row.cell_id: row.kg for row in moved} == {"c1": 21_000, "c5": 7_000}
    assert {row.cell_id: row.pit for row in rows} == {"c1": "p1", "c5": "p2"}
    assert done.tickets[0].net_kg == 28_000


@pytest.mark.parametrize(
    ("tipped", "code"),
    [
        ([Tipped("p1", "c1", 0.5)], Fault.SHARES_NOT_WHOLE),
        ([Tipped("p1", "c9", 1.0)], Fault.UNKNOWN_CELL),
        ([Tipped("p9", "c1", 1.0)], Fault.NOT_REACHABLE),
        ([Tipped("p1", "c3", 1.0)], Fault.NOT_REACHABLE),
    ],
)
def test_a_tipping_that_cannot_be_is_refused(silo: Silo, tipped: list[Tipped], code: Fault) -> None:
    visit = decided(silo)
    with pytest.raises(Invalid) as refused:
        silo.confirm(15_240, visit, "last", tipped={silo.loads(visit)[0].id: tipped})
    assert refused.value.code is code
    with pytest.raises(Invalid) as refused:
        silo.confirm(15_240, visit, "last", tipped={"somebody": [Tipped("p1", "c1", 1.0)]})
    assert refused.value.code is Fault.UNKNOWN_LOAD


def test_a_refused_loads_weight_goes_to_nobody(silo: Silo) -> None:
    visit = decided(silo, "AB-123-CD", *TWO, gross_kg=50_000)
    tipping, refused = silo.loads(visit)
    decisions.refuse(silo.desk, refused.id, "insects", ANNE, silo.clock())
    done = silo.confirm(36_000, visit, "last")
    assert [(ticket.load_id, ticket.net_kg) for ticket in done.tickets] == [(tipping.id, 14_000)]
    assert done.visit.ended_at is not None


def test_an_unknown_weighing_or_visit_is_named(silo: Silo) -> None:
    with pytest.raises(NotFound):
        weighings.confirm(silo.desk, "nothing", "nobody", "first", ANNE, silo.clock())
    with pytest.raises(NotFound):
        weighings.confirm(silo.desk, silo.weigh(900).id, "nobody", "first", ANNE, silo.clock())


@settings(max_examples=8)
@given(
    gross=st.integers(20_001, 60_000),
    tare=st.integers(5_000, 20_000),
    shares=st.lists(st.integers(1, 9), min_size=2, max_size=4),
)
def test_loads_on_one_gross_share_every_kilogram(
    tmp_path_factory: pytest.TempPathFactory, silo_folder: Path, gross: int, tare: int, shares: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("silo") / "data"
    silo = Silo.reopen(shutil.copytree(silo_folder, folder))
    total = sum(shares)
    parts = [
        NewLoad("soft_wheat", barcode=f"P{number}", share=share / total)
        for number, share in enumerate(shares)
    ]
    visit = decided(silo, "AB-123-CD", *parts, gross_kg=float(gross))
    is_asked = len(set(shares)) == 1
    tickets = silo.confirm(float(tare), visit, "last", despite_remarks=is_asked).tickets
    nets = [ticket.net_kg for ticket in tickets]
    silo.desk.ledger.close()
    assert sum(nets) == gross - tare
    assert all(net == int(net) and net >= 0 for net in nets)
    for net, share in zip(nets, shares, strict=True):
        assert abs(net - (gross - tare) * share / total) <= 1
