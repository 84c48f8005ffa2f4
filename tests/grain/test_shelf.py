"""Places of a shelf are written short, and come in their order."""

import pytest

from station.grain.shelf import expand, next_free, places


def test_a_range_counts_with_its_zeros() -> None:
    assert expand("A{08-11}") == ["A08", "A09", "A10", "A11"]


def test_two_ranges_count_like_figures() -> None:
    assert expand("R{1-2}/{1-2}") == ["R1/1", "R1/2", "R2/1", "R2/2"]


def test_a_place_without_range_is_itself() -> None:
    assert expand("Armoire") == ["Armoire"]


@pytest.mark.parametrize("scheme", ["A{1-}", "A{b}", "A}", "A{5-1}", "{00000-99999}", "{1-999}{1-999}"])
def test_what_names_no_places_is_refused(scheme: str) -> None:
    with pytest.raises(ValueError, match=r"range"):
        expand(scheme)


def test_the_next_free_place_is_the_first_that_nothing_lies_on() -> None:
    schemes = ("A{1-2}", "B1")
    assert places(schemes) == ("A1", "A2", "B1")
    assert next_free(schemes, {"A1"}) == "A2"
    assert next_free(schemes, {"A1", "A2", "B1"}) is None
