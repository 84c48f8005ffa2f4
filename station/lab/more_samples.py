"""Tell what more samples would buy: how much narrower the interval of the bias becomes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from station.lab.statistics.prediction_error import bias_limit, sep


@dataclass(frozen=True, slots=True)
class Gain:
    """Holds the half-width of the bias interval with `n` samples, and what is expected with `more` of them.
    None where two samples are needed first."""

    n: int
    more: int
    half_width: float | None
    half_width_then: float | None


def gain(differences: Sequence[float], more: int, conf: float = 0.95) -> Gain:
    """Return what `more` samples buy, as long as they scatter as these do: SEP × t / √n, now and then.
    `differences` are test minus reference, of one analyte on one basis."""
    n = len(differences)
    scatter = sep(np.array(differences, dtype=np.float64), conf)
    if scatter is None:
        return Gain(n, more, None, None)
    return Gain(n, more, bias_limit(scatter.value, n, conf), bias_limit(scatter.value, n + more, conf))
