"""Draw tables on A4 pages: a sheet to walk along a shelf with, or what a recall found."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

_FONT, _BOLD, _SIZE, _LEADING = "Helvetica", "Helvetica-Bold", 9, 12
_LEFT, _WIDTH, _BOTTOM = 15 * mm, A4[0] - 30 * mm, 15 * mm


@dataclass(frozen=True, slots=True)
class SheetTable:
    """`widths` are shares of the page's width, one for each column."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    title: str = ""


def tables_pdf(title: str, tables: Sequence[SheetTable], notes: Sequence[str] = ()) -> bytes:
    """Draw the notes and the tables one after the other; each page has the title and its number, and a table
    that goes on says its head again. The same arguments give the same bytes."""
    out = io.BytesIO()
    sheet = _Sheet(Canvas(out, pagesize=A4, invariant=True), title)
    for note in notes:
        sheet.write([note], [_WIDTH], _FONT)
    for table in tables:
        sheet.draw(table)
    sheet.page.save()
    return out.getvalue()


class _Sheet:
    """A pen on a page, which turns over by itself."""

    def __init__(self, page: Canvas, title: str) -> None:
        self.page, self._title, self._number = page, title, 0
        page.setTitle(title)
        self._begin()

    def draw(self, table: SheetTable) -> None:
        spans = [_WIDTH * share / sum(table.widths) for share in table.widths]
        if table.title:
            self._make_room(4 * _LEADING)
            self._y -= _LEADING / 2
            self.write([table.title], [_WIDTH], _BOLD)
        self.write(table.head, spans, _BOLD)
        for row in table.rows:
            if self._make_room(self._height(row, spans)):
                self.write(table.head, spans, _BOLD)
            self.write(row, spans, _FONT)
            self.page.line(_LEFT, self._y + _LEADING - 2, _LEFT + _WIDTH, self._y + _LEADING - 2)

    def write(self, texts: Sequence[str], spans: Sequence[float], font: str) -> None:
        self._make_room(self._height(texts, spans))
        self.page.setFont(font, _SIZE)
        x = _LEFT
        for text, span in zip(texts, spans, strict=True):
            for place, line in enumerate(_lines(text, span)):
                self.page.drawString(x, self._y - place * _LEADING, line)
            x += span
        self._y -= self._height(texts, spans)

    def _height(self, texts: Sequence[str], spans: Sequence[float]) -> float:
        return max(len(_lines(text, span)) for text, span in zip(texts, spans, strict=True)) * _LEADING + 3

    def _make_room(self, height: float) -> bool:
        """Turn over where `height` is no more there; returns whether it did."""
        if self._y - height >= _BOTTOM:
            return False
        self.page.showPage()
        self._begin()
        return True

    def _begin(self) -> None:
        self._number += 1
        top: float = A4[1] - 18 * mm
        self.page.setFont(_BOLD, 12)
        self.page.drawString(_LEFT, top, self._title)
        self.page.drawRightString(A4[0] - 15 * mm, top, str(self._number))
        self._y = top - 20


@lru_cache(maxsize=4096)  # a cell is measured before it is written
def _lines(text: str, span: float) -> list[str]:
    return simpleSplit(text, _BOLD, _SIZE, span - 2 * mm) or [""]
