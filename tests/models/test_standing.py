"""Which model stands where follows from what was done, in that order."""

from hypothesis import given
from hypothesis import strategies as st

from station.models.standing import Act, Standing, standing_after


def after(*done: tuple[str, str]) -> Standing:
    return standing_after(done)


def test_an_installed_release_runs_in_shadow_until_it_is_promoted() -> None:
    assert after(("installed", "a")).shadows == ("a",)
    standing = after(("installed", "a"), ("promoted", "a"), ("installed", "b"))
    assert (standing.active, standing.shadows) == ("a", ("b",))


def test_a_promotion_supersedes_and_a_rollback_gives_back_the_one_before() -> None:
    done = [("installed", "a"), ("promoted", "a"), ("installed", "b"), ("promoted", "b")]
    assert after(*done).status == {"a": "superseded", "b": "active"}
    back = after(*done, ("rolled_back", "b"))
    assert (back.active, back.before) == ("a", ())
    assert back.status == {"a": "active", "b": "rolled_back"}


def test_a_second_rollback_goes_further_back_and_a_retired_release_is_passed_over() -> None:
    done = [(act, name) for name in "abc" for act in ("installed", "promoted")]
    assert after(*done, ("rolled_back", "c"), ("rolled_back", "b")).active == "a"
    assert after(*done, ("retired", "b"), ("rolled_back", "c")).active == "a"


def test_a_release_that_is_set_aside_or_retired_runs_in_shadow_again_once_installed_anew() -> None:
    for act in ("set_aside", "retired"):
        assert after(("installed", "a"), (act, "a")).shadows == ()
        assert after(("installed", "a"), (act, "a"), ("installed", "a")).shadows == ("a",)


def test_installing_the_active_release_again_leaves_it_active() -> None:
    assert after(("installed", "a"), ("promoted", "a"), ("installed", "a")).active == "a"


@given(st.lists(st.tuples(st.sampled_from(list(Act)), st.sampled_from("abc")), max_size=30))
def test_whatever_is_done_one_is_active_at_most_and_what_a_rollback_gives_back_is_another(
    done: list[tuple[str, str]],
) -> None:
    standing = standing_after(done)
    assert standing.active not in standing.before
    assert len(set(standing.before)) == len(standing.before)
    assert sum(status == "active" for status in standing.status.values()) <= 1
