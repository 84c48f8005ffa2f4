import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.grain.odds import (
    Span,
    probability,
    risks,
    span_of,
    with_intake,
    wrong_cells,
    wrong_share,
)
from station.grain.units import Op, compare

EDGES, MEAN, SD = (11.5, 12.5), 12.0, 1.0
TOP = Span(low=12.5)


@pytest.mark.parametrize(
    ("u", "bias", "percent"),
    [(0.10, 0.0, 5.6), (0.15, 0.0, 8.4), (0.45, 0.0, 24.0), (0.45, 0.3, 28.4), (0.225, 0.0, 12.5)],
)
def test_the_share_of_loads_in_a_wrong_cell_is_that_of_the_worked_example(u, bias, percent):
    wrong = wrong_share(wrong_cells(EDGES, u, MEAN, SD, bias))
    assert round(100 * wrong, 1) == percent


@pytest.mark.parametrize(
    ("widths", "wrong", "lost"), [(0.0, 21.0, 5.2), (1.0, 7.3, 12.95), (1.64, 2.7, 18.3), (2.0, 1.4, 20.9)]
)
def test_a_guard_band_trades_wrong_loads_for_good_ones_refused(widths, wrong, lost):
    found = risks(TOP, 0.45, MEAN, SD, guard=widths * 0.45)
    assert round(100 * found.wrong_among_accepted, 1) == wrong
    assert 100 * found.producer == pytest.approx(lost, abs=0.05)


def test_a_reading_near_the_limit_is_drawn_to_what_loads_are_like():
    assert round(probability(12.6, 0.45, TOP), 2) == 0.59
    assert round(probability(*with_intake(12.6, 0.45, MEAN, SD), TOP), 2) == 0.50


def test_the_rows_of_the_matrix_are_the_classes_of_the_intake():
    rows = [math.fsum(row) for row in wrong_cells(EDGES, 0.45, MEAN, SD)]
    assert rows == pytest.approx([0.3085375, 0.3829249, 0.3085375], abs=1e-7)


def test_two_limits_of_one_analyte_are_one_interval_and_no_product():
    inside = Span(9.45, 11.55)
    alone = probability(10.5, 0.7, Span(low=9.45)) * probability(10.5, 0.7, Span(high=11.55))
    assert probability(10.5, 0.7, inside) == pytest.approx(0.8663856, abs=1e-7)
    assert probability(10.5, 0.7, inside) < alone


def test_a_limit_that_nothing_meets_is_met_with_probability_0():
    assert probability(11.0, 0.3, Span(low=12.0).within(Span(high=10.0))) == 0.0


def test_a_value_without_uncertainty_meets_a_limit_or_does_not():
    assert [probability(v, 0.0, Span(low=10.95)) for v in (10.94, 10.95)] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("op", "edge", "above"),
    [(">=", 10.95, True), (">", 11.05, True), ("<=", 11.05, False), ("<", 10.95, False)],
)
def test_a_limit_is_met_from_half_a_step_on(op, edge, above):
    span = span_of(Op(op), 11.0, 0.1)
    assert probability(edge, 0.2, span) == pytest.approx(0.5, abs=1e-5)
    assert (probability(edge + 0.1, 0.2, span) > 0.5) is above


@given(
    st.sampled_from(list(Op)),
    st.integers(1, 400),
    st.sampled_from([0.01, 0.1, 0.5, 1.0, 10.0]),
    st.integers(-40, 40),
)
def test_the_span_of_a_limit_holds_exactly_what_the_comparison_lets_pass(op, count, step, tenths):
    limit = round(count * step, 6)
    value = round(limit + tenths * step / 10, 6)
    span = span_of(op, limit, step)
    edge = span.low if op.is_lower_bound else span.high
    if abs(value - edge) > 1e-6:
        assert span.meets(value) is compare(value, op, limit, step)


@given(st.floats(9.5, 11.5), st.floats(0.0, 2.0), st.floats(0.0, 2.0))
def test_more_uncertainty_about_a_value_inside_makes_it_less_sure(value, u, more):
    inside = Span(9.45, 11.55)
    assert probability(value, u + more, inside) <= probability(value, u, inside) + 1e-12


def square(true, taken, u, bias=0.0):
    """P(truth in one span, reading in the other), reckoned the other way round: error by error."""
    intake, error, steps = NormalDist(MEAN, SD), NormalDist(bias, u), 8_000
    step = 16.0 * u / steps
    total = 0.0
    for n in range(steps):
        off = bias + (n + 0.5) * step - 8.0 * u
        low, high = max(true[0], taken[0] - off), min(true[1], taken[1] - off)
        if low < high:
            total += error.pdf(off) * (intake.cdf(high) - intake.cdf(low))
    return total * step


@pytest.mark.parametrize(
    ("u", "bias"), [(0.10, 0.0), (0.15, 0.0), (0.45, 0.0), (0.45, 0.3), (0.225, 0.0), (1.5, -0.7)]
)
def test_the_matrix_of_wrong_cells_is_right_to_six_digits(u, bias):
    classes = [(-math.inf, 11.5), (11.5, 12.5), (12.5, math.inf)]
    matrix = wrong_cells(EDGES, u, MEAN, SD, bias)
    for row, true in zip(matrix, classes, strict=True):
        for share, taken in zip(row, classes, strict=True):
            assert share == pytest.approx(square(true, taken, u, bias), abs=1e-6)


@pytest.mark.parametrize("guard", [0.0, 0.45, 0.738, 0.9])
def test_the_risks_of_a_guard_band_are_right_to_six_digits(guard):
    found, inf = risks(TOP, 0.45, MEAN, SD, guard=guard), math.inf
    from_on = (12.5 + guard, inf)
    assert found.accepted == pytest.approx(square((-inf, inf), from_on, 0.45), abs=1e-6)
    assert found.consumer == pytest.approx(square((-inf, 12.5), from_on, 0.45), abs=1e-6)
    assert found.producer == pytest.approx(square((12.5, inf), (-inf, 12.5 + guard), 0.45), abs=1e-6)
