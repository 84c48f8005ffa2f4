r"""Rinstrum automatic output FMT_1 and FMT_2 (R320, C530 and others), about 10 messages a second.

    FMT_1   STX SIGN WWWWWWW S ETX                 11 bytes
    FMT_2   STX SIGN WWWWWWW S1 S2 S3 S4 UUU ETX   17 bytes

    SIGN space or -; on the M4222 weighbridge the traffic light: 0 red, ` green, p both
    W    7 characters with point and leading spaces, marks out of range
    S    G gross  N net  U under  O over  M motion  E error  (space on the M4222: not told)
    S1   G N U O E      S2 M motion      S3 Z centre of zero      S4 range -, 1, 2
    UUU  unit; blank while unstable

FMT_1 names no unit: it is a setting. Documented by the manuals of R320 and C530, the light seen in one
program. The network protocol (register polling) is not read.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError
from drivers.framing import StxEtxFramer
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, UNIT_SETTING, ascii_text, weight_reading
from drivers.weights import NET_SETTING, Weighed

_WEIGHT = r"\x02([ 0`p-])([ 0-9.,^_-]{7})"
_FMT_1 = re.compile(_WEIGHT + r"([GNUOME ])\x03")
_FMT_2 = re.compile(_WEIGHT + r"([GNUOE ])([M ])([Z ])([-12 ])([ A-Za-z]{3})\x03")
_MARKS = {
    "G": Flag.GROSS, "N": Flag.NET, "U": Flag.UNDERLOAD, "O": Flag.OVERLOAD, "M": Flag.MOTION, "E": Flag.ERROR
}  # fmt: skip
_LIGHTS = {"0": "red", "`": "green", "p": "both"}
_BAD = frozenset({Flag.UNDERLOAD, Flag.OVERLOAD, Flag.MOTION, Flag.ERROR})


class Rinstrum:
    kind: ClassVar[str] = "rinstrum"
    name: ClassVar[str] = "Rinstrum FMT1, FMT2"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.FIXED_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "the traffic light byte of the M4222, and how its negative weights look",
        "what stands in place of the weight out of range",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {"unit": UNIT_SETTING, "net": NET_SETTING, **SEPARATOR_SETTINGS}
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(self.chosen)

    def framer(self) -> StxEtxFramer:
        return StxEtxFramer(limit=32)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data)
        if match := _FMT_1.fullmatch(text):
            sign, weight, status = match.groups()
            flags, unit = self._marks(status), self.chosen["unit"]
        elif match := _FMT_2.fullmatch(text):
            sign, weight, status, motion, zero, _, unit = match.groups()
            flags = self._marks(status + motion)
            if zero == "Z":
                flags.add(Flag.ZERO)
        else:
            raise FrameError("neither FMT_1 nor FMT_2", frame.data)
        return weight_reading(
            self.kind,
            frame,
            f"-{weight}" if sign == "-" else weight,
            unit,
            flags,
            self.chosen,
            problem="the head reports an error (E)" if Flag.ERROR in flags else None,
            extra={"light": _LIGHTS[sign]} if sign in _LIGHTS else {},
            protection=Protection.FIXED_WIDTH,
        )

    @staticmethod
    def _marks(letters: str) -> set[Flag]:
        """A head that names gross or net, and nothing wrong, means a stable weight."""
        flags = {_MARKS[letter] for letter in letters if letter in _MARKS}
        if flags and not flags & _BAD:
            flags.add(Flag.STABLE)
        return flags
