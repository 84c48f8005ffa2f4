"""Write the list of what is sent to a laboratory: CSV, labels for bags.

A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from drivers.text import is_formula

PAPERS = {"A4": A4, "A5": A5}
_FONT, _BOLD = "Helvetica", "Helvetica-Bold"
_LABEL = 63.5 * mm, 33.9 * mm  # 24 on an A4 page


def csv_text(rows: Iterable[Sequence[str]], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(
        [_safe(cell) for cell in row] for row in rows
    )
    return out.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if is_formula(text) else text


def labels_pdf(labels: Sequence[tuple[str, Sequence[str]]], paper: str = "A4") -> bytes:
    """Draw labels of 63.5 × 33.9 mm (24 on an A4 page): the number, its Code 128, and three lines of text."""
    out, size = io.BytesIO(), PAPERS[paper]
    columns, rows = int(size[0] // _LABEL[0]), int(size[1] // _LABEL[1])
    page = Canvas(out, pagesize=size, invariant=True)
    for place, (number, lines) in enumerate(labels):
        if place and place % (columns * rows) == 0:
            page.showPage()
        row, column = divmod(place % (columns * rows), columns)
        x = (size[0] - columns * _LABEL[0]) / 2 + column * _LABEL[0] + 4 * mm
        y = (size[1] + rows * _LABEL[1]) / 2 - row * _LABEL[1] - 8 * mm
        page.setFont(_BOLD, 12)
        page.drawString(x, y, number)
        Code128(number, barHeight=9 * mm, barWidth=0.3 * mm, quiet=False).drawOn(page, x, y - 12 * mm)
        page.setFont(_FONT, 7)
        for count, line in enumerate(lines[:3], start=1):
            page.drawString(x, y - 12 * mm - count * 9, line[:48])
    page.save()
    return out.getvalue()
