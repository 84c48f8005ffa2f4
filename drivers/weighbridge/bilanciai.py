r"""Societa Cooperativa Bilanciai D70, DD700 (BTEK): the Cb string and the extended string.

    Cb        $ S DDDDD CR                                              8 bytes
              S 0 stable, 1 unstable, 3 invalid     D net weight
    extended  $ NNNNNNNNN SP TTTTTTTTT SP UU SP s1 s2 s3 s4 CR LF      30 bytes
              N net and T tare, 9 characters with sign and point     UU unit
              s1  b0 below minimum weighing  b1 tare locked  b2 preset tare  b3 centre of zero
              s2  b1 stable  b2 overload
              s3  b0 tare stored  b2 weight invalid  b3 printing
              s4  b0 approved  b1 converter fault  b2 configuration error        each a hex digit

The net of the extended string is gross where its tare is zero; Cb does not tell. Cb sends neither unit nor
point: what its last digit counts is a setting.
A D70 sends at 4800 baud 7E2 with 300 ms between two strings unless set up otherwise. Documented by the
manuals of DD700, D70 and D70A. No checksum.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError
from drivers.kind import Category, Evidence, Setting, choose, open_setting
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.spans import SpanFramer
from drivers.weighbridge.shown import (
    SEPARATOR_SETTINGS,
    ascii_text,
    kilograms,
    number,
    weight_reading,
)
from drivers.weights import NET_SETTING, Weighed

_CB = re.compile(r"\$([013])([ 0-9]{5})\r\n?")
_EXTENDED = re.compile(r"\$([-+ 0-9.,]{9}) ([-+ 0-9.,]{9}) ([A-Za-z ]{2}) ([0-9A-Fa-f]{4})\r\n?")
_CB_STATUS = {"0": Flag.STABLE, "1": Flag.MOTION, "3": Flag.ERROR}
_FIXED = Protection.FIXED_WIDTH
_COUNTS = {
    "kg": (1.0, "kg"), "10kg": (10.0, "kg"), "0.1kg": (0.1, "kg"), "0.01kg": (0.01, "kg"), "g": (1.0, "g"),
    "lb": (1.0, "lb"), "10lb": (10.0, "lb"), "t": (1.0, "t"),
}  # fmt: skip
_PROBLEMS = ((3, 0x2, "converter fault"), (3, 0x4, "configuration error"), (2, 0x4, "the weight is invalid"))


class Bilanciai:
    kind: ClassVar[str] = "bilanciai"
    name: ClassVar[str] = "Bilanciai Cb, extended"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (
        Protection.PARITY,
        Protection.FIXED_WIDTH,
    )
    unverified: ClassVar[tuple[str, ...]] = (
        "how Cb shows a negative weight",
        "the answers to XB, XN and XT (the station does not ask)",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "unit": open_setting(tuple(_COUNTS), "what the last digit of a Cb string counts"),
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(self.chosen)

    def framer(self) -> SpanFramer:
        return SpanFramer(b"$", b"\r", tail=b"\n", limit=40)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data)
        if match := _CB.fullmatch(text):
            flag = _CB_STATUS[match[1]]
            problem = "the weight is invalid" if flag is Flag.ERROR else None
            scale, unit = _COUNTS[self.chosen["unit"]]
            return weight_reading(
                self.kind, frame, match[2], unit, {flag}, self.chosen, problem=problem, protection=_FIXED,
                scale=scale,
            )  # fmt: skip
        if match := _EXTENDED.fullmatch(text):
            return self._parse_extended(frame, *match.groups())
        raise FrameError("neither a Cb nor an extended string", frame.data)

    def _parse_extended(self, frame: Frame, net: str, tare: str, unit: str, status: str) -> Reading:
        bits = [int(digit, 16) for digit in status]
        tare_kg = kilograms(number(tare, unit, frame.data, self.chosen), unit)
        flags = {Flag.NET if tare_kg else Flag.GROSS, Flag.STABLE if bits[1] & 0x2 else Flag.MOTION}
        if bits[1] & 0x4:
            flags.add(Flag.OVERLOAD)
        if bits[0] & 0x8:
            flags.add(Flag.ZERO)
        if bits[2] & 0x8:
            flags.add(Flag.PRINT)
        problem = next((text for spot, bit, text in _PROBLEMS if bits[spot] & bit), None)
        extra = {
            "tare_kg": tare_kg,
            "tare_preset": bool(bits[0] & 0x4),
            "below_minimum": bool(bits[0] & 0x1),
            "status": status,
        }
        return weight_reading(
            self.kind, frame, net, unit, flags, self.chosen, problem=problem, extra=extra, protection=_FIXED
        )
