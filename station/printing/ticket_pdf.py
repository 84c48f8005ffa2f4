"""A paper as a page of A5, or the same page enlarged to A4.

Its sections fill two columns from top to bottom, what follows the weights begins the second one, and what
does not fit goes on over the page; the QR code comes last.
"""

import io
from collections.abc import Sequence

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from station.printing.lines import Line, Pair, Section, Title

PAPERS = {"A5": A5, "A4": A4}
_FONT, _BOLD, _SIZE, _LEADING = "Helvetica", "Helvetica-Bold", 8.0, 10.2
_EDGE, _GAP, _STEP = 10 * mm, 6 * mm, 2 * mm
_COLUMN = (A5[0] - 2 * _EDGE - _GAP) / 2
_CODE = 46 * mm
_FIRST = 3  # sections before the second column: head, who, the weights


def ticket_pdf(title: str, sections: Sequence[Section], code: str, paper: str = "A5") -> bytes:
    """Draw a paper's sections and the QR code of a text. The same arguments give the same bytes."""
    out, size = io.BytesIO(), PAPERS[paper]
    page = Canvas(out, pagesize=size, invariant=True)
    page.setTitle(title)
    pen = _Pen(page, min(size[0] / A5[0], size[1] / A5[1]))
    pen.head(sections[0])
    for number, section in enumerate(sections[1:], start=1):
        if number == _FIRST:
            pen.turn()
        pen.section(section)
    pen.code(code)
    page.save()
    return out.getvalue()


class _Pen:
    """A pen in a column of a page; it goes on to the next column, and turns over, by itself."""

    def __init__(self, page: Canvas, scale: float) -> None:
        self._page, self._scale = page, scale
        self._top = A5[1] - _EDGE
        self._begin_page()

    def head(self, lines: Section) -> None:
        """Draw across both columns, and begin the columns below."""
        for line in lines:
            if isinstance(line, Title):
                self._y -= _LEADING * (0.8 if self._y < self._top - _LEADING else 0.4)
            is_pair = isinstance(line, Pair)
            self._draw(line, _COLUMN if is_pair else A5[0] - 2 * _EDGE, _SIZE + _more(line))
        self._top = self._y - _LEADING / 2
        self._page.line(_EDGE, self._top + _LEADING, A5[0] - _EDGE, self._top + _LEADING)
        self._begin_column(0)

    def section(self, lines: Section) -> None:
        height = sum(_height(line, _COLUMN, _SIZE + _more(line)) for line in lines)
        if self._y - height < _EDGE and self._y < self._top:
            self.turn()
        for line in lines:
            if self._y - _height(line, _COLUMN, _SIZE + _more(line)) < _EDGE:
                self.turn()
            if isinstance(line, Title):
                self._y -= _LEADING * 0.6
            self._draw(line, _COLUMN, _SIZE + _more(line))
        self._page.line(self._x, self._y + _LEADING / 2, self._x + _COLUMN, self._y + _LEADING / 2)
        self._y -= _LEADING / 2

    def code(self, text: str) -> None:
        if not text:
            return
        if self._y - _CODE < _EDGE / 2:
            self.turn()
        picture = Drawing(_CODE, _CODE)
        picture.add(QrCodeWidget(text, barLevel="M", barWidth=_CODE, barHeight=_CODE))
        renderPDF.draw(picture, self._page, self._x + (_COLUMN - _CODE) / 2, self._y + _LEADING - _CODE)
        self._y -= _CODE

    def turn(self) -> None:
        """Go on at the top of the next column."""
        if self._column == 0:
            self._begin_column(1)
            return
        self._page.showPage()
        self._top = A5[1] - _EDGE
        self._begin_page()

    def _begin_page(self) -> None:
        self._page.scale(self._scale, self._scale)
        self._page.setLineWidth(0.4)
        self._begin_column(0)

    def _begin_column(self, column: int) -> None:
        self._column, self._y = column, self._top - _LEADING
        self._x = _EDGE + column * (_COLUMN + _GAP)

    def _draw(self, line: Line, width: float, size: float) -> None:
        if isinstance(line, Pair):
            self._pair(line, width, size)
            return
        bold, depth = isinstance(line, Title), 0 if isinstance(line, Title) else line.depth
        for row in simpleSplit(line.text, _BOLD if bold else _FONT, size, width - depth * _STEP):
            self._write(self._x + depth * _STEP, row, size, bold=bold)
            self._y -= size * _LEADING / _SIZE

    def _pair(self, line: Pair, width: float, size: float) -> None:
        """The name left and the value right of it; in lines of its own where both do not fit."""
        depth = (len(line.name) - len(line.name.lstrip())) * _STEP
        self._write(self._x + depth, line.name.strip(), size)
        rows = simpleSplit(line.value, _BOLD, size, _value_room(line, width, size)) or [""]
        if not _fits(line, width, size):
            self._y -= size * _LEADING / _SIZE
        for row in rows:
            self._page.setFont(_BOLD, size)
            self._page.drawRightString(self._x + width, self._y, row)
            self._y -= size * _LEADING / _SIZE

    def _write(self, x: float, text: str, size: float, *, bold: bool = False) -> None:
        self._page.setFont(_BOLD if bold else _FONT, size)
        self._page.drawString(x, self._y, text)


def _more(line: Line) -> float:
    """By how many points a line is larger than others."""
    if isinstance(line, Title):
        return 10.0 if line.large else 6.0
    return 2.0 if isinstance(line, Pair) and line.strong else 0.0


def _fits(line: Pair, width: float, size: float) -> bool:
    both = stringWidth(f"  {line.name} ", _FONT, size) + stringWidth(line.value, _BOLD, size)
    return bool(both <= width)


def _value_room(line: Pair, width: float, size: float) -> float:
    return width if _fits(line, width, size) else width - 2 * _STEP


def _height(line: Line, width: float, size: float) -> float:
    if isinstance(line, Pair):
        rows = len(simpleSplit(line.value, _BOLD, size, _value_room(line, width, size)) or [""])
        rows += not _fits(line, width, size)
    else:
        depth = 0 if isinstance(line, Title) else line.depth
        rows = len(simpleSplit(line.text, _BOLD, size, width - depth * _STEP))
    return rows * size * _LEADING / _SIZE
