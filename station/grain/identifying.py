"""Which announced apport or known vehicle is at the gate: what a reader or a scanner says gives candidates,
and how each was found; a person confirms one by a key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from drivers.text import fold

_NEVER = datetime.max.replace(tzinfo=UTC)  # without an hour it comes after those that have one


class How(StrEnum):
    """How a candidate was found, the surest first."""

    CODE = "code"  # of the announcement itself: printed, or shown on a phone
    BADGE = "badge"
    PLATE = "plate"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of an announced apport that is not here yet."""

    id: str
    code: str
    plate: str
    badge: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`id` is the announced apport's; None where a badge names a vehicle of which nothing is announced."""

    id: str | None
    plate: str
    how: How


def candidates(text: str, expected: Sequence[Expected], badges: Mapping[str, str]) -> list[Candidate]:
    """Return what `text` (a scan, a badge, a plate) may mean, the surest and the soonest first. `badges` has
    the plate of each known badge."""
    said = text.strip()
    owned = badges.get(said, "")
    found = [(how, one) for one in expected if (how := _how(said, owned, one)) is not None]
    order = list(How)
    found.sort(key=lambda pair: (order.index(pair[0]), pair[1].at or _NEVER))
    known = [Candidate(one.id, one.plate, how) for how, one in found]
    if owned and not any(fold(one.plate) == fold(owned) for one in known):
        known.append(Candidate(None, owned, How.BADGE))
    return known


def _how(said: str, owned: str, one: Expected) -> How | None:
    if not said:
        return None
    if said == one.code:
        return How.CODE
    if said == one.badge or (owned and fold(owned) == fold(one.plate)):
        return How.BADGE
    return How.PLATE if fold(said) == fold(one.plate) else None
