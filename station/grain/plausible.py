"""Which values can be true of grain, and which are so rare that a person is asked whether they are.

A slip of the decimal point or of the unit (a moisture of 1.4, DON in mg/kg) can be true of grain in general
and is not usual of the species.
"""

from drivers.reading import PLAUSIBLE, UNIT_OF, USUAL, Analyte, Basis, basis_allowed
from station.grain.reasons import Code, Reason
from station.species import SPECIES


def usual_range(analyte: Analyte, species: str | None) -> tuple[float, float] | None:
    """Return the range of the species, else the analyte's own; None where nothing is unusual."""
    entry = SPECIES.entries.get(species) if species else None
    own = entry.usual.get(analyte) if entry else None
    return own or USUAL[analyte]


def why_not_true(analyte: Analyte, value: float) -> Reason | None:
    """Return why the value cannot be true of any grain, if it cannot."""
    low, high = PLAUSIBLE[analyte]
    if low <= value <= high:
        return None
    params = {"analyte": analyte.value, "value": value, "low": low, "high": high}
    return Reason(Code.IMPLAUSIBLE_VALUE, params)


def why_not(analyte: Analyte, value: float, basis: Basis | None) -> Reason | None:
    """Return why the value cannot be recorded at all: it cannot be true, or not on this basis."""
    if basis_allowed(analyte, basis):
        return why_not_true(analyte, value)
    return Reason(Code.WRONG_BASIS, {"analyte": analyte.value, "basis": basis.value if basis else None})


def why_ask(analyte: Analyte, value: float, species: str | None) -> Reason | None:
    """Return why a person is asked whether the value is right, if for anything."""
    usual = usual_range(analyte, species)
    if usual is None or usual[0] <= value <= usual[1]:
        return None
    return Reason(
        Code.UNUSUAL_VALUE,
        {
            "analyte": analyte.value,
            "value": value,
            "unit": UNIT_OF[analyte].value,
            "low": usual[0],
            "high": usual[1],
            "species": species,
        },
    )
