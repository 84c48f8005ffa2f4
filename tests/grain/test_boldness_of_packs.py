"""With the packs that ship, less known of load, cell or instrument never makes a proposal bolder."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.reading import Analyte, needs_basis
from station.grain.assessment import assess
from station.grain.cells import CellState, Facts, Measured
from station.grain.precision import Precision
from station.grain.routing import route
from tests.draws import examples

from .builders import DM, evidence
from .packs import SHIPPED

FN, DON, OIL = Analyte.FALLING_NUMBER, Analyte.DON, Analyte.OIL
# where loads lie about the limits, and what one unit of doubt is
NEAR = {
    Analyte.PROTEIN: (9.0, 13.0, 0.5), Analyte.MOISTURE: (8.5, 15.5, 0.5), OIL: (39.0, 41.0, 0.5),
    Analyte.TEST_WEIGHT: (72.0, 78.0, 1.0), FN: (180.0, 300.0, 30.0), DON: (700.0, 1300.0, 100.0),
    Analyte.IMPURITIES: (0.2, 2.5, 0.3), Analyte.CALIBRATION_2_5: (88.0, 93.0, 1.5),
    Analyte.VARIETY_PURITY: (92.0, 98.0, 1.5), Analyte.ERGOT: (0.01, 0.06, 0.01),
}  # fmt: skip
PACKS = [(pack, grade.species) for pack in SHIPPED.values() for grade in pack.grades[:1]]
AT_INTAKE = (Analyte.PROTEIN, Analyte.MOISTURE, Analyte.TEST_WEIGHT)
doubts = st.floats(0.0, 1.0)
known_or_not = st.none() | doubts


def described(needed=()):
    """{analyte: (value, own doubt or None, doubt of the one instrument, more of each)}"""
    one = {
        analyte: st.tuples(st.floats(low, high), known_or_not, doubts, doubts, doubts)
        for analyte, (low, high, _) in NEAR.items()
    }
    return st.fixed_dictionaries(
        {a: one[a] for a in needed}, optional={a: s for a, s in one.items() if a not in needed}
    )


def measured(values, *, own, instrument):
    """`own`, `instrument`: whether this is less known than else. A value of no stated doubt is the pack's."""
    found = {}
    for analyte, (value, mine, theirs, more, more_of_theirs) in values.items():
        unit = NEAR[analyte][2]
        basis = DM if needs_basis(analyte) else None
        if mine is None:
            found[analyte] = Measured(value, None, basis)
            continue
        alone = unit * (mine + (more if own else 0.0))
        shared = unit * (theirs + (more_of_theirs if instrument else 0.0))
        found[analyte] = Measured(value, (alone**2 + shared**2) ** 0.5, basis, {"nir": shared})
    return found


@st.composite
def sites(draw, pack, species):
    grades = [grade.id for grade in pack.grades if grade.species == species]
    return [
        (grade, draw(st.sampled_from([0.0, 40.0, 400.0])), draw(described()))
        for grade in draw(st.lists(st.sampled_from(grades), min_size=1, max_size=4))
    ]


def site_of(rows, *, own, instrument):
    return [
        CellState(f"C{n}", ("P",), 1000.0, grade=grade, content_t=tonnes,
                  content=measured(values, own=own, instrument=instrument), claims=frozenset())
        for n, (grade, tonnes, values) in enumerate(rows)
    ]  # fmt: skip


@settings(max_examples=examples(250))
@given(
    data=st.data(), of_load=st.booleans(), of_cells=st.booleans(), of_instrument=st.booleans(),
    of_usual=st.booleans(),
)  # fmt: skip
def test_less_known_of_load_cell_or_instrument_is_never_bolder(
    data, of_load, of_cells, of_instrument, of_usual
):
    pack, species = data.draw(st.sampled_from(PACKS))
    values, rows = data.draw(described(AT_INTAKE)), data.draw(sites(pack, species))
    claims = data.draw(st.sampled_from([frozenset(), frozenset({"organic"})]))

    def proposal(*, is_less_known):
        less = {"load": of_load and is_less_known, "cells": of_cells and is_less_known}
        instrument = of_instrument and is_less_known
        usual = pack.uncertainty
        if of_usual and is_less_known:
            usual = {analyte: 2.0 * u for analyte, u in usual.items()}
        load = Facts(species, claims, 27.0, measured(values, own=less["load"], instrument=instrument))
        site = site_of(rows, own=less["cells"], instrument=instrument)
        return route(load, site, replace(pack, uncertainty=usual))

    sure, unsure = proposal(is_less_known=False), proposal(is_less_known=True)
    assert {one.cell for one in unsure.ranked} <= {one.cell for one in sure.ranked}
    if unsure.cell is not None:
        assert preference(unsure.cell, rows, pack) <= preference(sure.cell, rows, pack)


def preference(cell, rows, pack):
    return pack.grade(rows[int(cell[1:])][0]).value


@settings(max_examples=examples(60))
@given(st.floats(10.5, 12.0), st.floats(0.01, 0.6), st.floats(0.0, 2.0), st.integers(1, 3))
def test_an_instrument_that_is_known_less_well_opens_no_cell(protein, u, more, replicates):
    """From its readings on: the mean of its replicates is no surer than it is."""
    pack = SHIPPED["euronext_milling_wheat"]
    site = [
        CellState(one, ("P",), 1000.0, grade=one) for one in ("milling_no_2", "intervention", "feed_wheat")
    ]

    def ranked(stated):
        read = [
            replace(
                evidence(f"r{n}", "nir", n, protein=(protein, DM), moisture=13.0, test_weight=78.0),
                source="nir-1", uncertainty={Analyte.PROTEIN: stated},
            )
            for n in range(replicates)
        ]  # fmt: skip
        found = assess(read, {Analyte.PROTEIN: ("nir",)}, precision=Precision(dict(pack.uncertainty)))
        values = {a: Measured(one.value, one.u, one.basis, one.shared) for a, one in found.results.items()}
        return {one.cell for one in route(Facts("soft_wheat", frozenset(), 27.0, values), site, pack).ranked}

    assert ranked(u + more) <= ranked(u)
