"""Treatments go with the grain, are not repeated on it, and keep oilseeds out of a line."""

from dataclasses import replace

import pytest
from sqlmodel import select

from station.acts.desk import TreatmentProduct
from station.acts.refusals import Conflict, Fault, Invalid, NotFound
from station.grain.lines import Found, LineState, Product, barred_for
from station.receival.storage import cells, movements, treatments
from station.receival.storage.treatments import Dose
from station.store.tables import CellMovement, Treatment
from tests.receival.test_cell_acts import bring, last
from tests.silo_rig import ANNE, MARC, Silo

LABEL = TreatmentProduct("K-Obiol", "deltaméthrine", "insecticide", most=20.0, unit="ml/t")
K_OBIOL = Dose("K-Obiol", 20.0, "ml/t", "deltaméthrine", "insecticide")


@pytest.fixture(autouse=True)
def _room(silo: Silo) -> None:
    bring(silo, "c5", 50_000, {"species": ["soft_wheat"], "claims": []}, moisture=14.0)


def treat(silo: Silo, cell: str, dose: Dose = K_OBIOL) -> CellMovement:
    return treatments.treat_cell(silo.desk, cell, dose, ANNE, silo.clock())


def found(silo: Silo) -> Found:
    with silo.desk.ledger.read() as tx:
        return cells.states_and_found(tx)[1]


def line(silo: Silo, name: str) -> LineState:
    return next(one for one in found(silo).lines if one.id == name)


def against(silo: Silo, cell: str, species: str) -> dict[str, list[str]]:
    """Why a load of this species may not take a pit to the cell now."""
    with silo.desk.ledger.read() as tx:
        states, about = cells.states_and_found(tx)
    (state,) = [one for one in barred_for(states, about, Product(species)) if one.id == cell]
    return {pit: [reason.code.value for reason in why] for pit, why in state.barred_pits.items()}


def test_the_same_substance_is_not_put_on_the_same_grain_twice_wherever_it_went(silo: Silo) -> None:
    row = treat(silo, "c5")
    assert (row.kind, row.kg, row.by, row.act["substance"]) == ("treatment", 0.0, "anne", "deltaméthrine")
    assert (row.act["dose"], row.act["unit"]) == (20.0, "ml/t")
    movements.transfer(silo.desk, "c5", "h1", 10_000, "room", "", MARC, silo.clock())
    for cell in ("c5", "h1"):
        with pytest.raises(Conflict) as refused:
            treat(silo, cell, Dose("Other", 1.0, "l", "DELTAMETHRINE", "fumigation"))
        assert refused.value.code is Fault.SAME_SUBSTANCE
    assert last(silo, "h1").standing["treated"] == ["deltaméthrine"]
    treat(silo, "h1", Dose("Phostoxin", 3.0, "g/t", "phosphine", "fumigation"))
    movements.correct_inventory(silo.desk, "h1", 0.0, "emptied", "", MARC, silo.clock(), despite_kg=0.0)
    treat(silo, "h1")


def test_a_product_of_the_site_says_its_substance_and_another_must_say_it(silo: Silo) -> None:
    with pytest.raises(Invalid) as refused:
        treat(silo, "c5", Dose("Unknown", 1.0, "ml/t"))
    assert refused.value.code is Fault.SUBSTANCE_NOT_SAID
    object.__setattr__(
        silo.desk, "treatments", (TreatmentProduct("K-Obiol", "deltaméthrine", "insecticide"),)
    )
    assert treat(silo, "c5", Dose("K-Obiol", 20.0, "ml/t")).act["substance"] == "deltaméthrine"


def test_a_treated_load_is_no_longer_free_of_insecticide_and_its_lines_keep_oilseeds_out(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    (load,) = silo.loads(visit)
    with silo.desk.ledger.write() as tx:
        tx.add(tx.merge(load).sqlmodel_update({"claims": ["insecticide_free"]}))
    treatments.treat_load(silo.desk, load.id, K_OBIOL, ANNE, silo.clock())
    assert silo.load(load).claims == []
    with pytest.raises(Conflict):
        treatments.treat_load(silo.desk, load.id, K_OBIOL, ANNE, silo.clock())
    silo.decide(load, "c5", "p1")
    assert against(silo, "c5", "rapeseed") == {"p1": ["line_busy"]}
    silo.confirm(15_240, visit, "last")
    assert last(silo, "c5").standing["treated"] == ["deltaméthrine"]
    assert line(silo, "l1").treated == ("deltaméthrine",)
    assert against(silo, "c5", "rapeseed") == {"p1": ["line_treated"]}
    assert against(silo, "c5", "barley") == {}
    treatments.flush(silo.desk, "l1", "5 t of feed wheat", ANNE, silo.clock())
    assert against(silo, "c5", "rapeseed") == {}


def test_a_line_itself_may_be_treated(silo: Silo) -> None:
    treatments.treat_line(silo.desk, "l2", K_OBIOL, ANNE, silo.clock())
    assert line(silo, "l2").treated == ("deltaméthrine",)
    assert line(silo, "l1").treated == ()
    for act in (
        lambda: treatments.treat_line(silo.desk, "l9", K_OBIOL, ANNE, silo.clock()),
        lambda: treatments.flush(silo.desk, "l9", "", ANNE, silo.clock()),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.code is Fault.UNKNOWN_LINE


def test_what_is_decided_holds_its_line_for_its_product_until_it_is_closed(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0], "c1", "p1")
    assert line(silo, "l1").busy == Product("soft_wheat")
    assert against(silo, "c1", "barley") == {"p1": ["line_busy"]}
    assert against(silo, "c1", "soft_wheat") == {}
    with silo.desk.ledger.read() as tx:
        (load,) = silo.loads(visit)
        assert cells.states_and_found(tx, without_load=load.id)[1].lines[0].busy is None
    silo.confirm(15_240, visit, "last")
    assert against(silo, "c1", "barley") == {}


def test_truck_and_trailer_of_one_visit_keep_each_other_from_no_line(silo: Silo) -> None:
    visit = silo.arrive("AB-123-CD")
    silo.confirm(43_120, visit, "first")
    silo.measure_well(visit)
    silo.decide(silo.loads(visit)[0], "c1", "p1")
    with silo.desk.ledger.read() as tx:
        states, about = cells.states_and_found(tx)
    barley = Product("barley")
    own, other = (barred_for(states, about, barley, whose) for whose in (visit.id, "another"))
    assert not any(cell.barred_pits for cell in own)
    assert {cell.id for cell in other if cell.barred_pits} == {"c1", "c4", "c5", "h1"}


def test_a_cell_keeps_in_mind_which_species_lies_in_it(silo: Silo) -> None:
    bring(silo, "h1", 5_000, {"species": ["barley"], "claims": []})
    with silo.desk.ledger.read() as tx:
        states, about = cells.states_and_found(tx)
    (hold,) = [one for one in barred_for(states, about, Product("soft_wheat")) if one.id == "h1"]
    assert [reason.code.value for reason in hold.barred] == ["cell_holds"]
    (same,) = [one for one in barred_for(states, about, Product("barley")) if one.id == "h1"]
    assert same.barred == ()


def test_a_line_tells_only_claims_apart_that_must_be_kept() -> None:
    plain = Product("soft_wheat")
    assert Product.of("soft_wheat", ["insecticide_free"]) == plain != Product.of("soft_wheat", ["organic"])
    assert Product.of("soft_wheat", ["insecticide_free"]).claimed == {"insecticide_free"}


@pytest.mark.parametrize(("dose", "unit"), [(20.1, "ml/t"), (1_000_000.0, "ml/t"), (2.0, "g/m3")])
def test_a_dose_beyond_the_label_is_refused_and_changes_nothing(silo: Silo, dose: float, unit: str) -> None:
    desk = replace(silo.desk, treatments=(LABEL,))
    with pytest.raises(Invalid) as refused:
        treatments.treat_cell(desk, "c1", replace(K_OBIOL, dose=dose, unit=unit), MARC, silo.clock())
    assert refused.value.code is Fault.DOSE_ABOVE_LABEL
    with silo.desk.ledger.read() as tx:
        assert tx.exec(select(Treatment)).all() == []
    treatments.treat_cell(desk, "c1", replace(K_OBIOL, unit="ML/T"), MARC, silo.clock())
