r"""Yaohua XK3190 (A9, A12, A23, A26, DS3), sending by itself, 600 to 9600 baud 8N1.

    tF=0  STX SIGN DDDDDD P XX ETX     12 bytes: + or -, 6 digits, P of them behind the point (0 .. 4),
                                       XX exclusive or of bytes 2 to 9 as two hex digits
    tF=1  = DDDDDDD S                  9 bytes: digits and point from right to left, S - or 0
    tF=2  = S DDDDDDD                  9 bytes: S - or 0, digits and point from left to right
    A12   W G|N WWWWWWW kg XX CR LF    15 bytes: XX exclusive or of bytes 1 to 11
          9 spaces OL23 CR LF          overload        9 spaces LO23 CR LF    underload

tF=1 and tF=2 look alike: `=000.3000` is 3.000 or 0.3. Without the setting `digits` only a message that can
be read in one way, or gives the same either way, has a value. No format tells whether the weight stands
still; only A12 tells net from gross and names the unit: for the others `unit` has to be set. Documented by
the manuals of A23P, A26, A12 and DS3; the polled mode of DS3 is not read.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.checksums import xor
from drivers.decimals import unmistakable
from drivers.errors import FrameError
from drivers.kind import Category, Evidence, Setting, choose, open_setting
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.spans import SizedFramer
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, UNIT_SETTING, ascii_text, weight_reading
from drivers.weights import NET_SETTING, Weighed

_SHAPES = {
    0x02: (12, (b"\x03",)),
    ord("="): (9, ()),
    ord("W"): (15, (b"\r\n",)),
    ord(" "): (15, (b"OL23\r\n", b"LO23\r\n")),
}
_TF0 = re.compile(r"\x02([+-])([0-9]{6})([0-4])([0-9A-F]{2})\x03")
_TF1 = re.compile(r"=([ 0-9.]{7})([-0 ])")
_TF2 = re.compile(r"=([-0 ])([ 0-9.]{7})")
_A12 = re.compile(r"W([GN])([- 0-9.]{7})(kg|lb)([0-9A-F]{2})\r\n")
_RANGE = {b"         OL23\r\n": Flag.OVERLOAD, b"         LO23\r\n": Flag.UNDERLOAD}


class Yaohua:
    kind: ClassVar[str] = "yaohua"
    name: ClassVar[str] = "Yaohua XK3190"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (
        Protection.SUM,
        Protection.FIXED_WIDTH,
    )
    unverified: ClassVar[tuple[str, ...]] = (
        "how tF=1 and tF=2 look without decimals, and overload in tF=0 to tF=2",
        "whether tF=0 to tF=2 send gross or net",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "unit": UNIT_SETTING,
            "digits": open_setting(("reversed", "forward"), "after = : reversed is tF=1, forward is tF=2"),
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(self.chosen)

    def framer(self) -> SizedFramer:
        return SizedFramer(_SHAPES)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data)
        if flag := _RANGE.get(frame.data):
            return weight_reading(self.kind, frame, "", "", {flag}, self.chosen)
        if match := _TF0.fullmatch(text):
            _check(frame.data[1:9], match[4], frame.data)
            digits, behind = match[2], int(match[3])
            weight = unmistakable(
                f"{match[1]}{digits[: 6 - behind]}.{digits[6 - behind :]}".removeprefix("+")
            )
            return self._reading(frame, weight, protection=Protection.SUM)
        if match := _A12.fullmatch(text):
            _check(frame.data[:11], match[4], frame.data)
            mode = Flag.NET if match[1] == "N" else Flag.GROSS
            return weight_reading(
                self.kind, frame, match[2], match[3], {mode}, self.chosen, protection=Protection.SUM
            )
        return self._parse_after_equals(frame, text)

    def _parse_after_equals(self, frame: Frame, text: str) -> Reading:
        if self.chosen["digits"] == "reversed":
            match = _TF1.fullmatch(text)
            weight = _signed(match[2], match[1][::-1]) if match else ""
        else:
            match = _TF2.fullmatch(text)
            weight = _signed(match[1], match[2]) if match else ""
        if not re.fullmatch(r"-?[0-9]+\.?[0-9]*", weight):
            raise FrameError("none of the formats of an XK3190", frame.data)
        return self._reading(frame, weight, protection=Protection.FIXED_WIDTH)

    def _reading(self, frame: Frame, weight: str, *, protection: Protection) -> Reading:
        """Return the weight of a format that names neither a unit nor what stands still."""
        unit = self.chosen["unit"]
        return weight_reading(self.kind, frame, weight, unit, (), self.chosen, protection=protection)


def _signed(sign: str, digits: str) -> str:
    return f"-{digits.strip()}" if sign == "-" else digits.strip()


def _check(data: bytes, sent: str, whole: bytes) -> None:
    if f"{xor(data):02X}" != sent:
        raise FrameError("wrong checksum", whole)
