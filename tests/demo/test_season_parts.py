"""Parts of the simulated season: its agenda, and how methods err."""

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean, stdev

import pytest

from drivers.reading import Analyte
from station.demo.season.agenda import Agenda
from station.demo.season.nature import (
    FIELDS,
    PHONES,
    AnalyzerNature,
    Drift,
    PhoneModelNature,
    PhoneNature,
    draw_grain,
    draw_handful,
    draw_nature,
    laboratory_reads,
)
from station.demo.season.plan import FULL, drift_begins, make_plan
from station.lab.pages.groups import model_of

DAY = timedelta(days=1)
BEGIN = datetime(2026, 7, 23, tzinfo=UTC)
PROTEIN = Analyte.PROTEIN


def test_acts_happen_in_the_order_of_their_time_each_at_a_time_of_its_own():
    agenda, done = Agenda(), []
    agenda.note(BEGIN + DAY, lambda at: done.append(("second", at)))
    agenda.note(BEGIN, lambda at: done.append(("first", at)))
    agenda.note(BEGIN + DAY, lambda at: done.append(("third", at)))
    agenda.play()
    assert [name for name, _ in done] == ["first", "second", "third"]
    assert done[0][1] < done[1][1] < done[2][1]


def test_an_act_that_is_noted_for_the_past_comes_next():
    agenda, done = Agenda(), []
    agenda.note(BEGIN + DAY, lambda at: agenda.note(BEGIN, lambda when: done.append(when > at)))
    agenda.note(BEGIN + 2 * DAY, lambda _at: done.append("later"))
    agenda.play()
    assert done == [True, "later"]


def test_an_analyzer_drifts_from_its_day_until_it_is_adjusted():
    analyzer = AnalyzerNature(0.02, Drift(BEGIN, 0.05), left=-0.01)
    assert analyzer.bias_at(BEGIN - DAY) == 0.02
    assert analyzer.bias_at(BEGIN + 4 * DAY) == pytest.approx(0.22)
    analyzer.adjusted = BEGIN + 5 * DAY
    assert analyzer.bias_at(BEGIN + 4 * DAY) == pytest.approx(0.22)
    assert analyzer.bias_at(BEGIN + 6 * DAY) == -0.01


def test_methods_err_as_the_trade_says():
    """SEP of an analyzer against a laboratory about 0.2 % protein, of a phone about 0.45 to 0.5."""
    rng, analyzer = Random(1), AnalyzerNature(0.0)
    phone = PhoneNature(PhoneModelNature("any", 0.15, 0.0), 0.0)
    by_machine, by_phone = [], []
    for _ in range(3000):
        grain, handful = draw_grain(rng, "soft_wheat"), draw_handful(rng)
        reference = laboratory_reads(rng, grain)[PROTEIN]
        by_machine.append(analyzer.reads(rng, grain, handful, BEGIN)[PROTEIN] - reference)
        by_phone.append(phone.reads_protein("soft_wheat", grain, handful) - reference)
    assert stdev(by_machine) == pytest.approx(0.2, abs=0.02)
    assert stdev(by_phone) == pytest.approx(0.44, abs=0.05)
    assert abs(fmean(by_phone)) < 0.03


def test_a_phone_pulls_values_to_the_middle_of_their_species():
    phone = PhoneNature(PhoneModelNature("any", 0.2, 0.0), 0.0)
    middle = FIELDS["barley"].mean(PROTEIN)
    rng = Random(2)
    read = [
        phone.reads_protein("barley", {PROTEIN: middle + 2}, draw_handful(rng)) - middle for _ in range(2000)
    ]
    assert fmean(read) == pytest.approx(1.6, abs=0.05)


@pytest.mark.parametrize("seed", range(1, 9))
def test_of_every_seed_one_analyzer_drifts_and_one_phone_reads_high(seed):
    nature = draw_nature(seed, drift_begins(FULL))
    assert [name for name, one in nature.analyzers.items() if one.drift] == [nature.drifting]
    assert [name for name, one in nature.phones.items() if one.bias > 0.3] == [nature.high]


def test_three_phones_are_of_two_models_by_their_names():
    assert len(PHONES) == 3
    assert len({model_of(name) for name in PHONES}) == 2


def test_a_whole_season_is_planned_in_order():
    plan = make_plan(1, FULL)
    assert len(plan.loads) == 1500
    assert sum(load.photo for load in plan.loads) == 30
    arrivals = [load.arrives for load in plan.loads]
    assert arrivals == sorted(arrivals)
    assert len({load.barcode for load in plan.loads}) == 1500
    assert drift_begins(FULL).date().isoformat() == "2026-07-23"  # the eighteenth day
