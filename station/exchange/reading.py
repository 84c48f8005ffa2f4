"""A file that another program writes: announced apports as JSON, or as CSV with one load a line.

What cannot be taken is told with its line; nothing is raised.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from station.api import schemas
from station.receival.table_files import RowError, RowRefused, TableFile, column_among

MOST_BYTES, MOST_ROWS = 5_000_000, 5_000
REF = "external_ref"
COLUMNS = {
    REF: ("ref", "external ref", "reference", "numero"), "plate": ("plate", "immatriculation", "plaque"),
    "trailer": ("trailer", "remorque"), "supplier": ("supplier", "apporteur"),
    "species": ("species", "espece"), "declared_variety": ("variety", "variete"),
    "order_ref": ("order", "commande", "contrat"), "expected_at": ("expected", "attendu"),
    "badge": ("badge",), "note": ("note",), "barcode": ("barcode", "code-barres"),
}  # fmt: skip
_OF_LOAD = ("species", "declared_variety", "barcode")
_NEEDED = (REF, "plate", "supplier", "species")


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of one apport. `body` None: it does not come."""

    line: int
    ref: str
    body: schemas.AnnouncementIn | None


def read_file(data: bytes, *, is_csv: bool) -> tuple[list[Said], list[RowError]]:
    if len(data) > MOST_BYTES:
        return [], [RowError(None, "file_too_large", {"limit": MOST_BYTES})]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not is_csv:
            return [], [RowError(data.count(b"\n", 0, error.start) + 1, "not_utf8")]
        text = data.decode("cp1252", errors="replace")
    return _read_csv(text) if is_csv else _read_json(text)


def _read_json(text: str) -> tuple[list[Said], list[RowError]]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        return [], [RowError(getattr(error, "lineno", None), "not_json")]
    rows = rows if isinstance(rows, list) else [rows]
    if len(rows) > MOST_ROWS:
        return [], [RowError(None, "too_many_rows", {"limit": MOST_ROWS})]
    return _each([(number, row) for number, row in enumerate(rows, start=1)])


def _read_csv(text: str) -> tuple[list[Said], list[RowError]]:
    table = TableFile(
        lambda title: column_among(COLUMNS, title),
        lambda titles: [name for name in _NEEDED if name not in titles],
        MOST_ROWS,
    )
    lines, errors = table.read(text, _line)
    merged: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, row in lines:
        known = merged.setdefault(row[REF], (number, row))
        if known[1] is not row:
            known[1]["loads"] += row["loads"]
    said, wrong = _each(list(merged.values()))
    return said, sorted([*errors, *wrong], key=lambda one: one.line or 0)


def _line(number: int, cells: Any) -> tuple[int, dict[str, Any]]:
    filled = {name: cell for name, cell in cells.items() if cell}
    if REF not in filled:
        raise RowRefused("field_empty", column=REF)
    load = {name: filled.pop(name) for name in _OF_LOAD if name in filled}
    return number, filled | {"loads": [load]}


def _each(rows: Sequence[tuple[int, Any]]) -> tuple[list[Said], list[RowError]]:
    said: list[Said] = []
    errors: list[RowError] = []
    for line, row in rows:
        try:
            said.append(_said(line, row))
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            errors.append(RowError(line, "field_wrong", {"column": field}))
        except RowRefused as refused:
            errors.append(RowError(line, refused.code, refused.params))
    return said, errors


def _said(line: int, row: Any) -> Said:
    ref = row.get(REF) if isinstance(row, dict) else None
    if not isinstance(ref, str) or not ref.strip() or len(ref) > 120:
        raise RowRefused("field_empty", column=REF)
    if row.get("withdrawn") is True:
        return Said(line, ref.strip(), None)
    rest = {name: value for name, value in row.items() if name not in (REF, "withdrawn")}
    return Said(line, ref.strip(), schemas.AnnouncementIn.model_validate(rest))
