"""A load that was open in a restored backup asks first whether it was closed on paper."""

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault
from station.receival.arrivals import on_paper, visits
from station.receival.deciding import decisions
from station.store import audit
from station.store.tables import CellMovement, Load
from tests.silo_rig import ANNE, Silo


def open_load(silo: Silo, plate: str = "AB-123-CD", *, decided: bool = True) -> Load:
    """As a restore leaves it: it asks."""
    visit = silo.arrive(plate)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    if decided:
        silo.decide(silo.loads(visit)[0])
    (load,) = silo.loads(visit)
    with silo.desk.ledger.write() as tx:
        row = tx.get_one(Load, load.id)
        row.asks_paper = True
        tx.add(row)
    return load


def close(silo: Silo, load: Load, number: str, net_kg: float | None = None, cell: str | None = None) -> Load:
    return on_paper.close_on_paper(silo.desk, load.id, number, net_kg, cell, ANNE, silo.clock())


def movements(silo: Silo, load: Load) -> list[tuple[str, float, str]]:
    with silo.desk.ledger.read() as tx:
        rows = tx.exec(select(CellMovement).where(CellMovement.load_id == load.id))
        return [(row.cell_id, row.kg, row.paper_number) for row in rows]


def test_every_way_to_end_it_asks_first(silo: Silo) -> None:
    load = open_load(silo)
    visit = load.visit_id
    taken = silo.weigh(15_240)
    with silo.desk.ledger.read() as tx:
        before = audit.last_seq(tx)
    ways = (
        lambda: silo.decide(load),
        lambda: decisions.refuse(silo.desk, load.id, "wet", ANNE, silo.clock()),
        lambda: decisions.leave(silo.desk, load.id, "price", ANNE, silo.clock()),
        lambda: visits.cancel_visit(silo.desk, visit, "error", ANNE, silo.clock()),
        lambda: silo.confirm(15_240, _visit(silo, visit), "last"),
    )
    for way in ways:
        with pytest.raises(Conflict) as refused:
            way()
        assert refused.value.code is Fault.MAYBE_ON_PAPER
        assert refused.value.params["load_id"] == load.id
    with silo.desk.ledger.read() as tx:
        kinds = {event.kind for event in audit.events_after(tx, before)}
    assert kinds == {"weighing_taken"}
    assert taken.state == "offered"


def _visit(silo: Silo, visit_id: str) -> visits.Visit:
    with silo.desk.ledger.read() as tx:
        return tx.get_one(visits.Visit, visit_id)


def test_a_load_that_was_not_on_paper_goes_on_to_its_ticket(silo: Silo) -> None:
    load = open_load(silo)
    on_paper.deny_paper(silo.desk, load.id, ANNE, silo.clock())
    assert silo.confirm(15_240, _visit(silo, load.visit_id), "last").tickets[0].load_id == load.id
    with pytest.raises(Conflict) as refused:
        on_paper.deny_paper(silo.desk, load.id, ANNE, silo.clock())
    assert refused.value.code is Fault.LOAD_ENDED


def test_what_was_reserved_is_moved_where_the_paper_says_no_weight(silo: Silo) -> None:
    load = open_load(silo)
    ended = close(silo, load, "P-77")
    assert (ended.outcome, ended.outcome_reason) == ("on_paper", "P-77")
    ((cell, kg, number),) = movements(silo, load)
    assert (cell, number) == ("c1", "P-77")
    assert kg == pytest.approx(43_120 * 0.62)
    assert silo.tickets() == []
    with silo.desk.ledger.read() as tx:
        assert tx.get_one(visits.Visit, load.visit_id).ended_at is not None


def test_the_weight_and_cell_of_the_paper_are_moved(silo: Silo) -> None:
    load = open_load(silo, decided=False)
    close(silo, load, "P-77", 27_880.0, "c5")
    assert movements(silo, load) == [("c5", 27_880.0, "P-77")]


def test_where_no_cell_is_known_nothing_is_moved(silo: Silo) -> None:
    load = open_load(silo, decided=False)
    close(silo, load, "P-77", 27_880.0)
    assert movements(silo, load) == []


def test_no_number_is_given_twice(silo: Silo) -> None:
    """Neither that of a ticket to a paper, nor that of a paper to a ticket."""
    first, second = open_load(silo), open_load(silo, "EF-456-GH")
    assert silo.receive("GH-789-JK").tickets[0].number == 1
    with pytest.raises(Conflict) as refused:
        close(silo, first, "1")
    assert refused.value.code is Fault.PAPER_NUMBER_USED
    close(silo, first, "2")
    with pytest.raises(Conflict) as refused:
        close(silo, second, "2")
    assert refused.value.code is Fault.PAPER_NUMBER_USED
    assert silo.receive("JK-012-LM").tickets[0].number == 3


def test_what_no_restore_asked_about_is_closed_by_its_weighings(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    with pytest.raises(Conflict) as refused:
        close(silo, silo.loads(visit)[0], "P-1")
    assert refused.value.code is Fault.NOT_ASKED_ABOUT_PAPER
