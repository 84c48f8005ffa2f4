"""What may not be blended goes to quarantine or nowhere: whatever it claims, whatever a cell holds or is for,
however sure anybody is of anything, and no operator alone may say otherwise."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.reading import Analyte, needs_basis
from station.grain.blending import FALLING_NUMBER_FLOOR
from station.grain.cells import CellState, Facts, Measured
from station.grain.claims import must_be_kept, satisfied_by
from station.grain.guard import Guarded, guard_of
from station.grain.identifiers import Species
from station.grain.reasons import Code, Reason
from station.grain.routing import route
from station.grain.units import Op
from tests.draws import examples

from .builders import DM
from .packs import PACKS

CLAIMS = ("organic", "insecticide_free", "seed")
FN = Analyte.FALLING_NUMBER
USUAL = {
    Analyte.PROTEIN: (10.0, 13.0), Analyte.MOISTURE: (9.0, 16.0), Analyte.TEST_WEIGHT: (72.0, 80.0),
    FN: (150.0, 350.0), Analyte.DON: (0.0, 900.0), Analyte.ERGOT: (0.0, 0.04), Analyte.OIL: (38.0, 45.0),
}  # fmt: skip
us = st.none() | st.floats(0.0, 500.0)


def contents(wide=1.0):
    def some(analyte, span):
        basis = DM if needs_basis(analyte) else None
        value = st.floats(span[0], span[1] * wide)
        return st.builds(lambda v, u: Measured(v, u, basis), value, us)

    return st.fixed_dictionaries({}, optional={a: some(a, span) for a, span in USUAL.items()})


def barred_by(pack, species):
    """Each never-blend limit of a species that is no matter of its variety: what lies beyond all of them."""
    found = {}
    for grade in pack.grades:
        for one in grade.criteria:
            if grade.species == species and one.kind == "never_blend" and one.analyte != "variety_purity":
                assert one.op in (Op.AT_MOST, Op.BELOW)
                most, step = found.get(one.analyte, (0.0, one.step))
                found[one.analyte] = (max(most, one.limit), step)
    return found


WAYS = [
    (name, species, way)
    for name, pack in PACKS.items()
    for species in sorted({grade.species for grade in pack.grades})
    for way in [*barred_by(pack, species), "falling_number", "adverse"]
]
words = st.frozensets(st.sampled_from(CLAIMS))


@st.composite
def loads(draw, pack, species, way):
    values = draw(contents())
    adverse = ()
    if way == "adverse":
        adverse = ("musty",)
    elif way == "falling_number":
        values = values | {FN: Measured(draw(st.floats(0.0, FALLING_NUMBER_FLOOR)), draw(us))}
    else:
        most, step = barred_by(pack, species)[way]
        values = values | {way: Measured(most + step * draw(st.floats(0.5, 1000.0)), draw(us))}
    return Facts(
        species, draw(words), draw(st.none() | st.floats(0.1, 60.0)), values, draw(contents()),
        adverse=adverse, waived=tuple(draw(st.sets(st.sampled_from(list(USUAL))))),
        expected=draw(contents()),
        questions=draw(st.sampled_from([(), (Reason(Code.NO_WEIGHT),)])),
    )  # fmt: skip


@st.composite
def cells(draw, pack, species):
    """As well made for the load as can be, or any."""
    grades = [None, *(grade.id for grade in pack.grades if grade.species == species)]
    role = draw(st.sampled_from(["normal", "normal", "normal", "hold", "quarantine"]))
    return CellState(
        f"C{draw(st.integers(0, 10**6))}", ("P1",), draw(st.sampled_from([20.0, 1000.0, 1e6])),
        species=draw(st.sampled_from([None, Species(species)])), grade=draw(st.sampled_from(grades)),
        content_t=draw(st.sampled_from([-5.0, 0.0, 300.0, 5000.0])), content=draw(contents(1.2)),
        reserved_t=draw(st.sampled_from([0.0, 30.0])), reserved=draw(contents()), claims=draw(words),
        role=role,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "species", "way"), WAYS)
@settings(max_examples=examples(40))
@given(data=st.data())
def test_what_may_not_be_blended_goes_to_quarantine_or_nowhere(name, species, way, data):
    pack = data.draw(st.sampled_from([PACKS[name], certain(PACKS[name])]))
    load = data.draw(loads(pack, species, way))
    site = data.draw(st.lists(cells(pack, species), max_size=5, unique_by=lambda one: one.id))
    found = route(load, site, pack)
    roles = {cell.id: cell.role for cell in site}
    assert {roles[entry.cell] for entry in found.ranked} <= {"quarantine"}
    assert found.cell is None or roles[found.cell] == "quarantine"
    for cell in site:
        if cell.role != "quarantine":
            assert Guarded.NEVER_BLEND in guard_of(found.as_dict(), cell.id, cell.role).rules


def certain(pack):
    """The pack where nothing is asked to be sure."""
    grades = (
        replace(grade, criteria=tuple(replace(one, sure=None) for one in grade.criteria))
        for grade in pack.grades
    )
    return replace(pack, grades=tuple(grades))


@settings(max_examples=examples(60))
@given(data=st.data())
def test_what_a_load_claims_opens_no_cell_that_asks_for_more(data):
    """Never-blend by declaration: a cell that asks for a claim takes no load without it, nor one that claims
    what it does not honour."""
    pack = PACKS["euronext_milling_wheat"]
    values = {Analyte.PROTEIN: Measured(12.0, 0.1, DM), Analyte.MOISTURE: Measured(12.0, 0.1)}
    values |= {Analyte.TEST_WEIGHT: Measured(80.0, 0.1)}
    load = Facts("soft_wheat", data.draw(words), 20.0, values)
    site = data.draw(st.lists(cells(pack, "soft_wheat"), max_size=5, unique_by=lambda one: one.id))
    found = route(load, site, pack)
    by_id = {cell.id: cell for cell in site}
    for entry in found.ranked:
        cell = by_id[entry.cell]
        grade = pack.grade(cell.grade) if cell.role == "normal" else None
        asked = cell.claims | (grade.claims if grade else frozenset())
        assert asked <= satisfied_by(load.claims)
        assert {claim for claim in load.claims if must_be_kept(claim)} <= satisfied_by(asked)
    for entry in found.refused:
        cell = by_id[entry.cell]
        if cell.claims - satisfied_by(load.claims):
            assert Guarded.CLAIMS in guard_of(found.as_dict(), cell.id, cell.role).rules
