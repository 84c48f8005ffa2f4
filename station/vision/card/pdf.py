"""Draw the card as a PDF page in its own size: vector, to be printed at 100 %."""

import io
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from station.vision.card.layout import BORDER_MM, RULER_MM, Layout
from station.vision.card.shapes import LABEL_MM, Label, boxes, ruler_labels

FONT = "Helvetica"
TITLE_FONT = "Helvetica-Bold"
TITLE_MM = 3.2
LEADING = 1.25


def card_pdf(layout: Layout, title: str, advice: Sequence[str], ruler: str) -> bytes:
    """Draw the page of `layout` with a title, paragraphs of advice (in the order of their weight) between the
    upper markers, and what is said of the ruler under it. The same arguments give the same bytes. Raises
    ValueError when the words do not fit."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=(layout.width * mm, layout.height * mm), invariant=True)
    page.setTitle(title)
    page.setCreator("Silo Station")
    page.setViewerPreference("PrintScaling", "None")
    for box in boxes(layout):
        page.setFillColorRGB(*(value / 255 for value in box.srgb))
        bottom = (layout.height - box.y - box.height) * mm
        page.rect(box.x * mm, bottom, box.width * mm, box.height * mm, stroke=0, fill=1)
    page.setFillColorRGB(0, 0, 0)
    for label in ruler_labels(layout):
        _centred(page, layout, label)
    x, y = layout.ruler
    _centred(page, layout, Label(x + RULER_MM / 2, y + 12.0, LABEL_MM, ruler))
    _words(page, layout, title, advice)
    page.save()
    return out.getvalue()


def _centred(page: Canvas, layout: Layout, label: Label) -> None:
    page.setFont(FONT, label.size * mm)
    page.drawCentredString(label.x * mm, (layout.height - label.y) * mm, label.text)


def _words(page: Canvas, layout: Layout, title: str, advice: Sequence[str]) -> None:
    """Write title and paragraphs between the upper markers, in the largest letters that fit."""
    left = BORDER_MM + layout.marker + 3
    width, room = layout.width - 2 * left, layout.marker - TITLE_MM - 0.5
    size = 2.9
    while True:
        lines = [line for text in advice for line in simpleSplit(text, FONT, size * mm, width * mm)]
        if len(lines) * size * LEADING <= room:
            break
        size -= 0.1
        if size < 1.5:
            raise ValueError("the words do not fit on the card")
    y = BORDER_MM + TITLE_MM
    page.setFont(TITLE_FONT, TITLE_MM * mm)
    page.drawString(left * mm, (layout.height - y) * mm, title)
    page.setFont(FONT, size * mm)
    for number, line in enumerate(lines, start=1):
        page.drawString(left * mm, (layout.height - y - 0.5 - number * size * LEADING) * mm, line)
