"""Read pairs of values from a CSV file as people and programs write them.

Cells stand apart by semicolon, tab or comma, decimals behind a comma or a point, the text is UTF-8 (with or
without its mark), UTF-16 with its mark, or Windows-1252. An empty cell, "-", "n/a" and their like are no
value.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Cells = list[list[str]]
DELIMITERS = ";\t,|"
LEAST, MOST = 1e-12, 1e12  # of any quantity that is measured
MOST_NAMED = 5  # of the cells that are no numbers
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NO_VALUE = frozenset(
    ("", "-", "--", ".", "?", "/", "na", "n/a", "#n/a", "nan", "null", "none", "nd", "n.d.", "n.a.")
)
_SEPARATOR_LINE = re.compile(rf"sep=([{DELIMITERS}])\s*", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f']")
_NUMBER = re.compile(r"([+-]?)(\d*)(?:([.,])(\d*))?([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"([+-]?)(\d{1,3}(?:([.,])\d{3})(?:\3\d{3})*)([.,])(\d+)")


class PairsError(Exception):
    """It says why a file gives no pairs, as a code with its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class PairTable:
    """The rows of a file in its order: a number or None for each numeric column, a text for each other one,
    by column; `lines` are the lines that they end on."""

    numbers: dict[str, list[float | None]]
    texts: dict[str, list[str]]
    lines: list[int]


def read_pairs(data: bytes, numeric: Sequence[str], textual: Sequence[str] = ()) -> PairTable:
    """Return the asked columns; raise PairsError where the file, a column or a number cannot be read."""
    text = _decoded(data)
    wanted = [*numeric, *textual]
    header, rows, lines, delimiter = _table(text, wanted)
    places = {name: _place(name, header) for name in wanted}
    _refuse_long_rows(rows, lines, len(header))
    numbers = {name: _numbers(name, _column(rows, places[name]), lines, delimiter) for name in numeric}
    texts = {name: [cell.strip() for cell in _column(rows, places[name])] for name in textual}
    return PairTable(numbers, texts, lines)


def header_of(data: bytes, wanted: Sequence[str]) -> list[str]:
    """Return the names of the columns, cut as `read_pairs` would with the `wanted` ones."""
    return _table(_decoded(data), wanted)[0]


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise PairsError("no_rows")
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _decode(data, encoding)
    if data.startswith(b"PK\x03\x04") or b"\0" in data:
        raise PairsError("no_text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(data, "cp1252")


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise PairsError("no_text") from None


def _table(text: str, wanted: Sequence[str]) -> tuple[list[str], Cells, list[int], str]:
    """Return header, rows, their lines and the delimiter: the one that shows most of the wanted columns, and
    of these the one that shows most columns."""
    first, second, *_ = (*text.lstrip("\r\n").splitlines()[:2], "", "")
    skipped = 0
    delimiters = DELIMITERS
    if said := _SEPARATOR_LINE.fullmatch(first):  # as a spreadsheet program says it
        delimiters, skipped, first = said[1], 1, second

    def shown(delimiter: str) -> tuple[int, int]:
        names = [_plain(name) for name in next(csv.reader([first], delimiter=delimiter), [])]
        return sum(_plain(name) in names for name in wanted), len(names)

    try:
        delimiter = max(delimiters, key=shown)
    except csv.Error as error:
        raise PairsError("broken_row", line=1, text=str(error)) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: Cells = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise PairsError("broken_row", line=reader.line_num, text=str(error)) from None
    rows, lines = rows[skipped:], lines[skipped:]
    if not rows:
        raise PairsError("no_rows")
    return [name.strip() for name in rows[0]], rows[1:], lines[1:], delimiter


def _plain(name: str) -> str:
    return name.strip().casefold()


def _place(name: str, header: list[str]) -> int:
    """Return where a column stands: by its exact name, else by its name in other cases."""
    for places in (
        [i for i, cell in enumerate(header) if cell == name.strip()],
        [i for i, cell in enumerate(header) if _plain(cell) == _plain(name)],
    ):
        if len(places) == 1:
            return places[0]
        if places:
            raise PairsError("column_twice", column=name)
    raise PairsError("no_column", column=name, columns=[cell for cell in header if cell])


def _refuse_long_rows(rows: Cells, lines: list[int], width: int) -> None:
    for row, line in zip(rows, lines, strict=True):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            raise PairsError("long_row", line=line, cells=len(row), columns_count=width)


def _column(rows: Cells, place: int) -> list[str]:
    return [row[place] if place < len(row) else "" for row in rows]


@dataclass(slots=True)
class _Signs:
    """Which decimal signs a column shows, with the first line of each; `open` is the first number whose comma
    may also part thousands."""

    lines: dict[str, int] = field(default_factory=dict)
    open: tuple[int, str] | None = None
    has_certain_comma: bool = False


def _numbers(name: str, cells: list[str], lines: list[int], delimiter: str) -> list[float | None]:
    found: list[float | None] = []
    wrong: list[tuple[int, str]] = []
    signs = _Signs()
    for cell, line in zip(cells, lines, strict=True):
        plain = _BLANKS.sub("", cell).replace("\N{MINUS SIGN}", "-")
        if plain.lower() in _NO_VALUE:
            found.append(None)
            continue
        value = _number(plain, line, signs)
        if value is None:
            wrong.append((line, cell.strip()[:40]))
        found.append(value)
    if wrong:
        cells_named = [{"line": line, "text": text} for line, text in wrong[:MOST_NAMED]]
        raise PairsError("no_number", column=name, cells=cells_named, count=len(wrong))
    if len(signs.lines) > 1:
        raise PairsError("two_decimal_signs", column=name, comma=signs.lines[","], point=signs.lines["."])
    if delimiter == "," and signs.open and not signs.has_certain_comma:
        raise PairsError("comma_unclear", column=name, line=signs.open[0], text=signs.open[1])
    return found


def _number(plain: str, line: int, signs: _Signs) -> float | None:
    """Return the number of a cell without blanks; None where it is none."""
    if grouped := _GROUPED.fullmatch(plain):
        sign, whole, first, last, decimals = grouped.groups()
        if first == last:
            return None
        signs.lines.setdefault(last, line)
        return float(f"{sign}{re.sub('[.,]', '', whole)}.{decimals}")
    match = _NUMBER.fullmatch(plain)
    if match is None or not (match[2] or match[4]):
        return None
    if match[3]:
        signs.lines.setdefault(match[3], line)
    if match[3] == ",":
        if len(match[4]) == 3 and match[2] not in ("", "0"):
            signs.open = signs.open or (line, plain)
        else:
            signs.has_certain_comma = True
    value = float(plain.replace(",", "."))
    return value if value == 0 or LEAST <= abs(value) <= MOST else None
