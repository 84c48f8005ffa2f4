"""Mistakes are taken back: within a minute what ends something, an assignment until its ticket."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from station.acts.refusals import Conflict, Fault, NotFound
from station.grain.reasons import Code
from station.receival.arrivals import taking_back, visits
from station.receival.arrivals.visits import NewLoad
from station.receival.bridge import weighings
from station.receival.deciding import decisions
from station.receival.measuring import pairings, retests
from station.receival.storage import cells
from station.store import audit, pages, queries
from station.store.tables import AuditEvent, Load, Visit
from tests.silo_rig import ANNE, GOOD, MARC, Silo

Act = Callable[[Silo], Callable[[], object]]


def events(silo: Silo, *kinds: str) -> list[AuditEvent]:
    with silo.desk.ledger.read() as tx:
        query = select(AuditEvent).where(col(AuditEvent.kind).in_(kinds)).order_by(col(AuditEvent.seq))
        found = list(tx.exec(query))
        assert audit.first_broken(tx) is None
    return found


def decided(silo: Silo, *loads: NewLoad) -> tuple[Visit, list[Load]]:
    visit = silo.arrive("AB-123-CD", *loads)
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    for load in silo.loads(visit):
        silo.decide(load)
    return visit, silo.loads(visit)


def reserved_t(silo: Silo, cell: str = "c1") -> float:
    with silo.desk.ledger.read() as tx:
        return next(state.reserved_t for state in cells.states(tx) if state.id == cell)


def values(silo: Silo, load: Load) -> dict[str, object]:
    proposal = silo.proposal(load)
    assert proposal is not None
    return dict(proposal.assessment["results"])


def dismissed_weight(silo: Silo) -> Callable[[], object]:
    weighing = silo.weigh(43_120)
    weighings.dismiss(silo.desk, weighing.id, "tractor", ANNE, silo.clock())
    return lambda: taking_back.restore_weighing(silo.desk, weighing.id, MARC, silo.clock())


def dismissed_exception(silo: Silo) -> Callable[[], object]:
    row = silo.measure("gac", GOOD, "X9")
    pairings.dismiss_all(silo.desk, [row.id], "trial", ANNE, silo.clock())
    return lambda: taking_back.restore_exceptions(silo.desk, [row.id], MARC, silo.clock())


def refused_load(silo: Silo) -> Callable[[], object]:
    _, (load,) = decided(silo)
    decisions.refuse(silo.desk, load.id, "insects", ANNE, silo.clock())
    return lambda: taking_back.restore_load(silo.desk, load.id, MARC, silo.clock())


def left_load(silo: Silo) -> Callable[[], object]:
    _, (load,) = decided(silo)
    decisions.leave(silo.desk, load.id, "price", ANNE, silo.clock())
    return lambda: taking_back.restore_load(silo.desk, load.id, MARC, silo.clock())


def cancelled_visit(silo: Silo) -> Callable[[], object]:
    visit, _ = decided(silo)
    visits.cancel_visit(silo.desk, visit.id, "wrong plate", ANNE, silo.clock())
    return lambda: taking_back.restore_visit(silo.desk, visit.id, MARC, silo.clock())


ACTS = [
    (dismissed_weight, "weighing_restored"),
    (dismissed_exception, "exception_restored"),
    (refused_load, "load_restored"),
    (left_load, "load_restored"),
    (cancelled_visit, "visit_restored"),
]


@pytest.mark.parametrize(("act", "event"), ACTS)
def test_within_a_minute_it_is_taken_back_once_and_audited(silo: Silo, act: Act, event: str) -> None:
    take_back = act(silo)
    silo.clock.pass_(seconds=59)
    take_back()
    (found,) = events(silo, event)
    assert found.by == MARC.id
    with pytest.raises(Conflict) as refused:
        take_back()
    assert refused.value.code is Fault.NOTHING_TO_TAKE_BACK
    assert len(events(silo, event)) == 1


@pytest.mark.parametrize(("act", "event"), ACTS)
@pytest.mark.parametrize("late", [timedelta(seconds=61), timedelta(hours=-2)])
def test_after_a_minute_or_a_clock_that_jumped_back_it_stands(
    silo: Silo, act: Act, event: str, late: timedelta
) -> None:
    take_back = act(silo)
    silo.clock.now += late
    with pytest.raises(Conflict) as refused:
        take_back()
    assert refused.value.code is Fault.TOO_LATE
    assert events(silo, event) == []


def test_a_weight_is_offered_again_and_may_be_confirmed(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    weighing = silo.weigh(43_120)
    weighings.dismiss(silo.desk, weighing.id, "tractor", ANNE, silo.clock())
    taking_back.restore_weighing(silo.desk, weighing.id, ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert [row.id for row in pages.offered_weighings(tx, 0, 9)] == [weighing.id]
    (event,) = events(silo, "weighing_restored")
    assert event.data == {"kg": 43_120, "dismissed_by": ANNE.id, "reason": "tractor"}
    weighings.confirm(silo.desk, weighing.id, visit.id, "first", ANNE, silo.clock())
    with pytest.raises(Conflict):
        taking_back.restore_weighing(silo.desk, weighing.id, ANNE, silo.clock())


def test_an_exception_waits_again_for_the_reason_it_waited_for(silo: Silo) -> None:
    rows = [silo.measure("gac", GOOD, barcode) for barcode in ("X1", "X2")]
    ids = [row.id for row in rows]
    pairings.dismiss_all(silo.desk, ids, "trial", ANNE, silo.clock())
    taking_back.restore_exceptions(silo.desk, ids, ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        waiting = queries.unpaired(tx)
        assert [(row.item_id, row.code, row.params) for row in waiting] == [
            (ids[0], Code.UNKNOWN_BARCODE, {"barcode": "X1"}),
            (ids[1], Code.UNKNOWN_BARCODE, {"barcode": "X2"}),
        ]
    assert [event.subject_id for event in events(silo, "exception_restored")] == ids


@pytest.mark.parametrize("act", [refused_load, left_load, cancelled_visit])
def test_a_load_is_in_the_queue_again_with_its_decision_room_and_sample(silo: Silo, act: Act) -> None:
    take_back = act(silo)
    (visit,) = _visits(silo)
    assert visit.ended_at is not None
    assert reserved_t(silo) == 0
    take_back()
    (visit,) = _visits(silo)
    (load,) = silo.loads(visit)
    assert (load.outcome, load.outcome_at, load.outcome_by, load.outcome_reason) == (None, None, None, "")
    assert visit.ended_at is None
    assert reserved_t(silo) == pytest.approx(26.7344)
    with silo.desk.ledger.read() as tx:
        assert queries.samples_of(tx, load.id)[0].ended_at is None
    ticket = silo.confirm(15_240, visit, "last").tickets[0]
    assert ticket.net_kg == 27_880


def test_what_was_refused_before_stays_refused_when_the_cancelled_rest_comes_back(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"), NewLoad("barley", barcode="S2"))
    first, _ = silo.loads(visit)
    decisions.refuse(silo.desk, first.id, "insects", ANNE, silo.clock())
    visits.cancel_visit(silo.desk, visit.id, "wrong plate", ANNE, silo.clock())
    taking_back.restore_visit(silo.desk, visit.id, ANNE, silo.clock())
    assert [load.outcome for load in silo.loads(visit)] == ["refused", None]


def test_a_load_does_not_come_back_into_a_net_that_was_weighed_without_it(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"), NewLoad("soft_wheat", barcode="S2"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    first, second = silo.loads(visit)
    silo.decide(first)
    decisions.refuse(silo.desk, second.id, "insects", ANNE, silo.clock())
    silo.confirm(15_240, visit, "last")
    with pytest.raises(Conflict) as refused:
        taking_back.restore_load(silo.desk, second.id, ANNE, silo.clock())
    assert refused.value.code is Fault.TOO_LATE


def test_what_does_not_exist_or_did_not_end_is_not_taken_back(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    paired = silo.measure("gac", GOOD, "S1")
    (load,), at, desk = silo.loads(visit), silo.clock(), silo.desk
    for act in (taking_back.restore_weighing, taking_back.restore_load, taking_back.restore_visit):
        with pytest.raises(NotFound):
            act(desk, "nobody", ANNE, at)
    with pytest.raises(NotFound):
        taking_back.restore_exceptions(desk, ["nobody"], ANNE, at)
    for refused_act in (
        lambda: taking_back.restore_load(desk, load.id, ANNE, at),
        lambda: taking_back.restore_visit(desk, visit.id, ANNE, at),
        lambda: taking_back.restore_exceptions(desk, [paired.id], ANNE, at),  # by the rule, not by a person
    ):
        with pytest.raises(Conflict) as refused:
            refused_act()
        assert refused.value.code is Fault.NOTHING_TO_TAKE_BACK


# --- assignments --------------------------------------------------------------------------------------
def test_an_assignment_is_undone_hours_later_and_the_load_waits_again(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    row = silo.measure("gac", GOOD, "X9")
    pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock(), reason="typed wrong")
    (load,) = silo.loads(visit)
    assert "moisture" in values(silo, load)
    silo.clock.pass_(hours=3)
    taking_back.restore_exceptions(silo.desk, [row.id], MARC, silo.clock())
    assert "moisture" not in values(silo, load)
    with silo.desk.ledger.read() as tx:
        (waiting,) = queries.unpaired(tx)
        assert queries.assigned(tx, [Code.PAIRED_BY_PERSON], 9) == []
    assert (waiting.item_id, waiting.code) == (row.id, Code.UNKNOWN_BARCODE)
    (event,) = events(silo, "assignment_undone")
    assert (event.by, event.load_id) == (MARC.id, load.id)
    assert event.data["undone"]["params"]["reason"] == "typed wrong"


def test_an_assignment_undone_after_the_decision_is_not_on_the_ticket(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    row = silo.measure("gac", {"don": 300.0}, "X9")
    pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock(), reason="typed wrong")
    (load,) = silo.loads(visit)
    decision = silo.decide(load)
    taking_back.restore_exceptions(silo.desk, [row.id], ANNE, silo.clock())
    with silo.desk.ledger.read() as tx:
        current = queries.current_decision(tx, load.id)
        assert current is not None
        assert current.id == decision.id
    printed = silo.confirm(15_240, visit, "last").tickets[0].document["values"]
    assert "don" not in printed
    assert printed["moisture"]["value"] == 13.6


def test_what_stands_on_a_ticket_stays_assigned(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    row = silo.measure("gac", GOOD, "X9")
    pairings.assign(silo.desk, row.id, "S1", ANNE, silo.clock(), reason="typed wrong")
    retests.explain_retest(silo.desk, silo.loads(visit)[0].id, "badly mixed", ANNE, silo.clock())
    silo.decide(silo.loads(visit)[0])
    with silo.desk.ledger.read() as tx:
        assert [one.item_id for one in queries.assigned(tx, [Code.PAIRED_BY_PERSON], 9)] == [row.id]
    silo.confirm(15_240, visit, "last")
    with pytest.raises(Conflict) as refused:
        taking_back.restore_exceptions(silo.desk, [row.id], ANNE, silo.clock())
    assert refused.value.code is Fault.LOAD_ENDED
    with silo.desk.ledger.read() as tx:
        assert queries.assigned(tx, [Code.PAIRED_BY_PERSON], 9) == []


def _visits(silo: Silo) -> list[Visit]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(Visit)))
