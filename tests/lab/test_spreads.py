"""A phone's spread at this site is proposed once, approved by a manager, and read at the desk since then."""

from datetime import timedelta
from typing import Any

import pytest

from station.acts.refusals import Conflict, NotFound
from station.lab.proposing import propose_spreads
from station.lab.spreads import approve_spread, decline_spread, end_spread
from station.receival.measuring.photo_words import photo_reasons
from station.store.evidence import CaptureSeen
from station.store.ids import new_id
from station.store.learnt import learnt
from station.store.spreads import in_force, newest
from station.store.tables import Capture, Inspection, Measurement, Sample, Spread
from tests.lab.rows import add_phone
from tests.silo_rig import MARC, Silo

JUDGED = 300


def result(count: int) -> dict[str, Any]:
    """A photo whose limits are as wide as for any stranger's phone."""
    share = count / JUDGED
    told = {"count": count, "share": share, "low": 0.0, "high": share + 0.12, "wide": False}
    mass = {"share": share / 2, "low": 0.0, "high": share / 2 + 0.12}
    return {"classes": {"broken": told}, "mass": {"broken": mass}, "kernels": 320, "judged": JUDGED}


def seen_beside(silo: Silo, phone: str, captures: int, *, method: str = "lab", first: int = 0) -> None:
    """Captures of one phone, and what laboratory or machine say: half by mass, less or more 0.2."""
    with silo.desk.ledger.write() as tx:
        for place in range(first, first + captures):
            at = silo.clock()
            sample = Sample(
                id=new_id(at), barcode=f"P{place}", species="soft_wheat", entered_at=at, entered_by="anne"
            )
            tx.add_all([sample, Capture(id=f"c{place}", at=at, terminal_id=phone)])
            tx.flush()
            count = 9 + place % 7
            inspection = Inspection(
                id=new_id(at), capture_id=f"c{place}", at=at, model="wheat", version="2", sha256="s",
                source="station", accepted=True, result=result(count),
            )  # fmt: skip
            tx.add(inspection)
            half = 100 * count / JUDGED / 2
            shared = {"sample_id": sample.id, "analyte": "broken", "unit": "%", "seq": place, "at": at}
            tx.add(
                Measurement(
                    source_id=inspection.id, method="phone", source=phone, release="wheat 2", value=2 * half,
                    mass_value=half, basis="by_count", **shared,
                )
            )  # fmt: skip
            value = half + (0.2 if place % 2 else -0.2)
            tx.add(
                Measurement(
                    source_id=new_id(at), method=method, source="Labo", value=value, basis="by_mass", **shared
                )
            )  # fmt: skip


def proposed(silo: Silo) -> Spread:
    seen_beside(silo, add_phone(silo), 32)
    (row,) = propose_spreads(silo.desk, silo.clock())
    return row


@pytest.mark.parametrize("method", ["lab", "machine"])
def test_enough_captures_beside_a_reference_are_proposed_once(silo: Silo, method: str) -> None:
    phone = add_phone(silo)
    seen_beside(silo, phone, 29, method=method)
    assert propose_spreads(silo.desk, silo.clock()) == []
    seen_beside(silo, phone, 3, method=method, first=29)
    (row,) = propose_spreads(silo.desk, silo.clock())
    assert (row.terminal_id, row.release, row.class_name, row.n) == (phone, "wheat 2", "broken", 32)
    assert (row.act, row.by) == ("proposed", None)
    assert row.evidence["count_per_mass"] == pytest.approx(2)
    assert row.evidence["after"]["width"] < row.evidence["before"]["width"]
    assert propose_spreads(silo.desk, silo.clock()) == []


def limits(silo: Silo, phone: str, release: str = "2") -> tuple[float, float]:
    said = Inspection(
        id="i", capture_id="c", at=silo.clock(), model="wheat", version=release, sha256="", accepted=True,
        source="station", result=result(12),
    )  # fmt: skip
    capture = Capture(id="c", at=silo.clock(), terminal_id=phone)
    with silo.desk.ledger.read() as tx:
        (reason,) = photo_reasons(CaptureSeen(capture, (said,)), learnt(tx), "soft_wheat")
    assert said.result == result(12), "the inspection stays what the model said"
    broken = reason.params["shares"]["broken"]
    return broken["low"], broken["high"]


def test_what_a_manager_approved_narrows_the_limits_at_the_desk_until_it_ends(silo: Silo) -> None:
    row = proposed(silo)
    assert limits(silo, row.terminal_id) == (0.0, 0.16)
    approved = approve_spread(silo.desk, row.id, "enough seen", MARC, silo.clock())
    low, high = limits(silo, row.terminal_id)
    assert 0 < low < 0.04 < high < 0.08
    assert limits(silo, "another phone") == limits(silo, row.terminal_id, "3") == (0.0, 0.16)
    end_spread(silo.desk, approved.id, "another lens", MARC, silo.clock())
    assert limits(silo, row.terminal_id) == (0.0, 0.16)


def test_newer_evidence_leaves_in_force_what_was_approved(silo: Silo) -> None:
    row = proposed(silo)
    approve_spread(silo.desk, row.id, "enough seen", MARC, silo.clock())
    with silo.desk.ledger.write() as tx:
        newer = row.model_dump(exclude={"id", "seq"}) | {"spread": 0.05, "n": 60}
        tx.add(Spread(id="newer", **newer))
    with silo.desk.ledger.read() as tx:
        assert [one.spread for one in in_force(tx)] == [row.spread]
        assert [one.id for one in newest(tx)] == ["newer"]
    decline_spread(silo.desk, "newer", "no", MARC, silo.clock())
    with silo.desk.ledger.read() as tx:
        assert [one.spread for one in in_force(tx)] == [row.spread]


def test_what_was_declined_comes_again_with_ten_more_samples(silo: Silo) -> None:
    row = proposed(silo)
    decline_spread(silo.desk, row.id, "the sheet was dirty", MARC, silo.clock())
    silo.clock.pass_(minutes=1)
    seen_beside(silo, row.terminal_id, 9, first=100)
    assert propose_spreads(silo.desk, silo.clock()) == []
    seen_beside(silo, row.terminal_id, 1, first=150)
    assert len(propose_spreads(silo.desk, silo.clock())) == 1


def test_only_an_open_proposal_is_decided(silo: Silo) -> None:
    row = proposed(silo)
    with pytest.raises(Conflict, match="correction_not_open"):
        end_spread(silo.desk, row.id, "why", MARC, silo.clock())
    approve_spread(silo.desk, row.id, "enough seen", MARC, silo.clock())
    with pytest.raises(Conflict, match="correction_not_open"):
        approve_spread(silo.desk, row.id, "again", MARC, silo.clock())
    with pytest.raises(NotFound, match="unknown_correction"):
        approve_spread(silo.desk, "none", "why", MARC, silo.clock())


def test_old_captures_are_no_evidence(silo: Silo) -> None:
    seen_beside(silo, add_phone(silo), 40)
    assert propose_spreads(silo.desk, silo.clock() + timedelta(days=61)) == []
