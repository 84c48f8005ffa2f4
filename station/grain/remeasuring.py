"""Measuring an analyte once more is worth what the choice gains by it on average, over all it might say.

The next measurement of the same sample has its own error, as large as this one's; what its source gets wrong
for everything stays. Both together then lie around today's value with a spread of own / sqrt 2, and are known
to own / sqrt 2. The average is taken over twelve equally likely parts of that spread.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from drivers.reading import Analyte, in_order
from station.grain.cells import Ask, Facts
from station.grain.criteria import Compared, GradeJudgement, keeps_apart
from station.grain.grades import RulePack
from station.grain.mixture import Mean, mixed
from station.grain.odds import EVERYTHING, density, probability
from station.grain.reasons import Code, Reason
from station.grain.standing import Standing
from station.grain.units import known
from station.grain.worth import Prices

# Standard normal quantiles at 1/12, 2/12 ... and the mean of each twelfth between them.
_CUTS = (-1.3829941271, -0.9674215661, -0.6744897502, -0.4307272993, -0.2104283942, 0.0)
_BOUNDS = (-math.inf, *_CUTS, *(-cut for cut in reversed(_CUTS[:-1])), math.inf)


def _twelfth(low: float, high: float) -> float:
    ends = [density(x) if math.isfinite(x) else 0.0 for x in (low, high)]
    return 12.0 * (ends[0] - ends[1])


NODES = tuple(_twelfth(low, high) for low, high in pairwise(_BOUNDS))

_BY_LIMIT = frozenset(
    {
        Code.OUTSIDE_LIMIT,
        Code.CELL_OUTSIDE,
        Code.CELL_NOT_SURE,
        Code.LOAD_NOT_SURE,
        Code.NEVER_BLEND,
        Code.NEVER_BLEND_NOT_SURE,
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A cell that may take the load, or might if a value were another. `worth` as it stands now."""

    against: tuple[Reason, ...]
    judgement: GradeJudgement
    standing: Standing
    prices: Prices
    worth: float


def worth_asking(
    choices: Sequence[Choice],
    facts: Facts,
    load: Mapping[Analyte, Mean],
    pack: RulePack,
    judgements: Iterable[GradeJudgement],
) -> Ask | None:
    """Return the analyte that is most worth measuring again, where any is worth its minutes; `judgements` are
    those of all grades of the species."""
    best, most = None, 0.0
    steps = [one for judgement in judgements for one in judgement.steps if isinstance(one, Compared)]
    now = max((one.worth for one in choices if not one.against), default=0.0)
    for analyte in in_order(pack.again.minutes):
        mean = load.get(analyte)
        if analyte not in facts.values or mean is None or mean.own <= 0.0:
            continue
        minutes = pack.again.minutes[analyte]
        limits = [one for one in steps if one.criterion.analyte == analyte]
        gain = known(round(_expected(analyte, mean, choices, facts.load_t or 0.0, limits) - now, 2))
        net = gain - minutes * pack.again.euros_a_minute
        if net > most:
            best, most = Ask(analyte, gain, minutes), net
    return best


def _expected(
    analyte: Analyte, mean: Mean, choices: Sequence[Choice], load_t: float, limits: Sequence[Compared]
) -> float:
    """Return the best choice's worth after one more measurement, on average; a value that may then be blended
    with nothing is worth nothing."""
    spread = math.sqrt(mean.own / 2.0)
    u = math.sqrt(max(0.0, mean.u**2 - mean.own / 2.0))
    nexts = [Mean(mean.value + z * spread, mean.own / 2.0, mean.shared, u) for z in NODES]
    best = [0.0] * len(nexts)
    for choice in choices:
        if not _hangs_on(analyte, choice):
            continue
        for n, value in enumerate(_worths(analyte, nexts, choice, load_t)):
            best[n] = max(best[n], value)
    best = [0.0 if _is_never_blend(one, limits) else value for one, value in zip(nexts, best, strict=True)]
    return math.fsum(best) / len(best)


def _is_never_blend(load: Mean, limits: Sequence[Compared]) -> bool:
    """Tell whether a value breaks every never-blend limit that is on one side of it."""
    barring = [one for one in limits if keeps_apart(one.criterion) and one.span is not None]
    sides = {one.criterion.op.is_lower_bound for one in barring}
    return any(
        not any(
            one.span.meets(load.value)
            for one in barring
            if one.span is not None and one.criterion.op.is_lower_bound is side
        )
        for side in sides
    )


def _hangs_on(analyte: Analyte, choice: Choice) -> bool:
    return all(r.code in _BY_LIMIT and r.params["analyte"] == analyte for r in choice.against)


def _worths(analyte: Analyte, nexts: Sequence[Mean], choice: Choice, load_t: float) -> list[float]:
    """Return what the choice is worth with each of these values; nothing where it is then out of question."""
    before, after = choice.standing.before, choice.standing.after
    steps = [
        step
        for step in choice.judgement.steps
        if isinstance(step, Compared) and step.criterion.analyte == analyte
    ]
    old = before.means.get(analyte)
    is_new = analyte in after.means and old is None
    if old is None and not is_new:  # the cell says nothing of it: the load alone counts
        return [choice.worth if _alone_passes(steps, one) else 0.0 for one in nexts]
    ends = [one if old is None else mixed(before.tonnes, old, load_t, one) for one in nexts]
    was = after.means[analyte]
    rests = []
    for term in choice.prices.terms:
        rest = 1.0
        for other, span in term.box.items():
            if other != analyte and other in after.means:
                rest *= probability(after.means[other].value, after.means[other].u, span)
        rests.append((term.euros * rest, term.box.get(analyte, EVERYTHING)))
    base = choice.worth - after.tonnes * _euros(rests, was)
    out = []
    for one, end in zip(nexts, ends, strict=True):
        passes = all(_passes(step, one, end) for step in steps)
        out.append(base + after.tonnes * _euros(rests, end) if passes else 0.0)
    return out


def _euros(rests: Sequence[tuple[float, object]], mean: Mean) -> float:
    seen: dict[object, float] = {}
    total = 0.0
    for euros, span in rests:
        if span not in seen:
            seen[span] = probability(mean.value, mean.u, span)  # type: ignore[arg-type]
        total += euros * seen[span]
    return total


def _passes(step: Compared, load: Mean, end: Mean) -> bool:
    mean = end if step.blends else load
    if step.span is None or step.criterion.kind == "information":
        return True
    sure = step.criterion.sure
    return step.span.meets(mean.value) and (
        sure is None or probability(mean.value, mean.u, step.span) >= sure
    )


def _alone_passes(steps: Sequence[Compared], load: Mean) -> bool:
    return all(_passes(step, load, load) for step in steps)
