"""A file that another program writes, as JSON or as CSV: announced apports (one load a line), and the numbers
of the tickets (bons d'apport) that it issues.

What cannot be taken is told with its line; nothing is raised.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from drivers.text import LONGEST_NAME, clean_text
from station.api import schemas
from station.receival.masters.table_files import (
    RowError,
    RowRefused,
    TableFile,
    claim_named,
    column_among,
    species_named,
    text_of,
)

MOST_BYTES, MOST_ROWS = 5_000_000, 5_000
REF, LOAD_ID, TICKET = "external_ref", "load_id", "ticket_number"
COLUMNS = {
    REF: ("ref", "external ref", "reference", "numero"), "plate": ("plate", "immatriculation", "plaque"),
    "trailer": ("trailer", "remorque"), "supplier": ("supplier", "apporteur"),
    "species": ("species", "espece"), "declared_variety": ("variety", "variete"),
    "order_ref": ("order", "commande"), "contract": ("contract", "contrat"),
    "expected_at": ("expected", "attendu"),
    "badge": ("badge",), "note": ("note",), "barcode": ("barcode", "code-barres"),
    TICKET: ("ticket number", "bon", "numero bon"), LOAD_ID: ("load id",), "load": ("load", "rang"),
    "net_kg": ("net", "net kg"), "cell": ("cell", "cellule"),
    "claims": ("claims", "claim", "engagements", "engagement"),
}  # fmt: skip
_OF_LOAD = ("species", "declared_variety", "barcode", "contract")
_NEEDED = (REF, "plate", "supplier", "species")
_OF_TICKET = ("load", "net_kg", "cell")


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of one apport, or of the ticket of a load of it (or of the load `load_id`). `body`
    None: it does not come."""

    line: int
    ref: str
    body: schemas.AnnouncementIn | schemas.ErpTicketIn | None
    load_id: str = ""

    @property
    def named(self) -> str:
        return self.ref or self.load_id


def read_file(data: bytes, *, is_csv: bool) -> tuple[list[Said], list[RowError]]:
    if len(data) > MOST_BYTES:
        return [], [RowError(None, "file_too_large", {"limit": MOST_BYTES})]
    try:
        return _read_csv(text_of(data)) if is_csv else _read_json(data.decode("utf-8-sig"))
    except RowRefused as refused:
        return [], [RowError(None, refused.code, refused.params)]
    except UnicodeDecodeError as error:
        return [], [RowError(data.count(b"\n", 0, error.start) + 1, "not_utf8")]


def unread_columns(data: bytes) -> list[str]:
    """Return the titles in a CSV file under which nothing is taken."""
    try:
        return _table().unread(text_of(data))
    except RowRefused:
        return []


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
    lines, errors = _table().read(text, _line)
    tickets = [(number, row) for number, row in lines if "loads" not in row]
    merged: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, row in lines:
        if "loads" not in row:
            continue
        known = merged.setdefault(row[REF], (number, row))
        if known[1] is not row:
            known[1]["loads"] += row["loads"]
            known[1]["ticket_numbers"] += row["ticket_numbers"]
    said, wrong = _each([*merged.values(), *tickets])
    return said, sorted([*errors, *wrong], key=lambda one: one.line or 0)


def _table() -> TableFile:
    return TableFile(partial(column_among, COLUMNS), _lacking, MOST_ROWS)


def _lacking(titles: Sequence[str | None]) -> list[str]:
    """Name the columns that are missing: a table of tickets needs no more than which one has which number."""
    if TICKET in titles and "plate" not in titles:
        return [] if REF in titles or LOAD_ID in titles else [REF]
    return [name for name in _NEEDED if name not in titles]


def _line(number: int, cells: Any) -> tuple[int, dict[str, Any]]:
    filled = {name: cell for name, cell in cells.items() if cell}
    if REF not in filled and LOAD_ID not in filled:
        raise RowRefused("field_empty", column=REF)
    if "plate" not in filled and TICKET in filled:
        kg = filled.get("net_kg", "").replace(",", ".")
        return number, filled | ({"net_kg": kg} if kg else {})
    if REF not in filled:
        raise RowRefused("field_empty", column=REF)
    load: dict[str, Any] = {name: filled.pop(name) for name in _OF_LOAD if name in filled}
    if "species" in load:
        load["species"] = species_named(load["species"])
    if claims := filled.pop("claims", ""):
        load["claims"] = _claims(claims, filled[REF])
    return number, filled | {"loads": [load], "ticket_numbers": [filled.pop(TICKET, "")]}


def _claims(text: str, ref: str) -> list[str]:
    try:
        return [claim_named(one) for one in text.split(",") if one.strip()]
    except RowRefused as refused:
        raise RowRefused(refused.code, **{**refused.params, REF: ref}) from None


def _each(rows: Sequence[tuple[int, Any]]) -> tuple[list[Said], list[RowError]]:
    said: list[Said] = []
    errors: list[RowError] = []
    for line, row in rows:
        try:
            said.append(_said(line, row))
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            errors.append(RowError(line, "field_wrong", {"column": field, REF: _ref(row)}))
        except RowRefused as refused:
            errors.append(RowError(line, refused.code, {**refused.params, REF: _ref(row)}))
    return said, errors


def _ref(row: Any) -> str:
    ref = row.get(REF) or row.get(LOAD_ID) if isinstance(row, dict) else None
    return clean_text(ref, LONGEST_NAME) if isinstance(ref, str) else ""


def _said(line: int, row: Any) -> Said:
    if not isinstance(row, dict):
        raise RowRefused("field_empty", column=REF)
    if TICKET in row and "plate" not in row:
        return _said_of_ticket(line, row)
    ref = _text(row, REF)
    if row.get("withdrawn") is True:
        return Said(line, ref, None)
    rest = {name: value for name, value in row.items() if name not in (REF, "withdrawn")}
    return Said(line, ref, schemas.AnnouncementIn.model_validate(rest))


def _said_of_ticket(line: int, row: dict[str, Any]) -> Said:
    load_id = _text(row, LOAD_ID) if row.get(LOAD_ID) else ""
    ref = "" if load_id and REF not in row else _text(row, REF)
    rest = {name: row[name] for name in _OF_TICKET if row.get(name) is not None}
    body = schemas.ErpTicketIn.model_validate(rest | {"number": row[TICKET]})
    return Said(line, ref, body, load_id)


def _text(row: dict[str, Any], name: str) -> str:
    text = row.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > 120:
        raise RowRefused("field_empty", column=name)
    return text.strip()
