"""A photo's numbers count with their uncertainty; shares only where this site's spread is known."""

import math
from typing import Any
from uuid import uuid4

import pytest

from drivers.reading import Analyte, Basis
from station.grain.inspection import Inspection as Said
from station.grain.inspection import ModelName, NumberValue
from station.receival.arrivals.visits import NewLoad
from station.receival.measuring import captures, samples
from station.receival.measuring.captures import StoredPhoto
from station.receival.measuring.photo_values import photo_values
from station.receival.packs import rule_packs
from station.receival.packs.replay import replay
from station.receival.persons import people
from station.store import pages
from station.store.evidence import CaptureSeen
from station.store.learnt import Learnt
from station.store.tables import Capture, Correction, Inspection, Load, Proposal, Spread, Ticket
from tests.silo_rig import ANNE, GOOD, RULES, START, Silo

NUMBER = {"value": 11.2, "low": 10.7, "high": 11.7, "unit": "%", "basis": "dm"}


def seen(*, accepted: bool = True, **result: Any) -> CaptureSeen:
    whole = {"classes": {}, "kernels": 300, "numbers": {}, **result}
    row = Inspection(
        id="i", capture_id="c", model="app", version="2", sha256="", accepted=accepted, at=START, result=whole
    )
    return CaptureSeen(Capture(id="c", at=START, terminal_id="phone 3"), (row,))


def broken(low: float = 0.03, high: float = 0.06) -> dict[str, Any]:
    share = {"share": 0.04, "low": low, "high": high, "wide": False, "count": 12}
    return {
        "classes": {"broken": share},
        "mass": {"broken": {"share": 0.02, "low": 0, "high": 0.2}},
        "judged": 300,
    }


def spread(**over: Any) -> Spread:
    told = {
        "id": "s", "terminal_id": "phone 3", "release": "app 2", "class_name": "broken", "spread": 0.005,
        "n": 40, "act": "approved", "evidence": {"t": 2.0}, "at": START,
    }  # fmt: skip
    return Spread(**{**told, **over})


def test_a_number_counts_with_its_limits_as_uncertainty() -> None:
    (value,) = photo_values(seen(numbers={"protein": NUMBER}), Learnt(), "barley")
    assert (value.analyte, value.value, value.basis) == (Analyte.PROTEIN, 11.2, Basis.DRY_MATTER)
    assert (value.u, value.source) == (pytest.approx(1 / 3.92, abs=1e-4), "phone 3 app 2")
    assert value.shared["phone 3 app 2"] == pytest.approx(value.u, abs=1e-6), "nothing tells what is its own"


def test_a_known_bias_is_taken_off_and_makes_it_less_sure() -> None:
    known = Correction(
        id="k1", method="phone", source="phone 3", analyte="protein", species="barley", bias=-0.2, u=0.1,
        unit="%", basis="dm", evidence={"release": "app 2"}, at=START,
    )  # fmt: skip
    (value,) = photo_values(seen(numbers={"protein": NUMBER}), Learnt((known,)), "barley")
    assert (value.value, value.shared["k1"]) == (11.4, 0.1)
    assert value.u > 0.27


@pytest.mark.parametrize(
    "numbers",
    [
        {"moisture": {**NUMBER, "basis": "as_is"}},
        {"protein": {**NUMBER, "unit": "1"}},
        {"odd": NUMBER},
        {"protein": {**NUMBER, "low": 11.2, "high": 11.2}},
    ],
)
def test_what_is_not_to_be_believed_does_not_count(numbers: dict[str, Any]) -> None:
    assert photo_values(seen(numbers=numbers), Learnt(), "barley") == []


def test_a_refused_photo_says_nothing() -> None:
    assert photo_values(seen(accepted=False, numbers={"protein": NUMBER}), Learnt(), "barley") == []


def test_shares_count_by_mass_and_only_with_this_sites_spread() -> None:
    assert photo_values(seen(**broken()), Learnt(), "barley") == []
    assert photo_values(seen(**broken()), Learnt(spreads=(spread(release="app 1"),)), "barley") == []
    (value,) = photo_values(seen(**broken()), Learnt(spreads=(spread(),)), "barley")
    assert (value.analyte, value.value) == (Analyte.BROKEN, 2.0)
    assert 0.3 < value.u < 0.8
    by_counting = 0.0416 * 0.9584 / 301  # variance of 12.5 of 301
    phones = 0.005 / math.sqrt(0.005**2 + by_counting)
    assert value.shared["phone 3 app 2"] == pytest.approx(phones * value.u, rel=0.01)
    assert photo_values(seen(**broken()), Learnt(spreads=(spread(spread=0.05),)), "barley") == [], "too wide"


def photograph(silo: Silo, barcode: str, protein: float) -> None:
    phone = people.add_terminal(silo.desk, f"phone {uuid4()}", "phone", silo.clock())[0]
    photo = StoredPhoto(uuid4().hex * 2, 2_500_000, "image/jpeg")
    form = {"barcode": barcode}
    taken, _ = captures.receive_capture(silo.desk, str(uuid4()), form, (photo,), phone, silo.clock())
    number = NumberValue(protein, protein - 0.5, protein + 0.5, "%", "dm", "kernel", 300)
    said = Said(
        photo.sha256, True, kernels=300, cut=0, numbers={"protein": number},
        models=(ModelName("wheat", "1", "cd" * 32),),
    )  # fmt: skip
    captures.record_inspection(silo.desk, taken.id, [said], silo.clock())


def weighed(silo: Silo) -> tuple[Any, Load]:
    visit = silo.arrive("AB-123-CD", NewLoad("soft_wheat", barcode="S1"))
    silo.confirm(43_120, visit, "first")
    silo.measure("gac", GOOD, "S1")
    return visit, silo.loads(visit)[0]


def proposed(silo: Silo, load: Load) -> Proposal:
    found = silo.proposal(load)
    assert found is not None
    return found


def test_without_an_instruments_value_the_photo_decides_replays_and_is_on_no_ticket(silo: Silo) -> None:
    visit, load = weighed(silo)
    assert proposed(silo, load).cell != "c1", "protein is missing"
    photograph(silo, "S1", 12.4)
    protein = proposed(silo, load).assessment["results"]["protein"]
    assert (protein["value"], protein["reasons"][0]["code"]) == (12.4, "by_photo")
    assert proposed(silo, load).cell == "c1"
    silo.decide(load)
    photograph(silo, "S1", 9.0)
    assert proposed(silo, load).assessment["results"]["protein"]["value"] == 12.4, "it came too late"
    silo.confirm(15_240, visit, "last")
    with silo.desk.ledger.read() as tx:
        (decision,) = pages.decisions(tx, None, None, None)
        assert replay(tx, decision).is_equal
        ticket = tx.get_one(Ticket, silo.tickets()[0])
    assert set(ticket.document["values"]) == {"moisture", "test_weight"}


def test_an_instruments_value_takes_the_place_of_the_photos(silo: Silo) -> None:
    _, load = weighed(silo)
    photograph(silo, "S1", 12.4)
    silo.measure("nir", {"protein": 10.4, "moisture": 13.5}, "S1")
    protein = proposed(silo, load).assessment["results"]["protein"]
    assert protein["instrument"] == "nir"
    assert protein["value"] == pytest.approx(12.023, abs=1e-3), "no tolerance is stated: nothing is combined"


def test_probe_points_are_kept_with_the_sample_and_with_the_decision(silo: Silo) -> None:
    _, load = weighed(silo)
    samples.enter_load_sample(silo.desk, load.id, "S2", ANNE, silo.clock(), points=8)
    silo.measure("nir", {"protein": 10.4, "moisture": 13.5}, "S2")
    silo.decide(load)
    inputs = proposed(silo, load).inputs
    assert inputs is not None
    assert inputs["points"] == 8


MEASURING = """
[uncertainty]
protein = 0.25

[tolerance]
protein = 0.5

[sampling]
points = [{ up_to_t = 30, points = 4 }]
spread = { protein = 0.2 }
"""


def test_what_the_rule_pack_says_of_measuring_combines_and_replays_and_the_ticket_tells_the_instrument(
    silo: Silo,
) -> None:
    newer = RULES.replace('version = "2026.1"', 'version = "2026.2"') + MEASURING
    rule_packs.follow_site_file(silo.desk, [newer], silo.clock())
    visit, load = weighed(silo)
    photograph(silo, "S1", 12.2)
    silo.measure("nir", {"protein": 10.4, "moisture": 13.5}, "S1")
    protein = proposed(silo, load).assessment["results"]["protein"]
    assert [part["kind"] for part in protein["parts"]] == ["instrument", "photo"]
    assert protein["raw"] == pytest.approx(12.023, abs=1e-3)
    assert protein["raw"] < protein["value"] < 12.2
    dry, photo = 0.25 / 0.865, 0.5 / 1.96
    assert protein["u"] == pytest.approx(math.hypot(1 / math.hypot(1 / dry, 1 / photo), 0.1), abs=1e-3)
    silo.decide(load)
    inputs = proposed(silo, load).inputs
    assert inputs is not None
    assert inputs["points"] == 4
    silo.confirm(15_240, visit, "last")
    with silo.desk.ledger.read() as tx:
        (decision,) = pages.decisions(tx, None, None, None)
        assert replay(tx, decision).is_equal
        ticket = tx.get_one(Ticket, silo.tickets()[0])
    assert ticket.document["values"]["protein"]["value"] == protein["raw"]
