"""A falling number that nobody measured of this load is expected from the laboratory's word, and replays."""

from typing import Any

from sqlmodel import Session

from station.receival.laboratory import composites
from station.receival.packs.replay import replay
from station.store import pages, queries
from station.store.ids import new_id
from station.store.tables import LabResult, Load, Proposal
from tests.silo_rig import ANNE, Silo


def lab(silo: Silo, tx: Session, sample_id: str, value: float, **over: Any) -> None:
    at = silo.clock()
    row = LabResult(
        id=new_id(at), sample_id=sample_id, analyte="falling_number", value=value, unit="s",
        laboratory="Labo", received_at=at, at=at, by="anne", **over,
    )  # fmt: skip
    tx.add(row)


def received(silo: Silo, falling_numbers: tuple[float, ...]) -> list[Load]:
    loads = []
    for number, value in enumerate(falling_numbers):
        visit = silo.arrive(f"AB-{number:03d}-CD")
        load = silo.loads(visit)[0]
        with silo.desk.ledger.write() as tx:
            lab(silo, tx, samples_of(tx, load), value)
        loads.append(load)
    return loads


def samples_of(tx: Session, load: Load) -> str:
    return queries.samples_of(tx, load.id)[0].id


def proposed(silo: Silo, load: Load) -> Proposal:
    found = silo.proposal(load)
    assert found is not None
    return found


def test_single_results_then_a_composite_say_what_to_expect_and_the_decision_replays(silo: Silo) -> None:
    loads = received(silo, (280.0, 290.0, 300.0, 310.0, 320.0))
    visit = silo.arrive("EF-456-GH")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0]
    reasons = proposed(silo, load).assessment["reasons"]
    assert [(one["code"], one["params"]["how"], one["params"]["value"]) for one in reasons] == [
        ("expected_from", "species", 300.0)
    ]
    composite = composites.enter_composite(silo.desk, "C1", [one.id for one in loads], "", ANNE, silo.clock())
    with silo.desk.ledger.write() as tx:
        lab(silo, tx, composite.id, 250.0)
    silo.measure("gac", {"temperature": 20.0}, silo.barcode(load))
    silo.decide(load)
    row = proposed(silo, load)
    assert row.inputs is not None
    assert row.inputs["expected"]["falling_number"]["how"] == "composite"
    assert row.inputs["facts"]["expected"]["falling_number"]["value"] == 250.0
    with silo.desk.ledger.read() as tx:
        (decision,) = pages.decisions(tx, None, None, None)
        assert replay(tx, decision).is_equal


def test_a_limit_or_what_waits_is_no_result_to_expect_from(silo: Silo) -> None:
    loads = received(silo, (280.0, 290.0, 300.0, 310.0))
    with silo.desk.ledger.write() as tx:
        first = samples_of(tx, loads[0])
        lab(silo, tx, first, 62.0, comparator="<")
        lab(silo, tx, first, 62.0, state="waiting")
    visit = silo.arrive("EF-456-GH")
    assert proposed(silo, silo.loads(visit)[0]).assessment["reasons"] == []
