"""The values that all statistics share. Arrays are one-dimensional, a number for each sample in the same
order; differences are test minus reference everywhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Interval = tuple[float, float]
_DIGITS = 14  # a double holds 15; the last one is rounding of the subtraction


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its confidence interval, None where the samples do not define one."""

    value: float
    ci: Interval | None


def differences(test: Values, reference: Values) -> Values:
    """Return test minus reference, shape (n,), without the noise of subtracting decimals in binary: equal
    differences of decimals come out equal."""
    with np.errstate(all="ignore"):
        largest = float(np.max(np.abs(np.concatenate([test, reference])), initial=0.0))
        raw = test - reference
        if largest == 0 or not np.isfinite(largest):
            return raw
        rounded = np.round(raw, _DIGITS - 1 - int(np.floor(np.log10(largest))))
        return rounded if np.all(np.isfinite(rounded)) else raw


def spread(values: Values) -> float:
    """Return the standard deviation with divisor n - 1; exactly 0 where all values are equal. Two or more
    values."""
    return 0.0 if np.ptp(values) == 0 else float(np.std(values, ddof=1))


def is_constant(values: Values) -> bool:
    return values.size == 0 or bool(np.ptp(values) == 0)


def centred(values: Values) -> Values:
    """Return the deviations from the mean; exactly 0 where all values are equal."""
    return np.zeros_like(values) if is_constant(values) else values - values.mean()
