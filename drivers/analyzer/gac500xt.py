"""DICKEY-john GAC 500XT: the ticket it sends to its printer.

1200 baud, 8 data bits, no parity; a ticket is sent when the print key is pressed. Lines end with CR LF:

    (empty)                        Moist.:
    DICKEY-john Corp.                  12.5 %
        GAC 500XT                  (empty)
    (empty)                        TW:
    S/N: 50960                         60.5 lb/Bu
    (empty)                        (empty)
    Wheat SRW      product         Temp.:
    070327N        calibration         101.3 F
    (empty)                        =================      17 of them end the ticket

There is no date, no sample id and no checksum: the time is that of arrival, and two tickets of equal
text are marked as printed again. Because nothing protects the text, every line must be one that is
expected; a ticket with a line missing, doubled or garbled is a bad frame. kg/hl and C are read as well.

The text is that of a simulator in a published program, apparently copied from a real ticket.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from drivers.analyzer.numbers import printed_number
from drivers.errors import FrameError
from drivers.framing import NoiseKeeper
from drivers.kind import Category, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import Analyte, Basis, Flag, Frame, Reading, Value
from drivers.values import fahrenheit, measured_value, pounds_per_bushel

START = b"DICKEY-john"
END = b"=" * 17
LIMIT = 500
_BLANK = b"\r\n \x00"
_LABEL = re.compile(r"(Moist\.|TW|Temp\.):\s*(.*)", re.ASCII)
_VALUE = re.compile(r"(\S*?)\s*(%|lb/bu|kg/hl|[FC])", re.ASCII | re.IGNORECASE)
_NAMED = {"Moist.": Analyte.MOISTURE, "TW": Analyte.TEST_WEIGHT, "Temp.": Analyte.TEMPERATURE}
_UNITS = {
    Analyte.MOISTURE: ("%",),
    Analyte.TEST_WEIGHT: ("lb/bu", "kg/hl"),
    Analyte.TEMPERATURE: ("f", "c"),
}


class TicketFramer(NoiseKeeper):
    """Tickets from `START` to `END`; a new start begins afresh; blank lines between tickets are nothing."""

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        frames: list[Frame] = []
        while (end := self._buffer.find(END)) >= 0:
            frames += self._ticket(end + len(END), at)
        self._skip_blank()
        self._discard(len(self._buffer) - LIMIT)
        return frames

    def _ticket(self, size: int, at: datetime) -> list[Frame]:
        start = self._buffer.rfind(START, 0, size)
        if start < 0 or size - start > LIMIT:
            start = size
        self._reject(bytes(self._buffer[:start]).lstrip(_BLANK))
        frames = [Frame(bytes(self._buffer[start:size]), at)] if start < size else []
        self._close_run()
        del self._buffer[:size]
        return frames

    def _skip_blank(self) -> None:
        del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(_BLANK))]


class Gac500Xt:
    kind: ClassVar[str] = "gac500xt"
    name: ClassVar[str] = "DICKEY-john GAC 500XT, printer ticket"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "inferred"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.NOTHING,)
    unverified: ClassVar[tuple[str, ...]] = (
        "the ticket is known from a program's simulator, not from a recording; spacing may differ",
        "how a result out of range is printed",
        "tickets in kg/hl and degrees C",
    )
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType({})

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        choose(self.kind, self.settings, settings)

    def framer(self) -> TicketFramer:
        return TicketFramer()

    def parse(self, frame: Frame) -> Reading:
        text = frame.data.decode("latin-1")
        lines = [stripped for line in re.split(r"[\r\n]+", text) if (stripped := line.strip())]
        if len(lines) < 4 or lines[0] != "DICKEY-john Corp." or lines[1] != "GAC 500XT":
            raise FrameError("not a ticket of a GAC 500XT", frame.data)
        if not lines[2].startswith("S/N:") or set(lines[-1]) != {"="}:
            raise FrameError("serial number or end of the ticket is missing", frame.data)
        first = next((n for n, line in enumerate(lines) if _LABEL.fullmatch(line)), len(lines))
        heading = lines[3:first]
        if len(heading) not in (1, 2) or not all(line.isprintable() for line in lines):
            raise FrameError("product and calibration are not two lines of text", frame.data)
        sent = _results(lines[first:-1], frame.data)
        values = {analyte: _convert(analyte, *sent[analyte], frame.data) for analyte in _UNITS}
        bad = any(value.value is None for value in values.values())
        return Reading(
            driver=self.kind,
            kind="analysis",
            frame=frame,
            values=values,
            flags=frozenset({Flag.ERROR}) if bad else frozenset(),
            product=heading[0],
            serial=lines[2].removeprefix("S/N:").strip() or None,
            extra={
                "calibration": heading[1] if len(heading) == 2 else None,
                "as_sent": {analyte.value: " ".join(words) for analyte, words in sent.items()},
            },
        )


def _results(lines: list[str], data: bytes) -> dict[Analyte, tuple[str, str]]:
    """Return number and unit by analyte, all three of them, each once."""
    sent: dict[Analyte, tuple[str, str]] = {}
    rest = iter(lines)
    for line in rest:
        label = _LABEL.fullmatch(line)
        if label is None:
            raise FrameError(f"line {line[:20]!r} is not expected", data)
        value = _VALUE.fullmatch(label[2] or next(rest, ""))
        analyte = _NAMED[label[1]]
        if value is None or analyte in sent or value[2].lower() not in _UNITS[analyte]:
            raise FrameError(f"{label[1]} is not followed by one number with its unit", data)
        sent[analyte] = (value[1], value[2])
    if sent.keys() != _UNITS.keys():
        raise FrameError("a result is missing", data)
    return sent


def _convert(analyte: Analyte, text: str, unit: str, data: bytes) -> Value:
    try:
        number = printed_number(text)
    except ValueError as error:
        raise FrameError(f"{analyte.value}: {error}", data) from error
    if number is not None and unit.lower() == "lb/bu":
        number = pounds_per_bushel(number)
    elif number is not None and unit.lower() == "f":
        number = fahrenheit(number)
    return measured_value(analyte, number, Basis.AS_IS if analyte == Analyte.MOISTURE else None)
