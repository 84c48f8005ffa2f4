"""The station's clock never runs backwards and heals by itself."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.clock import NOTICEABLE, StationClock, scaled

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


class Machine:
    """A machine whose wall clock and steady ticks are set by hand."""

    def __init__(self) -> None:
        self.wall = NOON
        self.ticks = 0.0

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    def clock(self, not_before: datetime | None = None) -> StationClock:
        return StationClock(wall=lambda: self.wall, ticks=lambda: self.ticks, not_before=not_before)


def test_it_follows_the_machine_while_the_machine_goes_forward() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(90)
    assert clock() == NOON + timedelta(seconds=90)
    assert clock.ahead() == timedelta(0)


def test_after_a_jump_back_it_goes_on_at_half_speed_and_says_how_far_it_is_ahead() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall -= timedelta(hours=1)
    machine.passes(60)
    assert clock() == NOON + timedelta(seconds=30)
    assert clock.ahead() == timedelta(hours=1) - timedelta(seconds=30)
    assert clock.ahead() > NOTICEABLE


def test_it_meets_the_machine_again() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall -= timedelta(seconds=10)
    for _ in range(25):
        machine.passes(1)
        clock()
    assert clock() == machine.wall


def test_a_box_that_wakes_in_1970_continues_after_what_is_recorded() -> None:
    machine = Machine()
    machine.wall = datetime(1970, 1, 1, tzinfo=UTC)
    clock = machine.clock(not_before=NOON)
    assert clock() == NOON
    machine.passes(2)
    assert clock() == NOON + timedelta(seconds=1)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(-1e6, 1e6)), max_size=30))
def test_whatever_the_machine_does_time_never_goes_back(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock()
    for passed, jump in steps:
        machine.passes(passed)
        machine.wall += timedelta(seconds=jump)
        now = clock()
        assert now >= before
        before = now


def test_a_simulated_site_runs_faster() -> None:
    machine = Machine()
    clock = scaled(NOON, 60, ticks=lambda: machine.ticks)
    machine.ticks += 2.5
    assert clock() == NOON + timedelta(seconds=150)
