r"""Cardinal scoreboard formats SB-400, SB-200 and 738 (models 190, 200, 205, 210, 225).

    SB-400   SIGN WWWWWW[.] UU M CC CR         CC: OC over capacity  CZ centre of zero  BZ below zero
                                                   MO motion  ee or EE another value is displayed
    225      SIGN WWWWWW[.] SP UU SP M SP CC [SP] CR        SB-400 with blanks between the fields, UU large
    SB-200   CR SIGN WWWWWW. C UU M ETX        C: m motion  o over capacity  e another value is displayed
    738      CR SIGN WWWWWW S SP UU SP M SP SP ETX        lower-case letters

    SIGN space or -    W six digits and, where set up or in SB-200 always, the point    M G gross, N net
    UU kg, g, t, lb, oz, tn, l/o (both letters, blank-filled)

SB-200 begins with CR, so a CR is no end of line: see `cardinal_framing`. ENQ asks for one message where
the head does not send by itself. Documented by the manuals of Cardinal 190, 200, 210 and 225.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.weighbridge.cardinal_framing import CardinalFramer
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, ascii_text, weight_reading
from drivers.weights import NET_SETTING, Weighed

_SIGN = r"(?P<sign>[ -])"
_WEIGHT = r"(?P<weight>[ 0-9.,-]{6,7})"
_UNIT = r"(?P<unit>kg|lb|oz|tn|l/o|[gt] | [gt])"
_LARGE = r"(?P<unit>KG|LB|OZ|TN|kg|lb|oz|tn|[GTgt] | [GTgt])"
_FORMS = (
    re.compile(rf"{_SIGN}{_WEIGHT}{_UNIT}(?P<mode>[GN])(?P<status>OC|CZ|BZ|MO|ee|EE|  )\r"),
    re.compile(rf"\r{_SIGN}{_WEIGHT}(?P<status>[ mMoOeE]){_UNIT}(?P<mode>[GN])\x03"),
    re.compile(rf"\r{_SIGN}{_WEIGHT}(?P<status>[ moe]) {_UNIT} (?P<mode>[gn])  \x03"),
    re.compile(rf"{_SIGN}{_WEIGHT} {_LARGE} (?P<mode>[GN]) (?P<status>OC|CZ|BZ|MO|ee|EE|  ) ?\r"),
)
_MARKS = {"m": {Flag.MOTION}, "o": {Flag.OVERLOAD}, "c": {Flag.STABLE, Flag.ZERO}, "e": {Flag.ERROR}}


class Cardinal:
    kind: ClassVar[str] = "cardinal"
    name: ClassVar[str] = "Cardinal SB-400, SB-200, 225, 738"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LEARNT_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "on which side a one-letter unit is filled with a blank (both are read)",
        "which ton the unit tn is (no value is given)",
        "the widths of format 738",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "poll": Setting("none", ("none", "ENQ"), "none: the head sends by itself; ENQ: it is asked"),
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(chosen)
        self.poll = b"\x05" if chosen["poll"] == "ENQ" else None
        self.poll_every_s = 0.25

    def framer(self) -> CardinalFramer:
        return CardinalFramer()

    def parse(self, frame: Frame) -> Reading:
        text = _body(ascii_text(frame.data))
        match = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
        if not match:
            raise FrameError("none of the formats SB-400, SB-200, 738", frame.data)
        status = match["status"].strip().lower()
        flags = {Flag.NET if match["mode"] in "Nn" else Flag.GROSS}
        flags |= _MARKS.get(status[:1], {Flag.STABLE})
        if Flag.OVERLOAD in flags and match["sign"] == "-":
            flags = flags - {Flag.OVERLOAD} | {Flag.UNDERLOAD}
        problem = "another value is displayed" if Flag.ERROR in flags else None
        weight = match["weight"]
        signed = f"-{weight}" if match["sign"] == "-" else weight
        return weight_reading(self.kind, frame, signed, match["unit"], flags, self.chosen, problem=problem)


def _body(text: str) -> str:
    """Return the message without the line feed of the one before and without fill behind a CR."""
    text = text.removeprefix("\n")
    return "\r" + text[1:].lstrip("\0\x7f") if text.startswith(("\r\0", "\r\x7f")) else text
