"""A cell's content is worth, in euros, what it fetches by the odds that it meets its grade or a lesser one.

A cell that falls out of its grade is sold, all of it, by the dearest other grade of the species that it meets
and whose claims it honours; what meets none is worth nothing. A choice is worth what the cell is worth with
the load less what it is worth without it.

How little is known of a cell must never make it look cheap to spoil: between grades a choice is therefore
weighed by a *cautious* worth, which no uncertainty ever raises, against a *generous* worth of the lesser
grade, which none ever lowers: good grain is kept for the cell that needs it to stay in its grade.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from drivers.reading import Analyte
from station.grain.grades import Criterion, Grade, RulePack
from station.grain.mixture import Box, Mean, Mixture
from station.grain.odds import EVERYTHING, Span, below, density, probability
from station.grain.standing import Standing

_MOST_BOXES = 4  # of grades none of which contains another: beyond it the cheapest are left out
_HALVINGS = 30
_SURE = 6.0  # standard uncertainties from a limit: 1e-9 is beyond it
_EXACT = 1e-9  # what is known better than this counts as exact


@dataclass(frozen=True, slots=True)
class Term:
    """Adds so many euros a tonne times the probability that the content lies in the box."""

    euros: float
    box: Box


@dataclass(frozen=True, slots=True)
class Prices:
    """What content of one grade fetches: `price` in its own, `terms` by the odds over all, `lesser` the
    grades it may fall to, the dearest first."""

    price: float
    box: Box
    terms: tuple[Term, ...]
    lesser: tuple[tuple[float, Box], ...]


def has_prices(pack: RulePack, species: str) -> bool:
    """Tell whether every grade of the species has a price."""
    grades = [grade.id for grade in pack.grades if grade.species == species]
    return bool(grades) and all(grade in pack.prices for grade in grades)


def prices_of(grade: Grade, claims: frozenset[str], pack: RulePack, boxes: Mapping[str, Box]) -> Prices:
    """Return what a cell of this grade with these claims is sold at; `boxes` are those of the species."""
    price, honoured = pack.prices[grade.id], grade.claims | claims
    others = [
        (pack.prices[other.id], boxes[other.id])
        for other in pack.grades
        if other.id in boxes and other.claims <= honoured and pack.prices[other.id] < price
    ]
    others.sort(key=lambda one: -one[0])
    ladder = [(price, boxes[grade.id]), *others]
    return Prices(price, boxes[grade.id], _terms(ladder), tuple(others))


def worth(prices: Prices, mixture: Mixture) -> float:
    """Return what these tonnes are worth on average."""
    if mixture.tonnes <= 0.0:
        return 0.0
    seen: dict[tuple[Analyte, Span], float] = {}
    total = math.fsum(term.euros * _within(term.box, mixture.means, seen) for term in prices.terms)
    return mixture.tonnes * total


def choice_worth(prices: Prices, standing: Standing) -> float:
    """Return what the cell gains by the load."""
    gained = worth(prices, standing.after) - worth(prices, standing.before)
    return gained - _own_shortfall(prices, standing)


def _own_shortfall(prices: Prices, standing: Standing) -> float:
    """Return what the load's own tonnes fall short by where the cell's content says nothing of an analyte."""
    load_t = standing.after.tonnes - standing.before.tonnes
    own = {a: mean for a, mean in standing.alone.items() if a not in standing.after.means}
    if not own:
        return 0.0
    return load_t * math.fsum(
        (1.0 - probability(mean.value, mean.u, prices.box[analyte])) * _loss(prices, standing, analyte, mean)
        for analyte, mean in own.items()
        if analyte in prices.box
    )


def cautious_worth(prices: Prices, standing: Standing) -> float:
    """Return a worth of this choice that falls, or stays, with every uncertainty about load and cell."""
    before, after = standing.before, standing.after
    load_t, part = after.tonnes - before.tonnes, before.tonnes / after.tonnes
    total = load_t * prices.price
    for analyte, mean in {**standing.alone, **after.means}.items():
        span = prices.box.get(analyte)
        if span is None:
            continue
        miss = 1.0 - probability(mean.value, mean.u, span)
        was = before.means.get(analyte) if analyte in after.means else None
        drop = _drop(was, mean, part, span) if was is not None and was is not mean else 0.0
        if miss > 0.0 or drop > 0.0:
            total -= (load_t * miss + before.tonnes * drop) * _loss(prices, standing, analyte, mean)
    return total


def generous_worth(prices: Prices, standing: Standing, criteria: Sequence[Criterion]) -> float:
    """Return a worth of this choice that rises, or stays, with every uncertainty about load and cell. What
    the load does for the cell counts where no limit asks for certainty: else it may not get in to do it."""
    total = (standing.after.tonnes - standing.before.tonnes) * prices.price
    if any(criterion.sure is not None for criterion in criteria):
        return total
    for analyte, mean in standing.after.means.items():
        span = prices.box.get(analyte)
        if span is None:
            continue
        rise = _rise(standing.before.means.get(analyte), mean, span)
        if rise > 0.0:
            total += standing.before.tonnes * rise * _loss(prices, standing, analyte, mean)
    return total


def _loss(prices: Prices, standing: Standing, analyte: Analyte, mean: Mean) -> float:
    """Return what a tonne loses that fails its grade just so in one analyte: down to the dearest lesser grade
    that takes the mean content, and the failing analyte a little outside."""
    own = prices.box[analyte]
    known = {**standing.alone, **standing.after.means}
    for price, box in prices.lesser:
        others = (a for a in box if a != analyte and a in known)
        if _reaches_beyond(box.get(analyte, EVERYTHING), own, mean) and all(
            box[a].meets(known[a].value) for a in others
        ):
            return prices.price - price
    return prices.price


def _reaches_beyond(span: Span, own: Span, mean: Mean) -> bool:
    """Tell whether a lesser grade takes what lies beyond the own limit that is nearer to the mean."""
    if mean.value - own.low < own.high - mean.value:
        return span.low < own.low
    return span.high > own.high


def _drop(was: Mean, now: Mean, part: float, span: Span) -> float:
    """Return by how much the odds to meet the limits fall, at most, for a cell known this well or better."""
    added = max(0.0, now.u**2 - (part * was.u) ** 2)  # what the load brings of the variance
    sides = ((was.value - span.low, now.value - span.low), (span.high - was.value, span.high - now.value))
    return math.fsum(_side(a, b, was.u, part, added) for a, b in sides if b < math.inf)


def _side(a: float, b: float, u: float, part: float, added: float) -> float:
    """Return the greatest of Phi(a/x) - Phi(b/y(x)) over 0 < x <= u, with y² = (part x)² + added; a and b are
    the distances to one limit before and after the load."""
    if a <= 0.0:
        return 0.0

    def odds(x: float) -> float:
        y = math.sqrt((part * x) ** 2 + added)
        before = below(a / x) if x > 0.0 else 1.0
        after = below(b / y) if y > 0.0 else float(b >= 0.0)
        return before - after

    def rises(x: float) -> bool:
        y = math.sqrt((part * x) ** 2 + added)
        return b * density(b / y) * part**2 * x / y**3 > a * density(a / x) / x**2

    farthest = math.sqrt((part * u) ** 2 + added)
    if b > _SURE * farthest:  # after the load, too, it is as good as certain to stay inside
        return 0.0
    if u < _EXACT:
        return max(0.0, odds(0.0))
    if rises(u):
        return max(0.0, odds(u))
    low, high = 0.0, u
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if rises(middle) else (low, middle)
    return max(0.0, odds(u), odds(low) if low > 0.0 else 0.0)


def _rise(was: Mean | None, now: Mean, span: Span) -> float:
    """Return by how much the odds to meet the limits rise, at most, for a cell known this well or better; not
    at all where it knew nothing of it."""
    if was is None:
        return 0.0
    sides = ((was.value - span.low, now.value - span.low), (span.high - was.value, span.high - now.value))
    return math.fsum(most_moved(after, before, was.u) for before, after in sides if after < math.inf)


def most_moved(high: float, low: float, u: float) -> float:
    """Return by how much the odds fall, at most, from a mean that is `high` inside a limit to one that is
    `low`, for a cell known as well as `u` or better: the greatest Phi(high/x) - Phi(low/x) for x up to u."""
    if low >= high or high <= 0.0:
        return 0.0
    if low <= 0.0:
        return 1.0
    x = min(u, math.sqrt((high**2 - low**2) / (2.0 * math.log(high / low))))
    return max(0.0, below(high / x) - below(low / x)) if x > _EXACT else 0.0


def _within(box: Box, means: Mapping[Analyte, Mean], seen: dict[tuple[Analyte, Span], float]) -> float:
    p = 1.0
    for analyte, span in box.items():
        mean = means.get(analyte)
        if mean is None:
            continue
        key = (analyte, span)
        if key not in seen:
            seen[key] = probability(mean.value, mean.u, span)
        p *= seen[key]
    return p


def _terms(ladder: Sequence[tuple[float, Box]]) -> tuple[Term, ...]:
    """Return the sum of price times P(this grade and none dearer) as euros times boxes: by steps between
    prices, each step's union of boxes by inclusion and exclusion."""
    sums: dict[tuple[tuple[Analyte, Span], ...], float] = {}
    reached: list[Box] = []
    for n, (price, box) in enumerate(ladder):
        step = price - (ladder[n + 1][0] if n + 1 < len(ladder) else 0.0)
        if not any(_contains(one, box) for one in reached):
            reached = [one for one in reached if not _contains(box, one)] + [box]
            reached = reached[:_MOST_BOXES]
        for size in range(1, len(reached) + 1):
            for some in combinations(reached, size):
                key = tuple(sorted(_both(some).items()))
                sums[key] = sums.get(key, 0.0) + step * (1.0 if size % 2 else -1.0)
    return tuple(Term(euros, dict(key)) for key, euros in sums.items() if euros)


def _contains(wide: Box, narrow: Box) -> bool:
    return all(
        (span.low <= narrow.get(a, EVERYTHING).low and narrow.get(a, EVERYTHING).high <= span.high)
        for a, span in wide.items()
    )


def _both(boxes: Sequence[Box]) -> dict[Analyte, Span]:
    out: dict[Analyte, Span] = {}
    for box in boxes:
        for analyte, span in box.items():
            out[analyte] = out.get(analyte, EVERYTHING).within(span)
    return out
