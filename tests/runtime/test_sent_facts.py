"""Headquarters' suppliers, matches and requests are taken; nothing that was recorded here changes by them."""

import json
from typing import Any

import pytest
from sqlmodel import col, select

from station.acts.refusals import Conflict, Fault, NotFound
from station.receival.arrivals import asked_corrections
from station.receival.arrivals.visits import NewLoad
from station.receival.persons import forgetting
from station.store import audit
from station.store.tables import Certificate, CorrectionRequest, Load, Supplier, Ticket, Variety, Visit
from tests.runtime.test_receiver import FakeHub, receiver, states
from tests.silo_rig import ANNE, MARC, Silo

ERP = {"source": "erp", "number": "4711", "name": "SCEA des Tilleuls"}


REQUEST = {"id": "r1", "load": "later", "field": "species", "was": "", "wanted": "barley", "reason": "x"}


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


def told(silo: Silo, hub: FakeHub, kind: str, **body: Any) -> None:
    hub.offer(kind, f"{kind} {len(hub.heads)}", json.dumps(body).encode())
    receiver(silo, hub).turn()


def suppliers(silo: Silo) -> dict[str, str | None]:
    with silo.desk.ledger.read() as tx:
        return {row.name: row.external_ref for row in tx.exec(select(Supplier))}


def ticket_names(silo: Silo) -> list[str]:
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(Ticket).order_by(col(Ticket.seq)))
        return [row.document["supplier"] for row in rows]


def id_of(silo: Silo, name: str) -> str:
    with silo.desk.ledger.read() as tx:
        return tx.exec(select(Supplier.id).where(Supplier.name == name)).one()


def ask(silo: Silo, hub: FakeHub, load: Load, wanted: str, was: str = "soft_wheat", **also: str) -> None:
    body = {"id": "r1", "field": "species", "reason": "the label says so", **also}
    told(silo, hub, "correction_request", load=load.id, was=was, wanted=wanted, **body)


def species(silo: Silo) -> str:
    with silo.desk.ledger.read() as tx:
        return tx.exec(select(Load)).one().species


def plate(silo: Silo) -> str:
    with silo.desk.ledger.read() as tx:
        return tx.exec(select(Visit)).one().plate


def request(silo: Silo, id_: str = "r1") -> CorrectionRequest:
    with silo.desk.ledger.read() as tx:
        return tx.get_one(CorrectionRequest, id_)


def test_suppliers_come_by_number_and_the_stations_own_stay(silo: Silo, hub: FakeHub) -> None:
    silo.arrive("AB-123-CD", supplier="GAEC Neuf")
    silo.arrive("AB-124-CD", supplier="SCEA des Tilleuls")
    varieties = [{"id": "v1", "species": "soft_wheat", "name": "Chevignon"}]
    told(silo, hub, "reference", suppliers=[ERP], varieties=varieties)
    assert suppliers(silo) == {"EARL Dupont": "F0012", "GAEC Neuf": None, "SCEA des Tilleuls": "4711"}
    told(silo, hub, "reference", suppliers=[{**ERP, "name": "SCEA Tilleul"}], varieties=varieties)
    assert suppliers(silo) == {"EARL Dupont": "F0012", "GAEC Neuf": None, "SCEA Tilleul": "4711"}
    with silo.desk.ledger.read() as tx:
        assert [row.name for row in tx.exec(select(Variety))] == ["Chevignon"]
    assert states(silo) == [("active", ""), ("active", "")]


def test_certificates_come_once_for_suppliers_that_are_known(silo: Silo, hub: FakeHub) -> None:
    days = {"valid_from": "2026-01-01", "valid_until": "2026-12-31", "body": ""}
    said = {
        "source": "erp",
        "supplier_number": "4711",
        "claim": "organic",
        "number": "FR-1",
        **days,
    }
    others = [{**said, "supplier_number": "9"}, {**said, "claim": "elsewhere"}]
    for _ in range(2):
        told(silo, hub, "reference", suppliers=[ERP], certificates=[said, *others])
    with silo.desk.ledger.read() as tx:
        held = [(row.claim, row.by) for row in tx.exec(select(Certificate)) if row.number == "FR-1"]
    assert held == [("organic", None)]
    assert [state for state, _ in states(silo)] == ["active", "active"]


def test_two_farms_of_one_name_stay_two(silo: Silo, hub: FakeHub) -> None:
    told(silo, hub, "reference", suppliers=[ERP, {**ERP, "number": "4712"}])
    assert suppliers(silo) == {
        "EARL Dupont": "F0012", "SCEA des Tilleuls": "4711", "SCEA des Tilleuls (4712)": "4712",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("reference", {"suppliers": [{"source": "erp"}]}), ("reference", {"suppliers": ["x"]}),
        ("reference", {"varieties": [{"id": 1, "species": "x", "name": "y"}]}),
        ("reference", {"certificates": [{"supplier_number": "1"}]}), ("supplier_match", {"id": "m1"}),
        ("correction_request", {"id": "r1", "load": 3}),
        ("correction_request", {**REQUEST, "field": "net"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_says_why(
    silo: Silo, hub: FakeHub, kind: str, body: dict[str, Any]
) -> None:
    told(silo, hub, kind, **body)
    assert states(silo) == [("refused", "document_wrong")]


def test_a_matched_supplier_is_the_known_one_from_now_on(silo: Silo, hub: FakeHub) -> None:
    silo.receive("AB-123-CD")
    old = id_of(silo, "EARL Dupont")
    body = {"id": "m1", "supplier": old, "reason": "same farm", **ERP}
    told(silo, hub, "supplier_match", **body)
    told(silo, hub, "supplier_match", **body)
    silo.receive("AB-124-CD")
    assert ticket_names(silo) == ["EARL Dupont", "SCEA des Tilleuls"]
    with silo.desk.ledger.read() as tx:
        visited = [row.supplier_id for row in tx.exec(select(Visit).order_by(col(Visit.seq)))]
        kinds = [event.kind for event in audit.events_after(tx, 0, 10_000)]
    assert visited == [old, id_of(silo, "SCEA des Tilleuls")]
    assert kinds.count("supplier_matched") == 1


def test_a_match_never_leads_in_a_circle_nor_to_a_forgotten_name(silo: Silo, hub: FakeHub) -> None:
    silo.receive("AB-123-CD")
    old = id_of(silo, "EARL Dupont")
    told(silo, hub, "supplier_match", id="m1", supplier=old, reason="same farm", **ERP)
    new = id_of(silo, "SCEA des Tilleuls")
    back = {"source": "site", "number": "F0012", "name": "EARL Dupont"}
    told(silo, hub, "supplier_match", id="m2", supplier=new, reason="the other way", **back)
    told(silo, hub, "supplier_match", id="m3", supplier="nobody", reason="x", **ERP)
    assert [code for _, code in states(silo)] == ["", "document_wrong", "unknown_supplier"]
    forgetting.forget_supplier(silo.desk, "SCEA des Tilleuls", "asked for it", MARC, silo.clock())
    silo.receive("AB-124-CD")
    assert ticket_names(silo)[-1] == "EARL Dupont"


def test_a_request_changes_nothing_until_a_named_person_accepts_it(silo: Silo, hub: FakeHub) -> None:
    (load,) = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))
    ask(silo, hub, load, "barley")
    assert (species(silo), request(silo).state) == ("soft_wheat", "open")
    asked_corrections.accept(silo.desk, "r1", "seen", ANNE, silo.clock())
    answered = request(silo)
    assert (species(silo), answered.state, answered.answered_by) == ("barley", "accepted", ANNE.id)
    with pytest.raises(NotFound):
        asked_corrections.refuse(silo.desk, "r1", "too late", ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        kinds = [event.kind for event in audit.events_after(tx, 0, 10_000)]
    assert kinds.index("arrival_corrected") < kinds.index("correction_request_accepted")


def test_a_refused_request_keeps_its_reason(silo: Silo, hub: FakeHub) -> None:
    (load,) = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))
    ask(silo, hub, load, "barley")
    asked_corrections.refuse(silo.desk, "r1", "it is soft wheat, I saw it", ANNE, silo.clock())
    assert (species(silo), request(silo).answer) == ("soft_wheat", "it is soft wheat, I saw it")


def test_two_corrections_that_cross_are_both_kept_and_a_person_decides(silo: Silo, hub: FakeHub) -> None:
    (load,) = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))
    ask(silo, hub, load, "AB-125-CD", "AB-123-CD", field="plate")
    ask(silo, hub, load, "AB-126-CD", "AB-123-CD", field="plate", id="r2")
    asked_corrections.accept(silo.desk, "r1", "", ANNE, silo.clock())
    with pytest.raises(Conflict) as refused:
        asked_corrections.accept(silo.desk, "r2", "", ANNE, silo.clock())
    assert refused.value.code is Fault.CORRECTIONS_CROSS
    assert (plate(silo), request(silo, "r2").state) == ("AB-125-CD", "open")
    asked_corrections.accept(silo.desk, "r2", "they are right", ANNE, silo.clock(), despite_crossing=True)
    assert (plate(silo), request(silo).state, request(silo, "r2").state) == (
        "AB-126-CD", "accepted", "accepted",
    )  # fmt: skip


def test_what_a_ticket_says_is_not_corrected_and_the_request_stays(silo: Silo, hub: FakeHub) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.read() as tx:
        load = tx.exec(select(Load)).one()
    ask(silo, hub, load, "barley", was=load.species)
    with pytest.raises(Conflict):
        asked_corrections.accept(silo.desk, "r1", "", ANNE, silo.clock())
    assert request(silo).state == "open"


def test_a_request_before_its_load_is_held_by_name(silo: Silo, hub: FakeHub) -> None:
    told(
        silo, hub, "correction_request", id="r1", load="later", field="species", was="barley", wanted="oats",
        reason="x",
    )  # fmt: skip
    with pytest.raises(NotFound):
        asked_corrections.accept(silo.desk, "r1", "", ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert [one.id for one in asked_corrections.requests(tx)] == ["r1"]


def test_a_supplier_is_asked_for_by_its_number(silo: Silo, hub: FakeHub) -> None:
    (load,) = silo.loads(silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1")))
    told(
        silo, hub, "correction_request", id="r1", load=load.id, field="supplier",
        was=id_of(silo, "EARL Dupont"), known=ERP, reason="x",
    )  # fmt: skip
    asked_corrections.accept(silo.desk, "r1", "", ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        visit = tx.exec(select(Visit)).one()
    assert visit.supplier_id == id_of(silo, "SCEA des Tilleuls")
