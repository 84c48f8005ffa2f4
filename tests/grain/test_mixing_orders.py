"""A mixture hangs on no order and on no way in which its parts came together, falling numbers included."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.reading import BLENDS, Analyte, Basis, needs_basis
from station.grain.blending import Part, blend
from station.grain.cells import CellState, Facts, Measured
from station.grain.mixture import Mixture, means_of, mixed, shown
from station.grain.routing import route
from tests.draws import examples

from .builders import cell, pack

FN = Analyte.FALLING_NUMBER
BLENDING = [a for a in BLENDS if BLENDS[a] != "never" and a != Analyte.WEIGHT]
SOURCES = ("nir", "typed")


@st.composite
def one_part(draw, analyte):
    """From 0.1 to 500 t; a falling number of 55 s and more, so that a millionth of a second is little."""
    u, share = draw(st.floats(0.0, 5.0)), draw(st.floats(0.0, 1.0))
    value = draw(st.floats(55.0, 500.0) if analyte == FN else st.floats(1.0, 30.0))
    basis = Basis.DRY_MATTER if needs_basis(analyte) else None
    source = draw(st.sampled_from(SOURCES))
    return draw(st.floats(0.1, 500.0)), Measured(value, u, basis, {source: u * share})


@st.composite
def some_parts(draw):
    analyte = draw(st.sampled_from(BLENDING))
    return analyte, draw(st.lists(one_part(analyte), min_size=2, max_size=8))


def at_once(analyte, parts):
    return blend([Part(tonnes, {analyte: one}) for tonnes, one in parts])[analyte]


def in_heaps(draw, analyte, parts):
    """Two of them are put together until one is left."""
    heaps = list(parts)
    while len(heaps) > 1:
        first = heaps.pop(draw(st.integers(0, len(heaps) - 1)))
        second = heaps.pop(draw(st.integers(0, len(heaps) - 1)))
        both = at_once(analyte, [first, second])
        heaps.append((first[0] + second[0], both.measured))
    return heaps[0][1]


@settings(max_examples=examples(300))
@given(st.data(), some_parts())
def test_blending_is_associative_and_knows_no_order(data, drawn):
    analyte, parts = drawn
    whole, heap = at_once(analyte, parts), in_heaps(data.draw, analyte, parts)
    assert heap.value == pytest.approx(whole.value, rel=1e-6, abs=1e-5)
    assert heap.u == pytest.approx(whole.u, rel=1e-4, abs=1e-4)
    for source in SOURCES:
        assert heap.shared.get(source, 0.0) == pytest.approx(
            whole.shared.get(source, 0.0), rel=1e-4, abs=1e-4
        )


@settings(max_examples=examples(300))
@given(some_parts(), st.randoms(use_true_random=False))
def test_the_routers_mixture_is_that_of_the_ledger_in_any_order(drawn, random):
    analyte, parts = drawn
    whole = at_once(analyte, parts)
    random.shuffle(parts)
    heap = Mixture(0.0, {})
    for tonnes, one in parts:
        mean = means_of({analyte: one}, {})[analyte]
        if heap.tonnes:
            mean = mixed(heap.tonnes, heap.means[analyte], tonnes, mean)
        heap = Mixture(heap.tonnes + tonnes, {analyte: mean})
    said = shown(analyte, heap.means[analyte])
    assert said.value == pytest.approx(whole.value, rel=1e-6, abs=1e-5)
    assert said.u == pytest.approx(whole.u, rel=1e-4, abs=1e-4)


CHECKS = [
    (((1, 400), (1, 220)), 278.846),
    (((475, 300), (25, 62)), 175.523),
    (((475, 300), (25, 120)), 271.519),
    (((500, 280), (25, 150)), 266.592),
]


@pytest.mark.parametrize(("parts", "seconds"), CHECKS)
def test_a_proposal_says_the_falling_number_that_the_cell_will_have(parts, seconds):
    """Whichever of the two lies there, and also where it is only reserved."""
    for (held_t, held), (load_t, new) in itertools.permutations(parts):
        values = {Analyte.MOISTURE: Measured(13.0), FN: Measured(float(new), 3.0)}
        load = Facts("soft_wheat", frozenset(), float(load_t), values)
        for there in ("content", "reserved"):
            site = _holding(there, float(held_t), float(held))
            (ranked,) = route(load, [site], pack()).ranked
            assert ranked.after.content[FN].value == pytest.approx(seconds, abs=5e-4)


def _holding(there: str, tonnes: float, seconds: float) -> CellState:
    return cell(
        capacity_t=2000.0, grade="feed", **{f"{there}_t": tonnes, there: {FN: Measured(seconds, 3.0)}}
    )
