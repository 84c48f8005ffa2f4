"""Turn what an indicator's message says of a weight into a Reading, one way for all text protocols."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from drivers.errors import FrameError
from drivers.kind import Setting
from drivers.reading import Analyte, Flag, Frame, Reading
from drivers.values import POUND_KG, measured_value

_NUMBER = re.compile(r" *([+-]?) *([0-9]{1,9}(?:[.,][0-9]{0,6})?|[.,][0-9]{1,6}) *", re.ASCII)
_NO_NUMBER = re.compile(
    r"[-^\]\[_*#?<>=. ]*|OVERFL(OW)?|OVER|UNDER|OL|UL|OR|ERR(OR)?", re.ASCII | re.IGNORECASE
)
_KG_PER: Mapping[str, float] = MappingProxyType(
    {"kg": 1.0, "g": 0.001, "t": 1000.0, "lb": POUND_KG, "lbs": POUND_KG, "oz": POUND_KG / 16.0}
)
_DIGITS = 6

UNIT_SETTING = Setting("kg", ("kg", "g", "t", "lb"), "unit of the weight, which the message does not say")
_LOW7 = bytes(b & 0x7F for b in range(256))


def ascii_text(data: bytes) -> str:
    """Return the message as text, bit 7 taken off where it is even parity (a 7E1 line read as 8 data bits).

    Every byte must agree with the parity then; else a byte above 7F stays a character that no format knows.
    """
    if any(byte > 0x7F for byte in data) and not any(byte.bit_count() % 2 for byte in data):
        data = data.translate(_LOW7)
    return data.decode("latin-1")


def number(text: str, data: bytes) -> float | None:
    """Return a decimal number with point or comma; None where marks stand in its place; else FrameError."""
    if match := _NUMBER.fullmatch(text):
        value = float(match[2].replace(",", "."))
        return -value if match[1] == "-" and value else value
    if _NO_NUMBER.fullmatch(text.strip()):
        return None
    raise FrameError(f"{text!r} is not a weight", data)


def kilograms(value: float | None, unit: str) -> float | None:
    """Return `value` of `unit` (kg g t lb oz, in any case) in kg; None without a value or for another
    unit."""
    factor = _KG_PER.get(unit.strip().lower())
    if value is None or factor is None:
        return None
    return value if factor == 1.0 else round(value * factor, _DIGITS)


def weight_reading(
    kind: str,
    frame: Frame,
    weight: str,
    unit: str,
    flags: Iterable[Flag],
    *,
    problem: str | None = None,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> Reading:
    """Return the reading of a message that shows `weight` in `unit`, both as sent, marked by `flags`.

    No value is given where there is a `problem`, an overload or underload, marks instead of digits, an
    unknown or blank unit, or a weight that cannot be true; `extra["problem"]` then says which, and the
    flag ERROR is set unless the range or a motion explains it.
    """
    flags = frozenset(flags)
    shown = number(weight, frame.data)
    value = measured_value(Analyte.WEIGHT, kilograms(shown, unit))
    problem = (
        problem or _problem(shown, unit, flags) or ("implausible weight" if value.value is None else None)
    )
    if problem:
        value = measured_value(Analyte.WEIGHT, None)
    return Reading(
        driver=kind,
        kind="weight",
        frame=frame,
        values={Analyte.WEIGHT: value},
        flags=flags | _flags_of(value.value, flags, problem),
        extra={
            **extra,
            "as_sent": {"weight": weight, "unit": unit.strip() or None},
            **({"problem": problem} if problem else {}),
        },
    )


def _problem(shown: float | None, unit: str, flags: frozenset[Flag]) -> str | None:
    if Flag.OVERLOAD in flags:
        return "overload"
    if Flag.UNDERLOAD in flags:
        return "underload"
    if shown is None:
        return "no weight is shown"
    if not unit.strip():
        return "no unit is shown"
    return None if unit.strip().lower() in _KG_PER else f"unit {unit.strip()!r} is not known"


def _flags_of(kg: float | None, flags: frozenset[Flag], problem: str | None) -> frozenset[Flag]:
    """Return what the value itself adds to the marks of the message."""
    added = set()
    if kg is not None and kg < 0:
        added.add(Flag.NEGATIVE)
    if kg == 0 and Flag.NET not in flags:
        added.add(Flag.ZERO)
    if problem and not flags & {Flag.OVERLOAD, Flag.UNDERLOAD, Flag.MOTION}:
        added.add(Flag.ERROR)
    return frozenset(added)
