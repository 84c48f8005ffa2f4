"""Lay text out in the cells of a terminal: fixed columns, wrapping, never wider than asked.

What cannot be seen is shown by its number, which has a width."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from drivers.text import visible

ELLIPSIS = "…"
NARROW = 72
SHORT = 22  # lines of a screen: one with fewer leaves more of them to the list


@dataclass(frozen=True, slots=True)
class Column:
    """A column is `width` cells wide; spare room is shared out by `flex`. `right` aligns numbers. Where the
    screen is too narrow for all, it gives cells down to `least`, its title and whole numbers; one that can be
    `spared` is left out there."""

    title: str
    width: int
    flex: int = 0
    right: bool = False
    least: int = 0
    spared: bool = False

    @property
    def floor(self) -> int:
        return self.width if self.right else min(self.width, max(self.least, cell_len(self.title)))


def kept(columns: Sequence[Column], total: int) -> list[Column]:
    """List the columns that a line of `total` cells has."""
    return [column for column in columns if total >= NARROW or not column.spared]


def widths(columns: Sequence[Column], total: int) -> list[int]:
    """Share `total` cells among the columns that are kept, one blank between them; never more than there
    are."""
    columns = kept(columns, total)
    room = total - (len(columns) - 1)
    needed = sum(column.width for column in columns)
    if needed > room:
        return _narrowed(columns, needed - room)
    spare = room - needed
    flexes = sum(column.flex for column in columns)
    if not flexes:
        return [column.width for column in columns]
    result = [column.width + spare * column.flex // flexes for column in columns]
    first = next(i for i, column in enumerate(columns) if column.flex)
    result[first] += total - sum(result) - (len(columns) - 1) if spare else 0
    return result


def _narrowed(columns: Sequence[Column], excess: int) -> list[int]:
    """Take cells from whichever column has most to give; below the floors from the widest."""
    result = [column.width for column in columns]
    for _ in range(min(excess, sum(result))):
        gives = [(width - column.floor, width) for width, column in zip(result, columns, strict=True)]
        best = max(range(len(result)), key=lambda i: (max(0, gives[i][0]), gives[i][1]))
        result[best] -= 1
    return result


def table_row(cells: Sequence[str], columns: Sequence[Column], total: int) -> str:
    """Write one line; a cell that is too long ends with an ellipsis."""
    sized = (
        fit(cell, width, right=column.right)
        for (cell, column), width in zip(
            _kept_cells(cells, columns, total), widths(columns, total), strict=True
        )
    )
    return " ".join(sized).rstrip()


def _kept_cells(cells: Sequence[str], columns: Sequence[Column], total: int) -> list[tuple[str, Column]]:
    left = kept(columns, total)
    return [(cell, column) for cell, column in zip(cells, columns, strict=True) if column in left]


def header_row(columns: Sequence[Column], total: int) -> str:
    return table_row([column.title for column in columns], columns, total)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Cut or pad the text to exactly `width` cells."""
    text = visible(text)
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + ELLIPSIS if width else ""
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


def wrap(text: str, width: int, *, indent: int = 0) -> list[str]:
    """Break the text into lines of at most `width` cells, at blanks (a word that is too long is broken
    anywhere); all but the first are indented."""
    lines: list[str] = []
    line = ""
    for word in visible(text).split(" "):
        candidate = f"{line} {word}" if line else word
        room = width - (indent if lines else 0)
        if cell_len(candidate) <= room or not candidate:
            line = candidate
            continue
        if line:
            lines.append(line)
        *whole, line = _chop(word, width - (indent if lines else 0), width - indent)
        lines.extend(whole)
    lines.append(line)
    return [lines[0], *(" " * indent + line for line in lines[1:])]


def _chop(word: str, first: int, rest: int) -> list[str]:
    parts, room = [], max(1, first)
    while cell_len(word) > room:
        cut = room
        while cell_len(word[:cut]) > room:
            cut -= 1
        parts.append(word[: max(1, cut)])
        word = word[max(1, cut) :]
        room = max(1, rest)
    return [*parts, word]


def flow(parts: Iterable[str], width: int, gap: str = "  ") -> list[str]:
    """Set unbreakable parts side by side, as many on a line as fit."""
    lines: list[str] = []
    for part in map(visible, parts):
        if lines and cell_len(lines[-1]) + cell_len(gap) + cell_len(part) <= width:
            lines[-1] += gap + part
        else:
            lines.append(part)
    return lines
