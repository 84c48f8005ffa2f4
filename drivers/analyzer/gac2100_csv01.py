"""DICKEY-john GAC 2100, output format CSV01: moisture, test weight, grain temperature.

One line per test, 15 comma-separated fields, ended by LF, CR, LF CR or CR LF:

    0 sample id, up to 16 characters, one space when empty     8 product name
    1 date, day or month first (instrument setting)             9 "S/N: " and the serial number
    2 time HH:MM:SS                                            10 D1 conductance
    3 moisture, %                                              11 D2 capacitance
    4 test weight, kg/hl or lb/bu                              12 D3 weight
    5 grain temperature, degrees C or F                        13 D4 temperature, tenths
    6, 7 two more numbers, meaning unknown                     14 calibration date code

     ,29/03/22,14:20:14,11.9,70.7,30.3,28.9,29.7,SOJA ARG,S/N: 0000-00000, 2, 895,2305, 303,070815

8 data bits, no parity, 300 to 19200 baud (the default was not found), or a serial-to-Ethernet
converter, often on port 1470. The instrument sends a second record with another number of fields
for each test ("control data"): that is a bad frame here, never a value. A number that is blank or
made of dashes was measured badly: None. The record is known from two lines in a published program;
that they come from a GAC 2100 is inferred from the manual's list of 15 items.
"""

import csv
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

from drivers.analyzer.numbers import printed_number
from drivers.errors import FrameError
from drivers.framing import LineFramer, without_fill
from drivers.kind import Category, Evidence, Setting, choose, open_setting
from drivers.protection import Protection
from drivers.reading import Analyte, Basis, Flag, Frame, Reading, Value
from drivers.values import fahrenheit, measured_value, pounds_per_bushel

FIELDS = 15
_LINE_LIMIT = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DATE = {"dmy": "%d/%m/%y %H:%M:%S", "mdy": "%m/%d/%y %H:%M:%S"}
_SEPARATOR = {"comma": ",", "semicolon": ";"}


class Gac2100Csv01:
    kind: ClassVar[str] = "gac2100-csv01"
    name: ClassVar[str] = "DICKEY-john GAC 2100, format CSV01"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "inferred"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.NOTHING,)
    unverified: ClassVar[tuple[str, ...]] = (
        "that the record comes from a GAC 2100 (15 of 15 fields fit its manual)",
        "the meaning of fields 6 and 7",
        "how a result out of range is printed",
        "the factory settings of the serial port",
    )
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "date_order": Setting("dmy", ("dmy", "mdy"), "order of day, month and year on the instrument"),
            "test_weight_unit": open_setting(("kg/hl", "lb/bu"), "unit of field 4 on the instrument"),
            "temperature_unit": open_setting(("C", "F"), "unit of field 5 on the instrument"),
            "separator": Setting("comma", tuple(_SEPARATOR), "what stands between two fields"),
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = chosen = choose(self.kind, self.settings, settings)
        self._date_order = chosen["date_order"]
        self._separator = _SEPARATOR[chosen["separator"]]

    def framer(self) -> LineFramer:
        return LineFramer(_LINE_LIMIT)

    def parse(self, frame: Frame) -> Reading:
        fields = self._split(without_fill(frame.data))
        if len(fields) != FIELDS:
            raise FrameError(f"{len(fields)} fields instead of {FIELDS}", frame.data)
        if len(fields[0]) > 16:
            raise FrameError("sample id of more than 16 characters", frame.data)
        numbers = {i: _number(fields[i], i, frame.data) for i in (3, 4, 5, 6, 7, 10, 11, 12, 13)}
        values = self._values(numbers[3], numbers[4], numbers[5])
        bad = any(value.value is None for value in values.values())
        device_time, problem = self._device_time(fields[1], fields[2])
        return Reading(
            driver=self.kind,
            kind="analysis",
            frame=frame,
            values=values,
            flags=frozenset({Flag.ERROR}) if bad else frozenset(),
            device_time=device_time,
            sample_id=fields[0] or None,
            product=fields[8] or None,
            serial=fields[9].removeprefix("S/N:").strip() or None,
            extra={
                "calibration": fields[14] or None,
                "field_6": numbers[6],
                "field_7": numbers[7],
                **{f"d{n}": numbers[9 + n] for n in (1, 2, 3, 4)},
                **({"device_time_problem": problem} if problem else {}),
                "as_sent": {
                    "moisture": fields[3],
                    "test_weight": fields[4],
                    "test_weight_unit": self.chosen.get("test_weight_unit"),
                    "temperature": fields[5],
                    "temperature_unit": self.chosen.get("temperature_unit"),
                    "date": fields[1],
                    "time": fields[2],
                },
            },
        )

    def _split(self, data: bytes) -> list[str]:
        text = data.strip(b"\r\n").decode("latin-1")
        if _CONTROL.search(text):
            raise FrameError("control characters in the record", data)
        if '"' not in text:
            return [field.strip() for field in text.split(self._separator)]
        try:
            rows = list(csv.reader([text], delimiter=self._separator, skipinitialspace=True, strict=True))
        except csv.Error as error:
            raise FrameError(f"unbalanced quotes ({error})", data) from error
        return [field.strip() for field in rows[0]]

    def _values(
        self, moisture: float | None, test_weight: float | None, temperature: float | None
    ) -> dict[Analyte, Value]:
        if test_weight is not None and self.chosen["test_weight_unit"] == "lb/bu":
            test_weight = pounds_per_bushel(test_weight)
        if temperature is not None and self.chosen["temperature_unit"] == "F":
            temperature = fahrenheit(temperature)
        return {
            Analyte.MOISTURE: measured_value(Analyte.MOISTURE, moisture, Basis.AS_IS),
            Analyte.TEST_WEIGHT: measured_value(Analyte.TEST_WEIGHT, test_weight),
            Analyte.TEMPERATURE: measured_value(Analyte.TEMPERATURE, temperature),
        }

    def _device_time(self, date: str, time: str) -> tuple[datetime | None, str | None]:
        """Return the instrument's local clock, or None and why."""
        try:
            return datetime.strptime(f"{date} {time}", _DATE[self._date_order]), None  # noqa: DTZ007
        except ValueError:
            return None, f"not a date in the order {self._date_order}"


def _number(field: str, index: int, data: bytes) -> float | None:
    try:
        return printed_number(field)
    except ValueError as error:
        raise FrameError(f"field {index} is not a number", data) from error
