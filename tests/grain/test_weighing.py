from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import Flag
from station.grain.weighing import WatchState, WeighingRule, watch

from .builders import weight

RULE = WeighingRule()
STABLE, MOTION, PRINT = Flag.STABLE, Flag.MOTION, Flag.PRINT
ZERO = weight(0.0)
EMPTY = [ZERO] * 3
FULL = weight(43_120.0)


def arrived(readings, every_s=0.25):
    """The readings, one after the other."""
    for n, reading in enumerate(readings):
        at = reading.frame.at + timedelta(seconds=n * every_s)
        yield replace(reading, frame=replace(reading.frame, at=at))


def taken(readings, state=None, rule=RULE, every_s=0.25):
    state = state or WatchState()
    out = []
    for reading in arrived(readings, every_s):
        state, weighing = watch(state, reading, rule)
        if weighing:
            out.append((weighing.kg, weighing.rule))
    return out


def test_a_vehicle_is_weighed_once_after_a_return_to_zero():
    assert taken([*EMPTY, *[FULL] * 50]) == [(43_120.0, "equal_readings")]


def test_each_vehicle_is_weighed_even_when_it_weighs_the_same():
    assert len(taken([*EMPTY, *[FULL] * 5, *EMPTY, *[FULL] * 5])) == 2


def test_one_line_at_zero_weighs_no_vehicle_twice():
    for zeros in ([ZERO], [ZERO] * 2, [ZERO, FULL, ZERO, FULL, ZERO]):
        assert len(taken([*EMPTY, *[FULL] * 5, *zeros, *[FULL] * 5])) == 1


def test_zeros_need_not_be_alike_and_may_flicker():
    zeros = [weight(20.0), weight(0.0, MOTION), weight(-20.0, STABLE, Flag.NEGATIVE), ZERO]
    assert len(taken([*zeros, *[FULL] * 5, *zeros, *[FULL] * 5])) == 2


def test_what_a_converter_had_kept_is_no_weighing_and_no_return_to_zero():
    assert taken([*EMPTY, *[FULL] * 5], every_s=0.001) == []
    assert taken([FULL] * 5, WatchState.after_restart(None), every_s=0.001) == []
    assert taken([FULL] * 60, WatchState.after_restart(None), every_s=0.01) == [(43_120.0, "equal_readings")]


def test_a_fast_head_needs_the_same_time_as_a_slow_one():
    assert taken([*[ZERO] * 60, *[FULL] * 50], every_s=0.01) == []
    assert len(taken([*[ZERO] * 60, *[FULL] * 52], every_s=0.01)) == 1


def test_a_clock_set_back_only_begins_the_run_again():
    back = [replace(FULL, frame=replace(FULL.frame, at=FULL.frame.at - timedelta(hours=1)))] * 4
    assert len(taken([*EMPTY, FULL, FULL, *back])) == 1


def test_an_empty_bridge_is_one_that_shows_zero_until_something_else_is_shown():
    state = WatchState()
    seen = []
    for reading in arrived([*EMPTY, weight(0.0, MOTION), weight(900.0, MOTION), *[FULL] * 5]):
        state, _ = watch(state, reading, RULE)
        seen.append(state.is_empty)
    assert seen == [False, False, True, True, *[False] * 6]


def test_without_a_return_to_zero_nothing_is_taken():
    assert taken([FULL] * 10) == []


def test_two_equal_readings_are_not_enough():
    assert taken([*EMPTY, FULL, FULL]) == []
    assert len(taken([*EMPTY, FULL, FULL, FULL])) == 1


def test_a_different_weight_in_between_starts_the_count_again():
    other = weight(43_140.0)
    assert taken([*EMPTY, FULL, FULL, other, FULL, FULL]) == []
    assert taken([*EMPTY, FULL, FULL, other, other, other]) == [(43_140.0, "equal_readings")]


def test_motion_in_between_does_not_matter_within_the_given_readings():
    moving = weight(43_160.0, MOTION)
    assert len(taken([*EMPTY, FULL, moving, FULL, moving, FULL])) == 1
    assert len(taken([*EMPTY, FULL, *[moving] * 9, FULL, *[moving] * 8, FULL])) == 1
    assert taken([*EMPTY, FULL, *[moving] * 9, FULL, *[moving] * 9, FULL]) == []


def test_a_moving_weight_is_never_taken():
    assert taken([*EMPTY, *[weight(43_120.0, MOTION)] * 30]) == []
    assert taken([*EMPTY, *[weight(43_120.0, STABLE, MOTION)] * 30]) == []


def test_net_overload_error_and_negative_readings_do_not_count_and_spoil_the_run():
    for flag in (Flag.NET, Flag.OVERLOAD, Flag.ERROR, Flag.NEGATIVE, Flag.UNDERLOAD):
        bad = weight(43_120.0, STABLE, flag)
        assert taken([*EMPTY, *[bad] * 10]) == []
        assert taken([*EMPTY, FULL, FULL, bad, FULL]) == []


def test_a_weight_measured_badly_spoils_the_run():
    assert taken([*EMPTY, FULL, FULL, weight(None), FULL]) == []


def test_only_what_is_above_the_minimum_is_a_vehicle():
    assert taken([*EMPTY, *[weight(500.0)] * 5]) == []
    assert taken([*EMPTY, *[weight(500.5)] * 5]) == [(500.5, "equal_readings")]


def test_a_later_weight_before_zero_is_no_second_weighing():
    lighter = weight(14_980.0)
    assert len(taken([*EMPTY, *[FULL] * 5, *[lighter] * 10])) == 1


def test_the_print_key_takes_a_second_weight_at_once():
    printed = weight(14_980.0, STABLE, PRINT)
    readings = [*EMPTY, *[FULL] * 5, weight(14_980.0), printed, printed, printed]
    assert taken(readings) == [(43_120.0, "equal_readings"), (14_980.0, "print_key")]


def test_the_print_key_needs_no_return_to_zero():
    assert taken([weight(43_120.0, STABLE, PRINT)]) == [(43_120.0, "print_key")]


def test_the_print_key_does_not_take_the_weight_that_was_just_taken():
    printed = weight(43_120.0, STABLE, PRINT)
    assert taken([*EMPTY, *[FULL] * 5, printed, FULL, printed]) == [(43_120.0, "equal_readings")]


def sealed(kg, number="00000-000158"):
    return replace(weight(kg, STABLE, PRINT), extra={"sealed_number": number})


def watched(readings):
    state, out = WatchState(), []
    for reading in arrived(readings):
        state, weighing = watch(state, reading, RULE)
        if weighing:
            out.append((weighing.kg, weighing.reading.extra.get("sealed_number"), weighing.seals_last))
    return out


def test_the_number_under_which_the_head_stores_the_weight_just_taken_is_taken_once():
    readings = [*EMPTY, *[FULL] * 5, sealed(43_120.0), FULL, sealed(43_120.0, "00000-000159"), FULL]
    assert watched(readings) == [(43_120.0, None, False), (43_120.0, "00000-000158", True)]


def test_a_stored_weight_of_another_vehicle_takes_no_ones_place():
    readings = [*EMPTY, *[FULL] * 5, *EMPTY, sealed(43_120.0), FULL]
    assert watched(readings) == [(43_120.0, None, False), (43_120.0, "00000-000158", False)]
    readings = [*EMPTY, *[FULL] * 5, sealed(43_140.0), FULL]
    assert watched(readings)[-1] == (43_140.0, "00000-000158", False)


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
        return len(taken([*EMPTY, *[FULL] * 5, *[zero] * 3, *[FULL] * 5]))

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
    assert len(taken([FULL, *EMPTY, *[FULL] * 5], WatchState.after_restart(43_120.0))) == 1


def test_an_analysis_changes_nothing():
    state, weighing = watch(WatchState(), weight(43_120.0, kind="analysis"), RULE)
    assert (state, weighing) == (WatchState(), None)


kgs = st.sampled_from([0.0, 20.0, 400.0, 14_980.0, 43_120.0, 43_140.0, None])
flags = st.sets(st.sampled_from([STABLE, MOTION, Flag.NET, Flag.ERROR, PRINT]), max_size=2)
streams = st.lists(st.builds(lambda kg, some: weight(kg, *(some or {STABLE})), kgs, flags), max_size=60)


@given(streams)
def test_by_equal_readings_at_most_one_weighing_is_taken_between_two_zeros(readings):
    state, since_zero = WatchState(), 1
    for reading in arrived(readings):
        state, weighing = watch(state, reading, RULE)
        if state.is_empty:
            since_zero = 0
        if weighing:
            assert weighing.kg > RULE.minimum_kg
            assert STABLE in reading.flags
            if weighing.rule == "equal_readings":
                assert since_zero == 0
                since_zero = 1
        assert len(state.ages) <= RULE.equal_readings


def after(readings, state=None):
    """The last state, and what was taken."""
    state, out = state or WatchState(), []
    for reading in arrived(readings):
        state, weighing = watch(state, reading, RULE)
        if weighing:
            out.append((weighing.kg, weighing.rule))
    return state, out


WEIGHED = [*EMPTY, *[FULL] * 5]
LIGHT = weight(14_980.0)


def test_another_load_that_stands_before_zero_is_told_and_not_weighed():
    moving = [weight(kg, MOTION) for kg in (38_000.0, 9_000.0, 900.0, 12_000.0)]
    state, out = after([*WEIGHED, *moving, *[LIGHT] * 14])
    assert (state.unzeroed_kg, len(out)) == (14_980.0, 1)
    assert after([*WEIGHED, *moving, *[LIGHT] * 12])[0].unzeroed_kg is None


def test_the_vehicle_that_was_weighed_is_no_other_while_it_stands():
    driver_out = weight(43_020.0)
    assert after([*WEIGHED, *[driver_out] * 40])[0].unzeroed_kg is None


def test_a_vehicle_that_halts_while_it_drives_off_is_not_told():
    halts = [*[weight(28_000.0)] * 6, weight(20_000.0, MOTION), *[weight(11_000.0)] * 6]
    assert after([*WEIGHED, *halts, *EMPTY])[0].unzeroed_kg is None


def test_zero_ends_what_is_told_and_the_vehicle_is_weighed_then():
    state, out = after([*WEIGHED, *[LIGHT] * 14, *EMPTY, *[LIGHT] * 4])
    assert (state.unzeroed_kg, out) == (
        None,
        [(43_120.0, "equal_readings"), (14_980.0, "equal_readings")],
    )


def test_the_print_key_ends_what_is_told():
    state, out = after([*WEIGHED, *[LIGHT] * 14, weight(14_980.0, STABLE, PRINT), *[LIGHT] * 20])
    assert (state.unzeroed_kg, out[-1]) == (None, (14_980.0, "print_key"))


def test_what_a_person_settled_is_told_no_more_but_the_next_one_is():
    state = after([*WEIGHED, *[LIGHT] * 14])[0].settled()
    state, out = after([LIGHT] * 30, state)
    assert (state.unzeroed_kg, out) == (None, [])
    assert after([weight(30_000.0)] * 14, state)[0].unzeroed_kg == 30_000.0
    assert after([weight(14_980.0, STABLE, PRINT)], state)[1] == [(14_980.0, "print_key")]


def test_a_restart_forgets_no_load_that_came_before_zero():
    state, out = after([LIGHT] * 14, WatchState.after_restart(43_120.0, 14_980.0))
    assert (state.unzeroed_kg, out) == (14_980.0, [])


loads = st.floats(501, 60_000).map(round).map(float)
disturbances = st.lists(
    st.builds(weight, st.floats(-100, 60_000), st.sampled_from([MOTION, Flag.ERROR, Flag.NET])), max_size=12
)


@given(loads, loads, disturbances)
def test_no_course_without_zero_weighs_a_second_vehicle_silently(first, second, between):
    readings = [*EMPTY, *[weight(first)] * 4, *between, *[weight(second)] * 14]
    state, out = after(readings)
    assert out == [(first, "equal_readings")]
    assert (state.unzeroed_kg is not None) == (abs(second - first) > RULE.minimum_kg)
    state, out = after([*EMPTY, *[weight(second)] * 4], state)
    assert (state.unzeroed_kg, out) == (None, [(second, "equal_readings")])


@given(streams)
def test_what_is_told_of_a_load_before_zero_is_neither_weighed_nor_told_of_an_empty_bridge(readings):
    state = WatchState()
    for reading in arrived(readings, every_s=1.0):
        state, weighing = watch(state, reading, RULE)
        assert weighing is None or state.unzeroed_kg is None
        assert not state.is_empty or state.unzeroed_kg is None
        assert state.unzeroed_kg is None or (state.last_kg is not None and not state.armed)
