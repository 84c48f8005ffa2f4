r"""Systec IT1, IT3, IT1000, IT6000, IT8000: the answer to <RN> and <RM>, 9600 baud or TCP port 1234.

    < 62 characters > CR LF              from position 1:
      1  2 error code, 00             23  8 gross
      3  2 status: 1 motion, 1 negative 31 8 tare
      5  8 date, as configured        39  8 net
     13  5 time HH:MM                 47  2 unit kg, g, t, lb
     18  4 ident number (alibi)       49  2 tare code: PT preset, T automatic
     22  1 scale number               51  1 range      52  3 terminal number
                                      55  8 CRC-16/MODBUS of characters 1 to 54, in decimal

    < EE >                               an error alone: 12 overload, 20 underload, 13 motion, 11, 15 scale,
                                         31 .. 33 transmission, command, parameter, 39 keyboard in use

<RM> weighs at once; <RN> waits for a standing weight and registers it: each one takes an ident number,
so it is no poll for a live display. The ident number counts from 1 every day and is 0 without an alibi
memory. Documented by one published table with one example; the CRC fits that example and may be switched
off (`crc = off`). Error codes are known from one program.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.checksums import crc16_modbus
from drivers.errors import FrameError, InstrumentFault
from drivers.kind import Category, Evidence, Setting, choose
from drivers.platforms import PLATFORM_SETTING
from drivers.protection import Protection
from drivers.reading import Flag, Frame, Reading
from drivers.spans import SpanFramer
from drivers.weighbridge.shown import SEPARATOR_SETTINGS, ascii_text, kilograms, number, weight_reading
from drivers.weights import Weighed

SIZE = 62
_ERROR = re.compile(r"<([0-9]{2})>(?:\r\n?)?")
_MESSAGE = re.compile(rf"<(00[0-9][01].{{{SIZE - 4}}})>(?:\r\n?)?", re.ASCII)
_RANGE = {"12": Flag.OVERLOAD, "20": Flag.UNDERLOAD, "13": Flag.MOTION}
_TROUBLE = {"11": "general scale error", "15": "taring or zeroing failed", "39": "the keyboard is in use"}
_REFUSED = {"31": "transmission error", "32": "unknown command", "33": "wrong parameter"}
_DATES = {"dmy": "%d%m%y", "mdy": "%m%d%y", "ymd": "%y%m%d"}
_POLLS: Mapping[str, tuple[bytes | None, float]] = {
    "RM": (b"<RM>", 0.25),
    "RN": (b"<RN>", 8.0),
    "none": (None, 0.0),
}


class Systec:
    kind: ClassVar[str] = "systec"
    name: ClassVar[str] = "Systec IT, <RN> and <RM>"
    category: ClassVar[Category] = "weighbridge"
    evidence: ClassVar[Evidence] = "documented"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (
        Protection.SUM,
        Protection.FIXED_WIDTH,
    )
    unverified: ClassVar[tuple[str, ...]] = (
        "the CRC (it fits the one known example)",
        "how range and terminal number share four characters",
        "that <RM> answers with the same record and leaves the alibi memory alone",
    )
    stores_weights: ClassVar[bool] = True
    silent_after_s: ClassVar[float | None] = 10.0
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "poll": Setting("RM", tuple(_POLLS), "RM: weigh at once; RN: each answer is registered; none"),
            "crc": Setting("on", ("on", "off"), "whether the CRC must be right"),
            "date_order": Setting("dmy", tuple(_DATES), "order of day, month and year on the instrument"),
            "platform": PLATFORM_SETTING,
            **SEPARATOR_SETTINGS,
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self.poll, self.poll_every_s = _POLLS[chosen["poll"]]
        self.weighed = Weighed.chosen(chosen)
        self._crc = chosen["crc"] == "on"
        self._date = _DATES[chosen["date_order"]]

    def framer(self) -> SpanFramer:
        return SpanFramer(b"<", b">", tail=b"\r\n", limit=SIZE + 4)

    def parse(self, frame: Frame) -> Reading:
        text = ascii_text(frame.data)
        if match := _ERROR.fullmatch(text):
            return self._error(match[1], frame)
        match = _MESSAGE.fullmatch(text)
        if not match:
            raise FrameError(f"not {SIZE} characters between < and >", frame.data)
        body = match[1]
        if self._crc and body[54:].strip() != str(crc16_modbus(frame.data[1:55])):
            raise FrameError("wrong checksum", frame.data)
        return self._weight(body, frame)

    def _weight(self, body: str, frame: Frame) -> Reading:
        gross, unit = body[22:30], body[46:48]
        flags = {Flag.GROSS, Flag.STABLE if body[2] == "0" else Flag.MOTION}
        if body[3] == "1" and "-" not in gross:
            gross = f"-{gross}"
        reading = weight_reading(
            self.kind,
            frame,
            gross,
            unit,
            flags,
            self.chosen,
            extra=_extra(body, unit, frame.data, self.chosen),
            protection=Protection.SUM if self._crc else Protection.FIXED_WIDTH,
            platform=body[21].strip() or None,
        )
        return replace(reading, device_time=self._device_time(body))

    def _device_time(self, body: str) -> datetime | None:
        """Return the head's local clock; None where its date is in another order."""
        digits = re.sub(r"[^0-9]", "", body[4:12])
        try:
            return datetime.strptime(f"{digits} {body[12:17]}", f"{self._date} %H:%M")  # noqa: DTZ007
        except ValueError:
            return None

    def _error(self, code: str, frame: Frame) -> Reading:
        if code in _REFUSED:
            raise InstrumentFault(f"the head refuses the command: {_REFUSED[code]} ({code})")
        if code in _RANGE:
            flags, problem = {_RANGE[code]}, "not settled in time" if code == "13" else None
        else:
            flags, problem = {Flag.ERROR}, _TROUBLE.get(code, "unknown error")
        extra = {"error_code": code}
        return weight_reading(self.kind, frame, "", "", flags, self.chosen, problem=problem, extra=extra)


def _extra(body: str, unit: str, data: bytes, chosen: Mapping[str, str]) -> dict[str, Any]:
    ident = body[17:21].strip()
    return {
        "tare_kg": kilograms(number(body[30:38], unit, data, chosen), unit),
        "net_kg": kilograms(number(body[38:46], unit, data, chosen), unit),
        "tare_preset": body[48:50] == "PT",
        "scale": body[21].strip() or None,
        "terminal": body[51:54].strip() or None,
        **({"sealed_number": ident} if ident.strip("0") else {}),
    }
