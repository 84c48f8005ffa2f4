"""What the pages know of one analyte: values of loads' samples as plain rows, how the laboratory's samples
were chosen, and what the loads were. Nothing here knows the database.

A row is {source_id, seq, replicate, sample_id, load_id, species, variety, method, source, release, value,
mass_value, comparator, unit, basis, nitrogen_factor, at}.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from station.grain.units import Op

Row = Mapping[str, Any]
Json = dict[str, Any]
Asked = Mapping[str, str]

PHONE, MACHINE, LAB = "phone", "machine", "lab"
METHODS = (PHONE, MACHINE, LAB)
CAMPAIGN, LAST_30_DAYS = "campaign", "last_30_days"
PERIODS = (CAMPAIGN, LAST_30_DAYS)
MIN_POINTS, MIN_LIMITS, MIN_SEP = 5, 10, 20
RANDOM, CHOSEN, UNKNOWN, EVERY = "random", "chosen", "unknown", "every"


@dataclass(frozen=True, slots=True)
class Sent:
    """How a sample came to the laboratory: `random` with the number of samples that it stands for, or
    `chosen`. A sample that no list names is unknown."""

    how: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """What pages say of a load; `grade_changed`: an override that sent it to a cell of another grade."""

    campaign: str
    supplier_id: str = ""
    ticket: int | None = None
    tonnes: float | None = None
    decided_by: str = ""
    overridden: bool = False
    grade_changed: bool = False


@dataclass(frozen=True, slots=True)
class ClassLimit:
    """A limit of a grade of the rule pack, compared at `step`."""

    species: str
    grade: str
    op: Op
    limit: float
    step: float
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Somebody adjusted the instrument itself."""

    source: str
    at: datetime
    species: str | None = None
    network: str = ""
    old_bias: float | None = None
    new_bias: float | None = None
    reason: str = ""

    def as_dict(self) -> Json:
        return {
            "at": self.at.isoformat(), "network": self.network, "old_bias": self.old_bias,
            "new_bias": self.new_bias, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Control:
    """One check of a control sample: what `source` read and what the sample is known to have."""

    source: str
    at: datetime
    value: float
    target: float
    passed: bool
    species: str | None = None


@dataclass(frozen=True)
class Study:
    """`rows` are of loads' samples, without what is held or released; `held` are those that are, which the
    watch of the source itself still shows. `since` is where each period begins. `names` are readable names of
    sources, `verified_until` their verification."""

    analyte: str
    rows: Sequence[Row]
    held: Sequence[Row] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    sent: Mapping[str, Sent] = field(default_factory=dict)
    loads: Mapping[str, LoadFacts] = field(default_factory=dict)
    campaign: str = ""
    since: Mapping[str, datetime] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    limits: Sequence[ClassLimit] = ()
    tolerance: float | None = None
    permitted: float | None = None
    citation: str = ""
    repeatability: float | None = None
    replicates: int = 1
    adjusted: Sequence[Adjusted] = ()
    controls: Sequence[Control] = ()
    control_every_days: int = 7
    verified_until: Mapping[str, str] = field(default_factory=dict)
    conf: float = 0.95

    @cached_property
    def measured_at(self) -> Mapping[str, datetime]:
        """When each sample was first measured at the silo, which is what puts it into a period; the
        laboratory's word comes days later."""
        first: dict[str, datetime] = {}
        for row in self.rows:
            known = first.get(row["sample_id"])
            if row["method"] != LAB and (known is None or row["at"] < known):
                first[row["sample_id"]] = row["at"]
        return first

    def within(self, species: str, period: str, *, every_campaign: bool = False) -> list[Row]:
        """Return the rows of samples of a species ("" all) that were measured in a period."""
        begin = self.since.get(period)
        at = self.measured_at
        return [
            row
            for row in self.rows
            if (not species or row["species"] == species)
            and row["sample_id"] in at
            and (begin is None or at[row["sample_id"]] >= begin)
            and (every_campaign or self._is_of_campaign(row["load_id"]))
        ]

    def _is_of_campaign(self, load_id: str) -> bool:
        facts = self.loads.get(load_id)
        return not self.campaign or facts is None or facts.campaign == self.campaign

    def limits_of(self, species: str, basis: str | None) -> list[ClassLimit]:
        """Return the limits of a species' grades on a basis, each once; none where species are mixed."""
        found: dict[tuple[float, str], ClassLimit] = {}
        for limit in self.limits:
            on_it = limit.basis in (None, basis) or (limit.basis == "as_is" and basis is None)
            if limit.species == species and (on_it or basis in _SHARES):
                found.setdefault((limit.limit, limit.op.value), limit)
        return sorted(found.values(), key=lambda one: (one.limit, one.op.value))

    def name_of(self, source: str) -> str:
        return self.names.get(source, source)

    def facts_of(self, load_id: str | None) -> LoadFacts:
        return self.loads.get(load_id or "") or LoadFacts(self.campaign)


_SHARES = ("by_count", "by_mass", "by_estimated_mass")


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which samples a comparison stands on. `used`: every (no laboratory in it), random (drawn by lot, with
    the weights that they were drawn with), or unknown (drawn or sent without a list: nobody chose them for
    their values as far as is known). What was chosen for its doubts is never used, and counted."""

    ids: frozenset[str]
    used: str
    counts: Mapping[str, int]
    weights: Mapping[str, float] | None = None

    def as_dict(self) -> Json:
        return {**self.counts, "used": self.used, "weighted": self.weights is not None}


def sampling_of(ids: Collection[str], sent: Mapping[str, Sent], methods: Collection[str]) -> Sampling:
    """Choose from samples that all methods measured: ten that were drawn by lot stand alone."""
    counts = dict.fromkeys((RANDOM, CHOSEN, UNKNOWN), 0)
    if LAB not in methods:
        return Sampling(frozenset(ids), EVERY, {**counts, EVERY: len(ids)})
    how = {one: sent[one].how if one in sent else UNKNOWN for one in ids}
    for kind in how.values():
        counts[kind] += 1
    if counts[RANDOM] >= MIN_LIMITS or (counts[RANDOM] and not counts[UNKNOWN]):
        drawn = frozenset(one for one, kind in how.items() if kind == RANDOM)
        return Sampling(drawn, RANDOM, counts, _weights(drawn, sent))
    return Sampling(frozenset(one for one, kind in how.items() if kind != CHOSEN), UNKNOWN, counts)


def _weights(drawn: Iterable[str], sent: Mapping[str, Sent]) -> dict[str, float] | None:
    """Return the weights; None where all are the same, or one is not known."""
    found = {one: weight for one in drawn if (weight := sent[one].weight)}
    is_whole = len(found) == len(frozenset(drawn))
    return found if is_whole and len(set(found.values())) > 1 else None


def by_sample(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["sample_id"], []).append(row)
    return found


def having(rows: Iterable[Row], methods: Collection[str]) -> dict[str, list[Row]]:
    """Return the samples that all methods measured, with a value and not a limit."""
    wanted = set(methods)
    numbers = [row for row in rows if row["method"] in wanted and not row["comparator"]]
    return {
        sample: some
        for sample, some in by_sample(numbers).items()
        if wanted <= {row["method"] for row in some}
    }


def head(study: Study, asked: Asked, rows: Sequence[Row]) -> Json:
    """Return what every result says, before its numbers are known."""
    times = [study.measured_at[row["sample_id"]] for row in rows if row["sample_id"] in study.measured_at]
    period = [min(times).isoformat(), max(times).isoformat()] if times else [None, None]
    source = asked.get("source", "")
    return {
        "asked": {**asked, "source_name": study.name_of(source) if source else ""},
        "n": 0,
        "period": period,
        "unit": rows[0]["unit"] if rows else None,
        "basis": {},
        "sampling": dict.fromkeys((RANDOM, CHOSEN, UNKNOWN), 0),
        "left_out": dict(study.left_out),
        "refused": None,
    }


def refusal(code: str, **params: Any) -> Json:
    return {"code": code, "params": params}
