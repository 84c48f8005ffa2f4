"""What the pages know of one analyte: values of loads' samples as plain rows, how the laboratory's samples
were chosen, and what the loads were. Nothing here knows the database.

A row is {source_id, seq, replicate, sample_id, barcode, load_id, species, variety, method, source, release,
value, mass_value, comparator, unit, basis, nitrogen_factor, at}; what its sample is called is not shown here,
so `barcode` is the sample's id.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from station.grain.units import Op
from station.lab.pages.asking import CAMPAIGN, LAST_30_DAYS

Row = Mapping[str, Any]
Json = dict[str, Any]
Asked = Mapping[str, str]

PHONE, MACHINE, LAB = "phone", "machine", "lab"
METHODS = (PHONE, MACHINE, LAB)
PERIODS = (CAMPAIGN, LAST_30_DAYS)
MIN_POINTS, MIN_LIMITS, MIN_SEP = 5, 10, 20
RANDOM, CHOSEN, UNKNOWN, EVERY = "random", "chosen", "unknown", "every"
HELD, RELEASED = "held", "released"


@dataclass(frozen=True, slots=True)
class Sent:
    """How a sample came to the laboratory: `random` with the number of samples that it stands for, or
    `chosen`. A sample that no list names is unknown."""

    how: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """What pages say of a load; `grade_changed`: an override that sent it to a cell of another grade; `silo`:
    where it came to, where there are several."""

    campaign: str
    supplier_id: str = ""
    ticket: int | None = None
    tonnes: float | None = None
    decided_by: str = ""
    overridden: bool = False
    grade_changed: bool = False
    silo: str = ""


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


@dataclass(frozen=True, slots=True)
class Measured:
    """One sample with what each method said of it, values and no limits. `at`: when it was first measured at
    the silo, which puts it into a period; the laboratory's word comes days later."""

    sample_id: str
    species: str
    load_id: str
    at: datetime
    by: Mapping[str, Sequence[Row]]


Common = Mapping[str, Sequence[Row]]  # by sample


@dataclass(frozen=True)
class Study:
    """`rows` are of loads' samples, without what is held or released; `held` are those that are, each with
    `why`, which the watch of the source itself still shows. `since` is where each period begins. `names` are
    readable names of sources, `verified_until` their verification. A study of several silos has their
    readable names as `silos`, and in `places` which silo each source belongs to."""

    analyte: str
    rows: Sequence[Row]
    held: Sequence[Row] = ()
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
    silos: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    conf: float = 0.95
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)  # worked out once

    @cached_property
    def samples(self) -> Sequence[Measured]:
        """The samples that were measured at the silo, in the order of their rows."""
        by: dict[str, dict[str, list[Row]]] = {}
        for row in self.rows:
            if not row["comparator"]:
                by.setdefault(row["sample_id"], {}).setdefault(row["method"], []).append(row)
        return [
            Measured(
                sample, own[0]["species"] or "", own[0]["load_id"], min(row["at"] for row in own), methods
            )
            for sample, methods in by.items()
            if (own := [row for method, some in methods.items() if method != LAB for row in some])
        ]

    @cached_property
    def with_held(self) -> "Study":
        """The same with what is held: a watch shows it."""
        return replace(self, rows=[*self.rows, *self.held], held=(), kept={}) if self.held else self

    def common(
        self, species: str, period: str, methods: Collection[str], *, source: tuple[str, str] | None = None,
        every_campaign: bool = False, adjusted: bool = False,
    ) -> Common:  # fmt: skip
        """Return the samples of a species ("" all), measured in a period ("" any), that all these methods
        measured, with these rows; `source` is the one source of one method that counts, `adjusted`: as it
        was adjusted last."""
        key = (species, period, tuple(methods), source, every_campaign, adjusted)
        if key not in self.kept:
            members = self._members(species, period, every_campaign)
            self.kept[key] = dict(self._having(members, methods, source, adjusted))
        found: Common = self.kept[key]
        return found

    def _having(
        self,
        members: Sequence[Measured],
        methods: Collection[str],
        source: tuple[str, str] | None,
        adjusted: bool,
    ) -> Iterator[tuple[str, list[Row]]]:
        for one in members:
            parts = [one.by.get(method, ()) for method in methods]
            if source is not None:
                parts = [
                    [
                        row
                        for row in part
                        if row["source"] == source[1] and not (adjusted and self.is_before_adjustment(row))
                    ]
                    if method == source[0]
                    else part
                    for method, part in zip(methods, parts, strict=True)
                ]
            if all(parts):
                yield one.sample_id, [row for part in parts for row in part]

    def is_before_adjustment(self, row: Row) -> bool:
        """Tell whether the instrument was adjusted afterwards: what it said before is another one's."""
        return any(
            row["at"] < one.at
            for one in self.adjusted
            if one.source == row["source"] and one.species in (None, row["species"])
        )

    def left_out(self, asked: Asked) -> dict[str, int]:
        """Return how many values of a question's methods are held, and how many released."""
        test = asked.get("test") or asked.get("method")
        methods = METHODS if test is None else (test, asked.get("reference", LAB))
        source, begin = asked.get("source"), self.since.get(asked.get("period", ""))
        counts = dict.fromkeys((HELD, RELEASED), 0)
        for row in self.held:
            is_other = source and row["method"] == test and row["source"] != source
            if (
                row["method"] in methods
                and not is_other
                and asked["species"] in ("", row["species"])
                and (begin is None or row["at"] >= begin)
            ):
                counts[row["why"]] += 1
        return counts

    def _members(self, species: str, period: str, every_campaign: bool) -> list[Measured]:
        key = ("members", species, period, every_campaign)
        if key not in self.kept:
            begin = self.since.get(period)
            self.kept[key] = [
                one
                for one in self.samples
                if species in ("", one.species)
                and (begin is None or one.at >= begin)
                and (every_campaign or self._is_of_campaign(one.load_id))
            ]
        found: list[Measured] = self.kept[key]
        return found

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
        """Name a source, after its silo where there are several."""
        place = self.places.get(source)
        name = self.names.get(source, source)
        return f"{self.silos.get(place, place)} · {name}" if place else name

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


def rows_of(common: Common) -> list[Row]:
    return [row for some in common.values() for row in some]


def head(study: Study, asked: Asked, common: Common) -> Json:
    """Return what every result says, before its numbers are known; it stands on the samples in `common`."""
    times = [row["at"] for some in common.values() for row in some if row["method"] != LAB]
    first = next(iter(common.values()), None)
    period = [min(times).isoformat(), max(times).isoformat()] if times else [None, None]
    source = asked.get("source", "")
    return {
        "asked": {**asked, "source_name": study.name_of(source) if source else ""},
        "n": 0,
        "period": period,
        "unit": first[0]["unit"] if first else None,
        "basis": {},
        "sampling": dict.fromkeys((RANDOM, CHOSEN, UNKNOWN), 0),
        "left_out": study.left_out(asked),
        "refused": None,
    }


def refusal(code: str, **params: Any) -> Json:
    return {"code": code, "params": params}
