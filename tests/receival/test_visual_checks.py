"""What a person sees of a load is a row; what is found blocks the load until somebody else looks again."""

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, NotAllowed
from station.receival.bridge.weighings import confirm
from station.receival.measuring.visual_checks import check_visually, found_since
from station.receival.packs.replay import replay
from station.store.batches import checks_by_load
from station.store.tables import AuditEvent, Load, Proposal, VisualCheck
from tests.receival.guarded import BEA, weighed
from tests.silo_rig import ANNE, MARC, Silo


def check(silo: Silo, load: Load, *findings: str, actor=ANNE) -> VisualCheck:  # type: ignore[no-untyped-def]
    return check_visually(silo.desk, load.id, findings, "", actor, silo.clock())


def proposed(silo: Silo, load: Load) -> Proposal:
    proposal = silo.proposal(load)
    assert proposal is not None
    return proposal


def test_all_well_is_a_row_and_changes_no_proposal(silo: Silo) -> None:
    load = weighed(silo, "gac", "nir")
    before = proposed(silo, load).id
    row = check(silo, load)
    assert (row.findings, row.by, proposed(silo, load).id) == ([], "anne", before)
    with silo.desk.ledger.read() as tx:
        (event,) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "visually_checked"))
    assert (event.by, event.load_id, event.subject_id) == ("anne", load.id, row.id)


@pytest.mark.parametrize("finding", ["smell", "live_insects", "heat", "ergot"])
def test_a_finding_sends_the_load_to_quarantine_and_bars_every_other_cell(silo: Silo, finding: str) -> None:
    load = weighed(silo, "gac", "nir")
    check(silo, load, finding)
    assert proposed(silo, load).cell == "q1"
    for cell, pit in (("c1", "p1"), ("h1", "p1")):
        with pytest.raises(NotAllowed) as refused:
            silo.decide(load, cell, pit)
        assert refused.value.code is Fault.NEVER_BLEND_OVERRIDE


def test_a_finding_is_taken_back_by_another_person_or_a_manager_only(silo: Silo) -> None:
    load = weighed(silo, "gac", "nir")
    check(silo, load, "smell")
    with pytest.raises(NotAllowed) as refused:
        check(silo, load)
    assert (refused.value.code, refused.value.params["findings"]) == (Fault.CHECKED_ADVERSE, ["smell"])
    check(silo, load, "smell", "heat")
    check(silo, load, "smell", "heat", actor=BEA)
    with pytest.raises(NotAllowed):
        check(silo, load, "smell", actor=BEA)  # she found it too
    check(silo, load, actor=MARC)
    assert proposed(silo, load).cell == "c1"
    assert check(silo, load).findings == []


def test_a_second_person_looks_again(silo: Silo) -> None:
    load = weighed(silo, "gac", "nir")
    check(silo, load, "live_insects")
    check(silo, load, actor=BEA)
    assert silo.decide(load).cell == "c1"


def test_what_is_found_after_the_decision_stands_beside_it_and_replays(silo: Silo) -> None:
    load = weighed(silo, "gac", "nir")
    first = silo.decide(load)
    check(silo, load, "heat")
    assert proposed(silo, load).cell == "q1"
    second = silo.decide(load, replaces=first.id)
    with silo.desk.ledger.read() as tx:
        assert replay(tx, first).is_equal
        assert replay(tx, second).is_equal


def test_what_is_found_after_the_decision_is_asked_about_before_the_ticket(silo: Silo) -> None:
    load = weighed(silo, "gac", "nir")
    silo.decide(load)
    check(silo, load, "live_insects")
    weighing = silo.weigh(15_240)
    with pytest.raises(Conflict) as asked:
        confirm(silo.desk, weighing.id, load.visit_id, "last", ANNE, silo.clock())
    assert (asked.value.code, asked.value.params["findings"]) == (
        Fault.FOUND_AFTER_DECISION,
        ["live_insects"],
    )
    confirm(silo.desk, weighing.id, load.visit_id, "last", ANNE, silo.clock(), despite_remarks=True)
    with silo.desk.ledger.read() as tx:
        (*_, event) = tx.exec(select(AuditEvent).where(AuditEvent.kind == "weighing_confirmed"))
    assert event.data["despite"] == ["found_after_decision"]


def test_what_was_known_at_the_decision_or_is_found_no_more_is_not_asked_about(silo: Silo) -> None:
    load = weighed(silo, "gac", "nir")
    check(silo, load, "smell")
    decision = silo.decide(load)
    check(silo, load, "smell")
    assert found_since(checks_of(silo, load), decision) == []
    check(silo, load, "smell", "heat")
    assert found_since(checks_of(silo, load), decision) == ["heat"]
    check(silo, load, actor=MARC)
    assert found_since(checks_of(silo, load), decision) == []


def checks_of(silo: Silo, load: Load) -> list[VisualCheck]:
    with silo.desk.ledger.read() as tx:
        return checks_by_load(tx, [load.id])[load.id]
