"""What a load is judged on: the pack of the hour, its own weights, what was measured badly."""

from datetime import UTC, datetime, timedelta

import pytest

from station.grain.reasons import Code
from station.receival.arrivals.visits import NewLoad
from station.receival.packs import rule_packs
from station.receival.packs.pack_standing import pack_in_force
from station.store.tables import Load, Proposal, Vehicle
from tests.silo_rig import GOOD_NIR, RULES, Silo

WAIVER = RULES.replace('version = "2026.1"', 'version = "2026.0"').replace(
    "valid_from = 2026-06-01T06:00:00+02:00", "valid_from = 2026-07-21T06:00:00+02:00"
)
WAIVED_FROM = datetime(2026, 7, 21, 4, tzinfo=UTC)


def proposed(silo: Silo, load: Load) -> Proposal:
    found = silo.proposal(load)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("later", "version"), [(timedelta(microseconds=-1), "2026.1"), (timedelta(0), "2026.0")]
)
def test_a_pack_is_in_force_from_its_very_hour_on(silo: Silo, later: timedelta, version: str) -> None:
    rule_packs.follow_site_file(silo.desk, [RULES, WAIVER], silo.clock())
    with silo.desk.ledger.read() as tx:
        pack = pack_in_force(tx, WAIVED_FROM + later)
    assert pack is not None
    assert pack.version == version


def test_parts_weighed_apart_are_estimated_each_from_its_own_weight_whatever_the_vehicle_weighs_empty(
    silo: Silo,
) -> None:
    """The tare that is known is of truck and trailer together."""
    silo.receive("AB-123-CD", tare_kg=15_240)
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat"), NewLoad("soft_wheat"))
    silo.confirm(26_000, visit, "first")
    first, second = silo.loads(visit)
    assert proposed(silo, first).load_t == pytest.approx((26.0 - 15.24) / 2)  # not yet known to be apart
    silo.confirm(31_000, visit, "first")
    assert proposed(silo, first).load_t == pytest.approx(26.0 * 0.62)
    assert proposed(silo, second).load_t == pytest.approx(31.0 * 0.62)


def test_what_was_measured_badly_is_told_beside_what_is_missing(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure("gac", {"moisture": 13.6, "test_weight": None}, "S1")
    silo.measure("nir", GOOD_NIR, "S1")
    result = proposed(silo, silo.loads(visit)[0]).result
    (against,) = [one["reasons"] for one in result["refused"] if one["cell"] == "c1"]
    told = [(reason["code"], reason["params"].get("analyte")) for reason in against]
    assert (Code.MISSING, "test_weight") in told
    assert (Code.MEASURED_BADLY, "test_weight") in told


def test_a_proposal_keeps_what_it_stood_on_with_the_decision_and_not_before(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    before = proposed(silo, load)
    assert before.inputs is None
    heard: list[frozenset[str]] = []
    silo.desk.ledger.on_proposals(heard.append)
    silo.decide(load)
    after = proposed(silo, load)
    assert after.inputs is not None
    assert set(after.inputs) == {
        "readings", "corrections", "visual_check", "weights", "facts", "cells", "photo",
        "photo_values", "points",
    }  # fmt: skip
    assert (after.id, after.at) == (before.id, before.at), "what was proposed, and when, is as it was shown"
    assert heard == []


def test_a_vehicle_is_remembered_with_what_it_brought_last(silo: Silo) -> None:
    silo.arrive("AB-123-CD", NewLoad("soft_wheat"), supplier="EARL Dupont")
    visit = silo.arrive("AB-123-CD", NewLoad("barley"), NewLoad("barley"), supplier="SCEA Moreau")
    with silo.desk.ledger.read() as tx:
        vehicle = tx.get_one(Vehicle, visit.vehicle_id)
    assert (vehicle.supplier_id, vehicle.species, vehicle.loads) == (visit.supplier_id, "barley", 2)
    assert vehicle.last_seen_at == visit.entered_at
