"""A candidate over captures that a laboratory measured, beside the model that was active then."""

from datetime import UTC

from drivers.reading import Analyte
from station.lab.results import NewResult, record_result
from station.models.agreement import Reference, Verdict
from station.models.backtest import BacktestCase, report
from station.models.cases import cases
from station.receival.arrivals.visits import NewLoad
from station.runtime.backtest import candidate_verdicts
from station.store import pages
from station.store.tables import ModelRelease
from tests.model_rig import TASK, Models, packed
from tests.models.test_policies import judge
from tests.silo_rig import START, Silo


def measured(shelf: Models) -> list[str]:
    """Captures of two loads, one of which a laboratory measured."""
    silo, taken = shelf.silo, []
    for plate, barcode in (("AB-123-CD", "S1"), ("EF-456-GH", "S2")):
        silo.arrive(plate, NewLoad("soft_wheat", barcode=barcode))
        taken.append(shelf.photograph(barcode=barcode).id)
    new = NewResult("S1", Analyte.BROKEN, 2.5, None, "Labo Sud", START)
    record_result(silo.desk.ledger, new, "Marc", silo.clock())
    return taken


def test_only_what_was_measured_is_tried_and_the_active_models_word_of_then_stands_beside(
    silo: Silo, tmp_path: object
) -> None:
    shelf = Models.at(silo)
    shelf.ship()
    first, _ = measured(shelf)
    with silo.desk.ledger.read() as tx:
        active = tx.get_one(ModelRelease, shelf.active_sha256())
    judge(shelf, active, first, 0.04)
    with silo.desk.ledger.read() as tx:
        (case,) = cases(tx, silo.desk, TASK, pages.captures(tx, None, None, None, 50))
    assert (case.capture_id, case.species) == (first, "soft_wheat")
    assert case.references == (Reference("broken", 2.5, None, "lab"),)
    assert case.active is not None
    assert case.active.classes["broken"]["share"] == 0.04
    assert BacktestCase.from_dict(case.as_dict()) == case
    bundle = silo.desk.ledger.folder / "candidate.bundle"
    bundle.write_bytes(packed("9"))
    (verdict,) = candidate_verdicts(bundle, [case], shelf.photos)
    assert verdict.accepted
    whole, week = report([case], [verdict], UTC)
    assert (whole["period"], week["period"], whole["captures"]) == ("all", "2026-W30", 1)
    assert whole["candidate"]["abstention_rate"] == whole["active"]["abstention_rate"] == 0.0
    assert whole["active"]["evidence"][0]["verdict"] == "not_enough_samples"


def test_periods_are_weeks_and_what_the_candidate_failed_on_is_told() -> None:
    share = {"broken": {"share": 0.05, "low": 0.04, "high": 0.06}}
    known = (Reference("broken", 4.0, None, "lab"),)
    all_ = [BacktestCase(f"c{n}", START.replace(day=1 + n), "wheat", ("ab",), known, None) for n in range(20)]
    verdicts = [Verdict(case.capture_id, case.at, True, 300, share, mass=share) for case in all_[:15]]
    rows = {row["period"]: row for row in report(all_, verdicts, UTC)}
    assert list(rows) == ["all", "2026-W27", "2026-W28", "2026-W29", "2026-W30"]
    assert (rows["all"]["captures"], rows["all"]["not_judged"]) == (20, 5)
    (found,) = rows["all"]["candidate"]["evidence"]
    assert (found["n"], round(found["bias"], 6), found["contradicted"]) == (15, 1.0, 0)
    assert rows["all"]["active"]["captures"] == 0
