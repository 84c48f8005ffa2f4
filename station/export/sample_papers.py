"""Write the list of what is sent to a laboratory: CSV, a sheet to walk along the shelf with, labels for bags.

A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from drivers.text import is_formula

_FONT, _BOLD, _SIZE, _LEADING = "Helvetica", "Helvetica-Bold", 9, 12
_COLUMNS, _ROWS, _LABEL = 3, 8, (63.5 * mm, 33.9 * mm)  # 24 labels on an A4 page


def csv_text(rows: Iterable[Sequence[str]], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(
        [_safe(cell) for cell in row] for row in rows
    )
    return out.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if is_formula(text) else text


def sheet_pdf(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
) -> bytes:
    """Draw a table on A4 pages, each with the title, the head and its number; `widths` are shares of the
    width. The same arguments give the same bytes."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, invariant=True)
    page.setTitle(title)
    width, left = A4[0] - 30 * mm, 15 * mm
    spans = [width * share / sum(widths) for share in widths]
    number, y = 1, _begin(page, title, head, spans, left, 1)
    for row in rows:
        cells = [
            simpleSplit(text, _FONT, _SIZE, span - 2 * mm) or [""]
            for text, span in zip(row, spans, strict=True)
        ]
        height = max(map(len, cells)) * _LEADING + 3
        if y - height < 15 * mm:
            page.showPage()
            number += 1
            y = _begin(page, title, head, spans, left, number)
        x = left
        for lines, span in zip(cells, spans, strict=True):
            for place, line in enumerate(lines):
                page.drawString(x, y - place * _LEADING, line)
            x += span
        y -= height
        page.line(left, y + _LEADING - 2, left + width, y + _LEADING - 2)
    page.save()
    return out.getvalue()


def _begin(
    page: Canvas, title: str, head: Sequence[str], spans: Sequence[float], left: float, number: int
) -> float:
    y: float = A4[1] - 18 * mm
    page.setFont(_BOLD, 12)
    page.drawString(left, y, title)
    page.drawRightString(A4[0] - 15 * mm, y, str(number))
    y -= 20
    page.setFont(_BOLD, _SIZE)
    x = left
    for text, span in zip(head, spans, strict=True):
        page.drawString(x, y, text)
        x += span
    page.setFont(_FONT, _SIZE)
    return y - _LEADING - 4


def labels_pdf(labels: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Draw labels (24 on an A4 page, 63.5 × 33.9 mm): the number, its Code 128, and lines of text."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, invariant=True)
    for place, (number, lines) in enumerate(labels):
        if place and place % (_COLUMNS * _ROWS) == 0:
            page.showPage()
        row, column = divmod(place % (_COLUMNS * _ROWS), _COLUMNS)
        x = (A4[0] - _COLUMNS * _LABEL[0]) / 2 + column * _LABEL[0] + 4 * mm
        y = A4[1] - 13 * mm - row * _LABEL[1] - 8 * mm
        page.setFont(_BOLD, 12)
        page.drawString(x, y, number)
        Code128(number, barHeight=9 * mm, barWidth=0.3 * mm, quiet=False).drawOn(page, x, y - 12 * mm)
        page.setFont(_FONT, 7)
        for count, line in enumerate(lines[:2], start=1):
            page.drawString(x, y - 12 * mm - count * 9, line[:48])
    page.save()
    return out.getvalue()
