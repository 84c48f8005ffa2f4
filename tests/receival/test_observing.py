"""A station that only observes records and proposes; it issues nothing and uses no ticket number."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from station.receival import day_closing
from station.receival.observing import observed
from station.store import counters
from station.store.tables import Load, Ticket
from tests.silo_rig import Silo


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
