"""Euros: what a choice is worth, and what measuring again would be."""

from dataclasses import replace

import pytest

from drivers.reading import Analyte
from station.grain.cells import Measured
from station.grain.grades import MeasuringAgain
from station.grain.routing import route

from .builders import DM, FEED, MILLING, MOISTURE, PROTEIN, by_cell, cell, codes, criterion, load, pack

ONLY = replace(MILLING, criteria=(criterion(PROTEIN, ">=", 11.0),))
LOW = replace(FEED, criteria=(criterion(MOISTURE, "<=", 15.0),))
PRICED = replace(pack(ONLY, LOW), prices={"milling": 220.0, "feed": 200.0})
ASKING = replace(PRICED, again=MeasuringAgain({PROTEIN: 2.0, MOISTURE: 2.0}, 1.5))
FEED_CELL = cell("F1", grade="feed", capacity_t=5000.0)


def protein(value, u=0.1, **shared):
    return load({PROTEIN: Measured(value, u, DM, shared), MOISTURE: Measured(13.0, 0.1)})


def started(value, u=0.05, tonnes=900.0, name="C1"):
    content = {PROTEIN: Measured(value, u, DM), MOISTURE: Measured(13.0, 0.0)}
    return cell(name, capacity_t=5000.0, content_t=tonnes, content=content)


def values(proposal):
    return {r.cell: r.value for r in proposal.ranked}


def test_a_sure_load_is_worth_the_difference_of_the_prices():
    assert values(route(protein(12.5, 0.01), [cell(), FEED_CELL], PRICED)) == {"C1": 540.0, "F1": -540.0}


def test_without_prices_or_another_choice_nothing_is_said_in_euros():
    assert values(route(protein(12.5), [cell(), FEED_CELL], pack(ONLY, LOW))) == {"C1": None, "F1": None}
    assert values(route(protein(12.5), [cell()], PRICED)) == {"C1": None}


def test_a_cell_that_may_fall_out_of_its_grade_costs_all_its_tonnes():
    """The load is worth 540 euros more in the milling cell, which may lose 20 euros on each of 900 t."""
    risky = route(protein(8.5), [started(11.04), FEED_CELL], PRICED)
    assert risky.cell == "F1"
    assert risky.ranked[1].value < 0 < risky.ranked[0].value
    assert route(protein(8.5), [started(11.8), FEED_CELL], PRICED).cell == "C1"


def test_a_good_load_goes_where_it_saves_a_cell():
    found = route(protein(12.5), [started(11.6, name="C1"), started(10.97, name="C2")], PRICED)
    assert found.cell == "C2"


def test_a_started_cell_is_finished_where_both_are_worth_the_same():
    found = route(protein(12.5, 0.01), [cell("A", capacity_t=5000.0), started(12.5, name="B")], PRICED)
    assert found.cell == "B"


def test_a_risky_choice_is_refused_where_the_lesser_cell_is_not_sure_enough():
    wary = replace(LOW, criteria=(replace(LOW.criteria[0], sure=0.99),))
    wary_pack = replace(PRICED, grades=(ONLY, wary))
    facts = load({PROTEIN: Measured(8.5, 0.1, DM), MOISTURE: Measured(14.9, 0.3)})
    found = route(facts, [started(11.04), FEED_CELL], wary_pack)
    assert (found.cell, codes(by_cell(found, "C1"))[0]) == (None, "risks_the_cell")


def test_a_content_that_fails_its_grade_is_sold_by_the_next():
    """Half of the odds at 220, half at 200."""
    found = route(protein(10.95, 0.2), [cell(), FEED_CELL], PRICED)
    assert values(found)["C1"] == pytest.approx(27.0 * 10.0, abs=0.05)


# measuring again


def test_near_a_limit_it_is_worth_measuring_again_and_far_from_it_not():
    near = route(protein(10.9, 0.2), [cell(), FEED_CELL], ASKING)
    assert (near.ask.analyte, near.ask.minutes) == (PROTEIN, 2.0)
    assert near.ask.gain > 3.0
    assert "measure_again" in codes(near.reasons)
    assert route(protein(12.5, 0.2), [cell(), FEED_CELL], ASKING).ask is None
    assert route(protein(8.5, 0.2), [cell(), FEED_CELL], ASKING).ask is None


def test_the_gain_is_the_average_over_all_that_may_be_measured():
    """Today feed, 200 a tonne. A next reading moves the mean by 0.2 / sqrt 2; where it passes, the load is
    sold at 220 by the odds of what is then known."""
    import math

    from station.grain.odds import below, density

    spread = u = 0.2 / math.sqrt(2)
    steps, total = 20_000, 0.0
    for n in range(steps):
        z = -8.0 + 16.0 * (n + 0.5) / steps
        mean = 10.9 + z * spread
        if mean >= 10.95:
            total += 27.0 * 20.0 * below((mean - 10.95) / u) * density(z) * 16.0 / steps
    found = route(protein(10.9, 0.2), [cell(), FEED_CELL], ASKING)
    assert found.ask.gain == pytest.approx(total, rel=0.1)


def test_an_error_that_the_instrument_makes_every_time_is_not_measured_away():
    own = route(protein(10.9, 0.2), [cell(), FEED_CELL], ASKING).ask
    assert route(protein(10.9, 0.2, nir=0.2), [cell(), FEED_CELL], ASKING).ask is None
    assert route(protein(10.9, 0.2, nir=0.12), [cell(), FEED_CELL], ASKING).ask.gain < own.gain


def test_nothing_is_asked_without_prices_or_for_more_than_it_brings():
    facts, cells = protein(10.9, 0.2), [cell(), FEED_CELL]
    assert route(facts, cells, replace(ASKING, prices={})).ask is None
    dear = replace(ASKING, again=MeasuringAgain({PROTEIN: 2.0}, 500.0))
    assert route(facts, cells, dear).ask is None


def test_the_proposal_as_json_says_what_to_measure_again():
    found = route(protein(10.9, 0.2), [cell(), FEED_CELL], ASKING).as_dict()
    assert found["ask"].keys() == {"analyte", "gain", "minutes"}
    assert found["ask"]["analyte"] == Analyte.PROTEIN
    assert route(load(), [cell()], pack()).as_dict()["ask"] is None


DON = replace(criterion(Analyte.DON, "<=", 1000.0, step=1.0, required="later", kind="never_blend"), sure=0.95)


def of_don(value, *grades):
    """Measured to 100: a second measurement costs 15 minutes at 1.5 euros."""
    priced = replace(ASKING, grades=grades, again=MeasuringAgain({Analyte.DON: 15.0}, 1.5))
    facts = load(also={Analyte.DON: Measured(value, 100.0)})
    return route(facts, [cell(capacity_t=5000.0), FEED_CELL], priced)


@pytest.mark.parametrize(
    ("value", "fits", "asked"), [(950.0, False, True), (1010.0, False, True), (1500.0, False, False)]
)
def test_where_nothing_fits_for_a_contaminant_it_is_measured_again_while_that_may_change_it(
    value, fits, asked
):
    both = [replace(one, criteria=(*one.criteria, DON)) for one in (ONLY, LOW)]
    found = of_don(value, *both)
    assert (found.cell is not None, found.ask is not None) == (fits, asked)


def test_what_would_still_be_over_a_contaminant_limit_is_worth_nothing_in_a_grade_without_one():
    """Fifteen hundred stays over 1,000 whatever is measured next, and feed says nothing of it."""
    strict = replace(ONLY, criteria=(*ONLY.criteria, DON))
    assert of_don(1500.0, strict, LOW).ask is None
    assert of_don(1010.0, strict, LOW).ask is not None
