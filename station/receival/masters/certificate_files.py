"""Read a file of certificates (CSV): every row is taken or refused with its line and reason.

The first line names the columns, in either language: supplier or its number at the co-operative, claim,
number, body, first and last day. A claim is named by its identifier or its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from station.receival.masters.certificates import Stated
from station.receival.masters.table_files import RowError, RowRefused, TableFile, claim_named, column_among

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


def read_certificates(text: str) -> tuple[list[Row], list[RowError]]:
    """Return what the file says, and what of it is not taken. It raises nothing."""
    return TableFile(partial(column_among, _COLUMNS), _lacking, MOST_ROWS).read(text, _row)


def _lacking(titles: Sequence[str | None]) -> list[str]:
    has_supplier = {"supplier", "supplier_number"} & set(titles)
    return [*([] if has_supplier else ["supplier"]), *(name for name in _NEEDED if name not in titles)]


def _row(line: int, told: Mapping[str, str]) -> Row:
    for name in _NEEDED:
        if not told.get(name):
            raise RowRefused("field_empty", column=name)
    supplier, number = told.get("supplier", ""), told.get("supplier_number", "")
    if not supplier and not number:
        raise RowRefused("field_empty", column="supplier")
    first, last = _day(told, "valid_from"), _day(told, "valid_until")
    if first > last:
        raise RowRefused("dates_reversed")
    said = Stated(claim_named(told["claim"]), told["number"], told.get("body", ""), first, last)
    return Row(line, supplier, number, said)


def _day(told: Mapping[str, str], column: str) -> date:
    for written in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            day = datetime.strptime(told[column], written).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        if 2000 <= day.year < 2100:
            return day
    raise RowRefused("no_day", column=column, text=told[column])
