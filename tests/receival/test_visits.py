"""Arrivals are entered whole or not at all; names that are the same are one; visits end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.identifiers import Regime
from station.receival.arrivals import visits
from station.receival.arrivals.visits import Arrival, NewLoad
from station.receival.masters.external import External
from station.site.file import Supplier as SupplierSection
from station.store import queries
from station.store.tables import Cell, CellMovement, LoadOwner, Supplier, Ticket, Visit
from tests.silo_rig import ANNE, MARC, SITE, Silo


def test_two_spellings_of_a_supplier_and_a_plate_are_one(silo: Silo) -> None:
    first = silo.arrive("AB-123-CD", supplier="EARL Dupont")
    second = silo.arrive("ab 123 cd", supplier="Earl  DUPONT")
    assert (first.supplier_id, first.vehicle_id) == (second.supplier_id, second.vehicle_id)
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(Supplier, first.supplier_id).external_ref == "F0012"


def enter(silo: Silo, *loads: NewLoad, plate: str = "AB-123-CD", **over: object) -> Visit:
    arrival = Arrival(plate, "EARL Dupont", loads or (NewLoad("soft_wheat"),), comes_again=True, **over)  # type: ignore[arg-type]
    return visits.enter_arrival(silo.desk, arrival, ANNE, silo.clock())


def open_too(silo: Silo, *campaigns: str) -> None:
    policy = replace(silo.desk.policy, open_campaigns=("2026", *campaigns))
    silo.desk = replace(silo.desk, policy=policy)


def finish(silo: Silo, visit: Visit) -> Ticket:
    silo.confirm(43_120, visit, "first")
    silo.decide(silo.loads(visit)[0], "c5", "p1", actor=MARC)
    return silo.confirm(15_240, visit, "last").tickets[0]


def test_a_load_is_the_sites_own_unless_the_arrival_says_whose_it_is(silo: Silo) -> None:
    deposit = NewLoad("soft_wheat", regime=Regime.DEPOSIT, organisation="Union du Nord")
    visit = enter(silo, NewLoad("soft_wheat"), deposit)
    assert [(load.regime, load.organisation) for load in silo.loads(visit)] == [
        ("owned", "Silo de Beauvoir"), ("deposit", "Union du Nord"),
    ]  # fmt: skip


def test_whose_grain_it_is_stands_on_the_ticket_and_on_the_movement(silo: Silo) -> None:
    load = NewLoad("soft_wheat", regime=Regime.ON_BEHALF, organisation="Union du Nord")
    ticket = finish(silo, enter(silo, load))
    said = ("on_behalf", "Union du Nord")
    assert (ticket.regime, ticket.organisation) == said
    assert (ticket.document["regime"], ticket.document["organisation"]) == said
    with silo.desk.ledger.read() as tx:
        moved = tx.exec(select(CellMovement).where(CellMovement.kind == "in")).one()
        opening = tx.exec(select(CellMovement).where(CellMovement.kind == "opening")).one()
    assert (moved.regime, moved.organisation, moved.by) == (*said, "anne")
    assert (opening.regime, opening.organisation) == ("owned", "Silo de Beauvoir")


def test_an_arrival_may_name_another_open_campaign_but_no_closed_one(silo: Silo) -> None:
    open_too(silo, "2025")
    assert [load.campaign for load in silo.loads(enter(silo))] == ["2026"]
    assert [load.campaign for load in silo.loads(enter(silo, campaign="2025"))] == ["2025"]
    with pytest.raises(Invalid) as refused:
        enter(silo, campaign="2024")
    assert (refused.value.code, refused.value.params["open"]) == (
        Fault.CAMPAIGN_NOT_OPEN, ["2026", "2025"],
    )  # fmt: skip


def test_tickets_of_two_campaigns_that_alternate_have_no_gaps(silo: Silo) -> None:
    open_too(silo, "2025")
    found = [
        finish(silo, enter(silo, plate=f"AB-{number}-CD", campaign=campaign))
        for number, campaign in enumerate(("2026", "2025", "2025", "2026", "2025", "2026"))
    ]
    assert [(ticket.campaign, ticket.number) for ticket in found] == [
        ("2026", 1), ("2025", 1), ("2025", 2), ("2026", 2), ("2025", 3), ("2026", 3),
    ]  # fmt: skip
    with silo.desk.ledger.read() as tx:
        for ticket in found:
            named = queries.ticket_by_number(tx, "silo-1", ticket.campaign, ticket.number)
            assert named is not None
            assert named.id == ticket.id


def test_a_load_keeps_a_campaign_that_closes_while_it_is_on_site(silo: Silo) -> None:
    open_too(silo, "2025")
    visit = enter(silo, campaign="2025")
    open_too(silo)
    assert finish(silo, visit).campaign == "2025"


def test_a_vehicle_that_takes_grain_away_is_refused(silo: Silo) -> None:
    with pytest.raises(Invalid) as refused:
        enter(silo, direction="outbound")
    assert refused.value.code is Fault.OUTBOUND_VISIT
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(Visit)).all() == []


def test_a_number_of_another_system_is_used_once_per_source(silo: Silo) -> None:
    load = NewLoad("soft_wheat", external=External("erp", "7"))
    visit = enter(silo, load, external=External("erp", "7"))
    assert (visit.external_source, visit.external_ref) == ("erp", "7")
    enter(silo, external=External("portal", "7"))
    for again in ((load,), (NewLoad("soft_wheat"), load)):
        with pytest.raises(Conflict) as refused:
            enter(silo, *again)
        assert refused.value.code is Fault.EXTERNAL_REF_USED
    twice = NewLoad("soft_wheat", external=External("erp", "8"))
    with pytest.raises(Conflict):
        enter(silo, twice, twice)
    with pytest.raises(Conflict):
        enter(silo, external=External("erp", "7"))
    with silo.desk.ledger.read() as tx:
        assert len(tx.exec(select(Visit)).all()) == 2


def test_the_site_file_may_give_a_number_to_another_supplier_or_cell(silo: Silo) -> None:
    def load(*numbers: str | None) -> None:
        names = ("EARL Dupont", "GAEC Leroy")
        sections = [SupplierSection(name=n, external_id=x) for n, x in zip(names, numbers, strict=True)]
        cells = [
            cell.model_copy(update={"external_id": x}) for cell, x in zip(SITE.cells, numbers, strict=False)
        ]
        silo.load_site(suppliers=sections, cells=[*cells, *SITE.cells[2:]])

    def given() -> list[list[str | None]]:
        with silo.desk.ledger.read() as tx:
            suppliers = tx.exec(select(Supplier.external_ref).order_by(col(Supplier.name))).all()
            return [list(suppliers), list(tx.exec(select(Cell.external_ref).order_by(Cell.id).limit(2)))]

    for numbers in (("F1", "F2"), ("F2", "F1"), (None, "F2"), ("F2", None)):
        load(*numbers)
        assert given() == [list(numbers), list(numbers)]
    with silo.desk.ledger.write() as tx:
        leroy = tx.exec(select(Supplier).where(Supplier.name == "GAEC Leroy")).one()
        leroy.external_source, leroy.external_ref = "erp", "F2"
        tx.add(leroy)
    load("F1", None)
    assert given()[0] == ["F1", "F2"]


def test_names_without_letters_stay_different(silo: Silo) -> None:
    assert silo.arrive(supplier="***").supplier_id != silo.arrive(supplier="???").supplier_id


def test_an_owner_named_twice_has_both_shares(silo: Silo) -> None:
    load = NewLoad("soft_wheat", owners=(("Martin", 0.25), ("MARTIN", 0.25), ("Leroy", 0.5)))
    visit = silo.arrive("AB-123-CD", load)
    with silo.desk.ledger.read() as tx:
        found = tx.exec(select(LoadOwner).where(LoadOwner.load_id == silo.loads(visit)[0].id)).all()
    assert sorted(owner.share for owner in found) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("loads", "code"),
    [
        ((NewLoad("oats"),), Fault.UNKNOWN_SPECIES),
        ((NewLoad("soft_wheat", claims=("blessed",)),), Fault.UNKNOWN_CLAIM),
        ((NewLoad("soft_wheat", declared={"sugar": 1.0}),), Fault.UNKNOWN_ANALYTE),
        ((NewLoad("soft_wheat", declared={"moisture": 99.0}),), Fault.IMPLAUSIBLE_VALUE),
        ((NewLoad("soft_wheat", owners=(("Martin", 0.4),)),), Fault.SHARES_NOT_WHOLE),
        ((NewLoad("soft_wheat", share=0.5), NewLoad("barley", share=0.4)), Fault.SHARES_NOT_WHOLE),
        ((NewLoad("soft_wheat", share=0.5), NewLoad("barley")), Fault.SHARES_NOT_WHOLE),
    ],
)
def test_an_invalid_arrival_writes_nothing(silo: Silo, loads: tuple[NewLoad, ...], code: Fault) -> None:
    with pytest.raises(Invalid) as refused:
        silo.arrive("AB-123-CD", *loads)
    assert refused.value.code is code
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(Visit)).all() == []


def test_a_used_barcode_refuses_the_whole_arrival(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    with pytest.raises(Conflict) as refused:
        silo.arrive("EF-456-GH", NewLoad("soft_wheat"), NewLoad("soft_wheat", barcode="S1"))
    assert refused.value.code is Fault.BARCODE_USED
    with silo.desk.ledger.read() as tx:
        assert [visit.plate for visit in queries.open_visits(tx)] == ["AB-123-CD"]


def test_a_visit_written_on_paper_is_entered_at_its_real_time_but_never_ahead(silo: Silo) -> None:
    at = silo.clock()
    earlier = Arrival(
        "AB-123-CD", "Dupont", (NewLoad("soft_wheat"),), new_supplier=True, arrived_at=at - timedelta(hours=3)
    )
    visit = visits.enter_arrival(silo.desk, earlier, ANNE, at)
    assert (visit.arrived_at, visit.entered_at) == (at - timedelta(hours=3), at)
    later = Arrival(
        "AB-123-CD",
        "Dupont",
        (NewLoad("soft_wheat"),),
        new_supplier=True,
        arrived_at=at + timedelta(seconds=1),
    )
    with pytest.raises(Invalid):
        visits.enter_arrival(silo.desk, later, ANNE, at)


def test_without_declared_shares_loads_share_equally(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat"), NewLoad("soft_wheat"), NewLoad("barley"))
    assert [load.share for load in silo.loads(visit)] == [1 / 3] * 3


def test_a_cancelled_visit_ends_its_loads_and_cannot_be_cancelled_again(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat"), NewLoad("barley"))
    visits.cancel_visit(silo.desk, visit.id, "wrong plate", ANNE, silo.clock())
    assert {load.outcome for load in silo.loads(visit)} == {"cancelled"}
    assert silo.visit(visit).ended_at is not None
    with pytest.raises(Conflict):
        visits.cancel_visit(silo.desk, visit.id, "again", ANNE, silo.clock())
    with pytest.raises(NotFound):
        visits.cancel_visit(silo.desk, "nobody", "again", ANNE, silo.clock())


def test_what_the_operator_sees_never_replaces_what_was_declared(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", declared_variety="Chevignon"))
    load = silo.loads(visit)[0]
    visits.see_variety(silo.desk, load.id, "Rubisko", ANNE, silo.clock())
    load = silo.load(load)
    assert (load.declared_variety, load.operator_variety, load.model_variety, load.lab_variety) == (
        "Chevignon", "Rubisko", "", "",
    )  # fmt: skip


def test_a_declared_value_that_is_not_usual_is_asked_about(silo: Silo) -> None:
    wanted = (NewLoad("soft_wheat", declared={"moisture": 1.4}),)
    arrival = Arrival("AB-123-CD", "EARL Dupont", wanted)
    with pytest.raises(Conflict) as refused:
        visits.enter_arrival(silo.desk, arrival, ANNE, silo.clock())
    assert refused.value.code is Fault.UNUSUAL_VALUE
    visit = visits.enter_arrival(silo.desk, replace(arrival, despite_remarks=True), ANNE, silo.clock())
    assert silo.loads(visit)[0].declared == {"moisture": 1.4}


def test_a_supplier_or_owner_that_nobody_knows_is_entered_only_by_who_was_asked(silo: Silo) -> None:
    silo.arrive("AB-123-CD", supplier="EARL Dupont")
    load = NewLoad("soft_wheat", owners=(("GAEC du Chêne", 0.5), ("earl dupont", 0.5)))
    arrival = Arrival("EF-456-GH", "EARL Dupond", (load,))
    with pytest.raises(Conflict) as refused:
        visits.enter_arrival(silo.desk, arrival, ANNE, silo.clock())
    assert (refused.value.code, refused.value.params) == (
        Fault.NEW_SUPPLIER, {"names": ["EARL Dupond", "GAEC du Chêne"], "near": ["EARL Dupont"]},
    )  # fmt: skip
    visits.enter_arrival(silo.desk, replace(arrival, new_supplier=True), ANNE, silo.clock())
    visits.enter_arrival(silo.desk, replace(arrival, plate="GH-789-IJ"), ANNE, silo.clock())
