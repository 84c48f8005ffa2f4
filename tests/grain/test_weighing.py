from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Flag
from station.grain.weighing import WatchState, WeighingRule, watch

from .builders import weight

RULE = WeighingRule()
STABLE, MOTION, PRINT = Flag.STABLE, Flag.MOTION, Flag.PRINT
ZERO = weight(0.0)
FULL = weight(43_120.0)


def taken(readings, state=None, rule=RULE):
    state = state or WatchState()
    out = []
    for reading in readings:
        state, weighing = watch(state, reading, rule)
        if weighing:
            out.append((weighing.kg, weighing.rule))
    return out


def test_a_vehicle_is_weighed_once_after_a_return_to_zero():
    assert taken([ZERO, *[FULL] * 50]) == [(43_120.0, "equal_readings")]


def test_each_vehicle_is_weighed_even_when_it_weighs_the_same():
    assert len(taken([ZERO, *[FULL] * 5, ZERO, *[FULL] * 5])) == 2


def test_without_a_return_to_zero_nothing_is_taken():
    assert taken([FULL] * 10) == []


def test_two_equal_readings_are_not_enough():
    assert taken([ZERO, FULL, FULL]) == []
    assert len(taken([ZERO, FULL, FULL, FULL])) == 1


def test_a_different_weight_in_between_starts_the_count_again():
    other = weight(43_140.0)
    assert taken([ZERO, FULL, FULL, other, FULL, FULL]) == []
    assert taken([ZERO, FULL, FULL, other, other, other]) == [(43_140.0, "equal_readings")]


def test_motion_in_between_does_not_matter_within_the_given_readings():
    moving = weight(43_160.0, MOTION)
    assert len(taken([ZERO, FULL, moving, FULL, moving, FULL])) == 1
    assert len(taken([ZERO, FULL, *[moving] * 9, FULL, *[moving] * 8, FULL])) == 1
    assert taken([ZERO, FULL, *[moving] * 9, FULL, *[moving] * 9, FULL]) == []


def test_a_moving_weight_is_never_taken():
    assert taken([ZERO, *[weight(43_120.0, MOTION)] * 30]) == []
    assert taken([ZERO, *[weight(43_120.0, STABLE, MOTION)] * 30]) == []


def test_net_overload_error_and_negative_readings_do_not_count_and_spoil_the_run():
    for flag in (Flag.NET, Flag.OVERLOAD, Flag.ERROR, Flag.NEGATIVE, Flag.UNDERLOAD):
        bad = weight(43_120.0, STABLE, flag)
        assert taken([ZERO, *[bad] * 10]) == []
        assert taken([ZERO, FULL, FULL, bad, FULL]) == []


def test_a_weight_measured_badly_spoils_the_run():
    assert taken([ZERO, FULL, FULL, weight(None), FULL]) == []


def test_only_what_is_above_the_minimum_is_a_vehicle():
    assert taken([ZERO, *[weight(500.0)] * 5]) == []
    assert taken([ZERO, *[weight(500.5)] * 5]) == [(500.5, "equal_readings")]


def test_a_later_weight_before_zero_is_no_second_weighing():
    lighter = weight(14_980.0)
    assert len(taken([ZERO, *[FULL] * 5, *[lighter] * 10])) == 1


def test_the_print_key_takes_a_second_weight_at_once():
    printed = weight(14_980.0, STABLE, PRINT)
    readings = [ZERO, *[FULL] * 5, weight(14_980.0), printed, printed, printed]
    assert taken(readings) == [(43_120.0, "equal_readings"), (14_980.0, "print_key")]


def test_the_print_key_needs_no_return_to_zero():
    assert taken([weight(43_120.0, STABLE, PRINT)]) == [(43_120.0, "print_key")]


def test_the_print_key_does_not_take_the_weight_that_was_just_taken():
    printed = weight(43_120.0, STABLE, PRINT)
    assert taken([ZERO, *[FULL] * 5, printed, FULL, printed]) == [(43_120.0, "equal_readings")]


def test_a_print_key_held_while_the_weight_settles_takes_the_first_stable_weight():
    readings = [weight(43_000.0, MOTION, PRINT), *[weight(43_120.0, STABLE, PRINT)] * 3]
    assert taken(readings) == [(43_120.0, "print_key")]


def test_one_press_takes_one_weight_even_if_the_weight_then_creeps():
    readings = [weight(43_120.0, STABLE, PRINT), weight(43_140.0, STABLE, PRINT)]
    assert taken(readings) == [(43_120.0, "print_key")]


def test_the_print_key_on_an_empty_bridge_takes_nothing():
    assert taken([weight(0.0, STABLE, PRINT), weight(300.0, STABLE, PRINT)]) == []


def test_zero_is_stable_gross_and_within_its_limit_on_both_sides():
    def again(zero):
        return len(taken([ZERO, *[FULL] * 5, zero, *[FULL] * 5]))

    assert again(weight(50.0)) == 2
    assert again(weight(-20.0, STABLE, Flag.NEGATIVE)) == 2
    assert again(weight(60.0)) == 1
    assert again(weight(0.0, MOTION)) == 1
    assert again(weight(0.0, STABLE, Flag.NET)) == 1


def test_after_a_restart_the_vehicle_on_the_bridge_is_taken_unless_it_was_recorded():
    assert len(taken([FULL] * 5, WatchState.after_restart(None))) == 1
    assert len(taken([FULL] * 5, WatchState.after_restart(14_980.0))) == 1
    assert taken([FULL] * 5, WatchState.after_restart(43_120.0)) == []
    assert taken([FULL] * 5, WatchState.after_restart(43_140.0)) == []
    assert len(taken([FULL, ZERO, *[FULL] * 5], WatchState.after_restart(43_120.0))) == 1


def test_an_analysis_changes_nothing():
    state, weighing = watch(WatchState(), weight(43_120.0, kind="analysis"), RULE)
    assert (state, weighing) == (WatchState(), None)


kgs = st.sampled_from([0.0, 20.0, 400.0, 14_980.0, 43_120.0, 43_140.0, None])
flags = st.sets(st.sampled_from([STABLE, MOTION, Flag.NET, Flag.ERROR, PRINT]), max_size=2)
streams = st.lists(st.builds(lambda kg, some: weight(kg, *(some or {STABLE})), kgs, flags), max_size=60)


@given(streams)
def test_by_equal_readings_at_most_one_weighing_is_taken_between_two_zeros(readings):
    state, since_zero = WatchState(), 1
    for reading in readings:
        state, weighing = watch(state, reading, RULE)
        if state.armed and not state.ages and state.last_kg is None:
            since_zero = 0
        if weighing:
            assert weighing.kg > RULE.minimum_kg
            assert STABLE in reading.flags
            if weighing.rule == "equal_readings":
                assert since_zero == 0
                since_zero = 1
        assert len(state.ages) < RULE.equal_readings
