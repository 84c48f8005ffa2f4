"""A load counts on a contract of its supplier or owner, and the paper says what is left of it."""

from typing import Any

import pytest

from station.acts.refusals import Fault, Refusal
from station.receival.arrivals.corrections import Correction, LoadCorrection, correct_arrival
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge.weighings import Confirmed
from station.receival.masters.contract_standing import contract_numbered, delivered_kg
from station.receival.masters.reference_import import import_list
from tests.silo_rig import ANNE, MARC, Silo

CONTRACTS = (
    "number,supplier,species,claims,tonnes\n"
    "C1,EARL Dupont,soft_wheat,,60\nC2,EARL Dupont,soft_wheat,organic,60\nC3,GAEC du Pré,soft_wheat,,\n"
)


@pytest.fixture
def yard(silo: Silo) -> Silo:
    names = "name\nEARL Dupont\nGAEC du Pré\n"
    for kind, text in (("suppliers", names), ("contracts", CONTRACTS)):
        assert not import_list(silo.desk, kind, text, MARC, silo.clock(), dry_run=False).errors
    return silo


def deliver(silo: Silo, number: str, barcode: str, **over: Any) -> Confirmed:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode=barcode, contract=number, **over))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0])
    return silo.confirm(15_240, visit, "last")


def refusal(act: Any) -> Fault:
    with pytest.raises(Refusal) as error:
        act()
    return error.value.code


def test_the_paper_says_what_is_left_and_more_than_all_is_not_hidden(yard: Silo) -> None:
    left = []
    for number in range(3):
        (ticket,) = deliver(yard, "c1", f"B{number}").tickets
        left.append((ticket.document["contract"]["number"], ticket.document["contract"]["remaining_t"]))
    assert left == [("C1", 32.12), ("C1", 4.24), ("C1", -23.64)]
    with yard.desk.ledger.read() as tx:
        row = contract_numbered(tx, "C1", yard.desk.policy.campaign)
        assert row is not None
        assert delivered_kg(tx, [row]) == {row.id: 3 * 27_880}


def test_what_was_delivered_counts_on_when_the_contract_changes(yard: Silo) -> None:
    deliver(yard, "C1", "B1")
    import_list(
        yard.desk, "contracts", "number,supplier,species,tonnes\nC1,EARL Dupont,soft_wheat,100\n", MARC,
        yard.clock(), dry_run=False,
    )  # fmt: skip
    (ticket,) = deliver(yard, "C1", "B2").tickets
    assert ticket.document["contract"]["remaining_t"] == 44.24


def test_one_without_end_has_nothing_left_to_say(yard: Silo) -> None:
    owners = (("EARL Dupont", 0.5), ("GAEC du Pré", 0.5))
    (ticket,) = deliver(yard, "C3", "B1", owners=owners).tickets
    assert ticket.document["contract"] == {
        "number": "C3", "tonnes": None, "delivered_kg": 13_940, "remaining_t": None,
    }  # fmt: skip


def test_of_several_owners_grain_only_its_suppliers_share_counts(yard: Silo) -> None:
    owners = (("EARL Dupont", 0.3333), ("GAEC du Pré", 0.6667))
    (ticket,) = deliver(yard, "C1", "B1", owners=owners).tickets
    assert ticket.document["contract"]["delivered_kg"] == 9_292
    (ticket,) = deliver(yard, "C1", "B2").tickets
    assert ticket.document["contract"]["remaining_t"] == round(60 - 9.292 - 27.88, 3)


def test_a_contract_of_another_or_for_other_claims_is_refused(yard: Silo) -> None:
    assert refusal(lambda: deliver(yard, "C3", "B1")) is Fault.CONTRACT_DIFFERS
    assert refusal(lambda: deliver(yard, "C2", "B1")) is Fault.CONTRACT_DIFFERS
    assert refusal(lambda: deliver(yard, "C9", "B1")) is Fault.CONTRACT_UNKNOWN


def test_a_load_without_a_contract_says_nothing_of_one(yard: Silo) -> None:
    assert "contract" not in deliver(yard, "", "B1").tickets[0].document


def test_it_is_corrected_until_the_ticket_and_dropped_where_it_no_longer_fits(yard: Silo) -> None:
    visit = yard.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="B1"))
    (load,) = yard.loads(visit)

    def correct(**over: Any) -> str:
        correct_arrival(yard.desk, visit.id, Correction(**over), ANNE, yard.clock())
        return yard.load(load).contract

    assert correct(loads={load.id: LoadCorrection(contract="C1")}) == "C1"
    assert correct(supplier="GAEC du Pré") == ""
    assert refusal(lambda: correct(loads={load.id: LoadCorrection(contract="C1")})) is Fault.CONTRACT_DIFFERS
