"""A ticket's weight is in the head's memory under its number, or what differs is named."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.grain.alibi import Difference, Sealed, Weighed, compare, plain_number, within

DAY = date(2026, 7, 20)


def memory(*numbers: int, kg: float = 40_000, day: date = DAY) -> list[Sealed]:
    return [Sealed(f"00000-{number:06d}", kg, day) for number in numbers]


def weighed(number: int, kg: float = 40_000, day: date = DAY) -> Weighed:
    return Weighed(f"00000-{number:06d}", kg, day, (17,))


def codes(found: list[Difference]) -> list[str]:
    return [one.code for one in found]


def test_one_number_is_written_in_many_ways() -> None:
    assert {plain_number(text) for text in ("123", "000123", "00000-000123", "n° 123")} == {"123"}
    assert plain_number("00001-000123") == "1-123"
    assert (plain_number("0000"), plain_number("NO")) == ("0", "")


def test_what_agrees_is_silent_and_what_differs_is_named() -> None:
    assert compare(memory(1, 2, 3), [weighed(1), weighed(3, 40_000.4)]) == []
    missing, other, gap = compare(memory(1, 3), [weighed(2), weighed(3, 40_020)])
    assert (missing.code, missing.params["number"]) == ("sealed_missing", "17")
    assert (other.code, other.params["kg"], other.params["memory_kg"]) == ("sealed_differs", 40_020, 40_000)
    assert (gap.code, gap.params["sealed"]) == ("sealed_gap", "2")
    (gap,) = compare(memory(1, 5), [])
    assert (gap.code, gap.params) == ("sealed_gaps", {"sealed": "2", "last_sealed": "4"})
    assert codes(compare(memory(1, 2) + memory(2, kg=12_000), [])) == ["sealed_twice"]


def test_a_head_that_begins_anew_each_day_is_looked_up_by_its_day() -> None:
    next_day = DAY + timedelta(days=1)
    both = memory(1, 2, kg=40_000) + memory(1, 2, 3, kg=15_000, day=next_day)
    assert compare(both, [weighed(2), weighed(2, 15_000, next_day)]) == []
    assert codes(compare(both, [weighed(2, 15_000)])) == ["sealed_differs"]
    assert codes(compare(both, [weighed(3)])) == ["sealed_missing"]
    late = memory(1, 2) + memory(2, 3, day=next_day)
    assert [one.params["sealed"] for one in compare(late, [])] == []
    late = memory(1, 2, 3) + memory(3, 4, day=next_day)
    assert compare(memory(5, 6) + memory(2, day=next_day), [])[0].params["sealed"] == "1"


def test_a_weight_before_or_after_the_export_is_not_missing_in_it() -> None:
    there = within(memory(4, 5, 6), [weighed(3), weighed(4), weighed(6), weighed(7)])
    assert [one.number[-1] for one in there] == ["4", "6"]
    assert within([], [weighed(1)]) == []


@given(sealed=st.sets(st.integers(1, 60), min_size=1), ticketed=st.sets(st.integers(1, 60)))
def test_every_number_between_is_there_missing_or_in_a_gap(sealed: set[int], ticketed: set[int]) -> None:
    wanted = [weighed(number) for number in ticketed]
    there = within(memory(*sorted(sealed)), wanted)
    found = compare(memory(*sorted(sealed)), there)
    missing = {int(one.params["sealed"][-6:]) for one in found if one.code == "sealed_missing"}
    lacking: set[int] = set()
    for one in found:
        if one.code.startswith("sealed_gap"):
            lacking |= set(range(int(one.params["sealed"]), int(one.params["last_sealed"]) + 1))
    span = range(min(sealed), max(sealed) + 1)
    assert lacking == set(span) - sealed
    assert missing == (ticketed & set(span)) - sealed
