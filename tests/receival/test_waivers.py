"""While an analyzer is out of order one approval holds for a species: until it is back, or the day ends."""

import pytest
from sqlmodel import select

from station.acts.refusals import Conflict, Fault, NotAllowed
from station.receival.measuring import readings, waivers
from station.receival.measuring.waiver_standing import standing
from station.receival.packs.replay import replay
from station.store.tables import AuditEvent, Load, Proposal, Waiver
from tests.receival.guarded import Far, weighed
from tests.silo_rig import ANNE, GOOD_NIR, MARC, Silo


def proposed(silo: Silo, load: Load) -> Proposal:
    proposal = silo.proposal(load)
    assert proposal is not None
    return proposal


def reasons(proposal: Proposal) -> list[str]:
    return [one["code"] for one in proposal.result["reasons"]]


def holding(silo: Silo) -> list[Waiver]:
    with silo.desk.ledger.read() as tx:
        return standing(tx, silo.desk.policy, silo.clock())


def test_one_answer_lets_the_operator_decide_every_load_without_the_value(silo: Silo) -> None:
    far = Far(silo)
    load, other = weighed(silo, "gac"), weighed(silo, "gac", plate="EF-456-GH")
    assert proposed(silo, load).hold
    far.answer(far.ask(load, standing=True))
    (row,) = holding(silo)
    assert (row.species, row.analyte, row.by, row.approved_by) == ("soft_wheat", "protein", "anne", "marc")
    for one in (load, other):
        assert "waived" in reasons(proposed(silo, one))
        decision = silo.decide(one, "c1", "p1")
        assert (decision.by, decision.approved_by, decision.waivers) == ("anne", "marc", [row.id])
        with silo.desk.ledger.read() as tx:
            assert replay(tx, decision).is_equal
    (event,) = _events(silo, "measurement_waived")
    assert (event.by, event.data["approved_by"]) == ("anne", "marc")


def test_good_grain_is_proposed_no_better_cell_than_it_was_measured_for(silo: Silo) -> None:
    load = weighed(silo, "gac")
    waivers.waive(silo.desk, "soft_wheat", ["protein"], "NIR is dead", MARC, silo.clock())
    proposal = proposed(silo, load)
    assert (proposal.cell, proposal.hold) == ("c5", False)
    assert "c1" not in {one["cell"] for one in proposal.result["ranked"]}
    assert silo.decide(load).approved_by == "marc"


def test_another_missing_value_is_guarded_as_ever(silo: Silo) -> None:
    waivers.waive(silo.desk, "soft_wheat", ["protein"], "NIR is dead", MARC, silo.clock())
    load = weighed(silo, "nir")
    with pytest.raises(NotAllowed) as refused:
        silo.decide(load, "c1", "p1")
    assert refused.value.code is Fault.UNMEASURED_OVERRIDE
    assert refused.value.params["lacking"] == ["test_weight"]


def test_the_instrument_is_back_with_its_first_valid_value(silo: Silo) -> None:
    waivers.waive(silo.desk, "soft_wheat", ["protein", "moisture"], "NIR is dead", MARC, silo.clock())
    load = weighed(silo)
    silo.measure("nir", {"protein": None}, "nobody's")
    readings.type_reading(
        silo.desk, silo.barcode(load), {"falling_number": (280.0, None)}, "", ANNE, silo.clock()
    )
    assert len(holding(silo)) == 2
    silo.measure("nir", GOOD_NIR, "nobody's")
    assert holding(silo) == []
    assert [event.data["why"] for event in _events(silo, "waiver_ended")] == ["measured", "measured"]
    assert "waived" not in reasons(proposed(silo, load))


def test_it_ends_with_the_working_day_and_not_at_midnight(silo: Silo) -> None:
    load = weighed(silo, "gac")
    waivers.waive(silo.desk, "soft_wheat", ["protein"], "NIR is dead", MARC, silo.clock())
    silo.clock.pass_(hours=17)  # after midnight
    assert holding(silo)
    silo.clock.pass_(hours=3)
    assert holding(silo) == []
    with pytest.raises(Conflict) as changed:
        silo.decide(load, "c1", "p1")
    assert changed.value.code is Fault.PROPOSAL_SUPERSEDED
    with pytest.raises(NotAllowed):
        silo.decide(load, "c1", "p1")


def test_whoever_receives_grain_revokes_and_only_a_manager_gives(silo: Silo) -> None:
    with pytest.raises(NotAllowed):
        waivers.waive(silo.desk, "soft_wheat", ["protein"], "NIR is dead", ANNE, silo.clock())
    (row,) = waivers.waive(silo.desk, "soft_wheat", ["protein"], "NIR is dead", MARC, silo.clock())
    load = weighed(silo, "gac")
    waivers.revoke(silo.desk, row.id, ANNE, silo.clock())
    with pytest.raises(Conflict, match="approval_over"):
        waivers.revoke(silo.desk, row.id, ANNE, silo.clock())
    assert holding(silo) == []
    assert "incomplete" in reasons(proposed(silo, load))


def _events(silo: Silo, kind: str) -> list[AuditEvent]:
    with silo.desk.ledger.read() as tx:
        return list(tx.exec(select(AuditEvent).where(AuditEvent.kind == kind)))
