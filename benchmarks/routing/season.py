"""A season is drawn whole before anyone routes: its loads as they are, and every error that could be made.

So all rules see the same loads with the same errors, and a measurement made again has the error it would have
had for any rule."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.rates import Errors, Field, Rates
from drivers.reading import Analyte, Basis, needs_basis
from station.grain.cells import Measured

Values = Mapping[Analyte, Measured]
Times = Mapping[tuple[int, Analyte], int]  # how often a load's analyte is measured again
_STAYS = 0.7  # of a day's weather, the next day


@dataclass(frozen=True, slots=True)
class Load:
    number: int
    day: int
    tonnes: float
    true: Mapping[Analyte, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Holds one instrument's errors of one analyte. `bias` by day; `own` by load and measurement; `told_own`
    and `told_shared`: what the router is told of their standard deviations."""

    bias: NDArray[np.float64]
    own: NDArray[np.float64]
    told_own: float
    told_shared: float


@dataclass(frozen=True, slots=True)
class Season:
    loads: Sequence[Load]
    errors: Mapping[str, Mapping[Analyte, Drawn]]
    told: float

    def measure(self, instrument: str, load: Load, times: Times) -> dict[Analyte, Measured]:
        """Return what the instrument says of the load: the mean of its measurements."""
        return {
            analyte: _measured(instrument, analyte, drawn, load, 1 + times.get((load.number, analyte), 0))
            for analyte, drawn in self.errors[instrument].items()
        }


def draw_season(rates: Rates, seed: int, number: int) -> Season:
    """Draw season `number` (from 0) of the `seed`."""
    rng = np.random.default_rng([seed, number])
    told = rates.told[number % len(rates.told)]
    loads = _loads(rates, rng)
    errors = {
        instrument: {analyte: _drawn(one, rates, told, rng) for analyte, one in analytes.items()}
        for instrument, analytes in rates.instruments.items()
    }
    return Season(loads, errors, told)


def combine(parts: Sequence[Measured]) -> Measured:
    """Weigh what several instruments say by its uncertainty; the errors that each shares stay by source."""
    if len(parts) == 1 or any(not part.u for part in parts):
        return parts[0]
    weights = [1.0 / (part.u or 1.0) ** 2 for part in parts]
    shares = [weight / math.fsum(weights) for weight in weights]
    own = math.fsum((share * (part.own_u or 0.0)) ** 2 for share, part in zip(shares, parts, strict=True))
    shared = {
        source: share * u
        for share, part in zip(shares, parts, strict=True)
        for source, u in part.shared.items()
    }
    return replace(
        parts[0],
        value=math.fsum(share * part.value for share, part in zip(shares, parts, strict=True)),
        u=math.sqrt(own + math.fsum(u**2 for u in shared.values())),
        shared=shared,
    )


def _loads(rates: Rates, rng: np.random.Generator) -> list[Load]:
    fields = rates.suppliers * rates.fields_a_supplier
    supplier = np.repeat(np.arange(rates.suppliers), rates.fields_a_supplier)
    day_of = rng.integers(rates.days, size=fields)
    field_of = np.sort(rng.integers(fields, size=rates.loads))
    order = np.lexsort((rng.random(rates.loads), day_of[field_of]))
    field_of = field_of[order]
    days = day_of[field_of]
    values = {
        analyte: one.mean + rng.normal(0.0, one.season) + _weather(one, rates.days, rng)[days]
        + rng.normal(0.0, one.load, rates.loads)
        for analyte, one in rates.fields.items()
    }  # fmt: skip
    for part, index in (("supplier", supplier[field_of]), ("field", field_of)):
        shocks = _correlated(rates, int(index.max()) + 1, rng)
        for analyte, one in rates.fields.items():
            values[analyte] = values[analyte] + getattr(one, part) * shocks[analyte][index]
    kinds = rng.choice(len(rates.trucks), size=rates.loads, p=[share for share, _ in rates.trucks])
    tonnes = [round(float(rng.uniform(*rates.trucks[kind][1])), 2) for kind in kinds]
    return [
        Load(n, int(days[n]), tonnes[n], {analyte: float(of[n]) for analyte, of in values.items()})
        for n in range(rates.loads)
    ]


def _weather(field: Field, days: int, rng: np.random.Generator) -> NDArray[np.float64]:
    fresh = rng.normal(0.0, field.day, days)
    weather = np.zeros(days)
    for day in range(days):
        before = weather[day - 1] if day else 0.0
        weather[day] = _STAYS * before + math.sqrt(1.0 - _STAYS**2) * fresh[day]
    return weather


def _correlated(rates: Rates, count: int, rng: np.random.Generator) -> dict[Analyte, NDArray[np.float64]]:
    shocks = {analyte: rng.normal(size=count) for analyte in rates.fields}
    r = rates.correlation
    shocks[Analyte.TEST_WEIGHT] = (
        r * shocks[Analyte.PROTEIN] + math.sqrt(1.0 - r**2) * shocks[Analyte.TEST_WEIGHT]
    )
    return shocks


def _drawn(errors: Errors, rates: Rates, told: float, rng: np.random.Generator) -> Drawn:
    drifted = np.cumsum(rng.normal(0.0, errors.drift, rates.days))
    return Drawn(
        bias=rng.normal(0.0, errors.bias) + drifted,
        own=rng.normal(0.0, errors.own, (rates.loads, 1 + rates.most_again)),
        told_own=told * errors.own,
        told_shared=told * math.sqrt(errors.bias**2 + errors.drift**2 * rates.days / 2),
    )


def _measured(instrument: str, analyte: Analyte, drawn: Drawn, load: Load, times: int) -> Measured:
    own = float(drawn.own[load.number, :times].mean())
    return Measured(
        value=load.true[analyte] + float(drawn.bias[load.day]) + own,
        u=math.hypot(drawn.told_own / math.sqrt(times), drawn.told_shared),
        basis=Basis.DRY_MATTER if needs_basis(analyte) else None,
        shared={instrument: drawn.told_shared},
    )
