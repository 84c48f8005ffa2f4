"""More uncertainty never makes a proposal bolder, and what may not be blended never is."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.reading import Analyte
from station.grain.cells import Measured
from station.grain.routing import route

from .builders import DM, FEED, MILLING, MOISTURE, PROTEIN, TEST_WEIGHT, cell, criterion, load, pack

DON, FN = Analyte.DON, Analyte.FALLING_NUMBER
MIDDLE = replace(
    FEED,
    id="middle",
    value=0.6,
    criteria=(
        criterion(PROTEIN, ">=", 10.5),
        criterion(MOISTURE, "<=", 14.5),
        criterion(FN, ">=", 180, step=1),
    ),
)
SURE = replace(MILLING, criteria=tuple(replace(c, sure=0.8) for c in MILLING.criteria))
GRADES = {"milling": 1.0, "middle": 0.6, "feed": 0.2}
PRICES = {"milling": 220.0, "middle": 205.0, "feed": 195.0}
packs = st.sampled_from(
    [
        pack(MILLING, MIDDLE, FEED),
        replace(pack(MILLING, MIDDLE, FEED), prices=PRICES),
        replace(pack(SURE, MIDDLE, FEED), prices=PRICES),
        replace(
            pack(SURE, MIDDLE, replace(FEED, criteria=(replace(FEED.criteria[0], sure=0.9),))), prices=PRICES
        ),
    ]
)
us = st.none() | st.floats(0.0, 2.0)


def measured(low, high, basis=None):
    """A value, how well it is known, and how well it is known with more uncertainty."""
    return st.tuples(st.floats(low, high), st.floats(0.0, 0.6), st.floats(0.0, 2.0), st.just(basis))


content = st.fixed_dictionaries(
    {PROTEIN: measured(10.3, 12.0, DM), MOISTURE: measured(13.5, 15.2)},
    optional={TEST_WEIGHT: measured(75.5, 78), FN: measured(150, 320)},
)
cells = st.lists(
    st.tuples(
        st.sampled_from(list(GRADES)),
        content,
        st.sampled_from([0.0, 30.0, 300.0, 900.0]),
        st.floats(0.0, 0.3),
    ),
    min_size=1,
    max_size=5,
)
loads = st.fixed_dictionaries(
    {PROTEIN: measured(9.8, 13.0, DM), MOISTURE: measured(12.0, 16.0), TEST_WEIGHT: measured(74.0, 79.0)},
    optional={FN: measured(120, 320), DON: measured(500, 1200)},
)


def scale(analyte):
    return {FN: 60.0, DON: 200.0}.get(analyte, 1.0)


def known_as(values, *, wider, source=0.0):
    return {
        a: Measured(
            value,
            scale(a) * (u + source + (more if wider else 0.0)),
            basis,
            {"nir": scale(a) * source} if source else {},
        )
        for a, (value, u, more, basis) in values.items()
    }


def site(described, *, wider):
    return [
        cell(
            f"C{n}",
            grade=grade,
            capacity_t=1000.0,
            content_t=tonnes,
            content=known_as(values, wider=wider, source=source) if tonnes else {},
        )
        for n, (grade, values, tonnes, source) in enumerate(described)
    ]


@settings(max_examples=150, deadline=None)
@given(loads, cells, packs, st.booleans(), st.booleans())
def test_more_uncertainty_never_makes_a_proposal_bolder(values, described, a_pack, of_load, of_cells):
    sure = route(load(known_as(values, wider=False)), site(described, wider=False), a_pack)
    unsure = route(load(known_as(values, wider=of_load)), site(described, wider=of_cells), a_pack)
    assert {r.cell for r in unsure.ranked} <= {r.cell for r in sure.ranked}
    if unsure.cell is not None:
        assert preference(unsure, described) <= preference(sure, described)


def preference(proposal, described):
    return GRADES[described[int(proposal.cell[1:])][0]]


@settings(max_examples=60, deadline=None)
@given(loads, cells, packs, st.floats(1000.6, 5000.0), us)
def test_a_load_that_may_not_be_blended_goes_to_no_cell_whatever_is_in_it(values, described, a_pack, don, u):
    facts = load(known_as(values, wider=False) | {DON: Measured(don, u)})
    assert (
        route(facts, [c for c in site(described, wider=False) if c.grade == "milling"], a_pack).cell is None
    )
