"""Read a file of certificates (CSV): every row is taken or refused with its line and reason.

The first line names the columns, in either language: supplier or its number at the co-operative, claim,
number, body, first and last day. A claim is named by its identifier or its name.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from io import StringIO
from typing import Any

from drivers.text import LONGEST_NAME, clean_text, unaccented
from station.claims import CLAIMS
from station.receival.certificates import Stated

MOST_ROWS = 20_000
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "supplier": ("supplier", "apporteur", "fournisseur"),
    "supplier_number": (
        "supplier number",
        "numero apporteur",
        "n° apporteur",
        "code apporteur",
        "code tiers",
    ),
    "claim": ("claim", "engagement", "filiere", "cahier des charges"),
    "number": ("number", "certificate", "numero", "certificat", "numero de certificat"),
    "body": ("body", "organisme", "organisme certificateur"),
    "valid_from": ("valid from", "from", "valable du", "du", "debut"),
    "valid_until": ("valid until", "until", "valable jusqu'au", "au", "fin"),
}
_NEEDED = ("claim", "number", "valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Row:
    """`supplier` is a name, or empty where `supplier_number` says which it is."""

    line: int
    supplier: str
    supplier_number: str
    said: Stated


@dataclass(frozen=True, slots=True)
class RowError:
    """`line` None: of the file as a whole."""

    line: int | None
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class _Refused(Exception):
    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def read_certificates(text: str) -> tuple[list[Row], list[RowError]]:
    """Return what the file says, and what of it is not taken. It raises nothing."""
    rows: list[Row] = []
    errors: list[RowError] = []
    try:
        for line, told in _told(text):
            try:
                rows.append(_row(line, told))
            except _Refused as refused:
                errors.append(RowError(line, refused.code, refused.params))
    except _Refused as refused:
        return [], [RowError(None, refused.code, refused.params)]
    return rows, errors


def _told(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        titles = [_column(title) for title in next(reader, [])]
        lacking = [name for name in _NEEDED if name not in titles]
        if not {"supplier", "supplier_number"} & set(titles):
            lacking.insert(0, "supplier")
        if lacking:
            raise _Refused("columns_missing", columns=lacking)
        for count, cells in enumerate(reader):
            if count == MOST_ROWS:
                raise _Refused("too_many_rows", limit=MOST_ROWS)
            if any(cell.strip() for cell in cells):
                told = zip(titles, cells, strict=False)
                yield reader.line_num, {name: clean_text(cell, LONGEST_NAME) for name, cell in told if name}
    except csv.Error as error:
        raise _Refused("not_csv", line=reader.line_num, text=str(error)) from None


def _column(title: str) -> str | None:
    plain = unaccented(title).strip().replace("_", " ").replace("’", "'")
    return next((name for name, titles in _COLUMNS.items() if plain in titles), None)


def _row(line: int, told: Mapping[str, str]) -> Row:
    for name in _NEEDED:
        if not told.get(name):
            raise _Refused("field_empty", column=name)
    supplier, number = told.get("supplier", ""), told.get("supplier_number", "")
    if not supplier and not number:
        raise _Refused("field_empty", column="supplier")
    first, last = _day(told, "valid_from"), _day(told, "valid_until")
    if first > last:
        raise _Refused("dates_reversed")
    said = Stated(_claim(told["claim"]), told["number"], told.get("body", ""), first, last)
    return Row(line, supplier, number, said)


def _claim(text: str) -> str:
    wanted = unaccented(text).strip()
    for entry in CLAIMS.entries.values():
        if wanted in (entry.id, unaccented(entry.name.fr), unaccented(entry.name.en)):
            return entry.id
    raise _Refused("claim_unknown", text=text)


def _day(told: Mapping[str, str], column: str) -> date:
    for written in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            day = datetime.strptime(told[column], written).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        if 2000 <= day.year < 2100:
            return day
    raise _Refused("no_day", column=column, text=told[column])
