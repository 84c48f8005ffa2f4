"""What came and went at a silo, summed movement by movement in whole grams, so that every sum is exact.

A movement's species is its load's; that of grain without a load is what lies in the cell: what came in last,
else what the cell is for. What goes from one cell into another keeps its species. A month ends when the
collecting day ends that began on its last day, as the silo counts days.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

OPENING, IN, OUT, TRANSFER, CORRECTION = "opening", "in", "out", "transfer", "correction"
DRYING, WASTE = "drying", "grain_cleaning"
RECOVERED = "recovered"
STILL = ("revaluation", "ventilation", "treatment")  # kinds that move nothing
GRAMS = 1000  # of a kilogram


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement as it is summed. `species` is the load's, `made_for` the cell's. `is_own`: it goes to an own
    silo, or comes from one."""

    seq: int
    cell: str
    kind: str
    kg: float
    regime: str
    organisation: str
    at: datetime
    species: str = ""
    made_for: str = ""
    load: str | None = None
    transfer: str | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """How a silo counts days."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    begins: time = time(4)

    def month_of(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        hours = timedelta(hours=self.begins.hour, minutes=self.begins.minute)
        return (local.replace(tzinfo=None) - hours).strftime("%Y-%m")


Flow = tuple[str, str, str, str, str]  # month, species, regime, organisation, kind
Held = tuple[str, str, str, str]  # cell, species, regime, organisation


@dataclass
class Sums:
    """`count` movements up to `last` are in it. `flows` has grams and movements of each month, `held` the
    grams that each cell holds of each owner's; `species` is what came into each cell last, `under_way` the
    species of transfers of which one half is in."""

    count: int = 0
    last: int = 0
    flows: dict[Flow, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    held: dict[Held, int] = field(default_factory=lambda: defaultdict(int))
    species: dict[str, str] = field(default_factory=dict)
    under_way: dict[str, str] = field(default_factory=dict)

    def add(self, moved: Iterable[Moved], days: Days) -> None:
        """Add movements in their order."""
        for one in moved:
            self._add(one, days)

    def _add(self, one: Moved, days: Days) -> None:
        species, kind, grams = self._species(one), kind_of(one), round(one.kg * GRAMS)
        if one.kind not in STILL:
            flow = self.flows[days.month_of(one.at), species, one.regime, one.organisation, kind]
            flow[0] += grams
            flow[1] += 1
        self.held[one.cell, species, one.regime, one.organisation] += grams
        self.count += 1
        self.last = max(self.last, one.seq)

    def _species(self, one: Moved) -> str:
        under_way = self.under_way.pop(one.transfer, None) if one.transfer else None
        here = self.species.get(one.cell) or one.made_for
        species = one.species or (here if under_way is None else under_way)
        if one.transfer and under_way is None:
            self.under_way[one.transfer] = species
        if one.kg > 0 and species:
            self.species[one.cell] = species
        return species

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count, "last": self.last, "species": self.species, "under_way": self.under_way,
            "flows": [[*key, *value] for key, value in sorted(self.flows.items())],
            "held": [[*key, grams] for key, grams in sorted(self.held.items()) if grams],
        }  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        sums = cls(stored["count"], stored["last"])
        sums.species, sums.under_way = dict(stored["species"]), dict(stored["under_way"])
        for *key, grams, count in stored["flows"]:
            sums.flows[tuple(key)] = [grams, count]  # five texts, as they were written
        for *key, grams in stored["held"]:
            sums.held[tuple(key)] = grams
        return sums


_KINDS = (OPENING, IN, OUT, TRANSFER, DRYING, WASTE)


def kind_of(one: Moved) -> str:
    """Return what a movement is in a sum. What came back after a restore is what it was: a load's, half of a
    transfer, or else what left."""
    if one.is_own:
        return TRANSFER
    if one.kind != RECOVERED:
        return one.kind if one.kind in _KINDS else CORRECTION
    if one.load:
        return IN
    if one.transfer:
        return TRANSFER
    return OUT if one.kg < 0 else CORRECTION


def flows_in(sums: Mapping[str, Any] | None) -> Iterator[tuple[Flow, int, int]]:
    """Yield each flow of stored sums with its grams and its movements."""
    for *key, grams, count in (sums or {}).get("flows", ()):
        month, species, regime, organisation, kind = key
        yield (month, species, regime, organisation, kind), grams, count
