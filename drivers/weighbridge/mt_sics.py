r"""MT-SICS, levels 0 and 1: Mettler-Toledo, Ohaus, KERN, Elicom and others, asked or sending by itself.

    S SP S SP WWWWWWWWWW SP UUU CR LF        weight right-justified in 10 characters, sign inside; unit
      |  S stable   D in motion
      |  I no weight now (busy, not settled in time)   + overload   - underload: nothing follows
    I4 SP A SP "serial number" CR LF         answer to @, also sent once at power-up
    ES, ET, EL                               command unknown, garbled, not possible
    spaces N|G spaces weight SP unit spaces  a line of the print key or of continuous print (not SICS)

    asked by  SI (at once)  S (when stable)  SIR (from now on, again and again)      each with CR LF

The answer does not say whether a tare is taken off: neither net nor gross is told. A unit is written as
the head likes (kg, Kg). Documented by the manuals of AT and AL-IC balances, T104, Ohaus 7000 and KERN
KCP, the print line captured from a MS204TS. 9600 baud 8N1 is usual; KERN YKV serves TCP port 23.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError, InstrumentFault
from drivers.framing import LineFramer
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, ascii_text, weight_reading
from drivers.weights import NET_SETTING, Weighed

_WEIGHT = re.compile(r"S ([SD]) ([-+ 0-9.,]{1,16}) ([A-Za-z]{1,3}) *")
_NO_WEIGHT = re.compile(r"S ([I+-]) *")
_POWER_UP = re.compile(r'I4 A "([^"]*)"')
_PRINTED = re.compile(r" *([NG]) +([-+]? *[0-9.,]+) ([A-Za-z]{1,3}) *")
_ERRORS = {"ES": "does not know the command", "ET": "got a garbled command", "EL": "cannot do it now"}
_MARKS = {"S": Flag.STABLE, "D": Flag.MOTION, "N": Flag.NET, "G": Flag.GROSS}
_NONE = {
    "I": ("no weight now: busy or not settled in time", Flag.MOTION),
    "+": ("overload", Flag.OVERLOAD),
    "-": ("underload", Flag.UNDERLOAD),
}
_POLLS: Mapping[str, tuple[bytes | None, float]] = {
    "SI": (b"SI\r\n", 0.25),
    "S": (b"S\r\n", 1.0),
    "SIR": (b"SIR\r\n", 10.0),
    "none": (None, 0.0),
}


class MtSics:
    kind: ClassVar[str] = "mt-sics"
    name: ClassVar[str] = "MT-SICS level 0/1"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LEARNT_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "whether the weight is net where a tare is active (the answer does not say)",
        "that SIR sent again only goes on with the stream",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "poll": Setting("SI", tuple(_POLLS), "how the head is asked; none: it sends by itself"),
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(chosen)
        self.poll, self.poll_every_s = _POLLS[chosen["poll"]]

    def framer(self) -> LineFramer:
        return LineFramer(128)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data).strip("\r\n")
        if match := _WEIGHT.fullmatch(text):
            return weight_reading(self.kind, frame, match[2], match[3], {_MARKS[match[1]]}, self.chosen)
        if match := _NO_WEIGHT.fullmatch(text):
            problem, flag = _NONE[match[1]]
            return weight_reading(self.kind, frame, "", "", {flag}, self.chosen, problem=problem)
        if match := _POWER_UP.fullmatch(text):
            reading = weight_reading(self.kind, frame, "", "", (), self.chosen, problem="powered up or reset")
            return replace(reading, serial=match[1] or None)
        if match := _PRINTED.fullmatch(text):
            return weight_reading(self.kind, frame, match[2], match[3], {_MARKS[match[1]]}, self.chosen)
        if text.strip() in _ERRORS:
            raise InstrumentFault(f"the head {_ERRORS[text.strip()]} ({text.strip()})")
        raise FrameError("not an answer with a weight", frame.data)
