"""A vehicle that is longer than the bridge is weighed in parts, whose sum is its weight: legal uncoupled, not
axle by axle."""

from typing import Any

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault
from station.grain.reasons import Code
from station.printing.ticket_text import WIDTH, ticket_text
from station.receival.arrivals.visits import NewLoad
from station.receival.deciding import proposals
from station.receival.deciding.offers import offers_among, standing_visits
from station.store.batches import tares_kg
from station.store.tables import CellMovement, Ticket, Visit
from tests.silo_rig import Silo


def decided(silo: Silo, *full: tuple[float, str]) -> Visit:
    """A visit whose vehicle was weighed full in these parts, the last one without a word."""
    visit = silo.arrive("AB-123-CD", trailer="EF-456-GH")
    for kg, part in full:
        silo.confirm(kg, visit, "first", part=part)
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return visit


UNCOUPLED = ((20_120.0, "uncoupled"), (23_000.0, ""))


def test_truck_and_trailer_uncoupled_are_summed_full_and_empty(silo: Silo) -> None:
    visit = decided(silo, *UNCOUPLED)
    proposal = silo.proposal(silo.loads(visit)[0])
    assert proposal is not None
    assert proposal.load_t == pytest.approx(43.120 * 0.62)
    assert silo.confirm(8_240, visit, "last", part="uncoupled").tickets == ()
    (ticket,) = silo.confirm(7_000, visit, "last").tickets
    assert (ticket.gross_kg, ticket.tare_kg, ticket.net_kg) == (43_120, 15_240, 27_880)
    gross, tare = ticket.document["gross"], ticket.document["tare"]
    assert [part["kg"] for part in gross["parts"]] == [20_120, 23_000]
    assert [part["kg"] for part in tare["parts"]] == [8_240, 7_000]
    assert gross["remarks"] == tare["remarks"] == []
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(CellMovement.kg).where(CellMovement.kind == "in")).all() == [27_880]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_axle_by_axle_is_marked_not_legal_on_the_ticket(silo: Silo, language: str) -> None:
    visit = decided(silo, (7_000.0, "axle"), (18_000.0, "axle"), (18_120.0, ""))
    (ticket,) = silo.confirm(15_240, visit, "last").tickets
    assert ticket.gross_kg == 43_120
    assert [one["code"] for one in ticket.document["gross"]["remarks"]] == [Code.WEIGHED_BY_AXLES]
    assert "parts" not in ticket.document["tare"]
    text = ticket_text(ticket.document, language)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert {"fr": "non valable pour une transaction", "en": "not legal for trade"}[language] in " ".join(
        text.split()
    )
    assert {"fr": "partie 3", "en": "part 3"}[language] in text


def test_the_rest_is_weighed_before_anything_else_counts(silo: Silo) -> None:
    visit = silo.arrive()
    silo.confirm(20_120, visit, "first", part="uncoupled")
    with silo.desk.ledger.read() as tx:
        (offer,) = offers_among(standing_visits(tx), 23_000)
    assert (offer.role, offer.load_ids) == ("first", ())
    with pytest.raises(Conflict) as refused:
        silo.confirm(15_240, visit, "last")
    assert refused.value.code is Fault.REST_NOT_WEIGHED
    silo.confirm(23_000, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    silo.confirm(8_240, visit, "last", part="uncoupled")
    with silo.desk.ledger.read() as tx:
        offer = offers_among(standing_visits(tx), 7_000)[0]
    assert (offer.role, len(offer.load_ids)) == ("last", 1)
    with pytest.raises(Conflict) as refused:
        silo.confirm(43_120, visit, "first")
    assert refused.value.code is Fault.REST_NOT_WEIGHED


def test_parts_are_weighed_again_together(silo: Silo) -> None:
    visit = silo.arrive()
    for kg, part in UNCOUPLED:
        silo.confirm(kg, visit, "first", part=part)
    silo.confirm(43_000, visit, "first")
    assert [weighing.kg for _, weighing in silo.chain(visit)] == [43_000]


def test_two_loads_tip_one_after_the_other_from_a_summed_weight(silo: Silo) -> None:
    two = [NewLoad("soft_wheat", barcode=name, share=share) for name, share in (("T4", 0.4), ("T6", 0.6))]
    visit = silo.arrive("AB-123-CD", *two)
    silo.confirm(25_000, visit, "first", part="uncoupled")
    silo.confirm(25_000, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    assert silo.confirm(36_000, visit, "intermediate").tickets[0].net_kg == 14_000
    silo.confirm(12_000, visit, "last", part="uncoupled")
    assert silo.confirm(8_000, visit, "last").tickets[0].net_kg == 16_000


def test_a_vehicle_weighed_in_parts_teaches_no_tare(silo: Silo) -> None:
    visit = decided(silo, (43_120.0, ""))
    silo.confirm(8_240, visit, "last", part="uncoupled")
    silo.confirm(7_000, visit, "last")
    pair = (visit.vehicle_id, visit.trailer_id)
    with silo.desk.ledger.read() as tx:
        assert tares_kg(tx, [pair]) == {pair: []}


def test_full_on_one_bridge_and_empty_on_another_is_remarked(silo: Silo) -> None:
    visit = decided(silo, (43_120.0, ""))
    with silo.desk.ledger.write() as tx:
        weighing = tx.get_one(type(silo.chain(visit)[0][1]), silo.chain(visit)[0][1].id)
        weighing.instrument_id = "nir"
        tx.add(weighing)
    (ticket,) = silo.confirm(15_240, visit, "last").tickets
    (remark,) = ticket.document["net_remarks"]
    assert remark["code"] == Code.TWO_BRIDGES
    assert remark["params"]["tare"] == "Bridge"
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(Ticket.net_kg)).all() == [27_880]


def test_a_weight_that_closes_no_load_judges_those_of_its_own_visit_alone(
    silo: Silo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cells are as they were, until a weight closes one: then all that wait are judged."""
    waiting = silo.arrive("EF-456-GH")
    silo.confirm(40_000, waiting, "first")
    judged, judge = list[str](), proposals.judge

    def listen(desk: Any, on: Any, of: Any, at: Any) -> Any:
        judged.append(of.load.visit_id)
        return judge(desk, on, of, at)

    visit = silo.arrive("AB-123-CD")
    monkeypatch.setattr(proposals, "judge", listen)
    silo.confirm(20_120, visit, "first", part="uncoupled")
    silo.confirm(23_000, visit, "first")
    assert set(judged) == {visit.id}
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    judged.clear()
    silo.confirm(8_240, visit, "last", part="uncoupled")
    assert judged == []
    silo.confirm(7_000, visit, "last")
    assert judged == [waiting.id]
