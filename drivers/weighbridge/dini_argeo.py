r"""Dini Argeo 3590, DFW, CPW, DGT: standard, AF and extended (REXT) strings, and the alibi answer PID.

    standard  [CC] HH , KK , PPPPPPPP , UM CR LF                     ST,GS,   0.000,kg
    AF        [CC] HH , B , LLLLLLLLLL UM [ , YY TTTTTTTTTT UM ] CR LF
    REXT      [CC] B , HH , NNNNNNNNNN , YY TTTTTTTTTT , PPPPPPPPPP , [M10 ,] UM CR LF
    PID       [CC] PID HH , B , LLLLLLLLLL UM , YY TTTTTTTTTT UM , XXXXX-YYYYYY | NO CR LF

    CC address on RS-485, 2 digits      HH ST stable, US unstable, OL over, UL under, ER or TL error
    KK GS gross, NT net                 P weight, L gross, N net, T tare, with point or comma and sign
    YY PT preset tare, else blank       P (REXT) pieces       UM kg Kg g t lb, blanks on either side
    XXXXX-YYYYYY rewriting and weighing number of the alibi memory; NO: not stored
    OK, ERR01 .. ERR04                  answers to commands

A PID answer with a number is a weighing sealed by the head: it carries the flag print and the number under
`extra["sealed_number"]`. The station never asks for PID: each one fills the memory. The net of REXT is
gross where its tare is zero. Documented by the manuals of 3590EXP, 3590 EBOX, DGT and DFW; standard and
REXT lines captured from a DFWL behind a converter, at about 28 messages a second, whole and broken.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.errors import FrameError, InstrumentFault
from drivers.framing import LineFramer
from drivers.kind import Category, Evidence, Setting, choose
from drivers.platforms import PLATFORM_SETTING
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, ascii_text, kilograms, number, weight_reading
from drivers.weights import NET_SETTING, Weighed

_HEAD = r"(?:(?P<address>[0-9]{2}))?"
_STATUS = r"(?P<status>ST|US|OL|UL|ER|TL)"
_UNIT = r"(?P<unit> ?(?:kg|Kg|KG|g|t|lb|LB) ?)"
_TARE = r"(?P<preset>PT|  )(?P<tare>[-+ 0-9.,]{10})"
_FORMS = tuple(
    re.compile(_HEAD + body)
    for body in (
        rf"{_STATUS},(?P<mode>GS|NT),(?P<weight>.{{8}}),{_UNIT}",
        rf"(?P<pid>PID)?{_STATUS},(?P<scale>[0-9]),(?P<weight>[-+ 0-9.,^_]{{1,10}}){_UNIT}"
        rf"(?:,{_TARE} ?[A-Za-z]{{1,2}} ?)?(?:,(?P<sealed>[0-9]{{5}}-[0-9]{{6}}|NO))?",
        rf"(?P<scale>[0-9]),{_STATUS},(?P<weight>.{{10}}),{_TARE},(?P<pieces>[ 0-9]{{10}}),"
        rf"(?:[^,]{{1,10}},)?{_UNIT}",
    )
)
_ERRORS = {"1": "extra letters", "2": "bad data", "3": "not allowed now", "4": "unknown command"}
_MARKS = {
    "ST": Flag.STABLE, "US": Flag.MOTION, "OL": Flag.OVERLOAD, "UL": Flag.UNDERLOAD,
    "ER": Flag.ERROR, "TL": Flag.ERROR,
}  # fmt: skip
_POLLS: Mapping[str, tuple[bytes | None, float]] = {
    "none": (None, 0.0),
    "READ": (b"READ\r\n", 0.25),
    "REXT": (b"REXT\r\n", 0.25),
}


class DiniArgeo:
    kind: ClassVar[str] = "dini-argeo"
    name: ClassVar[str] = "Dini Argeo standard, REXT, alibi"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "captured"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.LEARNT_WIDTH,)
    unverified: ClassVar[tuple[str, ...]] = (
        "the alibi answer and strings with an address (manual only, never captured)",
        "that REXT shows gross where the tare is zero",
    )
    stores_weights: ClassVar[bool] = True
    silent_after_s: ClassVar[float | None] = 5.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "poll": Setting("none", tuple(_POLLS), "none: the head sends by itself; else it is asked"),
            "platform": PLATFORM_SETTING,
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
        text = ascii_text(frame.data).strip("\r\n").removeprefix("\x1b").removesuffix("\x02")
        if match := re.fullmatch(r"(?:[0-9]{2})?ERR0([1-4])", text):
            raise InstrumentFault(f"the head refuses the command: {_ERRORS[match[1]]}")
        found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
        if not found:
            raise FrameError("not a weight string", frame.data)
        parts = found.groupdict()
        tare_kg = _tare(parts, frame.data, self.chosen)
        flags = {_MARKS[parts["status"]], _mode(parts, tare_kg)}
        extra = _extra(parts, tare_kg)
        if "sealed_number" in extra and Flag.STABLE in flags:
            flags.add(Flag.PRINT)
        problem = "the scale reports an error" if Flag.ERROR in flags else None
        return weight_reading(
            self.kind,
            frame,
            parts["weight"],
            parts["unit"],
            flags,
            self.chosen,
            problem=problem,
            extra=extra,
            platform=_platform(parts),
        )


def _tare(parts: Mapping[str, str | None], data: bytes, chosen: Mapping[str, str]) -> float | None:
    tare, unit = parts.get("tare"), parts["unit"] or ""
    return None if tare is None else kilograms(number(tare, unit, data, chosen), unit)


def _platform(parts: Mapping[str, str | None]) -> str | None:
    """Return the address on RS-485 and the scale of the head, both where both are told."""
    address, scale = parts["address"], parts.get("scale")
    return f"{address}/{scale}" if address and scale else address or scale


def _mode(parts: Mapping[str, str | None], tare_kg: float | None) -> Flag:
    """AF and PID send the gross weight; REXT sends net, which is gross without a tare."""
    if parts.get("mode"):
        return Flag.NET if parts["mode"] == "NT" else Flag.GROSS
    return Flag.NET if "pieces" in parts and tare_kg else Flag.GROSS


def _extra(parts: Mapping[str, str | None], tare_kg: float | None) -> dict[str, Any]:
    sealed = parts.get("sealed")
    return {
        **({"address": parts["address"]} if parts.get("address") else {}),
        **({"scale": parts["scale"]} if parts.get("scale") else {}),
        **({"tare_kg": tare_kg, "tare_preset": parts["preset"] == "PT"} if parts.get("tare") else {}),
        **({"sealed_number": sealed} if sealed and sealed != "NO" else {}),
    }
