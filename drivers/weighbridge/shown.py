"""Turn what an indicator's message says of a weight into a Reading, one way for all text protocols."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from drivers.decimals import SEPARATOR_SETTING, Written, read_written, unmistakable
from drivers.errors import FrameError
from drivers.framing import without_fill
from drivers.kind import Setting, open_setting
from drivers.protection import Protection
from drivers.reading import Analyte, Flag, Frame, Reading
from drivers.values import POUND_KG, measured_value

_NUMBER = re.compile(r" *([+-]?) *([0-9.,]{1,24})(?:/([0-9]))? *", re.ASCII)
_NO_NUMBER = re.compile(
    r"[-^\]\[_*#?<>=. ]*|OVERFL(OW)?|OVER|UNDER|OL|UL|OR|ERR(OR)?", re.ASCII | re.IGNORECASE
)
_KG_PER: Mapping[str, float] = MappingProxyType(
    {"kg": 1.0, "g": 0.001, "t": 1000.0, "lb": POUND_KG, "lbs": POUND_KG, "oz": POUND_KG / 16.0}
)
_DIGITS = 6

# In these, three digits behind a separator may be thousands.
_COARSE = frozenset({"kg", "lb", "lbs"})
UNITS = ("kg", "g", "t", "lb")

UNIT_SETTING = open_setting(UNITS, "unit of the weight, which the message does not say")
BLANK_UNIT_SETTING = open_setting(UNITS, "unit of the weight where the message names none")
SEPARATOR_SETTINGS: Mapping[str, Setting] = MappingProxyType({"separator": SEPARATOR_SETTING})
_LOW7 = bytes(b & 0x7F for b in range(256))


def ascii_text(data: bytes) -> str:
    """Return the message as text, without fill before it, bit 7 taken off where it is even parity (a 7E1 line
    read as 8 data bits).

    Every byte must agree with the parity then; else a byte above 7F stays a character that no format knows.
    """
    data = without_fill(data)
    if not data.isascii() and not any(byte.bit_count() % 2 for byte in data):
        data = data.translate(_LOW7)
    return data.decode("latin-1")


def number(text: str, unit: str, data: bytes, chosen: Mapping[str, str]) -> float | None:
    """Return the number of `unit` that is shown; None where marks stand in its place; else FrameError.

    Raises Unset where the setting `separator` of `chosen` decides it and was not made.
    """
    if written := _written(text):
        return written.number(chosen) if unit.strip().lower() in _COARSE else written.decimal
    if _NO_NUMBER.fullmatch(text.strip()):
        return None
    raise FrameError(f"{text!r} is not a weight", data)


def _written(text: str) -> Written | None:
    """Return the number of a text; a digit behind a slash is its last decimal, which is not verified."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = unmistakable(f"{match[2]}{match[3]}") if match[3] else match[2]
    written = read_written(digits)
    return written.negated() if written and match[1] == "-" else written


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
    chosen: Mapping[str, str],
    *,
    problem: str | None = None,
    extra: Mapping[str, Any] = MappingProxyType({}),
    protection: Protection = Protection.LEARNT_WIDTH,
    platform: str | None = None,
    scale: float = 1.0,
) -> Reading:
    """Return the reading of a message that shows `weight` in `unit`, both as sent, marked by `flags`, of
    one `platform` of several where it tells. `chosen` are the settings of the kind; raises Unset. Digits
    that count other than whole units are multiplied by `scale`.

    No value is given where there is a `problem`, an overload or underload, marks instead of digits, an
    unknown or blank unit, or a weight that cannot be true; `extra["problem"]` then says which, and the
    flag ERROR is set unless the range or a motion explains it.
    """
    flags = frozenset(flags)
    shown = number(weight, unit, frame.data, chosen)
    kg = kilograms(None if shown is None else shown * scale, unit)
    value = measured_value(Analyte.WEIGHT, kg)
    implausible = {"implausible_kg": kg} if kg is not None and value.value is None else {}
    problem = problem or _problem(shown, unit, flags)
    if problem:
        value = measured_value(Analyte.WEIGHT, None)
    elif value.value is None:
        problem = "implausible weight"
    unit_sent = unit.strip() or None
    return Reading(
        driver=kind,
        kind="weight",
        frame=frame,
        values={Analyte.WEIGHT: value},
        flags=_with_flags_of(value.value, flags, problem),
        extra={
            **extra,
            "as_sent": {"weight": weight, "unit": unit_sent},
            **({"problem": problem} if problem else {}),
            **implausible,
        },
        protection=protection,
        unit_sent=unit_sent,
        platform=platform,
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


def _with_flags_of(kg: float | None, flags: frozenset[Flag], problem: str | None) -> frozenset[Flag]:
    """Return the marks of the message with what the value itself adds."""
    if kg is not None and kg < 0:
        return flags | {Flag.NEGATIVE}
    if kg == 0 and Flag.NET not in flags:
        return flags | {Flag.ZERO}
    if problem and not flags & {Flag.OVERLOAD, Flag.UNDERLOAD, Flag.MOTION}:
        return flags | {Flag.ERROR}
    return flags
