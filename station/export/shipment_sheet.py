"""Draw the paper that travels with a shipment between own silos: a QR code, and what it says for people."""

import io
from collections.abc import Sequence

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

CODE = 90 * mm  # 600 characters are modules of 0.9 mm, which a phone and a scanner read from paper
_FONT, _BOLD, _SMALL, _LEFT = "Helvetica", "Helvetica-Bold", 6, 15 * mm


def shipment_pdf(title: str, lines: Sequence[tuple[str, str]], text: str) -> bytes:
    """Draw one page of A5: the title, what the lines say, the QR code of `text` and the text itself, to be
    typed where no scanner is. The same arguments give the same bytes."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=A5, invariant=True)
    page.setTitle(title)
    y = A5[1] - 18 * mm
    page.setFont(_BOLD, 14)
    page.drawString(_LEFT, y, title)
    y -= 9 * mm
    for name, value in lines:
        page.setFont(_FONT, 10)
        page.drawString(_LEFT, y, name)
        page.setFont(_BOLD, 10)
        page.drawString(_LEFT + 38 * mm, y, simpleSplit(value, _BOLD, 10, A5[0] - 38 * mm - 2 * _LEFT)[0])
        y -= 6 * mm
    code = QrCodeWidget(text, barLevel="M", barWidth=CODE, barHeight=CODE)
    picture = Drawing(CODE, CODE)
    picture.add(code)
    renderPDF.draw(picture, page, (A5[0] - CODE) / 2, y - CODE)
    y -= CODE + 3 * mm
    page.setFont("Courier", _SMALL)
    for line in simpleSplit(_parted(text), "Courier", _SMALL, A5[0] - 2 * _LEFT):
        page.drawString(_LEFT, y, line)
        y -= _SMALL * 1.2
    page.save()
    return out.getvalue()


def _parted(text: str) -> str:
    """In groups of five, to be read aloud and typed; blanks are nothing."""
    return " ".join(text[first : first + 5] for first in range(0, len(text), 5))
