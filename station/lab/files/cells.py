"""Single cells: numbers with comparators, units and uncertainties, dates in three orders, barcodes.

11,4   1 250,5   1.250,5   < 200 µg/kg   inf. à 20   11,4 ± 0,2 %   n.d.   14/07/2026   2026-07-14
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from drivers.text import LONGEST_NAME, barcode_of, clean_text
from station.lab.files.result import Refused

NOT_MEASURED = frozenset(("", "-", "--", "---", "—", "–", "/", "na", "n/a", "n.a.", "ne", "non demandé", "."))
_COMPARATORS = {
    "<": "<", "≤": "<", "<=": "<", "inf. à": "<", "inf à": "<", "inférieur à": "<", "less than": "<",
    ">": ">", "≥": ">", ">=": ">", "sup. à": ">", "sup à": ">", "supérieur à": ">", "more than": ">",
}  # fmt: skip
_NOT_DETECTED = frozenset(
    ("nd", "n.d.", "non détecté", "non detecte", "not detected", "<ld", "<lq", "<loq", "<lod")
)
_FAULTS = (
    "#formula",
    "#ref!",
    "#div/0!",
    "#value!",
    "#valeur!",
    "#nom?",
    "#name?",
    "#n/a",
    "#null!",
    "#num!",
)
_NUMBER = r"[+-]?[0-9][0-9 .,'\u00a0\u2007\u2009\u202f]*(?:[eE][+-]?[0-9]{1,2})?|[+-]?[.,][0-9]+"
_MEASURE = re.compile(
    rf"(?P<sign>{'|'.join(sorted(map(re.escape, _COMPARATORS), key=len, reverse=True))})?\s*"
    rf"(?P<number>{_NUMBER})\s*(?:(?:±|\+/-|\+-)\s*(?P<uncertainty>{_NUMBER}))?\s*(?P<unit>[^0-9\s].{{0,20}})?",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[\s'\u00a0\u2007\u2009\u202f]")
_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:([.,])([0-9]+))?([eE][+-]?[0-9]{1,2})?")
_GROUPED = re.compile(r"([+-]?)([1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\3[0-9]{3})*)(?:([.,])([0-9]+))?")
_ROUNDED = re.compile(r"[0-9][.,][0-9]+[eE]\+?[0-9]+")
_DATE = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,4})(?:[ T][0-9:.]{4,12}Z?)?")


@dataclass(frozen=True, slots=True)
class Measure:
    """A cell's number as written; `unit` is "" where the cell has none."""

    value: float
    comparator: str
    uncertainty: float | None
    unit: str


def read_measure(text: str, decimal: str) -> Measure | None:
    """Return what a cell says; None where it was not measured. Refused."""
    plain = text.strip()
    small = plain.casefold()
    if small in NOT_MEASURED:
        return None
    if small.startswith(_FAULTS):
        raise Refused("no_result_in_cell", text=plain[:40])
    if _BLANKS.sub("", small) in _NOT_DETECTED or small in _NOT_DETECTED:
        raise Refused("not_detected_without_limit", text=plain[:40])
    match = _MEASURE.fullmatch(plain.replace("\N{MINUS SIGN}", "-"))
    if match is None:
        raise Refused("no_number", text=plain[:40])
    spread = match["uncertainty"]
    return Measure(
        read_number(match["number"], decimal),
        _COMPARATORS[match["sign"].lower()] if match["sign"] else "",
        abs(read_number(spread, decimal)) if spread else None,
        (match["unit"] or "").strip(),
    )


def read_number(text: str, decimal: str) -> float:
    """Return a number written with the decimal sign "comma", "point" or "either". One separator before three
    digits may part thousands: it is refused unless it is the decimal sign. Refused."""
    plain = _BLANKS.sub("", text)
    sign = {"comma": ",", "point": "."}.get(decimal)
    grouped, single = _GROUPED.fullmatch(plain), _PLAIN.fullmatch(plain)
    if grouped and grouped[4] and grouped[3] != grouped[4]:
        if sign not in (None, grouped[4]):
            raise Refused("no_number", text=text[:40])
        return float(f"{grouped[1]}{re.sub('[.,]', '', grouped[2])}.{grouped[5]}")
    if grouped and not grouped[4]:
        is_single = len(re.findall("[.,]", grouped[2])) == 1
        if is_single and grouped[3] != sign:
            raise Refused("unclear_number", text=text[:40])
        if not is_single:
            return float(grouped[1] + re.sub("[.,]", "", grouped[2]))
    if single is None or not (single[2] or single[4]):
        raise Refused("no_number", text=text[:40])
    return float(plain.replace(",", "."))


@lru_cache(maxsize=1024)
def read_date(text: str, order: str) -> date | None:
    """Return a day; None for an empty cell. A day that may be two is refused where the profile says no
    order."""
    plain = text.strip()
    if plain.casefold() in NOT_MEASURED:
        return None
    match = _DATE.fullmatch(plain)
    if match is None:
        raise Refused("no_date", text=plain[:40])
    first, second, third = match.groups()
    if len(first) == 4 or order == "year_first":
        days = [_day(first, second, third)]
    elif order:
        days = [_day(third, *((second, first) if order == "day_first" else (first, second)))]
    else:
        days = [_day(third, second, first), _day(third, first, second)]
    found = {day for day in days if day is not None}
    if len(found) != 1:
        raise Refused("unclear_date" if found else "no_date", text=plain[:40])
    return found.pop()


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) <= 2 else 0), int(month), int(day))
    except ValueError:
        return None


def read_barcode(text: str) -> str:
    """Return a sample's barcode as it is compared. A spreadsheet program that made a number of it has lost
    its digits. Refused."""
    plain = clean_text(barcode_of(text), LONGEST_NAME)
    if not plain:
        raise Refused("no_barcode")
    if _ROUNDED.fullmatch(plain):
        raise Refused("rounded_barcode", text=plain)
    return plain
