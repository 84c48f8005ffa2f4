"""A scan names who is here by the announcement's code, by a badge or by the plate."""

from datetime import UTC, datetime, timedelta

from station.grain.identifying import Candidate, Expected, How, candidates

AT = datetime(2026, 7, 20, 8, tzinfo=UTC)
SOON = Expected("1", "A-1", "AB-123-CD", at=AT)
LATER = Expected("2", "A-2", "AB123CD", at=AT + timedelta(hours=1))
SOME_TIME = Expected("3", "A-3", "AB-123-CD")
BADGED = Expected("4", "A-4", "EF-456-GH", badge="0007")
ALL = [SOME_TIME, LATER, SOON, BADGED]


def test_a_code_is_of_one_announcement() -> None:
    assert candidates("A-2", ALL, {}) == [Candidate("2", "AB123CD", How.CODE)]


def test_the_soonest_of_a_plate_comes_first_however_it_is_spelt() -> None:
    assert [one.id for one in candidates("ab 123 cd", ALL, {})] == ["1", "2", "3"]


def test_a_badge_is_the_announcements_own_or_the_vehicles() -> None:
    assert candidates("0007", ALL, {}) == [Candidate("4", "EF-456-GH", How.BADGE)]
    assert [one.how for one in candidates("77", ALL, {"77": "AB-123-CD"})] == [How.BADGE] * 3
    assert candidates("78", ALL, {"78": "ZZ-1"}) == [Candidate(None, "ZZ-1", How.BADGE)]


def test_what_is_surer_comes_before_what_is_sooner() -> None:
    named = Expected("5", "x", "0007", at=AT)
    assert [one.id for one in candidates("0007", [named, BADGED], {})] == ["4", "5"]


def test_what_says_nothing_finds_nobody() -> None:
    assert candidates(" ", [Expected("6", "", "")], {}) == []
    assert candidates("S00012", ALL, {}) == []
