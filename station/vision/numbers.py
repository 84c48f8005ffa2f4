"""Turn the rows of a net's number into the sample's value with 95 % limits.

The declared uncertainty is that of one sample's value: it always counts. A number per kernel is the mean
over the kernels, whose own error adds to it; a number of the whole sample is the mean of its rows.
"""

import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import NumberValue
from station.grain.reasons import Code, Reason
from station.vision.declaration import NumberOutput

LIMITS = 1.96  # standard uncertainties to a 95 % limit


def sample_number(rows: NDArray[np.float64], declared: NumberOutput) -> NumberValue | Reason:
    """Return the value of (n,) finite rows, or why there is none: no row, or outside the declared range."""
    if len(rows) == 0:
        return Reason(Code.NO_NUMBER, {"name": declared.name})
    value = float(rows.mean())
    low, high = declared.range
    if not low <= value <= high:
        params = {"name": declared.name, "value": round(value, 6), "low": low, "high": high}
        return Reason(Code.NUMBER_OUTSIDE, {**params, "unit": declared.unit})
    spread = LIMITS * _standard_error(rows, declared)
    return NumberValue(
        value=round(value, 6),
        low=round(max(low, value - spread), 6),
        high=round(min(high, value + spread), 6),
        unit=declared.unit,
        basis=declared.basis.value if declared.basis else None,
        per=declared.per,
        kernels=len(rows) if declared.per == "kernel" else None,
    )


def _standard_error(rows: NDArray[np.float64], declared: NumberOutput) -> float:
    if declared.per == "sample":
        return declared.uncertainty
    if len(rows) < 2:  # one kernel says nothing of how far kernels differ
        return max(declared.uncertainty, declared.range[1] - declared.range[0])
    return float(np.hypot(rows.std(ddof=1) / np.sqrt(len(rows)), declared.uncertainty))
