"""Compare the lines of an unknown device with the one that a person marked.

Where all lines are as long, each character is a cell; else each number, word or run of blanks is one. A cell
that holds numbers may hold others; one that holds the same text in all lines is that text; one in between is
a mark whose meaning only a person knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from station.commissioning.marking import Span

MOST_TEXTS = 6
_CELL = re.compile(r" *[-+]? *[0-9][0-9.,']*|[A-Za-z]+| +|([^A-Za-z ])\1*", re.DOTALL)
_NUMERIC = frozenset("0123456789 +-.,'")


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring cells that change and are no number; `texts` are what was seen there, blanks kept."""

    span: Span
    texts: tuple[str, ...]

    @property
    def is_free(self) -> bool:
        """So many texts are no marks: a counter, a sum, a time."""
        return len(self.texts) > MOST_TEXTS


@dataclass(frozen=True, slots=True)
class Lines:
    """`sample` is the marked line, `others` all that were heard, each text once."""

    sample: str
    others: tuple[str, ...]
    is_fixed: bool

    def cells(self, text: str) -> list[Span]:
        if self.is_fixed:
            return [Span(n, n + 1) for n in range(len(text))]
        return [Span(one.start(), one.end()) for one in _CELL.finditer(text)]

    def family(self) -> list[list[str]]:
        """Returns the cells of each line that can be laid beside the sample, which is the first."""
        mine = self.cells(self.sample)
        rows = [[span.of(self.sample) for span in mine]]
        for text in self.others:
            cells = self.cells(text)
            row = [span.of(text) for span in cells]
            if text != self.sample and len(row) == len(mine) and self._lie_alike(rows[0], row):
                rows.append(row)
        return rows

    def _lie_alike(self, mine: Sequence[str], row: Sequence[str]) -> bool:
        """Numbers stand where numbers stand; characters tell nothing of that."""
        return self.is_fixed or all(
            _is_number(one) == _is_number(other) for one, other in zip(mine, row, strict=True)
        )

    def is_numeric(self, cell: int) -> bool:
        """Tells whether a number stands here, its sign, marks and the blanks before it too."""
        rows = self.family()
        seen = {row[cell] for row in rows}
        if not self.is_fixed:
            return any(map(_is_number, seen))
        if not all(text in _NUMERIC for text in seen):
            return False
        if any(text.isdigit() for text in seen):
            return True
        behind = next(
            (n for n in range(cell, len(rows[0])) if {row[n] for row in rows} - {" ", "+", "-"}), None
        )
        return seen <= {" ", "+", "-"} and behind is not None and any(row[behind].isdigit() for row in rows)

    def groups(self, marked: Sequence[Span]) -> list[Group]:
        """Returns the marks that a person has not told of yet."""
        return list(self._groups(marked))

    def _groups(self, marked: Sequence[Span]) -> Iterator[Group]:
        rows, cells = self.family(), self.cells(self.sample)
        changing = [
            n
            for n, span in enumerate(cells)
            if len({row[n] for row in rows}) > 1 and not self.is_numeric(n) and not _is_in(span, marked)
        ]
        while changing:
            run = [changing.pop(0)]
            while changing and changing[0] == run[-1] + 1:
                run.append(changing.pop(0))
            texts = dict.fromkeys("".join(row[n] for n in run) for row in rows)
            yield Group(Span(cells[run[0]].first, cells[run[-1]].last), tuple(texts))

    def group_at(self, span: Span) -> Group:
        """Returns what stands in columns that a person named."""
        seen = (self.text_at(text, span) for text in (self.sample, *self.others))
        return Group(span, tuple(dict.fromkeys(text for text in seen if text is not None)))

    def text_at(self, text: str, span: Span) -> str | None:
        """Returns what another line has where the sample has `span`; None for another kind of line."""
        mine, cells = self.cells(self.sample), self.cells(text)
        if len(mine) != len(cells):
            return None
        inside = [n for n, one in enumerate(mine) if one.first >= span.first and one.last <= span.last]
        return text[cells[inside[0]].first : cells[inside[-1]].last] if inside else None

    def constant_numbers(self, marked: Sequence[Span]) -> list[Span]:
        """Returns digits that were the same in every line, but for zeros: a head's address, or a number that
        has not changed yet."""
        rows, cells = self.family(), self.cells(self.sample)
        if len(rows) < 2:
            return []
        same = {
            cells[n]
            for n in range(len(cells))
            if len({row[n] for row in rows}) == 1 and self.is_numeric(n) and not _is_in(cells[n], marked)
        }
        found = [Span(one.start(), one.end()) for one in re.finditer("[0-9]+", self.sample)]
        return [
            span
            for span in found
            if span.of(self.sample).strip("0")
            and all(any(cell.first <= n < cell.last for cell in same) for n in range(*span))
        ]


def compare(sample: str, texts: Sequence[str], weight: Span) -> Lines:
    """`weight` tells whether a line's width is fixed: by blanks or zeros before a smaller number."""
    unique = tuple(dict.fromkeys(texts))
    loose = Lines(sample, unique, False)
    shape = _shape(loose, sample)
    sizes = {len(text) for text in unique if _shape(loose, text) == shape}
    fields = [weight.of(text) for text in unique if len(text) == len(sample)]
    padded = any(re.match(r"[-+]?(?: |0[0-9])", field) for field in [*fields, weight.of(sample)])
    return Lines(sample, unique, len(sizes) <= 1 and padded)


def _shape(lines: Lines, text: str) -> tuple[str, ...]:
    return tuple("9" if _is_number(one) else one for one in (span.of(text) for span in lines.cells(text)))


def _is_number(text: str) -> bool:
    return any(one.isdigit() for one in text)


def _is_in(span: Span, marked: Sequence[Span]) -> bool:
    return any(span.first < one.last and span.last > one.first for one in marked)
