import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.loadweight import estimate_load_kg, net_kg, parts_kg, split_kg


def test_the_last_tare_of_the_vehicle_gives_the_estimate():
    assert estimate_load_kg(43_120.0, 14_980.0, 0.64, 1.0) == 28_140.0


def test_without_a_tare_the_site_s_net_share_gives_it():
    assert estimate_load_kg(40_000.0, None, 0.64, 1.0) == 25_600.0


def test_two_loads_on_one_gross_share_the_net_as_declared():
    first = estimate_load_kg(43_120.0, 14_980.0, 0.64, 0.6)
    second = estimate_load_kg(43_120.0, 14_980.0, 0.64, 0.4)
    assert first + second == 28_140.0


@pytest.mark.parametrize("tare", [43_120.0, 50_000.0, 0.0, -20.0])
def test_a_tare_that_cannot_be_this_vehicle_s_is_not_used(tare):
    assert estimate_load_kg(43_120.0, tare, 0.5, 1.0) == 21_560.0


@pytest.mark.parametrize(("net_share", "load_share"), [(0.0, 1.0), (1.01, 1.0), (0.6, 0.0), (0.6, -1.0)])
def test_a_share_outside_its_range_is_refused(net_share, load_share):
    with pytest.raises(ValueError, match="share must be"):
        estimate_load_kg(40_000.0, None, net_share, load_share)


@given(st.floats(600, 80_000), st.none() | st.floats(0, 90_000), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_load_is_never_heavier_than_its_gross_and_never_negative(gross, tare, net_share, load_share):
    assert 0.0 <= estimate_load_kg(gross, tare, net_share, load_share) <= gross + 0.001


def test_net_is_the_difference_of_the_two_weighings():
    assert net_kg(43_120.0, 14_980.0) == 28_140.0


def test_a_tare_above_the_gross_is_refused():
    with pytest.raises(ValueError, match="above its gross"):
        net_kg(14_980.0, 43_120.0)
    with pytest.raises(ValueError, match="gross weight"):
        estimate_load_kg(0.0, None, 0.6, 1.0)


@given(st.integers(1, 60_000), st.lists(st.floats(0.001, 1.0), min_size=1, max_size=6))
def test_parts_by_shares_are_whole_kilograms_that_add_up(net, shares):
    parts = split_kg(float(net), shares)
    assert sum(parts) == net
    assert all(part.is_integer() and part >= 0 for part in parts)


def test_what_is_no_whole_kilogram_is_in_the_last_part():
    assert split_kg(10_000.5, [0.5, 0.5]) == [5_000.0, 5_000.5]


def test_one_part_may_be_what_is_left():
    assert parts_kg(27_880.0, [12_500.0, None]) == [12_500.0, 15_380.0]
    assert parts_kg(27_880.0, [None]) == [27_880.0]
    assert parts_kg(27_880.0, [27_000.0, 880.0]) == [27_000.0, 880.0]


@pytest.mark.parametrize(
    "said", [[12_500.0], [None, None], [27_880.0, None], [0.5, None], [20_000.0, 20_000.0]]
)
def test_parts_that_are_not_the_net_are_refused(said):
    with pytest.raises(ValueError, match="part"):
        parts_kg(27_880.0, said)
