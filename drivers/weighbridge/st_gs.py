r"""The "ST,GS" family of text lines: A&D, T-Scale, Excell, Ohaus Defender, HEB and many others.

    ST , GS , SIGN WEIGHT UNIT CR LF
    |    |    commas, blanks, sign and their places differ from head to head
    |    GS gross  NT net  TR tare  (may be missing)
    ST stable  US unstable  OL over  UL under  ER error

        ST,GS    20.7g        T-Scale NHB         ST,GS,   245.6 g     T-Scale QHW
        ST,GS-     0.0kg      a weighbridge       ST,+00123.45,  g     A&D
        wn 0002.02kg          HEB: w|n|t gross, net, tare
           0.360 kg    G      Ohaus: G, N; ? before it when unstable; sign in front
        +007.12/3 G S         Vibra, Shinko: sign, number, unit (of 2 characters), L|G|H of limits or blank,
                              S stable, U unstable, E error; behind / stands the last digit, not verified
        ST,GS,+0043120        a head without unit
        ST,GS,IL,  43.120 UU  CAS, 22 bytes: I its id and L its lamps, two bytes of any value; weight of 8
                              characters, blank or NUL, unit of 2
        OL,GS,+               overload of several heads

HEB lines do not tell stability. A line without unit has no value unless `blank_unit` says it. Captured from
the heads named (A&D and Excell from manuals only). A line of a comma decimal is read alike.
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

_UNIT = r"(?P<unit>kg|g|t|lb)"
_WEIGHT = r"(?P<weight>[+-]? *[0-9]+(?:[.,][0-9]+)*\.?)"
_FLAGS = re.IGNORECASE | re.ASCII
_FORMS = (
    re.compile(rf"(?P<status>ST|US|OL|UL|ER),? *(?P<mode>GS|NT|TR)?,? *{_WEIGHT},? *{_UNIT} *", _FLAGS),
    re.compile(r"(?P<status>OL|UL|ER|US)(?:,(?P<mode>GS|NT|TR))?[-+^_,. *]*(?P<unit>kg|g|t|lb)? *", _FLAGS),
    re.compile(
        rf"(?P<status>ST|US|OL|UL),(?P<mode>GS|NT),(?P<id>.)(?P<lamps>.),"
        rf"(?P<weight>[-+ 0-9.,]{{8}})[ \0]{{1,2}}{_UNIT}[ \0]?",
        _FLAGS | re.DOTALL,
    ),
    re.compile(rf"w(?P<w>[wnt]) ?{_WEIGHT} *{_UNIT} *", _FLAGS),
    re.compile(rf" *{_WEIGHT} +{_UNIT} +(?P<unstable>\?)?(?P<g>[GN]) *"),
    re.compile(
        r"(?P<weight>[+-] *[0-9]+(?:[.,][0-9]+)*(?:/[0-9])?) ?(?P<unit>[A-Z]{1,2})"
        r"(?P<limit>[ LGH])(?P<s>[SUE])"
    ),
    re.compile(rf"(?P<status>ST|US),(?P<mode>GS|NT),? *{_WEIGHT} *"),
)
_STATUS = {
    "ST": Flag.STABLE, "US": Flag.MOTION, "OL": Flag.OVERLOAD, "UL": Flag.UNDERLOAD, "ER": Flag.ERROR,
    "S": Flag.STABLE, "U": Flag.MOTION, "E": Flag.ERROR,
}  # fmt: skip
_MODE = {
    "GS": Flag.GROSS, "NT": Flag.NET, "G": Flag.GROSS, "N": Flag.NET, "w": Flag.GROSS, "n": Flag.NET
}  # fmt: skip
_TARE = frozenset({"TR", "t"})


class StGs:
    kind: ClassVar[str] = "st-gs"
    name: ClassVar[str] = "ST,GS text family"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "captured"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LEARNT_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "A&D and Excell lines (manuals only)",
        "what stands in an OL, UL or ER line beside the status",
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

    def framer(self) -> LineFramer:
        return LineFramer(128)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data).strip("\r\n")
        found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
        if not found:
            raise FrameError("not a line of the ST,GS family", frame.data)
        parts = found.groupdict()
        mode = (parts.get("mode") or "").upper() or parts.get("g") or (parts.get("w") or "").lower()
        flags = _flags(parts)
        if mode in _MODE:
            flags.add(_MODE[mode])
        problem = "a tare, not a weight" if mode in _TARE else None
        if Flag.ERROR in flags:
            problem = "the head reports an error"
        weight = parts.get("weight") or ""
        return weight_reading(
            self.kind,
            frame,
            weight,
            parts.get("unit") or (self.chosen["blank_unit"] if weight else ""),
            flags,
            self.chosen,
            problem=problem,
            extra=_extra(parts),
        )


def _extra(parts: Mapping[str, str | None]) -> dict[str, object]:
    return {key: ord(byte) for key in ("id", "lamps") if (byte := parts.get(key))}


def _flags(parts: Mapping[str, str | None]) -> set[Flag]:
    """An Ohaus line marks only what is unstable; a HEB line marks neither."""
    status = (parts.get("status") or parts.get("s") or "").upper()
    if status:
        return {_STATUS[status]}
    if "unstable" in parts:
        return {Flag.MOTION if parts["unstable"] else Flag.STABLE}
    return set()
