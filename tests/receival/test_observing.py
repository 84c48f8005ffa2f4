"""A station that only observes records and proposes; it issues nothing and uses no ticket number."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from station.acts.desk import Actor
from station.acts.refusals import Invalid
from station.receival.days import day_closing
from station.receival.days.observing import observed
from station.receival.papers.erp_tickets import Issued, take_number
from station.receival.storage.tipped_elsewhere import correct_tipping
from station.receival.storage.tippings import Tipped
from station.store import counters
from station.store.tables import CellMovement, Load, Ticket, Visit
from tests.silo_rig import MARC, Silo


@pytest.fixture
def watching(silo: Silo) -> Silo:
    silo.desk = replace(silo.desk, observes=True)
    return silo


def test_a_load_ends_as_observed_without_a_number(watching: Silo) -> None:
    done = watching.receive("AB-101-CD")
    assert done.tickets == ()
    with watching.desk.ledger.read() as tx:
        load = tx.exec(select(Load)).one()
        assert (load.outcome, tx.exec(select(Ticket)).all()) == ("observed", [])
        policy = watching.desk.policy
        assert counters.newest(tx, counters.of_tickets(policy.site, policy.campaign)) == 0
        (row,) = day_closing.sheet(tx, watching.desk, policy.collecting_day(watching.clock.now))["tonnes"]
    assert (row["outcome"], row["ticket_kg"], row["moved_kg"]) == ("observed", 0, 27_880)


def test_the_cells_follow_what_was_done_and_the_proposal_stands_beside_it(watching: Silo) -> None:
    watching.receive("AB-101-CD")
    visit = watching.arrive("AB-102-CD")
    watching.confirm(43_120, visit, "first")
    watching.measure_well(visit)
    watching.decide(watching.loads(visit)[0], "c5", "p2")
    watching.confirm(15_240, visit, "last")
    at = watching.clock()
    with watching.desk.ledger.read() as tx:
        rows = observed(tx, at - timedelta(days=1), at)
        assert observed(tx, at - timedelta(days=2), at - timedelta(days=1)) == []
    assert [(one.proposed, one.cell, one.agrees) for one in rows] == [("c1", "c1", True), ("c1", "c5", False)]
    assert not any(one.told for one in rows)


def test_what_was_done_comes_from_the_program_and_nobody_types_it(watching: Silo) -> None:
    """One load is ended by what the program says; of one that was typed here it says another cell."""
    program = Actor("erp", "ERP")
    visit = watching.arrive("AB-103-CD")
    watching.confirm(43_120, visit, "first")
    watching.measure_well(visit)
    [load] = watching.loads(visit)
    for wrong in ("c99", "nowhere"):
        with pytest.raises(Invalid, match="unknown_cell"):
            take_number(
                watching.desk, Issued("BA-1", load.id, net_kg=27_000, cell=wrong), program, watching.clock()
            )
    take_number(watching.desk, Issued("BA-1", load.id, net_kg=27_000, cell="c1"), program, watching.clock())
    watching.receive("AB-104-CD")
    typed = watching.loads(watching.arrive("AB-105-CD"))[0]
    with watching.desk.ledger.read() as tx:
        other = tx.exec(select(Load).where(Load.outcome == "observed", Load.id != load.id)).one()
    take_number(watching.desk, Issued("BA-2", other.id, net_kg=27_880, cell="c5"), program, watching.clock())
    take_number(watching.desk, Issued("BA-3", typed.id), program, watching.clock())
    at = watching.clock()
    with watching.desk.ledger.read() as tx:
        rows = observed(tx, at - timedelta(days=1), at)
        [moved] = tx.exec(select(CellMovement).where(CellMovement.load_id == load.id))
        visit = tx.get_one(Visit, visit.id)
    assert [(one.proposed, one.cell, one.told) for one in rows] == [("c1", "c1", True), ("c1", "c5", True)]
    assert (moved.cell_id, moved.kg) == ("c1", 27_000)
    assert visit.ended_at is not None
    assert watching.load(typed).outcome is None, "a number alone does not say where it went"


def test_where_it_went_is_corrected_without_a_ticket(watching: Silo) -> None:
    watching.receive("AB-101-CD")
    with watching.desk.ledger.read() as tx:
        load = tx.exec(select(Load)).one()
    parts = [Tipped("p2", "c5")]
    assert correct_tipping(watching.desk, load.id, parts, "the other pit", MARC, watching.clock()) is None
    at = watching.clock()
    with watching.desk.ledger.read() as tx:
        (row,) = observed(tx, at - timedelta(days=1), at)
    assert (row.proposed, row.cell, row.agrees) == ("c1", "c5", False)
