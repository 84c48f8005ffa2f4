"""The station's clock goes on whatever the machine's does, and says whether it can be believed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.clock import EARLIEST, NOTICEABLE, Doubt, StationClock, Tail, doubt_of, scaled

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
IN_1970, IN_2036 = datetime(1970, 1, 1, tzinfo=UTC), datetime(2036, 3, 1, 9, tzinfo=UTC)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """A machine whose wall clock, steady ticks and kernel are set by hand."""

    def __init__(self, wall: datetime = NOON, *, is_synchronised: bool | None = True) -> None:
        self.wall = wall
        self.ticks = 0.0
        self.is_synchronised = is_synchronised

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    def clock(self, not_before: datetime | None = None, tail: Tail | None = None) -> StationClock:
        return StationClock(
            wall=lambda: self.wall,
            ticks=lambda: self.ticks,
            synchronised=lambda: self.is_synchronised,
            not_before=not_before,
            tail=tail,
        )


@pytest.mark.parametrize(
    ("off", "is_synchronised", "doubt"),
    [
        (timedelta(0), False, None),
        (timedelta(days=60), False, None),
        (timedelta(days=60, seconds=1), False, Doubt.BEYOND),
        (timedelta(days=3650), True, None),
        (-timedelta(seconds=59), False, None),
        (-timedelta(seconds=61), False, Doubt.BEHIND),
        (-timedelta(seconds=61), True, Doubt.RECORDS_AHEAD),
    ],
)
def test_the_machine_is_judged_by_the_last_record(
    off: timedelta, is_synchronised: bool, doubt: Doubt | None
) -> None:
    assert doubt_of(NOON + off, NOON, is_synchronised=is_synchronised) == doubt


def test_it_follows_the_machine_while_the_machine_goes_forward() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(90)
    assert clock() == NOON + timedelta(seconds=90)
    assert clock.ahead() == timedelta(0)
    assert clock.standing().doubt is None


def test_after_a_small_jump_back_it_goes_on_at_half_speed_and_says_how_far_it_is_ahead() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall -= HOUR
    machine.passes(60)
    assert clock() == NOON + timedelta(seconds=30)
    assert clock.ahead() == HOUR - timedelta(seconds=30)
    assert clock.ahead() > NOTICEABLE


def test_it_meets_the_machine_again() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wall -= timedelta(seconds=10)
    for _ in range(25):
        machine.passes(1)
        clock()
    assert clock() == machine.wall


@pytest.mark.parametrize("wall", [IN_1970, IN_2036])
def test_a_box_that_wakes_at_a_wrong_time_continues_after_what_is_recorded_and_asks(wall: datetime) -> None:
    machine = Machine(wall, is_synchronised=False)
    clock = machine.clock(not_before=NOON)
    machine.passes(2)
    assert clock() == NOON + timedelta(seconds=2)
    standing = clock.standing()
    assert (standing.asks, standing.needs_repair) == (True, False)
    assert standing.doubt == (Doubt.BEHIND if wall == IN_1970 else Doubt.BEYOND)


def test_a_kernel_that_says_nothing_is_believed_as_little_as_one_that_is_not_synchronised() -> None:
    assert Machine(IN_2036, is_synchronised=None).clock(not_before=NOON).standing().doubt == Doubt.BEYOND


def test_a_first_start_in_1970_asks_and_is_never_before_there_were_stations() -> None:
    clock = Machine(IN_1970, is_synchronised=False).clock()
    assert clock() == EARLIEST
    assert clock.standing().asks


def test_the_machine_is_followed_as_soon_as_it_is_kept_right() -> None:
    machine = Machine(IN_1970, is_synchronised=False)
    clock = machine.clock(not_before=NOON)
    machine.passes(60)
    machine.wall, machine.is_synchronised = NOON + timedelta(days=100), True
    assert clock() == machine.wall
    assert clock.standing().doubt is None


@pytest.mark.parametrize("jump", [timedelta(days=3650), -timedelta(days=3650)])
def test_a_jump_while_it_runs_is_doubted_and_time_goes_on(jump: timedelta) -> None:
    machine = Machine(is_synchronised=False)
    clock = machine.clock(not_before=NOON)
    machine.wall += jump
    machine.passes(10)
    assert clock() == NOON + timedelta(seconds=10)
    assert clock.standing().asks
    machine.wall -= jump
    machine.passes(10)
    assert clock() == machine.wall
    assert clock.standing().doubt is None


def test_what_a_person_stated_counts_until_the_machine_is_right() -> None:
    machine = Machine(IN_1970, is_synchronised=False)
    clock = machine.clock(not_before=NOON)
    spring = NOON + timedelta(days=200)
    clock.follow(clock.stated(spring))
    machine.passes(30)
    assert clock() == spring + timedelta(seconds=30)
    standing = clock.standing()
    assert (standing.doubt, standing.asks, standing.stated) == (Doubt.BEHIND, False, standing.now)
    machine.wall += timedelta(days=40)  # another wrong time changes nothing
    assert clock() == spring + timedelta(seconds=30)


def test_a_machine_that_agrees_with_the_watch_is_right() -> None:
    machine = Machine(NOON + timedelta(days=200), is_synchronised=False)  # a winter without a truck
    clock = machine.clock(not_before=NOON)
    assert clock.standing().doubt == Doubt.BEYOND
    clock.follow(clock.stated(machine.wall - timedelta(minutes=4)))
    assert clock.standing().doubt is None
    clock.trust()
    assert clock() == machine.wall


def test_a_machine_set_back_by_minutes_and_confirmed_by_a_watch_is_caught_up_with() -> None:
    machine = Machine(is_synchronised=False)
    clock = machine.clock(not_before=NOON)
    machine.wall -= timedelta(minutes=5)
    assert clock.standing().doubt == Doubt.BEHIND
    clock.follow(clock.stated(machine.wall))
    for _ in range(10):
        before = clock()
        machine.passes(60)
        assert clock() >= before
    assert clock.standing().doubt is None
    clock.trust()
    assert clock() == machine.wall


def test_a_slip_of_the_year_is_stated_again_or_ends_with_the_right_time() -> None:
    machine = Machine(IN_1970, is_synchronised=False)
    clock = machine.clock(not_before=NOON)
    clock.follow(clock.stated(NOON + timedelta(days=390)))
    machine.passes(60)
    clock.follow(clock.stated(NOON + timedelta(days=25)))
    assert clock() == NOON + timedelta(days=25)
    machine.wall, machine.is_synchronised = NOON + timedelta(days=24), True
    assert clock.standing().doubt is None
    clock.trust()
    assert clock() == machine.wall


def test_no_word_takes_time_back_behind_what_was_recorded_undoubted() -> None:
    machine = Machine(NOON, is_synchronised=False)
    clock = machine.clock(not_before=IN_2036)
    clock.follow(clock.stated(NOON))
    machine.passes(10)
    assert clock() == IN_2036 + timedelta(seconds=10)
    assert clock.standing().needs_repair


@pytest.mark.parametrize("to", [None, NOON + HOUR])
def test_a_repair_ends_a_wrong_floor(to: datetime | None) -> None:
    machine = Machine(NOON)
    clock = machine.clock(not_before=IN_2036)
    assert clock.standing().needs_repair
    machine.is_synchronised = to is None
    clock.follow(clock.repaired(to))
    machine.passes(10)
    assert clock() == (to or NOON) + timedelta(seconds=10)
    assert not clock.standing().needs_repair


def test_a_word_of_another_boot_is_asked_for_again_and_leaves_its_floor() -> None:
    word = NOON + timedelta(days=390)
    machine = Machine(IN_1970, is_synchronised=False)
    clock = machine.clock(not_before=word, tail=Tail(None, NOON, 0.0))
    assert clock() == word
    assert clock.standing().asks
    machine.wall, machine.is_synchronised = NOON + timedelta(days=2), True
    assert clock.standing().doubt is None
    clock.trust()
    assert clock() == machine.wall


@given(st.booleans(), st.lists(st.tuples(st.floats(0, 1e4), st.floats(-1e9, 1e9)), max_size=30))
def test_whatever_the_machine_does_time_never_goes_back(
    is_synchronised: bool, steps: list[tuple[float, float]]
) -> None:
    machine = Machine(is_synchronised=is_synchronised)
    clock = machine.clock()
    before = clock()
    for passed, jump in steps:
        machine.passes(passed)
        if FIRST < machine.wall + timedelta(seconds=jump) < LAST:
            machine.wall += timedelta(seconds=jump)
        now = clock()
        assert now >= before
        before = now


def test_a_simulated_site_runs_faster() -> None:
    machine = Machine()
    clock = scaled(NOON, 60, ticks=lambda: machine.ticks)
    machine.ticks += 2.5
    assert clock() == NOON + timedelta(seconds=150)
