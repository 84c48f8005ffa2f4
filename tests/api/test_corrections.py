"""Over HTTP a manager decides what is corrected, and open loads are judged anew at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.reading import Analyte
from station.acts.desk import Watching
from station.lab.proposing import propose_due
from tests.api.rig import Counter, ok, problem
from tests.lab.rows import instrument_of, measured
from tests.silo_rig import START

HIGH = [0.2, 0.4] * 12
WHY = {"reason": "the ring test says so too"}


@pytest.fixture
def proposed(counter: Counter) -> str:
    silo = counter.silo
    measured(silo, instrument_of(silo), HIGH, start=START - timedelta(days=10))
    desk = replace(silo.desk, watching=Watching(permitted={Analyte.PROTEIN: 0.2}))
    (row,) = propose_due(desk, silo.clock())
    return row.id


def test_a_manager_approves_and_the_open_load_is_judged_anew(counter: Counter, proposed: str) -> None:
    silo = counter.silo
    visit = silo.arrive("IJ-789-KL")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    load = silo.loads(visit)[0].id
    with counter.client() as anne:
        problem(anne.post(f"/corrections/{proposed}/approve", json=WHY), 403, "not_allowed")
    with counter.client("marc", "fr") as marc:
        (row,) = ok(marc.get("/corrections", params={"state": "proposed"}))
        assert (row["source_name"], row["bias"], row["acts"][0]["by"]) == ("NIR", 0.3, None)
        before = _protein(ok(marc.get(f"/loads/{load}")))
        approved = ok(marc.post(f"/corrections/{proposed}/approve", json=WHY))
        assert (approved["state"], approved["acts"][-1]["by"]) == ("approved", "Marc")
        after = _protein(ok(marc.get(f"/loads/{load}")))
        assert after["value"] == pytest.approx(before["value"] - 0.3)
        said = next(reason for reason in after["reasons"] if reason["code"] == "corrected")
        assert "valeur corrigée de \N{MINUS SIGN}0,3 (mesuré : 12,02)" in said["message"]
        problem(marc.post(f"/corrections/{proposed}/decline", json=WHY), 409, "correction_not_open")
        assert ok(marc.post(f"/corrections/{proposed}/end", json=WHY))["state"] == "ended"
        assert _protein(ok(marc.get(f"/loads/{load}"))) == before
        assert ok(marc.get("/corrections", params={"state": "approved"})) == []
        problem(marc.post("/corrections/none/end", json=WHY), 404, "unknown_correction")
        problem(marc.post(f"/corrections/{proposed}/end", json={"reason": ""}), 422, "not_valid")


def test_a_manager_declines_by_command_with_a_name(counter: Counter, proposed: str) -> None:
    with counter.client("admin", **{"Silo-Manager": "Marc", "Silo-Pin": "1357"}) as admin:
        assert ok(admin.post(f"/corrections/{proposed}/decline", json=WHY))["state"] == "declined"
    with counter.client("admin") as admin:
        problem(admin.post(f"/corrections/{proposed}/approve", json=WHY), 403, "not_allowed")


def _protein(load: dict[str, object]) -> dict[str, object]:
    return next(one for one in load["values"] if one["analyte"] == "protein")
