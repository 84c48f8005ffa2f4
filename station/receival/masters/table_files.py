"""Read a table that a person gives as CSV: every row is taken or refused with its line and reason.

The first line names the columns; semicolon, comma or tab parts them.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, TypeVar

from drivers.text import LONGEST_NAME, clean_text, unaccented
from station.claims import CLAIMS
from station.species import SPECIES

_T = TypeVar("_T")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods, xls


@dataclass(frozen=True, slots=True)
class RowError:
    """`line` None: of the file as a whole."""

    line: int | None
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class RowRefused(Exception):
    """The row, or where no row was read yet the file, is not taken; the code says why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class TableFile:
    """`column` names a title's column, None for one that is not read; `lacking` says which columns are
    missing among those that are there."""

    column: Callable[[str], str | None]
    lacking: Callable[[Sequence[str | None]], list[str]]
    most_rows: int

    def read(self, text: str, row: Callable[[int, Mapping[str, str]], _T]) -> tuple[list[_T], list[RowError]]:
        """Return what the file says, and what of it is not taken. It raises nothing."""
        rows: list[_T] = []
        errors: list[RowError] = []
        try:
            for line, fields in self._fields(text):
                try:
                    rows.append(row(line, {name: _cell(name, cell) for name, cell in fields}))
                except RowRefused as refused:
                    errors.append(RowError(line, refused.code, refused.params))
        except RowRefused as refused:
            return [], [RowError(None, refused.code, refused.params)]
        return rows, errors

    def unread(self, text: str) -> list[str]:
        """Return the titles of the columns that nobody reads: what stands under them is taken nowhere."""
        try:
            titles: list[str] = next(_reader(text), [])
        except csv.Error:
            return []
        return [title.strip() for title in titles if title.strip() and self.column(title) is None]

    def _fields(self, text: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
        reader = _reader(text)
        try:
            titles = [self.column(title) for title in next(reader, [])]
            if twice := sorted({name for name in titles if name and titles.count(name) > 1}):
                raise RowRefused("columns_twice", columns=twice)
            if missing := self.lacking(titles):
                raise RowRefused("columns_missing", columns=missing)
            for count, cells in enumerate(reader):
                if count == self.most_rows:
                    raise RowRefused("too_many_rows", limit=self.most_rows)
                if any(cell.strip() for cell in cells):
                    pairs = zip(titles, cells, strict=False)
                    yield reader.line_num, [(name, cell) for name, cell in pairs if name]
        except csv.Error as error:
            raise RowRefused("not_csv", line=reader.line_num, text=str(error)) from None


def text_of(data: bytes) -> str:
    """Return a table's text as a spreadsheet program saves it: UTF-8 or UTF-16 by its mark, UTF-8, else the
    Windows page of France. Raises RowRefused(is_workbook)."""
    if data.startswith(_WORKBOOKS):
        raise RowRefused("is_workbook")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _reader(text: str) -> Any:
    """What parts the titles parts all cells: the sign that stands there most often."""
    first = text.split("\n", 1)[0]
    parting = max(";,\t", key=first.count)
    return csv.reader(StringIO(text, newline=""), delimiter=parting, strict=True)


def _cell(column: str, text: str) -> str:
    """Return what stands in a cell. Raises RowRefused(cell_too_long): what is cut says something else."""
    clean = clean_text(text)
    if len(clean) > LONGEST_NAME:
        raise RowRefused("cell_too_long", column=column, limit=LONGEST_NAME)
    return clean


def column_among(columns: Mapping[str, Sequence[str]], title: str) -> str | None:
    """Return the column that a title names, whatever its accents and case."""
    plain = unaccented(title).strip().replace("_", " ").replace("’", "'")
    return next((name for name, titles in columns.items() if plain in titles), None)


def claim_named(text: str) -> str:
    """Return the claim of that identifier or name. Raises RowRefused(claim_unknown)."""
    wanted = unaccented(text).strip()
    for entry in CLAIMS.entries.values():
        if wanted in (entry.id, unaccented(entry.name.fr), unaccented(entry.name.en)):
            return entry.id
    raise RowRefused("claim_unknown", text=text)


def species_named(text: str) -> str:
    """Return the species of that identifier or name; what nobody knows as it is, refused where it is used."""
    wanted = unaccented(text).strip()
    for entry in SPECIES.entries.values():
        if wanted in (entry.id, unaccented(entry.name.fr), unaccented(entry.name.en)):
            return entry.id
    return text


def tonnes_said(column: str, text: str) -> float:
    """Return tonnes as either language writes them. Raises RowRefused(no_tonnes)."""
    try:
        tonnes = float(text.replace(" ", "").replace("\u202f", "").replace("\u00a0", "").replace(",", "."))
    except ValueError:
        tonnes = -1.0
    if not 0.0 <= tonnes <= 1e6:
        raise RowRefused("no_tonnes", column=column, text=text)
    return tonnes
