"""The rows of a laboratory's CSV file or workbook under their titles."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drivers.file_drop.sheet import FileRefused
from drivers.file_drop.xlsx_sheet import xlsx_lines
from drivers.text import unaccented
from station.lab.files.package import look_into
from station.lab.files.profile import LabProfile
from station.lab.files.result import Refused

Lines = Iterator[tuple[int, list[str]]]
MOST_BYTES = 32_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 1_000
_TITLES_WITHIN = 60
_SEPARATORS = ";\t,|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNIT = re.compile(r"(.+?)\s*[(\[]\s*([^()\[\]]{1,20}?)\s*[)\]]")


@dataclass(frozen=True, slots=True)
class Title:
    """Where a wanted column stands, and the unit that its title carries."""

    place: int
    unit: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """`titles` by plain name; `lines` are the rows below with their numbers; `merged` are the numbers of rows
    in which cells are merged."""

    titles: dict[str, Title]
    lines: Iterable[tuple[int, list[str]]]
    width: int
    merged: frozenset[int]


def plain(title: str) -> str:
    """Return a title as it is compared: small, without accents and doubled blanks."""
    return " ".join(unaccented("".join(c if c.isprintable() else " " for c in title)).split())


def open_sheet(data: bytes, profile: LabProfile, needed: list[set[str]]) -> Sheet:
    """Return the rows under the first row that holds, for each set of plain names, at least one of them.
    Refused."""
    if not data.strip():
        raise Refused("empty_file")
    if profile.form == "xlsx":
        end = look_into(data, profile.sheet, MOST_ROWS)
        lines, merged = _limited(_workbook_lines(data, profile.sheet, end.last_row)), end.merged
    else:
        lines, merged = _limited(_csv_lines(data, profile, needed)), frozenset()
    width = 0
    for _ in range(_TITLES_WITHIN):
        _, cells = next(lines, (0, None))
        if cells is None:
            break
        titles = _titles(cells)
        if all(any(name in titles for name in names) for names in needed):
            while cells and not cells[-1].strip():
                cells.pop()
            width = len(cells)
            return Sheet(titles, lines, width, merged)
    raise Refused("no_titles", titles=[min(names) for names in needed])


def _titles(cells: list[str]) -> dict[str, Title]:
    """Return the titles by their whole name, and by their name without a unit in brackets. One that stands
    twice is none."""
    found: dict[str, Title] = {}
    twice: set[str] = set()
    for place, cell in enumerate(cells):
        names = {plain(cell): ""}
        if match := _UNIT.fullmatch(cell.strip()):
            names.setdefault(plain(match[1]), match[2])
        for name, unit in names.items():
            if name in found:
                twice.add(name)
            found[name] = Title(place, unit)
    return {name: title for name, title in found.items() if name and name not in twice}


def _csv_lines(data: bytes, profile: LabProfile, needed: list[set[str]]) -> Lines:
    if len(data) > MOST_BYTES:
        raise Refused("too_large", size=len(data), most=MOST_BYTES)
    text = _decoded(data, profile.encoding)
    separator = profile.separator or _separator(text, needed)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise Refused("broken_line", at=reader.line_num, text=str(error)) from None


def _decoded(data: bytes, encoding: str) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if data.startswith(b"PK\x03\x04") or (b"\0" in data and marked != "utf-16"):
        raise Refused("no_text")
    for name in [marked] if marked else [encoding] if encoding else ["utf-8", "cp1252"]:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise Refused("wrong_encoding", encoding=marked or encoding or "UTF-8, cp1252")


def _separator(text: str, needed: list[set[str]]) -> str:
    """Return the separator under which a row near the top holds most of the titles."""
    top = text.lstrip("\r\n").splitlines()[:_TITLES_WITHIN]

    def shown(separator: str) -> tuple[int, int]:
        rows = [_titles(line.replace('"', "").split(separator)) for line in top]
        return max(
            ((sum(any(name in row for name in names) for names in needed), len(row)) for row in rows),
            default=(0, 0),
        )

    return max(_SEPARATORS, key=shown)


def _limited(lines: Lines) -> Lines:
    """Hand on lines of a size that a laboratory may write."""
    for count, (number, cells) in enumerate(lines, 1):
        if count > MOST_ROWS:
            raise Refused("too_many_rows", most=MOST_ROWS)
        if len(cells) > MOST_COLUMNS:
            raise Refused("too_many_columns", most=MOST_COLUMNS)
        yield number, cells


def _workbook_lines(data: bytes, sheet: str | None, last_row: int) -> Lines:
    number = 0
    try:
        for number, cells in xlsx_lines(data, sheet=sheet):
            yield number, cells
    except FileRefused as error:
        raise Refused("no_workbook", text=str(error)) from None
    if number < last_row:
        raise Refused("rows_beyond_the_end", row=last_row, end=number)
