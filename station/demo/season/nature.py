"""What is true on the simulated season: the grain, and how each method errs.

A load has true values. Phone and machine read the same handful, whose difference from the load they share;
the laboratory takes its own. A machine errs by its bias, which may drift, and at random; a phone model pulls
values to the middle and has a bias of its own, beside that of each phone. Figures are those of the trade: a
machine's SEP against the laboratory about 0.2 % protein, a laboratory 0.10, a phone 0.45.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from drivers.reading import Analyte

SHARED_SD = 0.08  # of a handful's protein
MACHINE_SD = {Analyte.PROTEIN: 0.13, Analyte.MOISTURE: 0.10, Analyte.TEST_WEIGHT: 0.25}
REPEAT_SD = {Analyte.PROTEIN: 0.06, Analyte.MOISTURE: 0.04, Analyte.TEST_WEIGHT: 0.12}
LABORATORY_SD = {
    Analyte.PROTEIN: 0.10, Analyte.MOISTURE: 0.08, Analyte.TEST_WEIGHT: 0.25, Analyte.VARIETY_PURITY: 0.8,
}  # fmt: skip
PHONE_SD, PHONE_PURITY_SD = 0.38, 2.0
STATED_SD, STATED_PURITY_SD = 0.45, 2.2  # what the app says of its protein and variety purity


@dataclass(frozen=True, slots=True)
class Field:
    """What a species' loads are like this year: mean and standard deviation by analyte."""

    values: Mapping[Analyte, tuple[float, float]]
    varieties: tuple[str, ...]
    product: str

    def mean(self, analyte: Analyte) -> float:
        return self.values[analyte][0]


FIELDS = {
    "soft_wheat": Field(
        {Analyte.PROTEIN: (11.6, 0.95), Analyte.MOISTURE: (13.2, 0.7), Analyte.TEST_WEIGHT: (77.2, 1.5)},
        ("Chevignon", "KWS Extase", "Complice", "Winner", "RGT Sacramento"),
        "BLE TENDRE",
    ),
    "barley": Field(
        {
            Analyte.PROTEIN: (10.4, 0.85), Analyte.MOISTURE: (13.0, 0.6), Analyte.TEST_WEIGHT: (66.5, 1.6),
            Analyte.VARIETY_PURITY: (97.0, 1.2),
        },
        ("RGT Planet", "KWS Faro", "LG Caruso"),
        "ORGE",
    ),
}  # fmt: skip


def draw_grain(rng: Random, species: str) -> dict[Analyte, float]:
    """Draw a load's true values; protein is of the dry matter."""
    grain = {}
    for analyte, (mean, sd) in FIELDS[species].values.items():
        value = mean + sd * max(-2.8, min(2.8, rng.gauss(0, 1)))
        grain[analyte] = min(value, 99.8) if analyte is Analyte.VARIETY_PURITY else value
    return grain


@dataclass(frozen=True, slots=True)
class Handful:
    """The part of a load that phone and machine look at, and each method's own errors at it."""

    protein: float  # of the handful, less that of the load
    machine: Mapping[Analyte, float]
    phone: float
    phone_purity: float


def draw_handful(rng: Random) -> Handful:
    machine = {analyte: rng.gauss(0, sd) for analyte, sd in MACHINE_SD.items()}
    return Handful(rng.gauss(0, SHARED_SD), machine, rng.gauss(0, PHONE_SD), rng.gauss(0, PHONE_PURITY_SD))


@dataclass(frozen=True, slots=True)
class Drift:
    since: datetime
    rate_per_day: float


@dataclass(slots=True)
class AnalyzerNature:
    """An analyzer's own bias of protein. `adjusted`: when the technician set it right, to `left`."""

    bias: float
    drift: Drift | None = None
    adjusted: datetime | None = None
    left: float = 0.0

    def bias_at(self, at: datetime) -> float:
        if self.adjusted is not None and at >= self.adjusted:
            return self.left
        if self.drift is None or at < self.drift.since:
            return self.bias
        return self.bias + self.drift.rate_per_day * (at - self.drift.since).total_seconds() / 86_400

    def reads(
        self, rng: Random, grain: Mapping[Analyte, float], handful: Handful | None, at: datetime
    ) -> dict[Analyte, float]:
        """What it shows of this grain; `handful` None: of a control sample, which errs by repeating alone."""
        shown = {}
        for analyte, sd in REPEAT_SD.items():
            value = grain[analyte] + rng.gauss(0, sd) + (handful.machine[analyte] if handful else 0.0)
            if analyte is Analyte.PROTEIN:
                value += self.bias_at(at) + (handful.protein if handful else 0.0)
            shown[analyte] = round(value, 1 if analyte is Analyte.TEST_WEIGHT else 2)
        return shown


@dataclass(frozen=True, slots=True)
class PhoneModelNature:
    """A kind of phone: it pulls protein to the middle by `compression`, and reads `bias` too high."""

    name: str
    compression: float
    bias: float


@dataclass(frozen=True, slots=True)
class PhoneNature:
    model: PhoneModelNature
    bias: float

    def reads_protein(self, species: str, grain: Mapping[Analyte, float], handful: Handful) -> float:
        middle = FIELDS[species].mean(Analyte.PROTEIN)
        true = grain[Analyte.PROTEIN] + handful.protein
        pulled = middle + (1 - self.model.compression) * (true - middle)
        return round(pulled + self.model.bias + self.bias + handful.phone, 2)

    def reads_purity(self, grain: Mapping[Analyte, float], handful: Handful) -> float | None:
        true = grain.get(Analyte.VARIETY_PURITY)
        return None if true is None else round(min(100.0, max(80.0, true + handful.phone_purity)), 1)


def laboratory_reads(rng: Random, grain: Mapping[Analyte, float]) -> dict[Analyte, float]:
    """What the laboratory reports of its own part of the sample."""
    return {
        analyte: round(min(value + rng.gauss(0, LABORATORY_SD[analyte]), 100.0), 2)
        for analyte, value in grain.items()
    }


@dataclass(slots=True)
class Nature:
    """Every method of the season. `drifting` and `high` name the analyzer that drifts and the phone that
    reads high."""

    analyzers: dict[str, AnalyzerNature]
    phones: dict[str, PhoneNature]
    drifting: str
    high: str
    control: dict[Analyte, float] = field(default_factory=dict)


ANALYZERS = ("nir1", "nir2")
PHONE_MODELS = ("Galaxy A54", "Redmi Note 13 Pro")
PHONES = (f"{PHONE_MODELS[0]} n° 1", f"{PHONE_MODELS[0]} n° 2", f"{PHONE_MODELS[1]} n° 1")
DRIFT_DAY = 18


def draw_nature(seed: int, drift_since: datetime) -> Nature:
    """Draw the season's methods: which analyzer drifts, how fast and which way, which phone reads high and by
    how much. Honest ones have small biases too."""
    rng = Random(f"nature {seed}")
    drifting, high = rng.choice(ANALYZERS), rng.choice(PHONES)
    rate = rng.choice((-1, 1)) * rng.uniform(0.05, 0.065)
    analyzers = {
        name: AnalyzerNature(
            rng.gauss(0, 0.04),
            Drift(drift_since, rate) if name == drifting else None,
            left=rng.gauss(0, 0.03),
        )
        for name in ANALYZERS
    }
    models = [PhoneModelNature(name, rng.uniform(0.12, 0.22), rng.gauss(0, 0.05)) for name in PHONE_MODELS]
    phones = {
        name: PhoneNature(
            models[0 if number < 2 else 1],
            rng.uniform(0.35, 0.5) if name == high else rng.gauss(0, 0.05),
        )
        for number, name in enumerate(PHONES)
    }
    control = {Analyte.PROTEIN: 11.8, Analyte.MOISTURE: 12.6, Analyte.TEST_WEIGHT: 77.5}
    return Nature(analyzers, phones, drifting, high, control)
