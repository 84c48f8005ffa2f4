"""Proposals follow the evidence; a decision reserves; what ends a load releases; tickets have no gaps."""

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, Invalid, NotAllowed
from station.grain.cells import CellState
from station.grain.reasons import Code
from station.receival.arrivals import visits
from station.receival.arrivals.visits import NewLoad
from station.receival.deciding import decisions, proposals
from station.receival.storage import cells
from station.store import audit, queries
from station.store.tables import Decision, Load, Proposal, Ticket, Visit
from tests.silo_rig import ANNE, GOOD, GOOD_NIR, MARC, Silo


def cell(silo: Silo, cell_id: str) -> CellState:
    with silo.desk.ledger.read() as tx:
        return next(state for state in cells.states(tx) if state.id == cell_id)


def content(silo: Silo, cell_id: str) -> dict[str, Any]:
    with silo.desk.ledger.read() as tx:
        return cells.content_of(tx, cell_id)


def measured(silo: Silo, plate: str = "AB-123-CD", gross_kg: float = 43_120, **over: float) -> Visit:
    """Weighed full and measured; `over` changes values."""
    visit = silo.arrive(plate)
    silo.confirm(gross_kg, visit, "first")
    barcode = silo.barcode(silo.loads(visit)[0])
    silo.measure("gac", {**GOOD, **over}, barcode)
    silo.measure("nir", GOOD_NIR, barcode)
    return visit


def reasons(proposal: Proposal) -> list[str]:
    return [reason["code"] for reason in proposal.result["reasons"]]


def only_load(silo: Silo, visit: Visit) -> Load:
    return silo.loads(visit)[0]


def proposed(silo: Silo, visit: Visit) -> Proposal:
    proposal = silo.proposal(only_load(silo, visit))
    assert proposal is not None
    return proposal


def test_the_proposal_grows_with_the_evidence(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    assert Code.NO_WEIGHT in reasons(proposed(silo, visit))
    silo.confirm(43_120, visit, "first")
    barcode = silo.barcode(only_load(silo, visit))
    silo.measure("gac", GOOD, barcode)
    waiting = proposed(silo, visit)
    assert waiting.result["reasons"] == [{"code": "incomplete", "params": {"analytes": ["protein"]}}]
    assert waiting.cell == "h1"
    assert waiting.hold
    silo.measure("nir", GOOD_NIR, barcode)
    done = proposed(silo, visit)
    assert (done.cell, done.pit, done.hold) == ("c1", "p1", False)
    assert done.load_t == pytest.approx(43.120 * 0.62)


def test_evidence_that_changes_nothing_makes_no_new_proposal(silo: Silo) -> None:
    visit = measured(silo)
    before = proposed(silo, visit).id
    with silo.desk.ledger.write() as tx:
        proposals.propose_open_loads(tx, silo.desk, silo.clock())
    assert proposed(silo, visit).id == before


def test_a_decision_on_a_superseded_proposal_writes_nothing_and_names_the_new_one(silo: Silo) -> None:
    visit = measured(silo)
    load, old = only_load(silo, visit), proposed(silo, visit)
    silo.measure("gac", {"moisture": 14.9, "test_weight": 77.0}, silo.barcode(load))
    with pytest.raises(Conflict) as refused:
        decisions.decide(silo.desk, load.id, old.id, "c1", "p1", "", ANNE, silo.clock())
    assert refused.value.code is Fault.PROPOSAL_SUPERSEDED
    assert refused.value.params["proposal_id"] == proposed(silo, visit).id
    with silo.desk.ledger.read() as tx:
        assert queries.current_decision(tx, load.id) is None
        assert tx.exec(select(Decision)).all() == []


def test_a_decision_reserves_until_closing_moves_the_net(silo: Silo) -> None:
    visit = measured(silo)
    silo.decide(only_load(silo, visit))
    held = cell(silo, "c1")
    assert (held.content_t, held.reserved_t) == (800.0, pytest.approx(43.12 * 0.62))
    silo.confirm(15_240, visit, "last")
    held, values = cell(silo, "c1"), content(silo, "c1")
    assert (held.content_t, held.reserved_t) == (827.88, 0)
    expected = (11.6 * 800 + 12.023121 * 27.88) / 827.88
    assert values["protein"]["value"] == pytest.approx(expected, abs=1e-4)
    assert values["protein"]["known_t"] == pytest.approx(827.88)
    assert values["test_weight"] == {
        "value": 77.4, "unit": "kg/hl", "basis": None, "known_t": 27.88, "n": 1,
    }  # fmt: skip


@pytest.mark.parametrize("how", ["refuse", "leave", "cancel"])
def test_a_load_that_ends_otherwise_releases_its_reservation(silo: Silo, how: str) -> None:
    visit = measured(silo)
    load = only_load(silo, visit)
    silo.decide(load)
    if how == "cancel":
        visits.cancel_visit(silo.desk, visit.id, "entered twice", ANNE, silo.clock())
    else:
        getattr(decisions, how)(silo.desk, load.id, "too wet", ANNE, silo.clock())
    assert cell(silo, "c1").reserved_t == 0
    assert silo.load(load).outcome == {"refuse": "refused", "leave": "left", "cancel": "cancelled"}[how]
    assert silo.visit(visit).ended_at is not None
    with pytest.raises(Conflict):
        silo.decide(load)


def test_a_second_decision_supersedes_and_moves_the_reservation(silo: Silo) -> None:
    visit = measured(silo)
    load = only_load(silo, visit)
    first = silo.decide(load)
    second = silo.decide(load, "c5", "p2", replaces=first.id)
    assert second.supersedes_id == first.id
    assert (cell(silo, "c1").reserved_t, cell(silo, "c5").reserved_t) == (0, pytest.approx(26.7344))
    assert silo.confirm(15_240, visit, "last").tickets[0].document["tipped"][0]["cell"] == "c5"


def test_a_second_decision_names_the_one_that_it_replaces(silo: Silo) -> None:
    load = only_load(silo, measured(silo))
    first = silo.decide(load, actor=MARC)
    for unknown in (None, "some other decision"):
        with pytest.raises(Conflict) as refused:
            silo.decide(load, "c5", "p2", replaces=unknown)
        assert refused.value.code is Fault.LOAD_DECIDED
        said = refused.value.params
        assert (said["by"], said["decided_at"], said["pit"], said["cell"]) == (
            "marc", first.at.isoformat(), first.pit, first.cell,
        )  # fmt: skip
    assert cell(silo, first.cell).reserved_t == pytest.approx(26.7344)


def test_an_answer_to_a_question_that_another_decision_left_as_it_was_is_taken(silo: Silo) -> None:
    loads = [only_load(silo, measured(silo, f"AB-{number:03d}-CD")) for number in range(5)]
    shown = {load.id: silo.proposal(load) for load in loads}
    for load in loads:
        proposal = shown[load.id]
        assert proposal is not None
        decisions.decide(
            silo.desk, load.id, proposal.id, proposal.cell or "", proposal.pit or "", "", ANNE, silo.clock()
        )
    assert cell(silo, "c1").reserved_t == pytest.approx(5 * 26.7344)


def test_an_answer_is_refused_where_the_cell_is_full_now(silo: Silo) -> None:
    loads = [only_load(silo, measured(silo, f"AB-{number:03d}-CD")) for number in range(9)]
    shown = {load.id: silo.proposal(load) for load in loads}

    def answer(load: Load) -> None:
        proposal = shown[load.id]
        assert proposal is not None
        decisions.decide(
            silo.desk, load.id, proposal.id, proposal.cell or "", proposal.pit or "", "", ANNE, silo.clock()
        )

    for load in loads[:7]:  # C1 has room for seven
        answer(load)
    with pytest.raises(Conflict) as refused:
        answer(loads[7])
    assert refused.value.code is Fault.PROPOSAL_SUPERSEDED


def test_proposals_are_told_after_the_commit_and_are_no_events(silo: Silo) -> None:
    heard: list[frozenset[str]] = []
    silo.desk.ledger.on_proposals(heard.append)
    loads = [only_load(silo, measured(silo, plate)) for plate in ("AB-123-CD", "EF-456-GH")]
    heard.clear()
    silo.decide(loads[0])
    assert heard == [frozenset({loads[1].id})]  # the room that is left to it
    with silo.desk.ledger.read() as tx:
        assert not [row for row in audit.events_after(tx, 0) if row.kind.startswith("proposal")]


def test_one_decision_asks_the_ledger_a_fixed_number_of_questions(tmp_path: Path) -> None:
    counts = [statements_of_a_decision(tmp_path / str(waiting), waiting) for waiting in (1, 8)]
    assert counts[0] == counts[1] < 64, counts


def statements_of_a_decision(folder: Path, waiting: int) -> int:
    silo = Silo.open(folder)
    loads = [only_load(silo, measured(silo, f"AB-{number:03d}-CD")) for number in range(waiting + 1)]
    said: list[str] = []

    def count(_c: object, _u: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        silo.decide(loads[0])
    finally:
        event.remove(Engine, "before_cursor_execute", count)
        silo.desk.ledger.close()
    return len(said)


def test_another_cell_needs_a_reason_and_a_pit_that_reaches_it(silo: Silo) -> None:
    load = only_load(silo, measured(silo))
    for cell_id, pit, reason, code in (
        ("c5", "p1", "", Fault.OVERRIDE_NEEDS_REASON),
        ("c3", "p1", "pit blocked", Fault.NOT_REACHABLE),
        ("c9", "p1", "pit blocked", Fault.UNKNOWN_CELL),
    ):
        with pytest.raises(Invalid) as refused:
            silo.decide(load, cell_id, pit, reason=reason)
        assert refused.value.code is code
    assert silo.decide(load, "c5", "p1").overridden


def test_only_a_manager_overrides_a_never_blend_limit(silo: Silo) -> None:
    visit = measured(silo)
    load = only_load(silo, visit)
    silo.measure("gac", {"don": 2_400.0}, silo.barcode(load))
    assert (proposed(silo, visit).cell, proposed(silo, visit).hold) == ("q1", True)
    with pytest.raises(NotAllowed) as refused:
        silo.decide(load, "c1", "p1")
    assert refused.value.code is Fault.NEVER_BLEND_OVERRIDE
    assert silo.decide(load, "c1", "p1", actor=MARC).by == "marc"


def test_nothing_is_decided_before_the_first_weighing(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.measure_well(visit)
    with pytest.raises(Conflict) as refused:
        silo.decide(only_load(silo, visit), "c1", "p1")
    assert refused.value.code is Fault.NO_FIRST_WEIGHING


def test_a_decision_changes_the_figures_of_the_next_truck_and_voids_nothing_it_is_asked(silo: Silo) -> None:
    first, second = measured(silo, "AB-123-CD"), measured(silo, "EF-456-GH")
    before = proposed(silo, second)
    silo.decide(only_load(silo, first))
    after = proposed(silo, second)
    assert after.id == before.id
    room = next(one for one in after.result["ranked"] if one["cell"] == "c1")
    within = next(reason for reason in room["reasons"] if reason["code"] == Code.WITHIN_ROOM)
    assert within["params"]["reserved_t"] == pytest.approx(26.7344)


def test_a_known_tare_makes_the_estimate(silo: Silo) -> None:
    silo.receive("AB-123-CD", tare_kg=15_240)
    assert proposed(silo, measured(silo, "AB-123-CD", gross_kg=40_000)).load_t == pytest.approx(24.76)


def test_ticket_numbers_have_no_gap_when_many_close_at_once(silo: Silo) -> None:
    ready = []
    for number in range(8):
        visit = measured(silo, f"AB-{number:03d}-CD")
        silo.decide(only_load(silo, visit))
        ready.append(visit)
    at = [silo.clock() for _ in ready]
    failures: list[BaseException] = []

    def close(visit: Visit, kg: float) -> None:
        try:
            silo.confirm(kg, visit, "last")
        except Conflict as error:
            failures.append(error)

    threads = [
        # every other one fails once: its number must not be lost
        threading.Thread(target=close, args=(visit, kg))
        for visit in ready
        for kg in (50_000.0, 15_240.0)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(at) == len(failures) == 8
    with silo.desk.ledger.read() as tx:
        assert sorted(ticket.number for ticket in tx.exec(select(Ticket))) == list(range(1, 9))


def test_an_organic_load_goes_only_where_it_is_honoured(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", claims=("organic",), barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    assert (proposed(silo, visit).cell, proposed(silo, visit).pit) == ("c3", "p2")


def test_the_proposal_that_was_decided_stays_and_an_undecided_one_gives_way(silo: Silo) -> None:
    visit = measured(silo)
    load = only_load(silo, visit)
    decided = silo.decide(load)
    with silo.desk.ledger.read() as tx:
        kept = tx.exec(select(Proposal).where(Proposal.load_id == load.id)).all()
        assert [proposal.id for proposal in kept] == [decided.proposal_id]
        assert tx.exec(select(Decision).where(Decision.load_id == load.id)).one().cell == "c1"
