"""Turn a number on the wire into a Value in the analyte's own unit, or into None where it cannot be true."""

import math

from drivers.reading import PLAUSIBLE, UNIT_OF, Analyte, Basis, Value

POUND_KG = 0.45359237
LB_PER_BUSHEL_KG_HL = 1.2872
_DIGITS = 6


def measured_value(analyte: Analyte, number: float | None, basis: Basis | None = None) -> Value:
    """Return `number` in the analyte's unit. None, NaN, infinite or implausible becomes None."""
    return Value(plausible_number(analyte, number), UNIT_OF[analyte], basis)


def plausible_number(analyte: Analyte, number: float | None) -> float | None:
    low, high = PLAUSIBLE[analyte]
    if number is None or not math.isfinite(number) or not low <= number <= high:
        return None
    return number


def pounds(number: float) -> float:
    """Convert lb to kg."""
    return round(number * POUND_KG, _DIGITS)


def pounds_per_bushel(number: float) -> float:
    """Convert lb/bu (US) to kg/hl."""
    return round(number * LB_PER_BUSHEL_KG_HL, _DIGITS)


def fahrenheit(number: float) -> float:
    """Convert °F to °C."""
    return round((number - 32.0) / 1.8, _DIGITS)
