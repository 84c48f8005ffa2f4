"""A mixture is reckoned on the scale on which it blends: protein and oil on dry matter, falling numbers as
liquefaction numbers, the rest as it is. Limits are brought to the same scale as spans.

The formulas are those of `station/grain/blending.py`; here they work on bare numbers, for many cells at once.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drivers.reading import BLENDS, Analyte, Basis, needs_basis
from station.grain.blending import FALLING_NUMBER_FLOOR, falling_number_of, liquefied, scaled
from station.grain.cells import CellState, Measured
from station.grain.grades import Criterion, Grade
from station.grain.odds import EVERYTHING, Span, span_of
from station.grain.units import MoisturePercent, known, on_basis

NOTHING: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean on its blending scale. `own` is the variance that is this mean's alone, `shared` what its
    sources got wrong for all that they measured, `u` both together."""

    value: float
    own: float
    shared: Mapping[str, float]
    u: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """Some tonnes and the means that are known of them."""

    tonnes: float
    means: Mapping[Analyte, Mean] = field(default_factory=dict)


Defaults = Mapping[Analyte, float]
Box = Mapping[Analyte, Span]


def mean_of(analyte: Analyte, measured: Measured, moisture: float | None, usual_u: Defaults) -> Mean | None:
    """Return a value on its blending scale; None where it has none. `usual_u` stands in for an uncertainty
    that nobody stated; without one the value counts as exact."""
    if BLENDS[analyte] == "never":
        return None
    if measured.u is None:
        measured = replace(measured, u=usual_u.get(analyte, 0.0), shared=NOTHING)
    if needs_basis(analyte):
        if measured.basis is None:
            return None
        water = None if moisture is None else MoisturePercent(moisture)
        factor = on_basis(1.0, measured.basis, Basis.DRY_MATTER, water)
        if factor is None:
            return None
        measured = scaled(measured, factor) if factor != 1.0 else measured
    elif BLENDS[analyte] == "liquefaction":
        liquid = liquefied(measured)
        if liquid is None:
            return None
        measured = liquid
    u = measured.u or 0.0
    own = u * u - math.fsum(part**2 for part in measured.shared.values()) if measured.shared else u * u
    return Mean(measured.value, max(0.0, own), measured.shared, u)


def means_of(values: Mapping[Analyte, Measured], usual_u: Defaults) -> dict[Analyte, Mean]:
    """Return what of these values can be blended."""
    water = values.get(Analyte.MOISTURE)
    moisture = None if water is None else water.value
    found = ((analyte, mean_of(analyte, one, moisture, usual_u)) for analyte, one in values.items())
    return {analyte: mean for analyte, mean in found if mean is not None}


def held_by(cell: CellState, usual_u: Defaults) -> Mixture:
    """Return what a cell holds with all that is reserved in it. An analyte that is not known of its content
    is not known; what is reserved without values counts as the content is."""
    content, reserved = max(0.0, cell.content_t), cell.reserved_t
    stored = means_of(cell.content, usual_u) if content > 0.0 else {}
    coming = means_of(cell.reserved, usual_u) if reserved > 0.0 else {}
    if content <= 0.0:
        return Mixture(reserved, coming)
    means = {
        analyte: mixed(content, mean, reserved, coming[analyte]) if analyte in coming else mean
        for analyte, mean in stored.items()
    }
    return Mixture(content + reserved, means)


def mixed(tonnes: float, mean: Mean, added_t: float, added: Mean) -> Mean:
    """Return the mean of both by their tonnes: own errors average out, those of one source stay."""
    total = tonnes + added_t
    part, rest = tonnes / total, added_t / total
    own = part * part * mean.own + rest * rest * added.own
    if not mean.shared and not added.shared:
        return Mean(part * mean.value + rest * added.value, own, NOTHING, math.sqrt(own))
    shared = {source: part * u for source, u in mean.shared.items()}
    for source, u in added.shared.items():
        shared[source] = shared.get(source, 0.0) + rest * u
    u = math.sqrt(own + math.fsum(one * one for one in shared.values()))
    return Mean(part * mean.value + rest * added.value, own, shared, u)


def shown(analyte: Analyte, mean: Mean) -> Measured:
    """Return a mean in the analyte's unit, as a person reads it; protein and oil on dry matter."""
    if BLENDS[analyte] == "liquefaction":
        seconds = falling_number_of(mean.value)
        factor = (seconds - FALLING_NUMBER_FLOOR) / mean.value
        return Measured(known(seconds), known(mean.u * factor))
    basis = Basis.DRY_MATTER if needs_basis(analyte) else None
    return Measured(known(mean.value), known(mean.u), basis)


def factor_to(criterion: Criterion, moisture: float | None) -> float | None:
    """Return what brings a mean to the basis of a limit; None for a limit as is without moisture."""
    if not needs_basis(criterion.analyte):
        return 1.0
    water = None if moisture is None else MoisturePercent(moisture)
    return on_basis(1.0, Basis.DRY_MATTER, criterion.basis or Basis.AS_IS, water)


def span_on_scale(criterion: Criterion, moisture: float | None) -> Span | None:
    """Return the limit of a criterion on the analyte's blending scale."""
    factor = factor_to(criterion, moisture)
    if factor is None:
        return None
    span = span_of(criterion.op, criterion.limit, criterion.step)
    if BLENDS[criterion.analyte] == "liquefaction":
        return Span(_liquid(span.high), _liquid(span.low))
    return span if factor == 1.0 else Span(span.low / factor, span.high / factor)


def _liquid(seconds: float) -> float:
    if seconds == math.inf:
        return -math.inf
    return 6000.0 / (seconds - FALLING_NUMBER_FLOOR) if seconds > FALLING_NUMBER_FLOOR else math.inf


def box_of(grade: Grade, moisture: float | None) -> dict[Analyte, Span]:
    """Return all limits of a grade that decide, per analyte on its blending scale."""
    box: dict[Analyte, Span] = {}
    for criterion in grade.criteria:
        if criterion.kind != "information":
            span = span_on_scale(criterion, moisture)
            if span is not None:
                box[criterion.analyte] = box.get(criterion.analyte, EVERYTHING).within(span)
    return box
