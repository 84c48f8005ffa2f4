"""A table on a page is declared once: as it is shown, and as a file for a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from drivers.text import is_formula

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """`unit` stands in the head. `is_number`: aligned at the right."""

    title: str
    unit: str = ""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`shown` is for a person, `value` for the file. `mark` is good, warn, bad or quiet: a word with a shape
    of its own."""

    shown: str
    value: Value
    href: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is its place in the page's address, `empty` what is said where it has no row."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str = ""

    @property
    def filled(self) -> list[int]:
        """The places of the columns that have anything to show: a page leaves the others out."""
        return [at for at in range(len(self.columns)) if any(row[at].shown for row in self.rows)]


def as_csv(table: Table) -> str:
    """RFC 4180 with a byte order mark, decimal points and times of ISO 8601; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_safe(f"{one.title} ({one.unit})" if one.unit else one.title) for one in table.columns])
    writer.writerows([[_written(cell.value) for cell in row] for row in table.rows])
    return "\ufeff" + text.getvalue()


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    return value.isoformat() if isinstance(value, date) else _safe(value)


def _safe(text: str) -> str:
    """A spreadsheet would run a text that begins as a formula does; a number may be negative."""
    return f"'{text}" if is_formula(text) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip() == text
