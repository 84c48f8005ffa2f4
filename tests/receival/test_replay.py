"""A decision is made again from its records, to the byte, whatever was changed since."""

from dataclasses import replace

import pytest
from sqlmodel import select

from drivers.reading import Analyte
from station.acts.desk import Desk
from station.acts.policy import policy_as_dict, policy_from_dict
from station.grain import ranking
from station.grain.rules import parse_rule_pack
from station.receival.packs.replay import (
    Replayed,
    _is_same,
    read_records,
    replay,
    replayed_by,
    why_elsewhere,
)
from station.store import pages
from station.store.tables import Instrument, Proposal, Reading
from tests.silo_rig import POLICY, RULES, Silo


def replayed(silo: Silo) -> list[Replayed]:
    with silo.desk.ledger.read() as tx:
        return [replay(tx, decision) for decision in pages.decisions(tx, None, None, None)]


def busy(silo: Silo) -> None:
    """Two trucks at a time, one of them decided twice, one known by its tare."""
    silo.receive("AB-123-CD")
    first = silo.arrive("EF-456-GH")
    silo.confirm(43_120, first, "first")
    silo.measure_well(first)
    silo.receive("AB-123-CD", gross_kg=41_000)
    load = silo.loads(first)[0]
    decision = silo.decide(load)
    silo.decide(load, "c5", "p2", replaces=decision.id)


def test_every_decision_of_a_day_is_made_again_to_the_byte(silo: Silo) -> None:
    busy(silo)
    found = replayed(silo)
    assert len(found) == 4
    assert all(one.is_equal for one in found), found
    assert {one.engine for one in found} == {found[0].engine_now}


def test_what_is_changed_later_changes_no_replay(silo: Silo) -> None:
    busy(silo)
    with silo.desk.ledger.write() as tx:
        for instrument in tx.exec(select(Instrument)):
            instrument.uncertainty = {"moisture": 9.0, "protein": 9.0}
            tx.add(instrument)
    policy = replace(POLICY, net_share=0.5, instrument_order={Analyte.MOISTURE: ("nir",)})
    later = replace(silo, desk=Desk(silo.desk.ledger, policy))
    later.receive("IJ-789-KL")
    assert len(replayed(later)) == 5
    assert all(one.is_equal for one in replayed(later))


def test_another_engine_tells_where_it_differs(silo: Silo, monkeypatch: pytest.MonkeyPatch) -> None:
    silo.receive("AB-123-CD")
    monkeypatch.setattr(ranking, "_PREFERENCE_WEIGHT", 0.5)
    (found,) = replayed(silo)
    assert not found.is_equal
    assert {one.path.rsplit(".", 1)[-1] for one in found.differences} == {"score"}
    assert all(one.recorded != one.replayed for one in found.differences)


def test_a_changed_reading_shows(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.write() as tx:
        reading = tx.exec(select(Reading)).first()
        assert reading is not None
        reading.values = {**reading.values, "moisture": {"value": 12.0, "unit": "%", "basis": None}}
        tx.add(reading)
    (found,) = replayed(silo)
    assert "assessment.results.moisture.value" in {one.path for one in found.differences}


def test_a_lost_reading_is_told(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    with silo.desk.ledger.write() as tx:
        proposal = tx.exec(select(Proposal)).first()
        assert proposal is not None
        assert proposal.inputs is not None
        proposal.inputs = {**proposal.inputs, "readings": ["gone"]}
        tx.add(proposal)
    with pytest.raises(LookupError, match="gone"):
        replayed(silo)


def test_another_pack_says_where_each_load_would_go_and_why(silo: Silo) -> None:
    silo.receive("AB-123-CD")
    text = RULES.replace("limit = 76.0", "limit = 79.0")
    assert text != RULES
    with silo.desk.ledger.read() as tx:
        (decision,) = pages.decisions(tx, None, None, None)
        records = read_records(tx, [decision.proposal_id])
        same, own, _ = replayed_by(records, decision, parse_rule_pack(RULES))
        found, own, other = replayed_by(records, decision, parse_rule_pack(text))
    assert same.is_equal
    assert not found.is_equal
    assert (own["cell"], other["cell"]) == ("c1", "c4")
    assert [(one["code"], one["params"]["limit"]) for one in why_elsewhere(own, other)] == [
        ("outside_limit", 79.0)
    ]
    assert why_elsewhere(own, own) == []


def test_an_integer_is_no_float_to_the_byte() -> None:
    assert _is_same({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})
    assert not _is_same({"a": [1]}, {"a": [1.0]})
    assert not _is_same({"a": 1}, {"a": True})


def test_a_policy_is_read_back_as_it_was() -> None:
    assert policy_from_dict(policy_as_dict(POLICY)) == POLICY
