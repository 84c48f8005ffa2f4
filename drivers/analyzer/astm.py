r"""A lab instrument that speaks ASTM E1394 records, framed by E1381 or bare (LIS2-A2, LIS01-A2).

    H|\^&|||Maker^Model^1.2|||||||P|1|20230803131713
    P|1|LOT-7
    O|1|S000123||^^^PROT
    R|1|^^^protein|11.4|%||N||F||||20230803131700
    L|1|N

`astm_link` is the conversation, `astm_records` the text. A frame here is what is left when the link is
checked and taken off: the records of one sample between header and terminator; a message about several
samples gives one frame each. Serial line or TCP; the settings of the line are the instrument's.

The standard names no grain analyte, so `tests` says which test code is what, with a basis where it
needs one: `PROT=protein:dm,413=moisture`. Our own analyte names are known without that. The unit
must be in the record. A result that is no number (`<5`, `----`), that is not final, or that comes twice with
different numbers is None with its reason under `extra["rejected"]`; other tests are kept under
`extra["unknown"]`. Where one code has several tests (`^^^PROT^1`, `^^^PROT^2`), each is called by all of its
parts there and in `tests`: `PROT^1=protein:dm`. The sample's name is the order's third field, or the
instrument's own, the fourth, where that is empty. A frame with a wrong checksum is never a value.

Framing and checksums were checked on recordings of clinical analyzers (senaite.astm); no recording of a
grain instrument is known.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from drivers.analyzer.astm_link import BROKEN_OFF, STX, AstmLink
from drivers.analyzer.astm_records import LINE_ENDS, Delimiters, components, delimiters, fields
from drivers.analyzer.json_nir import CONVERSIONS
from drivers.analyzer.numbers import printed_number
from drivers.decimals import Conversion, number_of, read_written
from drivers.dialogue import Dialogue
from drivers.errors import NotUnderstood, OutOfTurn, SettingError, Unset
from drivers.kind import Category, Chosen, Evidence, Setting, choose
from drivers.protection import Protection
from drivers.reading import UNIT_OF, Analyte, Basis, Flag, Frame, Reading, Value, grain_analytes, needs_basis
from drivers.values import plausible_number

_FINAL = frozenset({"", "F", "C", "R", "V"})
_NO_BASIS = "basis is missing: set it in tests"
_SEND_AGAIN = "let the instrument send the whole result again"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TIME = re.compile(r"[0-9]{14}")

Test = tuple[Analyte, Basis | None]


class Astm:
    kind: ClassVar[str] = "astm"
    name: ClassVar[str] = "Lab instrument, ASTM E1381 / E1394"
    category: ClassVar[Category] = "analyzer"
    evidence: ClassVar[Evidence] = "captured"
    never_checked_on_hardware: ClassVar[bool] = True
    protection: ClassVar[tuple[Protection, ...]] = (Protection.SUM,)
    unverified: ClassVar[tuple[str, ...]] = (
        "any grain instrument: the recordings known are of clinical analyzers",
        "how long a given instrument waits for the acknowledgement (15 s by the standard)",
    )
    silent_after_s: ClassVar[float | None] = None
    settings: ClassVar[Mapping[str, Setting]] = MappingProxyType(
        {
            "framing": Setting("auto", ("auto", "framed", "bare"), "E1381 frames, or records without them"),
            "tests": Setting("", (), "test codes of the instrument, as in PROT=protein:dm,413=moisture"),
        }
    )

    def __init__(self, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        chosen = choose(self.kind, self.settings, settings)
        self._framing = chosen["framing"]
        self._tests: dict[str, Test] = _own_names() | _read_tests(chosen["tests"])

    def framer(self) -> AstmLink:
        return AstmLink(self._framing, holds=False)

    def dialogue(self) -> Dialogue:
        return AstmLink(self._framing)

    def parse(self, frame: Frame) -> Reading:
        records, marks = _records(frame.data)
        header = fields(records[0], marks)
        order = next((fields(record, marks) for record in records if record[0] == "O"), [])
        patient = next((fields(record, marks) for record in records if record[0] == "P"), [])
        results = [fields(record, marks) for record in records if record[0] == "R"]
        if not results:
            raise NotUnderstood("no result record", frame.data, _SEND_AGAIN)
        values, extra = self._values(results, marks)
        sender = _part(header, 4, marks)
        sent_at = _time(header, 13)
        return Reading(
            driver=self.kind,
            kind="analysis",
            frame=frame,
            values=values,
            flags=frozenset({Flag.ERROR}) if any(v.value is None for v in values.values()) else frozenset(),
            device_time=next((time for result in results if (time := _time(result, 12))), sent_at),
            sample_id=_first(order, (2, 3), marks),
            identity=_identity(sender, sent_at, frame.data),
            extra={
                "sender": components(header[4], marks) if len(header) > 4 else None,
                "lot": _first(patient, (2, 3), marks),
                **extra,
            },
        )

    def _values(
        self, results: list[list[str]], marks: Delimiters
    ) -> tuple[dict[Analyte, Value], dict[str, Any]]:
        values: dict[Analyte, Value] = {}
        rejected: dict[str, str] = {}
        unknown: dict[str, str] = {}
        as_sent: dict[str, list[str]] = {}
        for result, code in zip(results, self._codes(results, marks), strict=True):
            text, unit = _part(result, 3, marks), _part(result, 4, marks)
            if code not in self._tests:
                sent = f"{text} {unit}".strip()
                unknown[code] = f"{unknown[code]}; {sent}" if code in unknown else sent
                continue
            analyte, basis = self._tests[code]
            basis = Basis.AS_IS if analyte == Analyte.MOISTURE else basis
            as_sent.setdefault(analyte.value, []).append(f"{text} {unit}".strip())
            number, reason = _number(analyte, basis, text, unit, _part(result, 8, marks))
            if analyte in values and values[analyte].value != number:
                number, reason = None, "given twice with different numbers"
            values[analyte] = Value(number, UNIT_OF[analyte], basis)
            if reason:
                rejected[analyte.value] = reason
        extra: dict[str, Any] = {"as_sent": as_sent}
        extra |= {"rejected": rejected} if rejected else {}
        extra |= {"unknown": unknown} if unknown else {}
        return values, extra

    def _codes(self, results: list[list[str]], marks: Delimiters) -> list[str]:
        """Return how each result's test is called: by its code, by all of its parts where the setting says so
        or the code alone would be that of another test too."""
        codes = [_code(result, marks) for result in results]
        wholes = [_whole_code(result, marks) for result in results]
        tests = {code: {whole for c, whole in zip(codes, wholes, strict=True) if c == code} for code in codes}
        return [
            whole if whole in self._tests or (code not in self._tests and len(tests[code]) > 1) else code
            for code, whole in zip(codes, wholes, strict=True)
        ]


def unmapped_tests(reading: Reading) -> dict[str, str]:
    """Return the tests of a message, by code, that the setting `tests` has to say more about: value and
    unit."""
    codes: dict[str, str] = dict(reading.extra.get("unknown", {}))
    for name, reason in reading.extra.get("rejected", {}).items():
        if reason == _NO_BASIS:
            codes[name] = reading.extra["as_sent"][name][0]
    return codes


def _own_names() -> dict[str, Test]:
    return {analyte.value: (analyte, None) for analyte in grain_analytes()}


def _read_tests(text: str) -> dict[str, Test]:
    """Read `CODE=analyte[:basis],...`; SettingError names the part that is wrong."""
    tests: dict[str, Test] = {}
    own = _own_names()
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        code, equals, target = part.partition("=")
        name, _, basis = target.partition(":")
        if not equals or not code or name not in own or (basis and basis not in set(Basis)):
            raise SettingError(
                f"astm: tests: {part!r} is not CODE=analyte or CODE=analyte:basis; "
                f"analytes: {', '.join(own)}; bases: {', '.join(Basis)}"
            )
        tests[code] = (own[name][0], Basis(basis) if basis else None)
    return tests


def _records(data: bytes) -> tuple[list[str], Delimiters]:
    if data.startswith(STX):
        number = data[1:2].decode("latin-1")
        raise OutOfTurn(f"frame {number} came out of turn; compare with the instrument's display", data)
    lines = [line.decode("latin-1") for line in LINE_ENDS.split(data.removesuffix(BROKEN_OFF)) if line]
    if any(_CONTROL.search(line) for line in lines):
        raise NotUnderstood("control characters in the records", data, _SEND_AGAIN)
    try:
        marks = delimiters(lines[0] if lines else "")
    except ValueError as error:
        raise NotUnderstood(str(error), data, _SEND_AGAIN) from error
    if data.endswith(BROKEN_OFF) or lines[-1].split(marks.field)[0] != "L":
        raise NotUnderstood("no terminator record", data, _SEND_AGAIN)
    return lines, marks


def _first(record: list[str], indexes: tuple[int, ...], marks: Delimiters) -> str | None:
    return next((text for index in indexes if (text := _part(record, index, marks))), None)


def _part(record: list[str], index: int, marks: Delimiters, component: int = 0) -> str:
    parts = components(record[index], marks) if index < len(record) else []
    return parts[component].strip() if component < len(parts) else ""


def _code(result: list[str], marks: Delimiters) -> str:
    """The maker's own code is the fourth part of the test id; else the first part that is there."""
    parts = components(result[2], marks) if len(result) > 2 else []
    own = parts[3].strip() if len(parts) > 3 else ""
    return own or next((part.strip() for part in parts if part.strip()), "")


def _whole_code(result: list[str], marks: Delimiters) -> str:
    parts = components(result[2], marks) if len(result) > 2 else []
    return "^".join(part.strip() for part in parts).strip("^")


def _number(
    analyte: Analyte, basis: Basis | None, text: str, unit: str, status: str
) -> tuple[float | None, str | None]:
    """Return the value in the analyte's unit, or None and why."""
    if status not in _FINAL:
        return None, f"status {status} is not final"
    if needs_basis(analyte) and basis is None:
        return None, _NO_BASIS
    convert = CONVERSIONS.get((UNIT_OF[analyte], unit))
    if convert is None and unit != UNIT_OF[analyte].value:
        return None, f"unit {unit!r} is not {UNIT_OF[analyte].value} or convertible to it"
    try:
        number = _printed(analyte, text, convert)
    except ValueError as error:
        return None, str(error)
    if number is None:
        return None, "no number"
    number = plausible_number(analyte, convert(number) if convert else number)
    return number, None if number is not None else "value cannot be true"


def _printed(analyte: Analyte, text: str, convert: Conversion | None) -> float | None:
    """Return the number. ValueError where a comma, no decimal mark of the standard, may stand between
    thousands."""
    number = printed_number(text)
    if number is not None and "," in text and (written := read_written(text.lstrip("+-"))):
        try:
            number_of(analyte, written, convert or float, Chosen({}, {}))
        except Unset as unset:
            raise ValueError("three digits behind a comma may be thousands") from unset
    return number


def _time(record: list[str], index: int) -> datetime | None:
    text = record[index] if index < len(record) else ""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the instrument's own clock
    except ValueError:
        return None


def _identity(sender: str, sent_at: datetime | None, data: bytes) -> str | None:
    """Without a time in the header two equal messages may be two results."""
    if sent_at is None:
        return None
    return f"{sender}|{sent_at.isoformat()}|{hashlib.sha256(data).hexdigest()[:24]}"
