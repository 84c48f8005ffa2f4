"""Holds what the pages say of a simulated season against what was true: was the drift found, and in time; is
the bias of the phone that reads high in its interval; do honest ones alarm no more often than stated; does
the laboratory side with whom the truth sides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np

from station.lab.pages.watch import WEIGHT, limits_for
from station.lab.pages.who_was_right import SIDES
from station.lab.statistics.proportions import binomial_tail

Json = dict[str, Any]
Said = Mapping[str, Any]  # {"page", "asked", "result"}, as `silo demo --season --headless --json` prints them
ANALYTE = "protein"
RUNS = 2_000
LONGEST = 0.975  # of simulated delays
FALSE_ALARMS = 1 / 370 + 1 / 370  # a check, by the two rules together
UNLIKELY = 0.01
MOST_OUTSIDE = 1  # of the four sides' intervals, each of which misses once in twenty seasons


@dataclass(frozen=True, slots=True)
class DriftFound:
    """`delay` counts charted checks from the first after the drift began to the alarm; `usual` and `longest`
    are the middle and the 97.5 % delay of simulated charts of the same drift. None: no alarm."""

    source: str
    checks: int
    delay: int | None
    usual: float | None
    longest: float | None
    since_told: str | None
    ok: bool


@dataclass(frozen=True, slots=True)
class BiasKept:
    """A phone's true mean bias, and the interval that the page of pairs gives it."""

    source: str
    reads_high: bool
    true: float
    n: int
    bias: float | None
    ci: tuple[float, float] | None
    ok: bool


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Alarms at honest sources; `likely` is how often chance gives as many or more at the stated rate."""

    checks: int
    alarms: int
    likely: float
    ok: bool


@dataclass(frozen=True, slots=True)
class SidesKept:
    """One side's true share of the loads that disagree, and the page's interval."""

    side: str
    true: float
    n: int
    share: float | None
    ci: tuple[float, float] | None
    ok: bool


@dataclass(frozen=True, slots=True)
class Checked:
    drift: DriftFound | None
    phones: tuple[BiasKept, ...]
    honest: FalseAlarms
    sides: tuple[SidesKept, ...]

    @property
    def high_phone(self) -> BiasKept:
        return next(one for one in self.phones if one.reads_high)

    @property
    def ok(self) -> bool:
        drift = self.drift is not None and self.drift.ok
        high = all(one.ok for one in self.phones if one.reads_high)
        outside = len(SIDES) - sum(one.ok for one in self.sides)
        return drift and high and self.honest.ok and outside <= MOST_OUTSIDE

    def as_dict(self) -> Json:
        return {**asdict(self), "ok": self.ok}


def check_season(said: Iterable[Said], truth: Mapping[str, Any]) -> Checked:
    results = Results(said)
    return Checked(
        _drift(results, truth), _phones(results, truth), _honest(results, truth), _sides(results, truth)
    )


class Results:
    """Finds the result of a question."""

    def __init__(self, said: Iterable[Said]) -> None:
        self._said = list(said)

    def of(self, page: str, **asked: str) -> Json | None:
        wanted = {"analyte": ANALYTE, **asked}
        for one in self._said:
            if one["page"] == page and all(one["asked"].get(name) == value for name, value in wanted.items()):
                return dict(one["result"])
        return None


def _drift(results: Results, truth: Mapping[str, Any]) -> DriftFound | None:
    name, one = next((name, one) for name, one in truth["analyzers"].items() if one["drift"])
    watched = results.of("watch", method="machine", source=_source(results, name, one), species="")
    if watched is None:
        return None
    since = datetime.fromisoformat(one["drift"]["since"])
    until = next(
        (datetime.fromisoformat(what["at"]) for what in truth["happened"] if what["what"] == "adjusted"), None
    )
    charted = [(datetime.fromisoformat(c["at"]), c) for c in watched["checks"] if c["ewma"] is not None]
    drifting = [at for at, _ in charted if at >= since and (until is None or at < until)]
    usual, longest = _usual_delay(drifting, since, one["drift"]["rate_per_day"], watched) or (None, None)
    alarm = next((a for a in watched["alarms"] if datetime.fromisoformat(a["at"]) in drifting), None)
    delay = drifting.index(datetime.fromisoformat(alarm["at"])) + 1 if alarm else None
    return DriftFound(
        name, len(drifting), delay, usual, longest, alarm["since"] if alarm else None,
        ok=delay is not None and longest is not None and delay <= longest,
    )  # fmt: skip


def _source(results: Results, name: str, one: Mapping[str, Any]) -> str:
    """An instrument is asked for by its id or by its serial number."""
    for source in (name, one["serial"]):
        if results.of("watch", method="machine", source=source, species="") is not None:
            return source
    return name


def _usual_delay(
    times: Sequence[datetime], since: datetime, rate: float, watched: Mapping[str, Any]
) -> tuple[float, float] | None:
    """Chart the same drift again and again, with a scatter of one SEP; a chart that never alarms counts as
    one check more than there are."""
    baseline = _first_baseline(watched) or watched["baseline"]
    if not times or baseline is None:
        return None
    shift = np.array([rate * (at - since).total_seconds() / 86_400 for at in times]) / baseline["sep"]
    rng = np.random.default_rng(1)
    u = rng.normal(0, 1, (RUNS, len(times) + 20)) + np.concatenate([np.zeros(20), shift])
    width, action = limits_for(baseline["n"])
    level, delays = np.zeros(RUNS), np.full(RUNS, len(times) + 1)
    limit = width * np.sqrt(WEIGHT / (2 - WEIGHT))
    for place in range(u.shape[1]):
        level = WEIGHT * u[:, place] + (1 - WEIGHT) * level
        if place >= 20:
            out = (np.abs(level) > limit) | (np.abs(u[:, place]) > action)
            delays[out & (delays > len(times))] = place - 19
    return float(np.median(delays)), float(np.quantile(delays, LONGEST))


def _first_baseline(watched: Mapping[str, Any]) -> Json | None:
    """The stretch before an adjustment has a baseline of its own, of its first checks."""
    before = []
    for one in watched["checks"]:
        if one["ewma"] is not None:
            break
        if one["kind"] == "lab":
            before.append(one["d"])
    sep = float(np.std(before, ddof=1)) if len(before) > 1 else 0.0
    return {"sep": sep, "n": len(before)} if sep > 0 else None


def _phones(results: Results, truth: Mapping[str, Any]) -> tuple[BiasKept, ...]:
    found = []
    for phone, one in truth["phones"].items():
        true = truth["phone_bias"][""].get(phone)
        asked = {"test": "phone", "reference": "lab", "source": phone, "species": "", "period": "campaign"}
        result = results.of("pair", **asked)
        numbers = (result or {}).get("numbers") or {}
        ci = numbers.get("bias_ci")
        if true is not None:
            found.append(
                BiasKept(
                    one["name"], one["reads_high"], true["mean"], numbers.get("n", 0), numbers.get("bias"),
                    (ci[0], ci[1]) if ci else None,
                    ok=ci is not None and ci[0] <= true["mean"] <= ci[1],
                )
            )  # fmt: skip
    return tuple(found)


def _honest(results: Results, truth: Mapping[str, Any]) -> FalseAlarms:
    """Every source that does not drift; a phone that reads high always does so, which is no drift either."""
    watched = [
        results.of("watch", method="machine", source=_source(results, name, one), species="")
        for name, one in truth["analyzers"].items()
        if not one["drift"]
    ] + [results.of("watch", method="phone", source=phone, species="") for phone in truth["phones"]]
    known = [one for one in watched if one is not None]
    checks = sum(check["ewma"] is not None for one in known for check in one["checks"])
    alarms = sum(len(one["alarms"]) for one in known)
    likely = binomial_tail(alarms, checks, FALSE_ALARMS) if alarms else 1.0
    return FalseAlarms(checks, alarms, likely, ok=likely >= UNLIKELY)


def _sides(results: Results, truth: Mapping[str, Any]) -> tuple[SidesKept, ...]:
    result = results.of("who_was_right", species="", period="campaign") or {}
    counts = result.get("counts") or {}
    found = []
    for side, true in truth["who_was_right"][""]["counts"].items():
        told = counts.get(side) or {}
        ci, share = told.get("ci"), true["share"] or 0.0
        found.append(
            SidesKept(
                side, share, told.get("n", 0), told.get("share"), (ci[0], ci[1]) if ci else None,
                ok=ci is not None and ci[0] <= share <= ci[1],
            )
        )  # fmt: skip
    return tuple(found)
