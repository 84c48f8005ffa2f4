"""May this vehicle carry grain, and how much: by what it carried before, what is found in it, and its axles.

Pure: the catalogue and the limits are `station.transport`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from station.grain.reasons import Code, Reason
from station.transport import CargoEntry, GrossLimit

LOADS_BEFORE = 3  # as many as buyers ask for
FINDINGS = ("residue", "wet", "smell", "pests")  # what may be found in an empty body
_LEVELS = "ABCD"


@dataclass(frozen=True, slots=True)
class PreviousCargo:
    """What was carried, and how the body was cleaned after it (empty: not at all)."""

    cargo: str
    cleaning: str = ""


def judge(
    previous: Sequence[PreviousCargo], findings: Sequence[str], cargoes: Mapping[str, CargoEntry]
) -> tuple[Reason, ...]:
    """Return what keeps grain out of the body; nothing where it may be loaded. A forbidden cargo comes
    first: no cleaning helps."""
    forbidden = [
        Reason(Code.CARGO_FORBIDDEN, {"cargo": one.cargo}) for one in previous if cargoes[one.cargo].forbidden
    ]
    unclean = [
        Reason(Code.WASH_NEEDED, {"cargo": one.cargo, "cleaning": wanted})
        for one in previous
        if (wanted := cargoes[one.cargo].cleaning) and not _is_enough(one.cleaning, wanted)
    ]
    found = [Reason(Code.BODY_UNFIT, {"found": list(findings)})] if findings else []
    return (*forbidden, *unclean, *found)


def _is_enough(done: str, wanted: str) -> bool:
    return done in tuple(_LEVELS) and _LEVELS.index(done) >= _LEVELS.index(wanted)


def gross_limit_kg(
    limits: Sequence[GrossLimit], axles: int | None, own_kg: float | None, *, draws: bool
) -> float | None:
    """Return what the vehicle may weigh on the road: by its axles and by its own papers (`own_kg`), the lower
    of both; None where neither is said. `draws`: a trailer, or the body itself, is drawn."""
    found = [] if own_kg is None else [own_kg]
    fitting = [one for one in limits if axles is not None and one.axles <= axles]
    if fitting:
        last = max(fitting, key=lambda one: one.axles)
        found.append(last.together_kg if draws and last.together_kg is not None else last.alone_kg)
    return min(found, default=None)


def ask_of_gross(kg: float, limit_kg: float | None) -> Reason | None:
    """Ask about a vehicle that would leave heavier than it may be."""
    if limit_kg is None or kg <= limit_kg:
        return None
    return Reason(Code.OVERLOADED, {"gross_kg": kg, "limit_kg": limit_kg, "over_kg": kg - limit_kg})


def whole_parts(kg: float, shares: Sequence[float]) -> list[float]:
    """Split a weight difference into whole kilograms that add up to it; the last part has what is left."""
    edges, so_far = [0.0], 0.0
    for share in shares[:-1]:
        so_far += share
        edges.append(float(round(kg * so_far)))
    edges.append(kg)
    return [round(after - before, 3) for before, after in pairwise(edges)]
