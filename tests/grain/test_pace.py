"""How fast a cell fills, and when it is full; nothing where nobody can know."""

from datetime import UTC, datetime, timedelta

import pytest

from station.grain.pace import pace_of

NOW = datetime(2026, 7, 14, 14, 0, tzinfo=UTC)
ENDS = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)


def loads(*minutes_ago: float, t: float = 25.0) -> list[tuple[datetime, float]]:
    return [(NOW - timedelta(minutes=m), t) for m in minutes_ago]


def test_a_truck_of_25_t_each_quarter_of_an_hour_is_100_t_an_hour() -> None:
    pace = pace_of(loads(0, 15, 30, 45, 60), 100.0, NOW, ENDS)
    assert pace is not None
    assert pace.t_an_hour == pytest.approx(100.0)
    assert pace.full_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("minutes_ago", [(), (5, 10), (5, 10, 181), (0, 0, 0)])
def test_fewer_than_three_loads_in_three_hours_have_no_pace(minutes_ago: tuple[float, ...]) -> None:
    assert pace_of(loads(*minutes_ago), 100.0, NOW, ENDS) is None


def test_a_cell_that_is_not_full_on_this_day_is_told_no_hour() -> None:
    pace = pace_of(loads(0, 60, 120), 5000.0, NOW, ENDS)
    assert pace is not None
    assert (pace.t_an_hour, pace.full_at) == (25.0, None)


def test_a_cell_without_room_is_full_now() -> None:
    pace = pace_of(loads(0, 15, 30), -3.0, NOW, ENDS)
    assert pace is not None
    assert pace.full_at == NOW


def test_a_pause_slows_the_pace_and_loads_of_the_future_count_for_nothing() -> None:
    steady, paused = pace_of(loads(0, 15, 30), 50.0, NOW, ENDS), pace_of(loads(60, 75, 90), 50.0, NOW, ENDS)
    assert steady is not None
    assert paused is not None
    assert paused.t_an_hour < steady.t_an_hour
    assert pace_of(loads(-10, 0, 15), 50.0, NOW, ENDS) is None
