"""A row as its line in a bag, and back. Equal rows have equal lines, so a line's digest is the row's."""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, Integer, LargeBinary
from sqlalchemy.types import TypeDecorator

from station.store.tables.packed import HexDigest, Packed

Row = Mapping[str, Any]
REQUIRED = "required"  # in a column's info: a row that says so says something


class RowWrong(ValueError):
    """A row, or its line, cannot be taken; the message says which column and why."""


def line_of(row: Row) -> str:
    """Return a row as canonical JSON: sorted keys, UTC with microseconds, bytes as base64. Raises RowWrong
    where a value has no such text: NaN, half of a surrogate pair."""
    try:
        text = json.dumps(
            {name: _told(value) for name, value in row.items()},
            sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False,
        )  # fmt: skip
        text.encode()
    except (ValueError, TypeError) as error:
        raise RowWrong(str(error)) from error
    return text


def digest_of(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def row_of(line: Row, columns: Mapping[str, Column[Any]]) -> dict[str, Any]:
    """Return the values of a line (as JSON has read it) for a table's columns. A column that the line does
    not know is left out, and so is what the table does not know. Raises RowWrong."""
    return {name: _value(column, line[name]) for name, column in columns.items() if name in line}


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _value(column: Column[Any], told: Any) -> Any:
    if told is None:
        if column.info.get(REQUIRED, not column.nullable):
            raise RowWrong(f"{column.name}: nothing")
        return None
    try:
        return _read(column.type, told)
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise RowWrong(f"{column.name}: {error}") from error


def _read(kind: Any, told: Any) -> Any:
    for known, read in _READERS:
        if isinstance(kind, known):
            return read(told)
    if isinstance(kind, TypeDecorator):
        return _read(kind.impl_instance, told)
    return _without_nul(_is(told, str))


def _is(told: Any, kind: Any) -> Any:
    if not isinstance(told, kind) or (isinstance(told, bool) and kind is not bool):
        raise TypeError(f"{type(told).__name__} instead of {kind}")
    return told


def _within_64_bits(number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise OverflowError("a number beyond 64 bits")
    return number


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(f"{number} is no number")
    return number


def _without_nul(told: Any) -> Any:
    """PostgreSQL keeps no NUL in a text; JSON has no NaN."""
    if "\\u0000" in json.dumps(told, allow_nan=False):
        raise ValueError("a NUL character")
    return told


# The first that a column's type is one of reads what its line says; a text is left over.
_READERS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (JSON, _without_nul),
    (Packed, _without_nul),
    (HexDigest, lambda told: bytes.fromhex(_is(told, str)).hex()),
    (DateTime, lambda told: datetime.fromisoformat(_is(told, str)).astimezone(UTC)),
    (Date, lambda told: date.fromisoformat(_is(told, str))),
    (LargeBinary, lambda told: base64.b64decode(_is(told, str), validate=True)),
    (Boolean, lambda told: _is(told, bool)),
    (Integer, lambda told: _within_64_bits(_is(told, int))),
    (Float, lambda told: _finite(float(_is(told, int | float)))),
)
