"""The three file formats have this in common: rows of texts under column titles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MOST_ROWS = 50_000
_HEADER_WITHIN = 60


class FileRefused(ValueError):
    """Nothing of the file can be read; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Says which column title holds which field; `optional` fields may have no column."""

    titles: Mapping[str, str]
    optional: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: `number` counts from 1 as a person does, `problem` says why it cannot be read."""

    number: int
    fields: Mapping[str, str]
    problem: str | None = None


def rows_under_titles(lines: Iterable[tuple[int, list[str]]], columns: Columns) -> Iterator[Row]:
    """Yield the rows below the title row, which is the first one that holds all needed titles.

    A row of another length is no row of this table and has a problem. FileRefused without a title row.
    """
    wanted = {_plain(title): name for name, title in columns.titles.items()}
    needed = {title for title, name in wanted.items() if name not in columns.optional}
    places: dict[str, int] | None = None
    width = 0
    for count, (number, cells) in enumerate(lines):
        if places is None:
            places, width = _places(cells, wanted, needed), len(cells)
            if places is None and count >= _HEADER_WITHIN:
                break
        elif any(cell.strip() for cell in cells):
            yield _row(number, cells, places, width)
    if places is None:
        titles = ", ".join(title for name, title in columns.titles.items() if name not in columns.optional)
        raise FileRefused(f"no row holds the column titles {titles}")


def _places(cells: list[str], wanted: Mapping[str, str], needed: set[str]) -> dict[str, int] | None:
    titles = [_plain(cell) for cell in cells]
    if not needed <= set(titles):
        return None
    for title in wanted:
        if titles.count(title) > 1:
            raise FileRefused(f"the column title {title!r} stands twice")
    return {name: titles.index(title) for title, name in wanted.items() if title in titles}


def _row(number: int, cells: list[str], places: Mapping[str, int], width: int) -> Row:
    if len(cells) != width:
        return Row(number, {}, f"{len(cells)} fields instead of {width}")
    return Row(number, {name: cells[place].strip() for name, place in places.items()})


def _plain(title: str) -> str:
    """Titles are compared without case, doubled blanks and the unprintable marks that exports carry."""
    return " ".join(
        "".join(c if c.isprintable() else " " for c in title).replace("\ufeff", "").lower().split()
    )
