"""Choose what goes to a laboratory: a part by lot, which every comparison stands on, and what is doubted.

Each sample takes part in one draw, that of the first choice after it was sealed, before anything else is
chosen: what was drawn stands for all that took part. What is doubted stands for nothing but itself.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from drivers.reading import Analyte
from station.grain.grades import RulePack
from station.grain.reasons import Code, Reason

NO_OPINION, OVERRIDE, DIFFER = 0.3, 0.5, 0.9  # how far each alone leaves open who is right, 0 to 1
LEAST_LACK = 0.1


@dataclass(frozen=True, slots=True)
class Near:
    """Holds a value, its standard uncertainty and the nearest limit, in one unit and on one basis."""

    analyte: str
    value: float
    u: float
    limit: float

    @property
    def doubt(self) -> float:
        """Return the probability, doubled, that the true value lies beyond the limit: 1 at the limit."""
        return math.erfc(abs(self.value - self.limit) / (self.u * math.sqrt(2)))


def near_limits(
    results: Mapping[str, Mapping[str, object]], pack: RulePack | None, species: str | None
) -> tuple[Near, ...]:
    """List each value whose uncertainty is known, with the nearest limit of the species' grades. `results`
    are those of a stored assessment."""
    grades = [grade for grade in (pack.grades if pack else ()) if grade.species == species]
    found = []
    for name, result in results.items():
        value, u = result["value"], result["u"]
        limits = [
            one.limit
            for grade in grades
            for one in grade.criteria
            if one.analyte == Analyte(name)
            and one.basis in (None, result["basis"])
            and one.kind != "information"
        ]
        if limits and isinstance(value, float) and isinstance(u, float) and u > 0:
            found.append(Near(name, value, u, min(limits, key=lambda limit: abs(limit - value))))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Facts:
    """Tells what the ledger knows today of a load. `differ`: analytes that phone and machine see apart by
    more than the phone's own limits."""

    differ: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    photo_without_opinion: bool = False
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Holds a retained sample that may be sent. `is_fresh`: it took part in no draw yet; `lack`, 0 to 1, is
    what the comparison of its species still lacks."""

    number: str
    tonnes: float
    days_left: int
    lack: float
    is_fresh: bool
    facts: Facts


@dataclass(frozen=True, slots=True)
class Chosen:
    """`weight`: for how many samples one that was drawn stands."""

    number: str
    reason: Literal["random", "doubt"]
    weight: float | None
    reasons: tuple[Reason, ...]


def doubt_of(facts: Facts) -> float:
    """Return how doubtful a load is, 0 to 1: the chance that not all of its doubts are idle."""
    doubts = [DIFFER for _ in facts.differ] + [near.doubt for near in facts.near]
    doubts += [NO_OPINION] if facts.photo_without_opinion else []
    doubts += [OVERRIDE] if facts.overridden else []
    return 1 - math.prod(1 - one for one in doubts)


def lack_of(count: int, needed: int) -> float:
    """Return what a comparison with `count` samples lacks of `needed`; some is always lacking."""
    return max(LEAST_LACK, 1 - count / needed)


def priority(one: Candidate) -> float:
    """Return doubt × tonnes × days left × what the comparison lacks."""
    return doubt_of(one.facts) * one.tonnes * max(0, one.days_left) * one.lack


def choose(candidates: Sequence[Candidate], budget: int, random_share: float, seed: str) -> list[Chosen]:
    """Choose at most `budget`, the drawn ones first. The same candidates and seed give the same choice in
    whatever order they come; where nothing is doubted, some of the budget stays."""
    fresh = sorted((one for one in candidates if one.is_fresh), key=lambda one: _lot(seed, one.number))
    drawn = fresh[: min(budget, math.ceil(budget * random_share))]
    taken = {one.number for one in drawn}
    others = [one for one in candidates if one.number not in taken and priority(one) > 0]
    others.sort(key=lambda one: (-priority(one), one.number))
    weight = len(fresh) / len(drawn) if drawn else None
    chosen = [Chosen(one.number, "random", weight, ()) for one in drawn]
    doubted = others[: budget - len(drawn)]
    return chosen + [Chosen(one.number, "doubt", None, doubt_reasons(one.facts)) for one in doubted]


def _lot(seed: str, number: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{number}".encode()).digest()


def doubt_reasons(facts: Facts) -> tuple[Reason, ...]:
    """Say why, the gravest doubt first; a value far from every limit is none."""
    found: list[tuple[float, Reason]] = [
        (DIFFER, Reason(Code.METHODS_DIFFER, {"analyte": analyte})) for analyte in facts.differ
    ]
    for near in facts.near:
        if near.doubt > 0.05:
            params: Mapping[str, object] = {"analyte": near.analyte, "value": near.value, "limit": near.limit}
            found.append((near.doubt, Reason(Code.NEAR_LIMIT, params)))
    if facts.photo_without_opinion:
        found.append((NO_OPINION, Reason(Code.PHOTO_SAYS_NOTHING)))
    if facts.overridden:
        found.append((OVERRIDE, Reason(Code.PROPOSAL_OVERRIDDEN)))
    return tuple(reason for _, reason in sorted(found, key=lambda pair: -pair[0]))
