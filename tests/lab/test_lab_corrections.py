"""The station proposes a correction once, a manager decides it, what is judged follows, raw values stay."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlmodel import col, select

from drivers.reading import Analyte
from station.acts.desk import Watching
from station.acts.refusals import Conflict, NotFound
from station.lab.corrections import active, approve, decline, end, end_for_source
from station.lab.proposing import propose_due
from station.receival.deciding import proposals
from station.receival.packs.replay import replay
from station.store import audit, pages
from station.store.corrections import acts_of
from station.store.tables import Adjustment, AuditEvent, CellMovement, Correction, Proposal, Ticket
from tests.lab.rows import add_phone, instrument_of, measured
from tests.silo_rig import MARC, Silo

SCATTER = [-0.1, 0.1] * 12
HIGH = [0.3 + d for d in SCATTER]


@pytest.fixture
def watched(silo: Silo) -> Silo:
    silo.desk = replace(silo.desk, watching=Watching(permitted={Analyte.PROTEIN: 0.2}))
    return silo


def after(silo: Silo, days: float = 10) -> list[Correction]:
    silo.clock.pass_(days=days)
    return propose_due(silo.desk, silo.clock())


def proposed(silo: Silo, differences: Sequence[float] = HIGH) -> Correction:
    measured(silo, instrument_of(silo), differences)
    (row,) = after(silo)
    return row


def acts(silo: Silo, row: Correction) -> list[str]:
    with silo.desk.ledger.read() as tx:
        return [act.act for act in acts_of(tx, row.id)]


def test_an_analyzer_that_reads_high_is_proposed_with_what_it_stands_on(watched: Silo) -> None:
    row = proposed(watched)
    assert (row.method, row.analyte, row.species, row.basis, row.unit) == (
        "machine", "protein", "soft_wheat", "dm", "%",
    )  # fmt: skip
    assert row.bias == 0.3
    evidence = row.evidence
    assert (evidence["n"], evidence["reference"], evidence["basis"]) == (24, ["Labo Sud"], "dm")
    assert evidence["sampling"] == {"random": 24, "chosen": 0, "unknown": 0}
    assert evidence["before"]["rmsep"] > 3 * evidence["after"]["rmsep"]
    assert len(evidence["period"]) == 2
    assert "slope" not in evidence
    with watched.desk.ledger.read() as tx:
        (act,) = acts_of(tx, row.id)
        assert (act.act, act.by) == ("proposed", None)
        assert active(tx, watched.clock()) == []


def test_the_same_evidence_is_proposed_once(watched: Silo) -> None:
    proposed(watched)
    assert after(watched, 0) == []


@pytest.mark.parametrize("reason", ["doubt", None])
def test_picked_samples_are_no_evidence(watched: Silo, reason: str | None) -> None:
    measured(watched, instrument_of(watched), HIGH, reason=reason, weight=None)
    assert after(watched) == []


def test_a_wet_years_list_of_all_is_evidence(watched: Silo) -> None:
    measured(watched, instrument_of(watched), HIGH, reason="all", weight=None)
    assert len(after(watched)) == 1


def test_protein_as_is_is_compared_on_dry_matter_by_its_own_moisture(watched: Silo) -> None:
    """At 15 % moisture 9.35 as is are 11.0 of the dry matter."""
    as_is = [
        0.85 * (11.0 + 0.05 * (place % 7) + d) - 11.0 - 0.05 * (place % 7) for place, d in enumerate(HIGH)
    ]
    measured(watched, instrument_of(watched), as_is, basis="as_is", moisture=15.0)
    (row,) = after(watched)
    assert (row.bias, row.basis) == (0.3, "dm")


def test_values_on_different_bases_are_not_compared(watched: Silo) -> None:
    measured(watched, instrument_of(watched), HIGH, basis="as_is")
    assert after(watched) == []


def test_a_phone_is_proposed_by_what_its_newest_model_says(watched: Silo) -> None:
    phone = add_phone(watched)
    measured(watched, phone, HIGH, method="phone", release="app 1")
    watched.clock.pass_(days=2)
    measured(watched, phone, [0.5 + d for d in SCATTER], method="phone", release="app 2", first=50)
    (row,) = after(watched)
    assert (row.method, row.source, row.bias, row.evidence["release"]) == ("phone", phone, 0.5, "app 2")


def test_what_was_declined_comes_again_only_with_ten_more_samples(watched: Silo) -> None:
    row = proposed(watched)
    decline(watched.desk, row.id, "the laboratory had trouble", MARC, watched.clock())
    source = instrument_of(watched)
    measured(watched, source, HIGH[:9], first=100)
    assert after(watched) == []
    measured(watched, source, HIGH[:1], first=150)
    assert len(after(watched)) == 1
    assert acts(watched, row) == ["proposed", "declined"]


def test_a_proposal_with_newer_evidence_takes_the_place_of_the_old_one(watched: Silo) -> None:
    row = proposed(watched)
    measured(watched, instrument_of(watched), HIGH[:12], first=100)
    (newer,) = after(watched)
    assert acts(watched, row) == ["proposed", "ended"]
    assert acts(watched, newer) == ["proposed"]
    assert newer.evidence["n"] == 36


def test_a_correction_in_force_is_not_proposed_again_while_the_bias_is_the_same(watched: Silo) -> None:
    row = proposed(watched)
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    source = instrument_of(watched)
    measured(watched, source, HIGH, first=100)
    assert after(watched) == []
    measured(watched, source, [0.9 + d for d in SCATTER] * 2, first=200)
    (newer,) = after(watched)
    approve(watched.desk, newer.id, "it drifted", MARC, watched.clock())
    assert acts(watched, row) == ["proposed", "approved", "ended"]
    with watched.desk.ledger.read() as tx:
        assert [one.id for one in active(tx, watched.clock())] == [newer.id]


def test_an_adjusted_instrument_is_another_one(watched: Silo) -> None:
    source = instrument_of(watched)
    measured(watched, source, HIGH)
    watched.clock.pass_(days=2)
    with watched.desk.ledger.write() as tx:
        tx.add(
            Adjustment(
                id="a1", instrument_id=source, analyte="protein", done_at=watched.clock(), at=watched.clock(),
                by="marc",
            )
        )  # fmt: skip
    assert after(watched) == []


def test_what_is_in_force_is_told_for_any_instant(watched: Silo) -> None:
    row = proposed(watched)
    before = watched.clock()
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    between = watched.clock()
    end(watched.desk, row.id, "the instrument was serviced", MARC, watched.clock())
    with watched.desk.ledger.read() as tx:
        assert [active(tx, at) != [] for at in (before, between, watched.clock())] == [False, True, False]


def test_only_an_open_proposal_is_decided_and_only_what_is_in_force_ends(watched: Silo) -> None:
    row = proposed(watched)
    with pytest.raises(Conflict, match=r"correction_not_open.*proposed"):
        end(watched.desk, row.id, "why", MARC, watched.clock())
    decline(watched.desk, row.id, "no", MARC, watched.clock())
    with pytest.raises(Conflict, match=r"correction_not_open.*declined"):
        approve(watched.desk, row.id, "yes", MARC, watched.clock())
    with pytest.raises(NotFound, match="unknown_correction"):
        approve(watched.desk, "nothing", "yes", MARC, watched.clock())


def test_an_adjustment_ends_what_is_in_force_and_what_is_proposed(watched: Silo) -> None:
    row = proposed(watched)
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    with watched.desk.ledger.write() as tx:
        assert end_for_source(tx, row.source, "moisture", "adjusted", MARC, watched.clock()) == []
        assert (
            end_for_source(tx, row.source, "protein", "adjusted", MARC, watched.clock(), species="barley")
            == []
        )
        ended = end_for_source(tx, row.source, "protein", "adjusted", MARC, watched.clock())
        assert [one.id for one in ended] == [row.id]
        assert active(tx, watched.clock()) == []


def test_every_step_is_in_the_audit_chain(watched: Silo) -> None:
    row = proposed(watched)
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    end(watched.desk, row.id, "serviced", MARC, watched.clock())
    with watched.desk.ledger.read() as tx:
        told = tx.exec(
            select(AuditEvent).where(AuditEvent.subject_id == row.id).order_by(col(AuditEvent.seq))
        )
        assert [(event.kind, event.by) for event in told] == [
            ("correction_proposed", None), ("correction_approved", "marc"), ("correction_ended", "marc"),
        ]  # fmt: skip
        assert audit.first_broken(tx) is None


def arrived(silo: Silo) -> tuple[object, object]:
    visit = silo.arrive("IJ-789-KL")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    return visit, silo.loads(visit)[0]


def test_what_is_judged_follows_an_approval_and_every_raw_value_stays(watched: Silo) -> None:
    """NIR: 10.4 as is at 13.5 % are 12.02 of the dry matter; 0.3 too high, so 11.72 are judged."""
    row = proposed(watched)
    visit, load = arrived(watched)
    old = watched.proposal(load)
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    proposals.renew(watched.desk, watched.clock())
    new = watched.proposal(load)
    assert old.assessment["results"]["protein"]["value"] == pytest.approx(12.02, abs=0.01)
    result = new.assessment["results"]["protein"]
    assert result["value"] == pytest.approx(result["raw"] - 0.3)
    assert result["reasons"][-1]["code"] == "corrected"
    assert result["reasons"][-1]["params"]["corrections"] == [row.id]
    decision = watched.decide(load)
    ended = watched.confirm(15_240, visit, "last")
    with watched.desk.ledger.read() as tx:
        inputs = tx.get_one(Proposal, decision.proposal_id).inputs
        assert [one["id"] for one in inputs["corrections"]] == [row.id]
        (ticket,) = [tx.get_one(Ticket, one.id) for one in ended.tickets]
        (moved,) = tx.exec(select(CellMovement).where(CellMovement.load_id == load.id))
    assert ticket.document["values"]["protein"]["value"] == result["raw"]
    assert "raw" not in ticket.document["values"]["protein"]
    assert (moved.values["protein"]["value"], moved.values["protein"]["raw"]) == (
        result["value"],
        result["raw"],
    )


def test_a_proposal_of_before_the_approval_is_renewed_when_it_is_decided_on(watched: Silo) -> None:
    row = proposed(watched, [1.5 + d for d in SCATTER])  # 12.02 becomes 10.52: no milling wheat
    _, load = arrived(watched)
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    with pytest.raises(Conflict, match="proposal_superseded"):
        watched.decide(load)


def test_decisions_before_under_and_after_a_correction_are_made_again_to_the_byte(watched: Silo) -> None:
    watched.receive("AB-123-CD")
    row = proposed(watched)
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    watched.receive("EF-456-GH")
    end(watched.desk, row.id, "serviced", MARC, watched.clock())
    watched.receive("IJ-789-KL")
    with watched.desk.ledger.read() as tx:
        found = [replay(tx, one) for one in pages.decisions(tx, None, None, None)]
        raws = ["raw" in one.assessment["results"]["protein"] for one in tx.exec(select(Proposal))]
    assert len(found) == 3
    assert all(one.is_equal for one in found), found
    assert raws == [False, True, False]


def test_a_decision_without_corrections_among_its_inputs_is_made_again(watched: Silo) -> None:
    watched.receive("AB-123-CD")
    with watched.desk.ledger.write() as tx:
        for one in tx.exec(select(Proposal)):
            one.inputs = {name: part for name, part in one.inputs.items() if name != "corrections"}
            tx.add(one)
    row = proposed(watched)
    approve(watched.desk, row.id, "as proposed", MARC, watched.clock())
    with watched.desk.ledger.read() as tx:
        assert all(replay(tx, one).is_equal for one in pages.decisions(tx, None, None, None))
