"""What a bridge's verification plate says of a weight, and what a vehicle's weights say of one another."""

import math
from collections.abc import Sequence
from typing import Protocol

from station.grain.reasons import Code, Reason

# Without a known division a bridge shows whole kilograms.
WHOLE_KG = 1.0
_EXACT = 1e-6
# How far from every usual tare an empty vehicle may be before a person is asked: mud, fuel, a passenger.
USUAL_TARE_TOLERANCE = 0.1
# Between these shares of its full weight an empty grain vehicle usually weighs; it never is under the least.
EMPTY_SHARE = (0.2, 0.75)
LEAST_EMPTY_SHARE = 0.08


class Plate(Protocol):
    """Max, Min and division as the verification plate says; None: not known."""

    max_kg: float | None
    min_kg: float | None
    division_kg: float | None


def remarks_on_weight(kg: float, plate: Plate) -> tuple[Reason, ...]:
    """Return why the weight is not legal for trade on this bridge, if it is not."""
    found = []
    if plate.min_kg is not None and kg < plate.min_kg:
        found.append(Reason(Code.UNDER_MIN, {"kg": kg, "min_kg": plate.min_kg}))
    if plate.max_kg is not None and kg > plate.max_kg:
        found.append(Reason(Code.OVER_MAX, {"kg": kg, "max_kg": plate.max_kg}))
    return tuple(found)


def why_not_shown(kg: float, division_kg: float | None) -> Reason | None:
    """Return why a bridge of this division cannot have shown the weight, if it cannot."""
    division = division_kg or WHOLE_KG
    steps = kg / division
    if abs(steps - round(steps)) <= _EXACT:
        return None
    below, above = (round(end * division, 3) for end in (math.floor(steps), math.ceil(steps)))
    params = {"kg": kg, "division_kg": division, "below_kg": below, "above_kg": above}
    return Reason(Code.NOT_A_DIVISION, params)


def is_too_low(tare_kg: float, gross_kg: float, minimum_kg: float) -> bool:
    """Can no vehicle of this full weight be so light when it is empty?"""
    return tare_kg < max(minimum_kg, gross_kg * LEAST_EMPTY_SHARE)


def ask_of_tare(tare_kg: float, gross_kg: float, usual_kg: Sequence[float], *, typed: bool) -> Reason | None:
    """Return why a person is asked whether this is the vehicle's empty weight, if for anything. `usual_kg`:
    its last tares, the newest first: trailers may alternate. Without one, only what was typed
    is asked about: a small load or a light trailer is a normal one."""
    if usual_kg:
        if any(abs(tare_kg - usual) <= usual * USUAL_TARE_TOLERANCE for usual in usual_kg):
            return None
        return Reason(Code.UNUSUAL_TARE, {"tare_kg": tare_kg, "usual_kg": usual_kg[0]})
    low, high = EMPTY_SHARE
    if typed and not low * gross_kg <= tare_kg <= high * gross_kg:
        return Reason(Code.UNUSUAL_EMPTY_SHARE, {"tare_kg": tare_kg, "gross_kg": gross_kg})
    return None


def ask_of_gross(gross_kg: float, usual_kg: Sequence[float]) -> Reason | None:
    """Return why a person is asked whether this is the vehicle's full weight, if for anything."""
    if not usual_kg or gross_kg > min(usual_kg):
        return None
    return Reason(Code.NOT_OVER_USUAL_TARE, {"gross_kg": gross_kg, "usual_kg": min(usual_kg)})
