"""Results in a file of ASTM E1394 records, bare or in the frames of E1381 (`drivers.analyzer.astm_records`).

A frame whose sum is wrong refuses the file: what it held is not known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.analyzer.astm_records import (
    LINE_ENDS,
    components,
    delimiters,
    end_of_message,
    fields,
    split_by_order,
)
from drivers.checksums import sum8
from station.lab.files.result import Refused, RowError

_FRAME = re.compile(rb"\x02([0-7])([^\x02]*?)([\x03\x17])([0-9A-Fa-f]{2})[\r\n]*", re.DOTALL)
_FINAL = frozenset(("", "F", "C", "R", "V"))


@dataclass(frozen=True, slots=True)
class AstmRow:
    """One result record; `line` counts result records from 1, `day` is YYYY-MM-DD where it is told."""

    line: int
    sample: str
    code: str
    value: str
    unit: str
    day: str


def astm_rows(data: bytes) -> Iterator[AstmRow | RowError]:
    """Yield the results of all messages. Refused where the file is none."""
    rest = _records(data).lstrip(b"\r\n")
    count = 0
    if not rest.startswith(b"H"):
        raise Refused("no_astm")
    while rest:
        size = end_of_message(rest)
        if not size:
            raise Refused("unfinished_message")
        for message in split_by_order(rest[:size]):
            for row in _of_message(message, count):
                count = row.line or count
                yield row
        rest = rest[size:].lstrip(b"\r\n")


def _records(data: bytes) -> bytes:
    """Return the records without their frames."""
    if b"\x02" not in data:
        return data if data.endswith((b"\r", b"\n")) else data + b"\r"
    text = b""
    spot = data.index(b"\x02")
    while match := _FRAME.match(data, spot):
        number, body, end, stated = match.groups()
        if stated.upper() != b"%02X" % sum8(number + body + end):
            raise Refused("damaged_frame")
        text += body
        spot = match.end()
        while data[spot : spot + 1] in (b"\x04", b"\x05", b"\r", b"\n") and spot < len(data):
            spot += 1
    if spot < len(data):
        raise Refused("damaged_frame")
    return text if text.endswith(b"\r") else text + b"\r"


def _of_message(message: bytes, before: int) -> Iterator[AstmRow | RowError]:
    try:
        text = message.decode("utf-8")
    except UnicodeDecodeError:
        text = message.decode("latin-1")
    records = [record for record in re.split(LINE_ENDS.pattern.decode(), text) if record]
    try:
        marks = delimiters(records[0])
    except ValueError:
        raise Refused("no_astm") from None
    sample = ""
    for record in records:
        parts = [*fields(record, marks), *[""] * 14]
        if parts[0] == "O":
            sample = components(parts[2] or parts[3], marks)[0]
        if parts[0] != "R":
            continue
        before += 1
        if parts[8].strip().upper() not in _FINAL:
            yield RowError(before, "not_final", {"text": parts[8][:10]})
            continue
        code = _code(components(parts[2], marks))
        value, unit = components(parts[3], marks)[0], components(parts[4], marks)[0]
        yield AstmRow(before, sample, code, value, unit, _day(parts[12] or parts[11]))


def _code(parts: list[str]) -> str:
    """Return the laboratory's own code, `PROT` of `^^^PROT` and `PROT^1` of `^^^PROT^1`, else the standard
    one."""
    own = "^".join(parts[3:]).rstrip("^")
    return own or next((part for part in parts if part), "")


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if re.match(r"[0-9]{8}", text) else ""
