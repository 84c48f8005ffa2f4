"""A collecting day ends at the site's hour, not at midnight; what the law calls a day stays one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.acts.desk import SitePolicy

ZONES = ("Europe/Paris", "", "America/Chicago", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia")


def policy(day_starts: str = "04:00", timezone: str = "Europe/Paris") -> SitePolicy:
    return SitePolicy(site="s", site_name="S", campaign="2026", timezone=timezone, day_starts=day_starts)


@pytest.mark.parametrize(
    ("at", "collecting", "calendar"),
    [
        ("2026-07-15T23:59:59+02:00", "2026-07-15", "2026-07-15"),
        ("2026-07-16T00:00:00+02:00", "2026-07-15", "2026-07-16"),
        ("2026-07-16T03:59:59+02:00", "2026-07-15", "2026-07-16"),
        ("2026-07-16T04:00:00+02:00", "2026-07-16", "2026-07-16"),
        ("2026-07-16T01:59:59+00:00", "2026-07-15", "2026-07-16"),  # the instant counts, not its offset
        ("2026-07-16T02:00:00+00:00", "2026-07-16", "2026-07-16"),
        ("2026-03-29T03:59:59+02:00", "2026-03-28", "2026-03-29"),  # the night in which 02:00 becomes 03:00
        ("2026-03-29T04:00:00+02:00", "2026-03-29", "2026-03-29"),
        ("2026-10-25T02:30:00+02:00", "2026-10-24", "2026-10-25"),  # 02:30 comes twice
        ("2026-10-25T02:30:00+01:00", "2026-10-24", "2026-10-25"),
        ("2026-10-25T03:59:59+01:00", "2026-10-24", "2026-10-25"),
        ("2026-10-25T04:00:00+01:00", "2026-10-25", "2026-10-25"),
    ],
)
def test_a_night_belongs_to_the_day_before(at: str, collecting: str, calendar: str) -> None:
    instant = datetime.fromisoformat(at)
    assert policy().collecting_day(instant) == date.fromisoformat(collecting)
    assert policy().day(instant) == date.fromisoformat(calendar)


def test_the_nights_of_the_clock_change_are_an_hour_shorter_and_longer() -> None:
    def hours(day: str) -> float:
        begins, ends = policy().day_spans(date.fromisoformat(day))
        return (ends - begins) / timedelta(hours=1)

    assert [hours(day) for day in ("2026-03-27", "2026-03-28", "2026-10-24", "2026-10-25")] == [
        24,
        23,
        25,
        24,
    ]


def test_an_hour_that_comes_twice_begins_the_day_once_and_one_left_out_an_hour_later() -> None:
    early = policy("02:30")
    assert early.day_begins(date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert early.collecting_day(datetime(2026, 10, 25, 1, 10, tzinfo=UTC)) == date(2026, 10, 25)
    assert early.day_begins(date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize("day_starts", ["00:00", "02:30", "04:00", "23:30"])
@given(minutes=st.integers(0, 60 * 24 * 730))
def test_every_instant_is_of_the_one_day_that_spans_it(timezone: str, day_starts: str, minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    site = policy(day_starts, timezone)
    begins, ends = site.day_spans(site.collecting_day(at))
    assert begins <= at < ends
