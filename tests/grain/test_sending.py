"""What is sent is drawn by lot first, then by doubt, tonnes, days and what the comparison lacks."""

import random
from dataclasses import replace

import pytest

from station.grain.reasons import Code
from station.grain.sending import Candidate, Facts, Near, choose, doubt_of, lack_of, priority

IDLE = Candidate("E00001-8", 25.0, 10, 1.0, True, Facts())
DOUBTED = replace(IDLE, facts=Facts(overridden=True))


def many(count: int, **said: object) -> list[Candidate]:
    return [replace(IDLE, number=f"E{n:05d}", **said) for n in range(count)]  # type: ignore[arg-type]


def test_a_value_at_the_limit_is_wholly_in_doubt_and_one_far_from_it_is_not() -> None:
    assert Near("protein", 11.0, 0.2, 11.0).doubt == 1.0
    assert Near("protein", 11.2, 0.2, 11.0).doubt == pytest.approx(0.3173, abs=1e-4)
    assert Near("protein", 13.0, 0.2, 11.0).doubt < 1e-20


def test_doubts_add_up_to_less_than_certainty() -> None:
    both = Facts(photo_without_opinion=True, overridden=True)
    assert doubt_of(Facts()) == 0.0
    assert doubt_of(both) == pytest.approx(1 - 0.7 * 0.5)
    assert doubt_of(replace(both, differ=("protein",))) < 1


def test_priority_is_doubt_times_tonnes_times_days_times_lack() -> None:
    assert priority(DOUBTED) == pytest.approx(0.5 * 25 * 10 * 1.0)
    assert priority(replace(DOUBTED, days_left=-3)) == 0
    assert (lack_of(0, 40), lack_of(30, 40), lack_of(400, 40)) == (1.0, 0.25, 0.1)


def test_the_lot_is_the_same_in_whatever_order_and_another_on_another_day() -> None:
    samples = many(60)
    shuffled = random.Random(3).sample(samples, len(samples))
    chosen = choose(samples, 10, 1.0, "silo 2026-07-20")
    assert choose(shuffled, 10, 1.0, "silo 2026-07-20") == chosen
    assert choose(samples, 10, 1.0, "silo 2026-07-21") != chosen
    assert {(one.reason, one.weight) for one in chosen} == {("random", 6.0)}


def test_the_lot_does_not_look_at_doubt() -> None:
    samples = many(60)
    doubted = [replace(one, facts=Facts(overridden=True)) for one in samples[:30]] + samples[30:]
    drawn = [one.number for one in choose(doubted, 10, 1.0, "s")]
    assert drawn == [one.number for one in choose(samples, 10, 1.0, "s")]


def test_who_took_part_in_a_draw_is_sent_only_for_a_doubt() -> None:
    old = many(5, is_fresh=False)
    assert choose(old, 3, 0.5, "s") == []
    (one,) = choose([*old, replace(DOUBTED, is_fresh=False)], 3, 0.5, "s")
    assert (one.number, one.reason, one.weight) == (DOUBTED.number, "doubt", None)
    assert [reason.code for reason in one.reasons] == [Code.PROPOSAL_OVERRIDDEN]


def test_the_gravest_doubts_fill_the_budget() -> None:
    small, large = replace(DOUBTED, number="small", tonnes=5.0), replace(DOUBTED, number="large")
    chosen = choose([replace(one, is_fresh=False) for one in (small, large)], 1, 0.3, "s")
    assert [one.number for one in chosen] == ["large"]
    assert choose(many(9), 0, 0.3, "s") == []
