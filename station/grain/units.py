"""Quantities must not be mixed; the two conversions of the trade and the comparison at a limit are here.

The types cost nothing at run time; the type checker refuses a moisture where a protein is asked for.
Values are known to 1e-6: that is what is stored and shown, so a decision replays from its record.
"""

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from drivers.reading import Basis

MoisturePercent = NewType("MoisturePercent", float)  # share of the grain as it is, 0 to 100
ProteinAsIs = NewType("ProteinAsIs", float)  # % of the grain as it is
ProteinDryMatter = NewType("ProteinDryMatter", float)  # % of the dry matter
Kilograms = NewType("Kilograms", float)
Tonnes = NewType("Tonnes", float)

_MOISTURE_OF: Mapping[Basis, float] = MappingProxyType(
    {Basis.DRY_MATTER: 0.0, Basis.MOISTURE_12: 12.0, Basis.MOISTURE_13_5: 13.5}
)
_KNOWN_TO = Decimal("0.000001")
_WIDE = Context(prec=330)  # any float has room


class Op(StrEnum):
    """Says how a value must stand to a limit: `>=` and `<=` include the limit, `>` and `<` do not."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"

    @property
    def is_lower_bound(self) -> bool:
        return self in (Op.AT_LEAST, Op.ABOVE)


def known(value: float) -> float:
    """Return the value at the resolution it is stored with (1e-6, half up). Raises ValueError if not
    finite."""
    return float(_known(value))


def round_to_step(value: float, step: float) -> Decimal:
    """Return the value as a multiple of `step`, halves away from zero ("half up" as grain contracts mean it).

    Raises ValueError for a value that is not finite or a step that is not positive."""
    if not step > 0 or not math.isfinite(step):
        raise ValueError(f"a rounding step must be above 0, not {step}")
    unit = Decimal(str(step))
    return (_known(value) / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def compare(value: float, op: Op, limit: float, step: float) -> bool:
    """Tell whether `value`, rounded half up to `step`, meets the limit. Exact in decimal: 10.95 is 11.0 at
    0.1.

    Raises ValueError for a number that is not finite."""
    rounded, bound = round_to_step(value, step), _known(limit)
    if op is Op.AT_LEAST:
        return rounded >= bound
    if op is Op.ABOVE:
        return rounded > bound
    if op is Op.AT_MOST:
        return rounded <= bound
    return rounded < bound


def protein_dm(as_is: ProteinAsIs, moisture: MoisturePercent) -> ProteinDryMatter:
    """Return protein in % of dry matter = as-is x 100 / (100 - moisture). Raises ValueError from 100 % water
    up."""
    return ProteinDryMatter(as_is * 100.0 / _dry_share(moisture))


def mass_at_moisture(
    mass: Kilograms, moisture_in: MoisturePercent, moisture_out: MoisturePercent
) -> Kilograms:
    """Balance the dry matter: return what `mass` weighs once its moisture is `moisture_out`, no dry matter
    lost."""
    return Kilograms(mass * _dry_share(moisture_in) / _dry_share(moisture_out))


def on_basis(value: float, given: Basis, wanted: Basis, moisture: MoisturePercent | None) -> float | None:
    """Return a share (%) on another basis, or None when that needs the grain's moisture and it is not
    known."""
    if given is wanted:
        return value
    water_in = _MOISTURE_OF.get(given, moisture)
    water_out = _MOISTURE_OF.get(wanted, moisture)
    if water_in is None or water_out is None:
        return None
    return value * _dry_share(MoisturePercent(water_out)) / _dry_share(MoisturePercent(water_in))


def fixed_moisture(basis: Basis) -> MoisturePercent | None:
    """Return the moisture (%) that a basis is stated at, or None for the grain as it is."""
    water = _MOISTURE_OF.get(basis)
    return None if water is None else MoisturePercent(water)


def _known(value: float) -> Decimal:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be compared")
    return Decimal(str(value)).quantize(_KNOWN_TO, ROUND_HALF_UP, _WIDE)


def _dry_share(moisture: MoisturePercent) -> float:
    if not 0.0 <= moisture < 100.0:
        raise ValueError(f"a moisture of {moisture} % has no dry matter balance")
    return 100.0 - moisture
