"""A manager is asked about what a cell would lose by the grain of another, wherever that goes."""

from collections.abc import Callable

import pytest

from station.acts.refusals import Fault, Refusal
from station.grain.past import Grain, Standing
from station.receival.between_silos import shipments
from station.receival.between_silos.shipments import Journey
from station.receival.storage import cell_acts, movements, plans
from station.receival.storage.cell_acts import Drying, Said
from station.receival.storage.joining import against_joining
from station.receival.storage.plans import Planned
from station.store.tables import Cell
from tests.receival.test_cell_acts import bring, state
from tests.silo_rig import ANNE, MARC, Silo

ORGANIC = {"species": ["soft_wheat"], "claims": ["organic"]}


def transfer(silo: Silo, source: str, target: str, kg: float, despite_kg: float | None = None) -> None:
    movements.transfer(silo.desk, source, target, kg, "room", "", MARC, silo.clock(), despite_kg=despite_kg)


def asked(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refusal) as refused:
        act()
    return [one["code"] for one in refused.value.params["remarks"]]


def test_another_species_is_asked_about_with_both(silo: Silo) -> None:
    bring(silo, "c5", 20_000, {"species": ["barley"], "claims": []})
    with pytest.raises(Refusal) as refused:
        transfer(silo, "c5", "c4", 1_000)
    assert refused.value.code is Fault.OTHER_SPECIES
    assert (refused.value.params["species"], refused.value.params["cell_species"]) == ("barley", "soft_wheat")
    transfer(silo, "c5", "c4", 1_000, 1_000)


def test_what_dries_into_another_cell_and_what_comes_back_are_asked_about_too(silo: Silo) -> None:
    bring(silo, "c3", 20_000, ORGANIC)
    into = Drying(10_000, 16.0, 14.0, to_cell="c3")
    assert "claims_given_up" in asked(
        lambda: cell_acts.dry_grain(silo.desk, "c1", into, Said("wet"), MARC, silo.clock())
    )
    row = shipments.ship(silo.desk, "c1", 26_400, Journey("sud", "AB-123-CD"), ANNE, silo.clock())
    assert "claims_given_up" in asked(
        lambda: shipments.take_back(silo.desk, row.number, "closed", MARC, silo.clock(), cell="c3")
    )


def test_an_answer_needs_its_reason(silo: Silo) -> None:
    bring(silo, "c3", 20_000, ORGANIC)
    into = Drying(10_000, 13.4, 13.0, to_cell="c3")
    with pytest.raises(Refusal) as refused:
        cell_acts.dry_grain(silo.desk, "c1", into, Said("", despite_kg=10_000), MARC, silo.clock())
    assert refused.value.code is Fault.ANSWER_NEEDS_REASON


def test_treated_grain_takes_the_claim_that_nothing_was_put_on_it() -> None:
    source, target = (Cell(id=name, name=name, capacity_kg=1.0, role="normal") for name in "ab")
    target.claims = ["insecticide_free"]
    grain = Grain((), frozenset({"insecticide_free"}), ("phosphine",))
    assert [one.params["claims"] for one in against_joining(source, grain, target, Standing())] == [
        ["insecticide_free"]
    ]  # fmt: skip
    assert against_joining(source, grain, target, Standing(touched=True)) == []


def test_good_grain_is_not_put_unasked_on_what_may_never_be_blended() -> None:
    source, target = (Cell(id=name, name=name, capacity_kg=1.0, role="normal") for name in "ab")
    spoiled = Standing(never_blend=True)
    assert [one.code for one in against_joining(source, Grain(), target, spoiled)] == ["spoiled_in_cell"]
    assert against_joining(source, Grain(never_blend=True), target, spoiled) == []


def test_a_claim_that_is_lost_may_leave_the_plan_or_stay_in_it(silo: Silo) -> None:
    bring(silo, "c3", 20_000, ORGANIC)
    with pytest.raises(Refusal) as refused:
        plans.set_plan(silo.desk, "c3", Planned(claims=()), "sold as feed", MARC, silo.clock())
    assert refused.value.code is Fault.CELL_HOLDS_CLAIM
    transfer(silo, "c1", "c3", 1_000, 1_000)
    plans.set_plan(silo.desk, "c3", Planned(target_t=200), "less room", MARC, silo.clock())
    plans.set_plan(silo.desk, "c3", Planned(claims=()), "sold as feed", MARC, silo.clock())
    assert state(silo, "c3").claims == frozenset()
    with pytest.raises(Refusal) as again:
        plans.set_plan(silo.desk, "c3", Planned(claims=("organic",)), "back", MARC, silo.clock())
    assert again.value.code is Fault.CELL_HOLDS_CLAIM
