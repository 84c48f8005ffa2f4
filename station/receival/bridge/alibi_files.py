"""Read a head's sealed memory as its program or stick exports it (CSV), a line for each sealed weight.

The first line names the columns, in either language: number, date and kg; others are not read.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from station.grain.alibi import Sealed, plain_number
from station.receival.masters.table_files import RowError, RowRefused, TableFile, column_among

MOST_ROWS = 200_000
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sealed_number": (
        "number", "no", "no.", "n°", "numero", "alibi", "alibi number", "dsd", "n° dsd", "ident", "pid"
    ),
    "date": ("date", "day", "jour"),
    "kg": ("kg", "weight", "weight, kg", "gross", "gross, kg", "poids", "poids, kg", "brut", "poids brut"),
}  # fmt: skip
_NEEDED = ("sealed_number", "date", "kg")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d/%m/%y", "%d.%m.%y")
_BLANKS = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")


def read_memory(text: str) -> tuple[list[Sealed], list[RowError]]:
    """Return what the file says, and what of it cannot be read. It raises nothing."""
    file = TableFile(lambda title: column_among(_COLUMNS, title), _lacking, MOST_ROWS)
    return file.read(text, lambda _, fields: _row(fields))


def _lacking(titles: Sequence[str | None]) -> list[str]:
    return [name for name in _NEEDED if name not in titles]


def _row(told: Mapping[str, str]) -> Sealed:
    number = told.get("sealed_number", "")
    if not plain_number(number):
        raise RowRefused("no_sealed_number", text=number)
    return Sealed(number, _kg(told.get("kg", "")), _day(told.get("date", "")))


def _day(text: str) -> date:
    for form in _DAYS:
        try:
            return datetime.strptime(text.split(" ", maxsplit=1)[0], form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise RowRefused("no_day", column="date", text=text)


def _kg(text: str) -> float:
    try:
        kg = float(text.translate(_BLANKS).lower().removesuffix("kg").replace(",", "."))
    except ValueError:
        kg = -1.0
    if not 0.0 <= kg <= 1e6:
        raise RowRefused("no_kg", text=text)
    return kg
