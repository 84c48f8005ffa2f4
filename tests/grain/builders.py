"""Cells, loads, packs and readings for the tests, with defaults that fit each other."""

from datetime import UTC, datetime, timedelta

from drivers.reading import UNIT_OF, Analyte, Basis, Flag, Frame, Reading, Value
from station.grain.assessed import Evidence
from station.grain.cells import CellState, Facts, Measured
from station.grain.identifiers import Species
from station.grain.rules import Criterion, Grade, RulePack
from station.grain.units import Op

NOON = datetime(2026, 7, 14, 12, 0, tzinfo=UTC)
PROTEIN, MOISTURE, TEST_WEIGHT = Analyte.PROTEIN, Analyte.MOISTURE, Analyte.TEST_WEIGHT
DM, AS_IS = Basis.DRY_MATTER, Basis.AS_IS


def minutes(count):
    return timedelta(minutes=count)


def criterion(analyte, op, limit, *, step=0.1, required="intake", kind="blendable", basis=None):
    if analyte == PROTEIN and basis is None:
        basis = DM
    return Criterion(analyte, Op(op), limit, UNIT_OF[analyte], basis, step, required, kind, "W1")


MILLING = Grade(
    "milling",
    "soft_wheat",
    {"fr": "meunier", "en": "milling"},
    1.0,
    frozenset(),
    (
        criterion(PROTEIN, ">=", 11.0),
        criterion(MOISTURE, "<=", 15.0),
        criterion(TEST_WEIGHT, ">=", 76.0),
        criterion(Analyte.FALLING_NUMBER, ">=", 220.0, step=1.0, required="later"),
        criterion(Analyte.DON, "<=", 1000.0, step=1.0, required="later", kind="never_blend"),
    ),
)
FEED = Grade(
    "feed",
    "soft_wheat",
    {"fr": "fourrager", "en": "feed"},
    0.2,
    frozenset(),
    (criterion(MOISTURE, "<=", 15.0),),
)
BARLEY = Grade(
    "malting",
    "barley",
    {"fr": "brassicole", "en": "malting"},
    1.0,
    frozenset(),
    (
        criterion(PROTEIN, ">=", 9.5),
        criterion(PROTEIN, "<=", 11.5),
        criterion(Analyte.VARIETY_PURITY, ">", 93.0, required="later", kind="never_blend"),
    ),
)
BARLEY_FEED = Grade(
    "feed_barley", "barley", {"fr": "", "en": ""}, 0.2, frozenset(), (criterion(MOISTURE, "<", 15.0),)
)


def pack(*grades, valid_from=NOON, valid_until=None, version="1"):
    return RulePack("test", version, "0" * 64, valid_from, valid_until, "test", grades or (MILLING, FEED))


def cell(cell_id="C1", **changes):
    values = {
        "id": cell_id,
        "pits": ("P1",),
        "species": Species.SOFT_WHEAT,
        "grade": "milling",
        "capacity_t": 100.0,
    }
    return CellState(**(values | changes))


def hold(cell_id="H1", **changes):
    return cell(cell_id, **({"role": "hold", "species": None, "grade": None} | changes))


def quarantine(cell_id="Q1", **changes):
    return cell(cell_id, **({"role": "quarantine", "species": None, "grade": None} | changes))


GOOD = {
    PROTEIN: Measured(11.8, 0.2, DM),
    MOISTURE: Measured(13.6, 0.1, AS_IS),
    TEST_WEIGHT: Measured(77.4, 0.4),
}


def load(values=None, *, without=(), also=None, **changes):
    kept = {a: m for a, m in (GOOD if values is None else values).items() if a not in without}
    given = {"species": "soft_wheat", "claims": frozenset(), "load_t": 27.0, "values": kept | (also or {})}
    return Facts(**(given | changes))


def evidence(reading_id, instrument, at, *, flags=frozenset(), typed_by=None, **values):
    """values by analyte name: a number, None (measured badly) or (number, basis)."""
    measured = {}
    for name, given in values.items():
        value, basis = given if isinstance(given, tuple) else (given, None)
        measured[Analyte(name)] = Value(value, UNIT_OF[Analyte(name)], basis)
    return Evidence(reading_id, instrument, typed_by, NOON + minutes(at), measured, flags)


def weight(kg, *flags, kind="weight"):
    unit = UNIT_OF[Analyte.WEIGHT]
    return Reading(
        "test",
        kind,
        Frame(b"", NOON),
        {Analyte.WEIGHT: Value(kg, unit)},
        flags=frozenset(flags or {Flag.STABLE}),
    )


def codes(reasons):
    return [reason.code.value for reason in reasons]


def by_cell(proposal, cell_id):
    """All reasons of a cell, ranked or refused."""
    for entry in (*proposal.ranked, *proposal.refused):
        if entry.cell == cell_id:
            return entry.reasons
    raise KeyError(cell_id)
