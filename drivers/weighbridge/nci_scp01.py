r"""NCI SCP-01: Avery Weigh-Tronix, NCI, Brecknell, Berkel. Asked; a status always, a weight if there is one.

    LF WWWW.WW UU CR LF h h [h] CR ETX     answer to W: weight, unit, status bytes
    LF h h [h] CR ETX                      answer to W in motion or out of range, to S and Z
    LF ? CR ETX                            command unknown

    h, bits  0             1              2          3
    first    motion        at zero        RAM error  EEPROM error         b4 = b5 = 1, b6 = 0
    second   under, over capacity         ROM error  faulty calibration   b6 = 1: a third one follows
    third    range                        net        initial zero error

So "00" is stable, "10" motion, "20" at zero, "02" over, "01" under. Only the third byte tells net from
gross. Usually 9600 baud 7E1. Read as 8 data bits, bit 7 is even parity: recognised, and then every byte
must agree with it. Documented by SCP-01 8408-14788-01 and the manuals of NCI 7800, AWT 7821, 3700LP and
Avery Berkel 6702.
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
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, ascii_text, weight_reading
from drivers.weights import NET_SETTING, Weighed

_MESSAGE = re.compile(
    r"(?:\n([-+ 0-9.,]{1,10}) ?([A-Za-z]{2})\r)?\n([0-?][0-?p-\x7f]|[0-?][p-\x7f][0-?])\r\x03"
)
_PROBLEMS = (
    (0, 0x04, "RAM error"),
    (0, 0x08, "EEPROM error"),
    (1, 0x04, "ROM error"),
    (1, 0x08, "faulty calibration"),
    (2, 0x08, "initial zero error"),
)
_MARKS = ((0, 0x02, Flag.ZERO), (1, 0x01, Flag.UNDERLOAD), (1, 0x02, Flag.OVERLOAD))


class NciScp01:
    kind: ClassVar[str] = "nci-scp01"
    name: ClassVar[str] = "NCI SCP-01 (Avery Weigh-Tronix)"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (
        Protection.PARITY,
        Protection.LEARNT_WIDTH,
    )
    unverified: ClassVar[tuple[str, ...]] = (
        "whether a weight without a third status byte is gross or net",
        "dialects: EH-SCP with four status bytes is refused, SCP-12 with inverted bits without its weights",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "poll": Setting("W", ("W", "none"), "W: the weight is asked for; none: another program asks"),
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(chosen)
        self.poll = b"W\r" if chosen["poll"] == "W" else None
        self.poll_every_s = 0.25

    def framer(self) -> SpanFramer:
        return SpanFramer(b"\n", b"\x03", inner=1, limit=64)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data)
        if text.endswith("\n?\r\x03"):
            raise InstrumentFault("the head does not know the command (?)")
        match = _MESSAGE.fullmatch(text)
        if not match:
            raise FrameError("not a weight and a status", frame.data)
        weight, unit, status = match[1] or "", match[2] or "", match[3].encode("ascii")
        problem = _problem(status) or (None if weight else "status only, no weight")
        extra = {"status": [hex(byte) for byte in status]}
        return weight_reading(
            self.kind, frame, weight, unit, _flags(status), self.chosen, problem=problem, extra=extra
        )


def _problem(status: bytes) -> str | None:
    hits = (text for spot, bit, text in _PROBLEMS if spot < len(status) and status[spot] & bit)
    return next(hits, None)


def _flags(status: bytes) -> set[Flag]:
    flags = {flag for spot, bit, flag in _MARKS if status[spot] & bit}
    flags.add(Flag.MOTION if status[0] & 0x01 else Flag.STABLE)
    if len(status) > 2:
        flags.add(Flag.NET if status[2] & 0x04 else Flag.GROSS)
    return flags
