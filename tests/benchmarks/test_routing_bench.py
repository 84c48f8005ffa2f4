import math
from dataclasses import replace

import pytest

from benchmarks.routing.bench import OURS, nearest_limits, one_season, run, summary, table
from benchmarks.routing.outcome import most_money
from benchmarks.routing.rates import Errors, Rates, read_rates
from benchmarks.routing.rules import ByRolling, Ours, Rule, always_feed, by_points, by_truth, rolling
from benchmarks.routing.season import Season, combine, draw_season
from drivers.reading import Analyte
from station.grain.cells import Measured

MACHINE = ("machine", "meter")


@pytest.fixture(scope="module")
def rates() -> Rates:
    return replace(read_rates(), loads=120)


@pytest.fixture(scope="module")
def season(rates: Rates) -> Season:
    return draw_season(rates, 5, 0)


def without_errors(rates: Rates) -> Rates:
    none = Errors(own=0.0, bias=0.0, drift=0.0)
    exact = {name: dict.fromkeys(analytes, none) for name, analytes in rates.instruments.items()}
    return replace(rates, instruments=exact)


@pytest.mark.parametrize("rule", [by_points, by_truth, always_feed])
def test_every_tonne_is_in_a_cell_or_elsewhere(rates: Rates, season: Season, rule: Rule) -> None:
    small = replace(rates, cells=[replace(cell, capacity_t=80.0) for cell in rates.cells])
    outcome = run(small, season, MACHINE, rule, most=0.0)
    assert outcome.tonnes == pytest.approx(math.fsum(load.tonnes for load in season.loads))
    assert 0.0 < outcome.elsewhere < 1.0


def test_the_same_seed_gives_the_same_figures_and_another_does_not(rates: Rates) -> None:
    few = replace(rates, loads=20, columns={"machine": MACHINE})
    assert one_season(few, 7, 3) == one_season(few, 7, 3) != one_season(few, 8, 3)


@pytest.mark.parametrize("number", range(2))
def test_nobody_takes_more_than_the_oracle_and_no_sorting_loses_most(rates: Rates, number: int) -> None:
    season = draw_season(rates, 5, number)
    most = most_money(rates, season.loads)
    rules = (by_truth, by_points, ByRolling(rates), always_feed)
    truth, points, rolling_mean, feed = (run(rates, season, MACHINE, rule, most).lost for rule in rules)
    assert 0.0 < truth < points < feed
    assert 0.0 < rolling_mean < feed


@pytest.mark.parametrize("number", range(2))
def test_without_errors_ours_loses_at_most_what_the_greedy_oracle_does(rates: Rates, number: int) -> None:
    season = draw_season(without_errors(replace(rates, loads=60)), 5, number)
    ours, greedy = (
        run(rates, season, MACHINE, rule, most=0.0, combined=True)
        for rule in (Ours(rates.pack, rates.most_again), by_truth)
    )
    assert ours.lost <= greedy.lost + 1.0
    assert ours.missed == greedy.missed == 0.0
    assert ours.again == 0


def test_errors_move_values_and_measuring_again_has_the_same_bias(rates: Rates, season: Season) -> None:
    load = season.loads[10]
    once = season.measure("machine", load, {})[Analyte.PROTEIN]
    again = season.measure("machine", load, {(10, Analyte.PROTEIN): 1})[Analyte.PROTEIN]
    assert once.shared == again.shared
    assert again.own_u == pytest.approx((once.own_u or 0.0) / math.sqrt(2))
    drawn = season.errors["machine"][Analyte.PROTEIN]
    both = [load.true[Analyte.PROTEIN] + drawn.bias[load.day] + own for own in drawn.own[10, :2]]
    assert once.value == pytest.approx(both[0])
    assert again.value == pytest.approx(sum(both) / 2)
    assert once.value != again.value


def test_two_instruments_are_weighed_by_their_uncertainty_and_each_keeps_its_shared_error() -> None:
    both = combine([Measured(11.0, 0.3, None, {"a": 0.1}), Measured(12.0, 0.6, None, {"b": 0.5})])
    assert both.value == pytest.approx(11.2)
    assert both.u == pytest.approx(1 / math.sqrt(1 / 0.3**2 + 1 / 0.6**2))
    assert both.shared == pytest.approx({"a": 0.08, "b": 0.1})


def test_the_rolling_mean_takes_of_the_oldest_load_only_what_belongs_to_it() -> None:
    last = [(20.0, {Analyte.PROTEIN: Measured(value)}) for value in (9.0, 11.0, 12.0)]
    assert rolling(last, 50.0) == pytest.approx({Analyte.PROTEIN: (10 * 9 + 20 * 11 + 20 * 12) / 50})


def test_the_uncertainty_told_is_wrong_in_half_the_seasons(rates: Rates) -> None:
    seasons = [draw_season(replace(rates, loads=1), 1, number) for number in range(4)]
    told = [one.errors["phone"][Analyte.PROTEIN].told_own for one in seasons]
    assert [one / told[0] for one in told] == pytest.approx([1.0, 1.3, 1.0, 0.7])


def test_what_is_measured_again_for_the_others_lies_nearest_a_limit(rates: Rates, season: Season) -> None:
    chosen = nearest_limits(rates, season, ("meter",), 12)
    far = {
        load.number: abs(season.measure("meter", load, {})[Analyte.MOISTURE].value - 15.0)
        for load in season.loads
    }
    assert {number for number, _ in chosen} == set(sorted(far, key=far.__getitem__)[:12])


def test_the_table_has_each_rule_in_each_column(rates: Rates) -> None:
    few = replace(rates, loads=12)
    outcomes = [one_season(few, 1, number) for number in range(2)]
    rules = summary(outcomes)
    assert [name for name in rules["machine"] if name == OURS]
    printed = table({"rules": rules})
    assert len(printed.splitlines()) == 1 + sum(len(column) for column in rules.values())
