"""Read a storage plan (CSV): a line for each cell, a column for each week.

The first line names the columns, in either language: cell, species, grade, claims (parted by commas), target
in tonnes, and weeks as 2026-W29 or 2026-S29. An empty field leaves what is planned as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station.receival.masters.table_files import (
    RowError,
    RowRefused,
    TableFile,
    claim_named,
    column_among,
    species_named,
    tonnes_said,
)
from station.receival.storage.plans import WEEK, Planned

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


def read_plan(text: str) -> tuple[list[PlanRow], list[RowError]]:
    """Return what the file says, and what of it is not taken. It raises nothing."""
    seen: set[str] = set()
    return TableFile(_column, _lacking, MOST_ROWS).read(text, lambda line, fields: _row(line, fields, seen))


def _lacking(titles: Sequence[str | None]) -> list[str]:
    return [] if "cell" in titles else ["cell"]


def _row(line: int, told: Mapping[str, str], seen: set[str]) -> PlanRow:
    cell = told.get("cell", "")
    if not cell:
        raise RowRefused("field_empty", column="cell")
    if cell in seen:
        raise RowRefused("cell_twice", text=cell)
    planned = PlanRow(line, cell, _planned(told))
    seen.add(cell)
    return planned


def _column(title: str) -> str | None:
    week = title.strip().upper().replace("-S", "-W")
    if WEEK.fullmatch(week):
        return week
    return column_among(_COLUMNS, title)


def _planned(told: Mapping[str, str]) -> Planned:
    weeks = {name: tonnes_said(name, text) for name, text in told.items() if WEEK.fullmatch(name) and text}
    claims = told.get("claims", "")
    return Planned(
        species=species_named(told["species"]) if told.get("species") else None,
        grade=told.get("grade") or None,
        claims=tuple(claim_named(one.strip()) for one in claims.split(",")) if claims else None,
        target_t=tonnes_said("target_t", told["target_t"]) if told.get("target_t") else None,
        expected=weeks or None,
    )
