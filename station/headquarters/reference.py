"""Suppliers, varieties and certificates of the co-operative, read from a file for all silos. A file is whole:
a later one of the same name takes the place of one that was not taken yet."""

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from drivers.text import LONGEST_NAME, clean_text
from station.hub.documents import New
from station.hub.outgoing import OutgoingWrong
from station.species import SPECIES

KIND, ERP = "reference", "erp"
MOST_BYTES = 20_000_000
_COLUMNS = {
    "certificates": ("supplier_number", "claim", "number", "valid_from", "valid_until"),
    "suppliers": ("number", "name"),
    "varieties": ("id", "species", "name"),
}
_ONCE = {"suppliers": "number", "varieties": "id"}


def reference_document(file: Path, name: str | None, why: str) -> New:
    """Return what is to be sent of a CSV file (columns number, name and maybe source: suppliers; id, species,
    name: varieties; supplier_number, claim, number, valid_from, valid_until and maybe body: certificates) or
    a TOML file ([[suppliers]], [[varieties]], [[certificates]]). Raises OutgoingWrong and OSError."""
    data = file.read_bytes()
    if len(data) > MOST_BYTES:
        raise OutgoingWrong(f"at most {MOST_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OutgoingWrong(f"not UTF-8: {error.reason} at byte {error.start}") from None
    told = _of_toml(text) if file.suffix == ".toml" else _of_csv(text)
    body = {part: [_row(part, row, place) for place, row in rows] for part, rows in told.items()}
    if not any(body.values()):
        raise OutgoingWrong("it names no supplier, no variety and no certificate")
    for part, key in _ONCE.items():
        _check_once(part, key, body.get(part, ()))
    parts = " and ".join(part for part in _COLUMNS if body.get(part))
    return New(KIND, name or parts, json.dumps(body, sort_keys=True).encode(), more={"why": why})


def _of_toml(text: str) -> dict[str, list[tuple[str, Any]]]:
    try:
        whole = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise OutgoingWrong(str(error)) from None
    unknown = sorted(whole.keys() - _COLUMNS.keys())
    if unknown or not all(isinstance(rows, list) for rows in whole.values()):
        raise OutgoingWrong(f"only [[suppliers]], [[varieties]] and [[certificates]]: {', '.join(unknown)}")
    return {
        part: [(f"{part} {number}", row) for number, row in enumerate(rows, 1)]
        for part, rows in whole.items()
    }


def _of_csv(text: str) -> dict[str, list[tuple[str, Any]]]:
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        titles = [title.strip().lower() for title in reader.fieldnames or ()]
        reader.fieldnames = titles
        part = next((part for part, names in _COLUMNS.items() if set(names) <= set(titles)), None)
        if part is None:
            raise OutgoingWrong(
                "the first line names the columns: number, name; or id, species, name; or "
                "supplier_number, claim, number, valid_from, valid_until"
            )
        return {part: [(f"line {reader.line_num}", row) for row in reader]}
    except csv.Error as error:
        raise OutgoingWrong(f"line {reader.line_num}: {error}") from None


def _row(part: str, row: Any, place: str) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise OutgoingWrong(f"{place}: not a row")
    told = {name: _text(row.get(name), name, place) for name in _COLUMNS[part]}
    if part in ("suppliers", "certificates"):
        told["source"] = clean_text(str(row.get("source") or ""), LONGEST_NAME) or ERP
    if part == "certificates":
        told["body"] = clean_text(str(row.get("body") or ""), LONGEST_NAME)
        _check_days(told, place)
    elif part == "varieties" and told["species"] not in SPECIES.entries:
        raise OutgoingWrong(f"{place}: no species {told['species']}")
    return told


def _check_days(told: Mapping[str, str], place: str) -> None:
    try:
        first, last = (date.fromisoformat(told[name]) for name in ("valid_from", "valid_until"))
    except ValueError as error:
        raise OutgoingWrong(f"{place}: {error}") from None
    if first > last:
        raise OutgoingWrong(f"{place}: valid_until lies before valid_from")


def _text(value: Any, name: str, place: str) -> str:
    value = value.isoformat() if isinstance(value, date) else value
    text = clean_text(value, LONGEST_NAME) if isinstance(value, str) else ""
    if not text:
        raise OutgoingWrong(f"{place}: {name} is missing")
    return text


def _check_once(part: str, key: str, rows: Iterable[Mapping[str, str]]) -> None:
    seen = set()
    for row in rows:
        its = (row.get("source", ""), row[key])
        if its in seen:
            raise OutgoingWrong(f"{part}: {row[key]} stands twice")
        seen.add(its)
