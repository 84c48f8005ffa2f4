"""Read a storage plan (CSV): a line for each cell, a column for each week.

The first line names the columns, in either language: cell, species, grade, claims (parted by commas), target
in tonnes, and weeks as 2026-W29 or 2026-S29. An empty field leaves what is planned as it is.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO

from drivers.text import LONGEST_NAME, clean_text, unaccented
from station.claims import CLAIMS
from station.receival.certificate_files import RowError
from station.receival.plans import WEEK, Planned
from station.species import SPECIES

MOST_ROWS = 1000
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "cell": ("cell", "cellule"),
    "species": ("species", "espece"),
    "grade": ("grade", "quality", "qualite"),
    "claims": ("claims", "engagements"),
    "target_t": ("target", "target t", "target, t", "objectif", "objectif t", "objectif, t", "tonnage"),
}


@dataclass(frozen=True, slots=True)
class PlanRow:
    line: int
    cell: str
    said: Planned


class _Refused(Exception):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def read_plan(text: str) -> tuple[list[PlanRow], list[RowError]]:
    """Return what the file says, and what of it is not taken. It raises nothing."""
    rows: list[PlanRow] = []
    errors: list[RowError] = []
    seen: set[str] = set()
    try:
        for line, told in _told(text):
            try:
                row = _row(line, told, seen)
                seen.add(row.cell)
                rows.append(row)
            except _Refused as refused:
                errors.append(RowError(line, refused.code, refused.params))
    except _Refused as refused:
        return [], [RowError(None, refused.code, refused.params)]
    return rows, errors


def _row(line: int, told: Mapping[str, str], seen: set[str]) -> PlanRow:
    cell = told.get("cell", "")
    if not cell:
        raise _Refused("field_empty", column="cell")
    if cell in seen:
        raise _Refused("cell_twice", text=cell)
    return PlanRow(line, cell, _planned(told))


def _told(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        titles = [_column(title) for title in next(reader, [])]
        if "cell" not in titles:
            raise _Refused("columns_missing", columns=["cell"])
        for count, cells in enumerate(reader):
            if count == MOST_ROWS:
                raise _Refused("too_many_rows", limit=MOST_ROWS)
            if any(cell.strip() for cell in cells):
                told = zip(titles, cells, strict=False)
                yield reader.line_num, {name: clean_text(cell, LONGEST_NAME) for name, cell in told if name}
    except csv.Error as error:
        raise _Refused("not_csv", text=str(error)) from None


def _column(title: str) -> str | None:
    week = title.strip().upper().replace("-S", "-W")
    if WEEK.fullmatch(week):
        return week
    plain = unaccented(title).strip().replace("_", " ")
    return next((name for name, titles in _COLUMNS.items() if plain in titles), None)


def _planned(told: Mapping[str, str]) -> Planned:
    weeks = {name: _tonnes(name, text) for name, text in told.items() if WEEK.fullmatch(name) and text}
    claims = told.get("claims", "")
    return Planned(
        species=_species(told["species"]) if told.get("species") else None,
        grade=told.get("grade") or None,
        claims=tuple(_claim(one.strip()) for one in claims.split(",")) if claims else None,
        target_t=_tonnes("target_t", told["target_t"]) if told.get("target_t") else None,
        expected=weeks or None,
    )


def _species(text: str) -> str:
    """Return the identifier of a species that is named; what nobody knows is refused where it is planned."""
    wanted = unaccented(text)
    for entry in SPECIES.entries.values():
        if wanted in (entry.id, unaccented(entry.name.fr), unaccented(entry.name.en)):
            return entry.id
    return text


def _claim(text: str) -> str:
    wanted = unaccented(text)
    for entry in CLAIMS.entries.values():
        if wanted in (entry.id, unaccented(entry.name.fr), unaccented(entry.name.en)):
            return entry.id
    raise _Refused("claim_unknown", text=text)


def _tonnes(column: str, text: str) -> float:
    try:
        tonnes = float(text.replace(" ", "").replace(" ", "").replace(",", "."))
    except ValueError:
        tonnes = -1.0
    if not 0.0 <= tonnes <= 1e6:
        raise _Refused("no_tonnes", column=column, text=text)
    return tonnes
