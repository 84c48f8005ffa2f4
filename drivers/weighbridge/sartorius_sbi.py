r"""Sartorius / Minebea SBI, output of 16 or 22 characters.

         1   sign +, - or space              16 characters
      2..10  weight, right-justified, with point (2 is blank in most)
        11   space
     12..14  unit, blank while unstable
     15, 16  CR LF
    22 characters: 6 of an identification before that: N net, G gross, T1 tare, Stat a status

    status   H, High overload   L, Low underload   --, OFF nothing   Err 54, ERR 54 an error
             in the middle of blanks, after Stat or alone

    asked by  ESC P CR LF

Digits that are not verified may stand in brackets: they are part of the weight. A weight whose unit is
blank is unstable and has no value unless `blank_unit` says its unit. Documented by the manuals of MA37,
MA150C, BP, MC210, Master series and Entris II; the network variant seen in one program on TCP port 49155.
Many leave the factory with 1200 baud 7O1: set the port accordingly.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from drivers.errors import FrameError
from drivers.framing import LineFramer
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.weighbridge.shown import BLANK_UNIT_SETTING, SEPARATOR_SETTINGS, ascii_text, weight_reading
from drivers.weights import NET_SETTING, Weighed

_WEIGHT = re.compile(r"(.{6})?([+ -])([ 0-9.,\[\]]{9})([ \]])([A-Za-z/ ]{3})")
_STATUS = re.compile(
    r"(?:Stat)? *(H|High|L|Low|--|OFF|C|Cal\. ?Ext\.|(?:Err|ERR|APP|DIS|PRT)[.A-Z]* *[0-9A-Z]*) *"
)
_RANGE = {"H": Flag.OVERLOAD, "L": Flag.UNDERLOAD}
_MODES = {"N": Flag.NET, "G": Flag.GROSS}


class SartoriusSbi:
    kind: ClassVar[str] = "sartorius-sbi"
    name: ClassVar[str] = "Sartorius SBI, 16 or 22 characters"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.FIXED_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "in which columns each head writes its status words",
        "whether the 16-character output shows net or gross",
    )
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "poll": Setting(
                "print", ("print", "none"), "print: ESC P is sent; none: the head sends by itself"
            ),
            "blank_unit": BLANK_UNIT_SETTING,
            "net": NET_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self.weighed = Weighed.chosen(chosen)
        self.poll = b"\x1bP\r\n" if chosen["poll"] == "print" else None
        self.poll_every_s = 0.5

    def framer(self) -> LineFramer:
        return LineFramer(64)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data).strip("\r\n")
        if match := _STATUS.fullmatch(text):
            return self._status(match[1], frame)
        match = _WEIGHT.fullmatch(text)
        if not match:
            raise FrameError("neither 14 nor 20 characters of a weight", frame.data)
        name, sign, digits, _, unit = match.groups()
        flags = {Flag.STABLE if unit.strip() else Flag.MOTION}
        mode = (name or "").strip()
        if mode[:1] in _MODES:
            flags.add(_MODES[mode[0]])
        weight = digits.replace("[", "").replace("]", "")
        return weight_reading(
            self.kind,
            frame,
            f"{sign}{weight}",
            unit.strip() or self.chosen["blank_unit"],
            flags,
            self.chosen,
            problem=None if mode[:1] in _MODES or not mode else f"{mode} is not the weight",
            extra={"identification": mode} if mode else {},
            protection=Protection.FIXED_WIDTH,
        )

    def _status(self, word: str, frame: Frame) -> Reading:
        flag = _RANGE.get(word[0])
        flags = () if flag is None else (flag,)
        problem = None if flag else f"the head shows {word.strip()}"
        return weight_reading(self.kind, frame, "", "", flags, self.chosen, problem=problem)
