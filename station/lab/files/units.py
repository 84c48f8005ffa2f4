"""Units and bases as laboratories write them, and what turns a value into the analyte's own unit."""

from functools import lru_cache

from drivers.reading import UNIT_OF, Analyte, Basis, Unit
from drivers.text import unaccented

_SHARES = {
    "%": 1.0,
    "g/100g": 1.0,
    "g/100 g": 1.0,
    "pct": 1.0,
    "% m/m": 1.0,
    "g/kg": 0.1,
    "‰": 0.1,
    "mg/kg": 1e-4,
}
_TRACES = {
    "µg/kg": 1.0,
    "ug/kg": 1.0,
    "mcg/kg": 1.0,
    "ppb": 1.0,
    "mg/kg": 1e3,
    "ppm": 1e3,
    "ng/g": 1.0,
    "µg/g": 1e3,
}
_FACTORS: dict[Unit, dict[str, float]] = {
    Unit.PERCENT: _SHARES,
    Unit.MICROGRAM_PER_KILOGRAM: _TRACES,
    Unit.KILOGRAM_PER_HECTOLITRE: {"kg/hl": 1.0, "kg/l": 100.0, "g/l": 0.1},
    Unit.SECOND: {"s": 1.0, "sec": 1.0, "sec.": 1.0, "secondes": 1.0, "seconds": 1.0},
    Unit.CELSIUS: {"°c": 1.0, "c": 1.0},
    Unit.GRAM: {"g": 1.0, "mg": 1e-3},
    Unit.MILLILITRE: {"ml": 1.0},
    Unit.COUNT_PER_KILOGRAM: {"1/kg": 1.0, "/kg": 1.0},
}
_BASES = {
    "as_is": Basis.AS_IS, "as is": Basis.AS_IS, "tel quel": Basis.AS_IS, "tq": Basis.AS_IS,
    "brut": Basis.AS_IS, "sur brut": Basis.AS_IS, "humide": Basis.AS_IS, "sur produit brut": Basis.AS_IS,
    "wet": Basis.AS_IS,
    "dm": Basis.DRY_MATTER, "dry matter": Basis.DRY_MATTER, "dry": Basis.DRY_MATTER, "ms": Basis.DRY_MATTER,
    "sur ms": Basis.DRY_MATTER, "sec": Basis.DRY_MATTER, "sur sec": Basis.DRY_MATTER, "/ms": Basis.DRY_MATTER,
    "matiere seche": Basis.DRY_MATTER, "sur matiere seche": Basis.DRY_MATTER, "% ms": Basis.DRY_MATTER,
    "m12": Basis.MOISTURE_12, "12": Basis.MOISTURE_12, "12 %": Basis.MOISTURE_12, "12%": Basis.MOISTURE_12,
    "m13_5": Basis.MOISTURE_13_5, "13.5": Basis.MOISTURE_13_5, "13,5": Basis.MOISTURE_13_5,
    "13.5%": Basis.MOISTURE_13_5, "13,5%": Basis.MOISTURE_13_5, "13.5 %": Basis.MOISTURE_13_5,
    "13,5 %": Basis.MOISTURE_13_5,
}  # fmt: skip


@lru_cache(maxsize=256)
def factor_to(analyte: Analyte, unit: str) -> float | None:
    """Return by what a value in this unit is multiplied for the analyte's own; None where it is no unit of
    it."""
    own = UNIT_OF[analyte]
    plain = " ".join(unit.replace("\N{GREEK SMALL LETTER MU}", "\N{MICRO SIGN}").split()).casefold()
    plain = plain.replace("μ", "µ")
    if plain == own.value.casefold().replace("μ", "µ"):
        return 1.0
    known = {name.casefold().replace("μ", "µ"): factor for name, factor in _FACTORS.get(own, {}).items()}
    return known.get(plain)


@lru_cache(maxsize=256)
def split_unit(text: str) -> tuple[str, Basis | None]:
    """Return a unit without the basis that is written behind it: `% MS`, `g/kg sur sec`."""
    unit, _, rest = text.strip().partition(" ")
    basis = basis_named(rest) if rest else None
    return (unit, basis) if basis else (text.strip(), None)


def basis_named(text: str) -> Basis | None:
    """Return the basis that a laboratory's text names, if it is known."""
    return _BASES.get(" ".join(unaccented(text).split()))
