"""What is said of a choice: the odds of load and cell, what the cell will hold, what keeps it out."""

from dataclasses import replace

import pytest

from drivers.reading import Analyte
from station.grain.blending import Part, blend
from station.grain.cells import Measured
from station.grain.grades import Intake
from station.grain.reasons import Code, Reason
from station.grain.routing import route

from .builders import (
    DM,
    FEED,
    MILLING,
    MOISTURE,
    PROTEIN,
    by_cell,
    cell,
    codes,
    criterion,
    hold,
    load,
    pack,
    quarantine,
)

FN, DON = Analyte.FALLING_NUMBER, Analyte.DON
STORED = {PROTEIN: Measured(11.5, 0.1, DM), MOISTURE: Measured(13.4, 0.1)}
STARTED = cell(capacity_t=1000.0, content_t=400.0, content=STORED)
PROTEIN_ONLY = replace(MILLING, criteria=(criterion(PROTEIN, ">=", 11.0),))


def protein(value, u=0.2, **shared):
    return load(also={PROTEIN: Measured(value, u, DM, shared)})


def first(facts, cells, a_pack=None):
    return route(facts, cells, a_pack or pack(PROTEIN_ONLY)).ranked[0]


def test_a_load_outside_a_limit_goes_to_a_cell_that_stays_inside():
    found = route(protein(10.5), [STARTED, cell("C2")], pack())
    assert (found.cell, [r.cell for r in found.refused]) == ("C1", ["C2"])
    stays = next(r for r in by_cell(found, "C1") if r.code is Code.CELL_STAYS)
    assert (stays.params["value"], stays.params["cell_value"]) == (10.5, 11.436768)
    assert "outside_limit" in codes(by_cell(found, "C2"))


def test_a_good_load_does_not_go_where_the_cell_would_still_be_outside():
    poor = replace(STARTED, content={PROTEIN: Measured(10.7, 0.1, DM)})
    reasons = by_cell(route(load(), [poor], pack()), "C1")
    outside = next(r for r in reasons if r.code is Code.CELL_OUTSIDE)
    assert outside.params["cell_value"] == 10.769555


def test_what_is_reserved_counts_for_the_mixture():
    coming = replace(STARTED, reserved_t=300.0, reserved={PROTEIN: Measured(10.2, 0.1, DM)})
    assert route(protein(10.9), [STARTED], pack()).cell == "C1"
    assert "cell_outside" in codes(by_cell(route(protein(10.9), [coming], pack()), "C1"))


def test_the_content_after_the_tip_is_what_blending_makes_of_the_parts():
    shared = {"nir": 0.08}
    content = {PROTEIN: Measured(11.5, 0.1, DM, shared), FN: Measured(280.0, 12.0)}
    reserved = {PROTEIN: Measured(11.1, 0.15, DM, shared), FN: Measured(240.0, 20.0)}
    facts = load({PROTEIN: Measured(11.8, 0.2, DM, shared), FN: Measured(150.0, 15.0)})
    a_cell = replace(STARTED, content=content, reserved_t=60.0, reserved=reserved)
    after = first(facts, [a_cell]).after
    whole = blend([Part(400.0, content), Part(60.0, reserved), Part(27.0, facts.values)])
    assert after.tonnes == 487.0
    for analyte in (PROTEIN, FN):
        assert after.content[analyte].value == pytest.approx(whole[analyte].value, abs=1e-4)
        assert after.content[analyte].u == pytest.approx(whole[analyte].u, rel=1e-3)


def test_the_odds_are_those_of_the_load_alone_and_of_the_cell_with_it():
    entry = first(protein(11.05, 0.1), [cell()])
    assert (entry.p_load_ok, entry.p_cell_ok) == (0.841346, 0.841346)
    started = first(protein(10.5, 0.2), [replace(STARTED, content={PROTEIN: Measured(11.1, 0.1, DM)})])
    assert started.p_load_ok == pytest.approx(0.012224, abs=2e-6)
    assert started.p_cell_ok == pytest.approx(0.8822, abs=1e-3)


def test_what_is_known_of_the_intake_draws_the_load_towards_it():
    a_pack = replace(pack(PROTEIN_ONLY), intake={"soft_wheat": {PROTEIN: Intake(10.5, 0.4, DM)}})
    alone, drawn = (first(protein(11.05, 0.3), [cell()], one) for one in (pack(PROTEIN_ONLY), a_pack))
    assert drawn.p_load_ok < 0.5 < alone.p_load_ok


def test_the_packs_uncertainty_stands_in_and_without_it_a_value_is_exact():
    facts = protein(11.05, None)
    a_pack = replace(pack(PROTEIN_ONLY), uncertainty={PROTEIN: 0.1})
    assert first(facts, [cell()], a_pack).p_load_ok == 0.841346
    assert first(facts, [cell()]).p_load_ok == 1.0


def sure(share, grade=PROTEIN_ONLY):
    return replace(grade, criteria=tuple(replace(c, sure=share) for c in grade.criteria))


def test_a_limit_that_must_be_met_surely_keeps_out_what_is_only_likely():
    facts = protein(11.05, 0.1)
    assert route(facts, [cell()], pack(sure(0.8))).cell == "C1"
    assert "load_not_sure" in codes(by_cell(route(facts, [cell()], pack(sure(0.9))), "C1"))
    thin = replace(STARTED, content={PROTEIN: Measured(11.0, 0.1, DM)})
    reasons = by_cell(route(protein(11.05, 0.1), [thin], pack(sure(0.9))), "C1")
    assert "cell_not_sure" in codes(reasons)


def test_a_contaminant_that_is_not_surely_under_its_limit_is_not_blended():
    strict = replace(MILLING, criteria=(criterion(DON, "<=", 1000.0, step=1.0, kind="never_blend"),))
    facts = load({DON: Measured(950.0, 50.0)})
    assert route(facts, [cell()], pack(strict)).cell == "C1"
    found = route(facts, [cell(), hold()], pack(sure(0.95, strict)))
    assert found.cell == "H1"
    assert "never_blend_not_sure" in codes(by_cell(found, "C1"))


def test_what_is_for_information_never_decides():
    told = replace(MILLING, criteria=(criterion(PROTEIN, ">=", 12.0, kind="information"),))
    found = route(load(), [cell()], pack(told))
    assert found.cell == "C1"
    assert "for_information" in codes(by_cell(found, "C1"))
    assert route(load(without={PROTEIN}), [cell()], pack(told)).cell == "C1"


def test_what_such_loads_are_like_counts_where_nothing_was_measured():
    expected = {FN: Measured(200.0, 40.0)}
    found = route(load(expected=expected), [cell()], pack())
    assert "outside_limit" in codes(by_cell(found, "C1"))
    assert "expected" in codes(by_cell(found, "C1"))
    assert route(load(expected=expected, also={FN: Measured(260.0)}), [cell()], pack()).cell == "C1"
    badly = load(expected={PROTEIN: Measured(12.0, 0.5, DM)}, without={PROTEIN}, badly=(PROTEIN,))
    assert route(badly, [cell()], pack()).cell is None


# bars, plan, certificates, questions

SPRAYED = Reason(Code.CELL_CLOSED)


def test_a_barred_cell_or_pit_takes_nothing():
    assert "cell_closed" in codes(by_cell(route(load(), [cell(barred=(SPRAYED,))], pack()), "C1"))
    two = cell(pits=("P1", "P2"), barred_pits={"P1": (SPRAYED,)})
    assert [(r.cell, r.pit) for r in route(load(), [two], pack()).ranked] == [("C1", "P2")]
    none = cell(barred_pits={"P1": (SPRAYED,)})
    assert "cell_closed" in codes(by_cell(route(load(), [none], pack()), "C1"))


def test_the_storage_plan_bounds_the_room():
    assert route(load(), [cell(target_t=27.0)], pack()).cell == "C1"
    reasons = by_cell(route(load(), [cell(target_t=26.9)], pack()), "C1")
    assert codes(reasons)[0] == "over_target"


def test_a_load_without_its_certificate_is_held():
    facts = load(claims=frozenset({"organic"}), uncertified=frozenset({"organic"}))
    cells = [cell(claims=frozenset({"organic"})), hold(claims=frozenset({"organic"}))]
    found = route(facts, cells, pack())
    assert (found.cell, found.hold, codes(found.reasons)) == ("H1", True, ["waits_for_certificate"])
    assert "waits_for_certificate" in codes(by_cell(found, "C1"))


def test_a_question_is_answered_before_anything_is_proposed():
    question = Reason(Code.CONTRADICTS_DECLARATION, {"declared": "soft_wheat", "product": "Barley"})
    found = route(load(questions=(question,)), [cell(), hold(), quarantine()], pack())
    assert (found.cell, found.ranked, found.reasons) == (None, (), (question,))
    assert all("contradicts_declaration" in codes(r.reasons) for r in found.refused)


def test_the_proposal_as_json_says_the_odds():
    entry = route(load(), [STARTED, cell("F", grade="feed")], pack(MILLING, FEED)).as_dict()["ranked"][0]
    assert {"p_load_ok", "p_cell_ok", "after", "value"} <= set(entry)
    assert entry["after"]["t"] == 427.0
    assert entry["after"]["protein"] == {"mean": 11.518970, "u": 0.094527, "basis": "dm"}
    assert entry["value"] is None


BUSY = Reason(Code.LINE_BUSY, {"line": "l1", "species": "barley", "claims": []})


def test_no_grain_goes_to_a_lesser_grade_because_a_line_is_busy():
    good, feed = cell("C1", barred_pits={"P1": (BUSY,)}), cell("F1", grade="feed")
    found = route(load(), [good, feed], pack())
    assert [one.cell for one in found.ranked] == ["C1", "F1"]
    assert "line_busy" in codes(found.ranked[0].reasons)


def test_of_two_pits_the_one_with_a_free_line_is_proposed():
    found = route(load(), [cell("C1", pits=("P1", "P2"), barred_pits={"P1": (BUSY,)})], pack())
    assert [one.pit for one in found.ranked] == ["P2", "P1"]


# what the cell itself holds

FN_ASKED = criterion(FN, ">=", 220.0, step=1.0, required="later")


def held(**content):
    return cell(content_t=50.0, content={Analyte(name): one for name, one in content.items()})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"falling_number": Measured(150.0, 5.0)}, "cell_holds_outside"),
        ({"falling_number": Measured(45.0, 5.0)}, "cell_never_blend"),
        ({"don": Measured(1500.0, 50.0)}, "cell_holds_outside"),
    ],
)
def test_no_grain_goes_to_a_cell_whose_own_content_breaks_a_limit(content, code):
    found = route(load(), [held(**content)], pack())
    assert found.cell is None
    assert code in codes(by_cell(found, "C1"))
    assert route(load(also={Analyte.DON: Measured(100.0, 10.0)}), [held(**content)], pack()).cell is None


def test_a_cell_of_which_too_little_is_known_for_a_sure_limit_takes_nothing():
    sure = replace(MILLING, criteria=(replace(FN_ASKED, sure=0.8),))
    assert route(load(), [held(falling_number=Measured(300.0, 400.0))], pack(sure)).cell is None
    assert route(load(), [held(falling_number=Measured(300.0, 10.0))], pack(sure)).cell == "C1"
