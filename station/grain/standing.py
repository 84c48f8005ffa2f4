"""A cell meets its grade, once a load is in it, by the mixture for blendable limits, else by the load alone.

The predicted mean must be inside the limit at its rounding step and, where the limit asks for it, as surely.
Where the cell holds nothing, or its content of that analyte is not known, the load alone must meet the limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.reading import Analyte, in_order
from station.grain.cells import After
from station.grain.criteria import Absent, Compared, GradeJudgement, compared_params
from station.grain.grades import Criterion
from station.grain.mixture import Box, Mean, Mixture, factor_to, mixed, shown, span_on_scale
from station.grain.odds import Span, probability
from station.grain.reasons import Code, Reason
from station.grain.units import known

_SAID_BELOW = 0.9995  # a cell that is surer than this to meet a limit needs no word
_EXACT = 1e-5  # so near to a limit the decimal comparison decides


@dataclass(frozen=True, slots=True)
class Standing:
    """Holds what a cell is after the load, by one grade. `fits_by_mean`: nothing but a wanted certainty
    speaks against it. `before` and `after` on the blending scales; `alone` what counts of the load itself."""

    in_favour: tuple[Reason, ...]
    against: tuple[Reason, ...]
    fits_by_mean: bool
    before: Mixture
    after: Mixture
    alone: Mapping[Analyte, Mean]
    p_cell_ok: float


def stand(
    judgement: GradeJudgement, before: Mixture, load_t: float, load: Mapping[Analyte, Mean]
) -> Standing:
    """Judge one cell by its grade. The load's criteria without a value are told, not judged."""
    means, fixed = _after(before, load_t, load)
    moisture = means.get(Analyte.MOISTURE)
    in_favour: list[Reason] = []
    against: list[Reason] = []
    alone: dict[Analyte, Mean] = {}
    by_mean = True
    for step in judgement.steps:
        if isinstance(step, Absent) or not step.blends:
            spoilt, is_out = _held_outside(step.criterion, before.means, moisture)
            against.extend(spoilt)
            by_mean = by_mean and not is_out
        if isinstance(step, Absent):
            (against if step.is_missing else in_favour).extend(step.reasons)
            by_mean = by_mean and not step.is_missing
            continue
        analyte = step.criterion.analyte
        if step.blends and analyte in fixed:
            water = moisture.value if moisture else None
            reasons, passes, met = _with_cell(step, means[analyte], water)
        else:
            if step.blends and step.mean is not None:
                alone[analyte] = step.mean
            passes = step.decides_nothing or step.passes
            reasons, met = [step.alone], step.met or step.decides_nothing
        (in_favour if passes else against).extend(reasons)
        in_favour.extend(step.notes)
        by_mean = by_mean and met
    after = Mixture(before.tonnes + load_t, means)
    p = known(_cell_ok(judgement, after, alone))
    return Standing(tuple(in_favour), tuple(against), by_mean, before, after, alone, p)


def _held_outside(
    criterion: Criterion, held: Mapping[Analyte, Mean], moisture: Mean | None
) -> tuple[list[Reason], bool]:
    """Return what of the cell's own content breaks a limit that the load cannot mend, and whether it does by
    its mean: of an analyte that is never blended, or of which nothing is known of the load."""
    mean = held.get(criterion.analyte)
    span = None if mean is None else span_on_scale(criterion, moisture.value if moisture else None)
    if mean is None or span is None or criterion.kind == "information":
        return [], False
    value, met, p = _compare(criterion, span, mean, moisture.value if moisture else None)
    if met and (criterion.sure is None or p >= criterion.sure):
        return [], False
    params = {**compared_params(criterion, value), **_of_cell(criterion, value, mean, p)}
    if met:
        return [Reason(Code.CELL_NOT_SURE, params | {"sure": criterion.sure})], False
    return [Reason(Code.CELL_HOLDS_OUTSIDE, params)], True


def with_load(before: Mixture, load_t: float, load: Mapping[Analyte, Mean]) -> After:
    """Return what a cell will hold that is judged by no grade."""
    means, _ = _after(before, load_t, load)
    return after_of(Mixture(before.tonnes + load_t, means))


def _after(
    before: Mixture, load_t: float, load: Mapping[Analyte, Mean]
) -> tuple[dict[Analyte, Mean], frozenset[Analyte]]:
    """Return the means after the load, and which of them the load has changed in a cell that knew them."""
    if before.tonnes <= 0.0 or load_t <= 0.0:
        return dict(load), frozenset()
    changed = before.means.keys() & load.keys()
    means = dict(before.means)
    for analyte in changed:
        means[analyte] = mixed(before.tonnes, before.means[analyte], load_t, load[analyte])
    return means, frozenset(changed)


def _with_cell(step: Compared, mean: Mean, moisture: float | None) -> tuple[list[Reason], bool, bool]:
    """Return what to say, whether the cell takes it, and whether it does by its mean alone."""
    criterion, span = step.criterion, step.span
    assert span is not None  # only a criterion that blends comes here
    value, met, p = _compare(criterion, span, mean, moisture)
    sure = criterion.sure
    if criterion.is_too_far(step.value):
        params = compared_params(criterion, step.value, step.u)
        return [Reason(Code.TOO_FAR_TO_BLEND, params | {"each": criterion.each})], False, False
    if met and (sure is None or p >= sure):
        if step.met and p >= _SAID_BELOW:
            return [step.alone if step.passes else _meets(step)], True, True
        return [Reason(Code.CELL_STAYS, _cell_params(step, value, mean, p))], True, True
    code = Code.CELL_NOT_SURE if met else Code.CELL_OUTSIDE
    params = _cell_params(step, value, mean, p) | ({"sure": sure} if met else {})
    return [Reason(code, params)], False, met


def _meets(step: Compared) -> Reason:
    return Reason(Code.MEETS, compared_params(step.criterion, step.value, step.u))


def _compare(
    criterion: Criterion, span: Span, mean: Mean, moisture: float | None
) -> tuple[float, bool, float]:
    """Return a cell's mean on the criterion's basis, as it is compared and read, whether it meets the limit,
    and how probably."""
    value = shown(criterion.analyte, mean).value
    factor = factor_to(criterion, moisture)
    value = value if factor in (None, 1.0) else known(value * (factor or 1.0))
    edge = span.low if span.low > -1e300 else span.high
    met = span.meets(mean.value) if abs(mean.value - edge) > _EXACT else criterion.is_met_by(value)
    return value, met, probability(mean.value, mean.u, span) if mean.u > 0.0 else float(met)


def _cell_params(step: Compared, value: float, mean: Mean, p: float) -> dict[str, object]:
    return {**compared_params(step.criterion, step.value, step.u), **_of_cell(step.criterion, value, mean, p)}


def _of_cell(criterion: Criterion, value: float, mean: Mean, p: float) -> dict[str, object]:
    return {"cell_value": value, "cell_u": shown(criterion.analyte, mean).u, "p": known(p)}


def _cell_ok(judgement: GradeJudgement, after: Mixture, alone: Mapping[Analyte, Mean]) -> float:
    """Return the probability that the cell meets its grade, by all that is known of it."""
    return box_probability(judgement.box, {**alone, **after.means})


def box_probability(box: Box, means: Mapping[Analyte, Mean]) -> float:
    p = 1.0
    for analyte, span in box.items():
        mean = means.get(analyte)
        if mean is not None:
            p *= probability(mean.value, mean.u, span)
    return p


def after_of(mixture: Mixture) -> After:
    """Return a mixture as a person reads it; what is known of a part of it stands for that part."""
    content = {analyte: shown(analyte, mixture.means[analyte]) for analyte in in_order(mixture.means)}
    return After(known(mixture.tonnes), content)
