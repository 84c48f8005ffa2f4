"""The odds say how likely an uncertain value meets a limit, and what a rule costs in the long run.

A limit is compared at its rounding step, half up: ">= 11.0" at step 0.1 is met from 10.95 on, "> 11.0" from
11.05 on, "<= 15.0" below 15.05, "< 15.0" below 14.95. Errors are normal; u is a standard uncertainty.
Decision rules, guard bands and global risks are those of JCGM 106.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from station.grain.grades import Criterion
from station.grain.units import Op

_ROOT_2 = math.sqrt(2.0)
_ROOT_2PI = math.sqrt(2.0 * math.pi)
_STEPS = 400  # of Simpson's rule, over eight standard deviations to either side
_REACH = 8.0
_KNOWN_TO = 5e-7  # values are known to 1e-6, half up: so much below an edge they are on it


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Holds what meets one or two limits: from `low` on and below `high`, in the unit of the limits."""

    low: float = -math.inf
    high: float = math.inf

    def meets(self, value: float) -> bool:
        return self.low <= value < self.high

    def within(self, other: "Span") -> "Span":
        """Return what meets both; where nothing does, a span that holds nothing."""
        low = max(self.low, other.low)
        return Span(low, max(low, min(self.high, other.high)))

    def narrowed(self, by: float) -> "Span":
        """Return the span less a guard band of `by` inside each limit."""
        low = self.low + by
        return Span(low, max(low, self.high - by))


EVERYTHING = Span()


def span_of(op: Op, limit: float, step: float) -> Span:
    """Return the values that meet a limit which is a multiple of its rounding step."""
    half, bound = step / 2.0, limit - _KNOWN_TO
    if op is Op.AT_LEAST:
        return Span(low=bound - half)
    if op is Op.ABOVE:
        return Span(low=bound + half)
    return Span(high=bound + half if op is Op.AT_MOST else bound - half)


def span_of_all(criteria: Iterable[Criterion]) -> Span:
    """Return the values that meet all limits of one analyte, which are on one basis."""
    span = EVERYTHING
    for criterion in criteria:
        span = span.within(span_of(criterion.op, criterion.limit, criterion.step))
    return span


def below(z: float) -> float:
    """Return the share of a standard normal distribution below `z`."""
    return 0.5 * math.erfc(-z / _ROOT_2)


def density(z: float) -> float:
    return math.exp(-0.5 * z * z) / _ROOT_2PI


def probability(value: float, u: float, span: Span) -> float:
    """Return the probability that the truth lies in the span: of both limits together, never their product.
    Without uncertainty it is 0 or 1."""
    if u <= 0.0:
        return 1.0 if span.meets(value) else 0.0
    upper = below((span.high - value) / u) if span.high < math.inf else 1.0
    lower = below((span.low - value) / u) if span.low > -math.inf else 0.0
    return max(0.0, upper - lower)


def with_intake(value: float, u: float, mean: float, sd: float) -> tuple[float, float]:
    """Return value and uncertainty once it is known how loads are spread: a reading is drawn towards their
    mean, the more so the less it knows."""
    if u <= 0.0 or sd <= 0.0:
        return (value, 0.0) if u <= 0.0 else (mean, 0.0)
    kept = sd**2 / (sd**2 + u**2)
    return mean + (value - mean) * kept, u * math.sqrt(kept)


@dataclass(frozen=True, slots=True)
class Risks:
    """Shares of all loads. `consumer`: accepted though they do not conform, `producer`: refused though they
    do, `accepted`: accepted at all."""

    consumer: float
    producer: float
    accepted: float

    @property
    def wrong_among_accepted(self) -> float:
        return self.consumer / self.accepted if self.accepted > 0.0 else 0.0


def risks(span: Span, u: float, mean: float, sd: float, guard: float = 0.0) -> Risks:
    """Return what comes of accepting readings inside the span, less a guard band: over the loads of an intake
    of this mean and spread, whose readings are uncertain by `u`."""
    taken = span.narrowed(guard)

    def accepting(truth: float) -> float:
        return probability(truth, u, taken)

    inside = _integral(accepting, span.low, span.high, mean, sd)
    accepted = _integral(accepting, -math.inf, math.inf, mean, sd, (span.low, span.high))
    return Risks(accepted - inside, probability(mean, sd, span) - inside, accepted)


def wrong_cells(
    edges: Sequence[float], u: float, mean: float, sd: float, bias: float = 0.0
) -> tuple[tuple[float, ...], ...]:
    """Return the share of all loads that are truly of class i (row) and put into class j (column); `edges`
    divide the classes, rising. Readings are off by `bias` and uncertain by `u`."""
    bounds = [-math.inf, *edges, math.inf]
    classes = [Span(low, high) for low, high in pairwise(bounds)]

    def share(true: Span, taken: Span) -> float:
        return _integral(lambda x: probability(x + bias, u, taken), true.low, true.high, mean, sd)

    return tuple(tuple(share(true, taken) for taken in classes) for true in classes)


def wrong_share(matrix: Sequence[Sequence[float]]) -> float:
    """Return the share of all loads off the matrix' diagonal."""
    return math.fsum(p for i, row in enumerate(matrix) for j, p in enumerate(row) if i != j)


def _integral(
    weight: Callable[[float], float],
    low: float,
    high: float,
    mean: float,
    sd: float,
    kinks: Sequence[float] = (),
) -> float:
    """Integrate `weight` over the part of a normal distribution between two bounds, by Simpson's rule in each
    part between the points where the weight may bend."""
    begin, end = max(low, mean - _REACH * sd), min(high, mean + _REACH * sd)
    inner = sorted(kink for kink in kinks if begin < kink < end)
    parts = list(zip([begin, *inner], [*inner, end], strict=True))
    return math.fsum(_simpson(weight, low, high, mean, sd) for low, high in parts if low < high)


def _simpson(weight: Callable[[float], float], low: float, high: float, mean: float, sd: float) -> float:
    width = (high - low) / _STEPS
    total = 0.0
    for n in range(_STEPS + 1):
        x = low + n * width
        factor = 1 if n in (0, _STEPS) else 4 if n % 2 else 2
        total += factor * weight(x) * density((x - mean) / sd) / sd
    return total * width / 3.0
