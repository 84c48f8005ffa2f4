"""Why a value of an instrument should be looked at twice, though nothing forbids its use."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from drivers.reading import Analyte, Value
from station.grain.reasons import Code, Reason

# What a person is asked about before the value may be used; any other remark is only told.
ASKED_ABOUT = frozenset(
    {
        Code.FAULT_DURING_MEASUREMENT,
        Code.UNPROTECTED_LINE,
        Code.UNUSUAL_VALUE,
        Code.NOT_A_DIVISION,
        Code.UNUSUAL_TARE,
        Code.UNUSUAL_EMPTY_SHARE,
        Code.NOT_OVER_USUAL_TARE,
        Code.WEIGHED_BEFORE_DECISION,
        Code.NET_SHARED_EQUALLY,
        Code.FOUND_AFTER_DECISION,
        Code.MORE_THAN_KNOWN,
        Code.OVER_CAPACITY,
        Code.COUNT_FAR_OFF,
        Code.MUCH_WASTE,
        Code.DRY_MATTER_DIFFERS,
        Code.OTHER_MOISTURE,
        Code.MORE_THAN_LEFT,
        Code.OVERLOADED,
        Code.OTHER_GRADE,
        Code.OVER_ORDER,
        Code.PAPER_WRITTEN,
        Code.OTHER_SPECIES,
        Code.SPOILS_CELL,
        Code.SPOILED_IN_CELL,
        Code.CLAIMS_GIVEN_UP,
    }
)


class LimitsOfUse(Protocol):
    """An instrument is verified until a day (that day included), and may be believed for grain of these
    temperatures in degrees Celsius. None: no limit is known."""

    name: str
    verified_until: date | None
    grain_low_c: float | None
    grain_high_c: float | None


def is_verified(limits: LimitsOfUse, day: date) -> bool:
    return limits.verified_until is None or day <= limits.verified_until


def remarks_on(limits: LimitsOfUse, values: Mapping[Analyte, Value | None], day: date) -> tuple[Reason, ...]:
    """What is remarkable of one result measured on `day`. A grain temperature that is not known is not
    judged."""
    found = []
    if not is_verified(limits, day):
        until = limits.verified_until.isoformat() if limits.verified_until else None
        found.append(Reason(Code.VERIFICATION_EXPIRED, {"instrument": limits.name, "until": until}))
    measured = values.get(Analyte.TEMPERATURE)
    celsius = measured.value if measured else None
    if celsius is not None and not _within(celsius, limits.grain_low_c, limits.grain_high_c):
        params = {
            "instrument": limits.name,
            "celsius": celsius,
            "low": limits.grain_low_c,
            "high": limits.grain_high_c,
        }
        found.append(Reason(Code.GRAIN_TEMPERATURE_OUTSIDE, params))
    return tuple(found)


def _within(celsius: float, low: float | None, high: float | None) -> bool:
    return (low is None or celsius >= low) and (high is None or celsius <= high)
