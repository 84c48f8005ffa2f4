r"""Rice Lake / Condec stream (also IQ355, Transcell string format 1, and Cardinal's Rice Lake output).

    STX POL WWWWWWW U N S CR [LF]          14 bytes with CR LF
        |   |       | | space valid  I invalid  M motion  O over or under range  Z centre of zero
        |   |       | G gross  N net   (older heads: GR, NT)
        |   |       L lb  K kg  T tons  G grams  O ounces  space none   (older heads: LB, KG)
        |   weight, 7 characters with point (8 in Transcell's), or ^^^^^^^ over, ]]]]]]] under range
        space, - negative, ^ overload, ] underrange

A Transcell message ends without S: it says nothing of motion. Documented by the manuals of Rice Lake 480,
482, 682 and Tracer AV, Cardinal 200 and Transcell.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.spans import SpanFramer
from drivers.weighbridge.shown import BLANK_UNIT_SETTING, SEPARATOR_SETTINGS, ascii_text, weight_reading
from drivers.weights import NET_SETTING, Weighed

_MESSAGE = re.compile(r"\x02([ \-^\]])([ 0-9.,^\]-]{7,8})(LB|KG|lb|kg|[LKTGO ])(GR|NT|[GN])([ IMOZ])?\r\n?")
_UNITS = {"L": "lb", "K": "kg", "G": "g", "O": "oz", "T": "ton", " ": ""}
_STATUS = {" ": Flag.STABLE, "M": Flag.MOTION, "Z": Flag.STABLE, "I": Flag.ERROR}
_POLARITY = {"^": Flag.OVERLOAD, "]": Flag.UNDERLOAD}


class RiceLake:
    kind: ClassVar[str] = "rice-lake"
    name: ClassVar[str] = "Rice Lake / Condec stream"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LEARNT_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "which ton the unit T is (no value is given)",
        "whether older heads with two-letter units also send a status letter",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "blank_unit": BLANK_UNIT_SETTING,
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(self.chosen)

    def framer(self) -> SpanFramer:
        return SpanFramer(b"\x02", b"\r", tail=b"\n", limit=32)

    def parse(self, frame: Frame) -> Reading:
        match = _MESSAGE.fullmatch(ascii_text(frame.data))
        if not match:
            raise FrameError("not a message from STX to CR", frame.data)
        polarity, weight, unit, mode, status = match.groups()
        flags = {Flag.NET if mode.startswith("N") else Flag.GROSS}
        if status in _STATUS:
            flags.add(_STATUS[status])
        if status == "Z":
            flags.add(Flag.ZERO)
        flags |= _range(polarity, weight, status)
        signed = f"-{weight}" if polarity == "-" else weight
        return weight_reading(
            self.kind,
            frame,
            signed,
            _UNITS.get(unit, unit) or self.chosen["blank_unit"],
            flags,
            self.chosen,
            problem="the weight is invalid (I)" if status == "I" else None,
        )


def _range(polarity: str, weight: str, status: str | None) -> set[Flag]:
    """The polarity, marks instead of digits or, for O, the sign tell whether it is over or under."""
    for mark, flag in _POLARITY.items():
        if polarity == mark or mark in weight:
            return {flag}
    if status == "O":
        return {Flag.UNDERLOAD if polarity == "-" else Flag.OVERLOAD}
    return set()
