r"""SMA SCP-0499, the scale manufacturers' common protocol (Fairbanks, Minebea, Cardinal, BTEK ...).

    LF s r n m f WWWWWWWWWW UUU CR        20 bytes
       | | | | |  weight, 10 characters with point and sign, or ---------- ; unit, 3 characters
       | | | | reserved
       | | | M motion, space stable
       | | G gross  N net  T tare  g, n the same in high resolution
       | range 1 ..
       Z centre of zero  O over, U under capacity  E zero error  I initial zero error  T tare error
       e another value is displayed
    LF ? CR            command unknown
    LF xxx:yyy CR      answers to A and B (about), no weight

    asked by  LF W CR (at once)   LF R CR (from now on, again and again)

Documented by the manuals of Sartorius PR5211/5220, Minebea PR5310 and 5215, Fairbanks PR5410, BTEK T419S and
Cardinal 190. No checksum. 8 data bits, no parity.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError, InstrumentFault
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.spans import SpanFramer
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, ascii_text, kilograms, number, weight_reading
from drivers.weights import NET_SETTING, Weighed

_MESSAGE = re.compile(r"\n([ ZOUEITe])([ 0-9])([GNTgn])([M ])([ -~])([-+ 0-9.,]{10})([ A-Za-z/]{3})\r")
_STATUS = {"Z": Flag.ZERO, "O": Flag.OVERLOAD, "U": Flag.UNDERLOAD}
_PROBLEMS = {
    "E": "zero error",
    "I": "initial zero error",
    "T": "tare error",
    "e": "another value is displayed",
}
_POLLS: Mapping[str, tuple[bytes | None, float]] = {
    "W": (b"\nW\r", 0.25),
    "R": (b"\nR\r", 10.0),
    "none": (None, 0.0),
}


class Sma:
    kind: ClassVar[str] = "sma"
    name: ClassVar[str] = "SMA SCP-0499"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.FIXED_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "commands beyond W, Z, D, A, B, R, T and ESC, whose letters differ from maker to maker",
        "that R sent again only goes on with the stream",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "poll": Setting("W", tuple(_POLLS), "how the head is asked; none: it sends by itself"),
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(chosen)
        self.poll, self.poll_every_s = _POLLS[chosen["poll"]]

    def framer(self) -> SpanFramer:
        return SpanFramer(b"\n", b"\r", limit=64)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data)
        if text == "\n?\r":
            raise InstrumentFault("the head does not know the command (?)")
        match = _MESSAGE.fullmatch(text)
        if not match:
            raise FrameError("not an answer with a weight", frame.data)
        status, scale_range, mode, motion, _, weight, unit = match.groups()
        flags = {Flag.MOTION if motion == "M" else Flag.STABLE}
        problem = _PROBLEMS.get(status)
        extra: dict[str, object] = {"range": scale_range.strip() or None}
        if status in _STATUS:
            flags.add(_STATUS[status])
        if mode == "T":
            extra["tare_kg"] = kilograms(number(weight, unit, frame.data, self.chosen), unit)
            problem = problem or "a tare, not a weight"
        else:
            flags.add(Flag.NET if mode in "Nn" else Flag.GROSS)
        return weight_reading(
            self.kind,
            frame,
            weight,
            unit,
            flags,
            self.chosen,
            problem=problem,
            extra=extra,
            protection=Protection.FIXED_WIDTH,
        )
