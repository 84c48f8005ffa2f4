"""A simulated analyzer program that exports result files into a folder."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from drivers.simulated.emission import Emission, EmissionLog

Cell = str | float | datetime | None


def csv_file(titles: Sequence[str], rows: Sequence[Sequence[Cell]], *, separator: str = ";") -> bytes:
    """Return a file as exports write it: a block of lines above the titles, CR LF, UTF-8 with its mark."""
    lines = [["Result export", "", ""], [], list(titles), *([_text(cell) for cell in row] for row in rows)]
    text = "".join(separator.join(line) + "\r\n" for line in lines)
    return b"\xef\xbb\xbf" + text.encode()


def xlsx_file(titles: Sequence[str], rows: Sequence[Sequence[Cell]], *, sheet: str = "Results") -> bytes:
    """Return a workbook of one sheet; a text that begins with = is a formula without a stored result."""
    from openpyxl import Workbook  # noqa: PLC0415  it takes a quarter of a second

    book = Workbook()
    page = book.active
    if page is None:
        raise RuntimeError("a new workbook has no sheet")
    page.title = sheet
    page.append(["Result export"])
    page.append([])
    page.append(list(titles))
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xml_file(samples: Sequence[tuple[str, str, Mapping[str, float | None]]]) -> bytes:
    """Return a file with samples of (id, time, values by parameter name); None is written as dashes."""
    parts = ['<?xml version="1.0" encoding="utf-8"?>\n<Results xmlns="urn:simulated">']
    for name, at, values in samples:
        parts.append(f"<Sample id={quoteattr(name)} time={quoteattr(at)}>")
        for parameter, value in values.items():
            text = escape(_text(value) or "---")
            parts.append(f"<Parameter Name={quoteattr(parameter)}><Value>{text}</Value></Parameter>")
        parts.append("</Sample>")
    return ("".join(parts) + "</Results>\n").encode()


class Exporter:
    """Writes files into `folder` as a program over a slow share does; `log` holds one emission a file."""

    def __init__(self, folder: Path) -> None:
        self.log = EmissionLog()
        self._folder = folder

    def export(self, name: str, data: bytes, at: datetime, *, cut: int | None = None) -> Path:
        """Write the whole file, or only its first `cut` bytes (`go_on` writes the rest)."""
        path = self._folder / name
        path.write_bytes(data[:cut])
        self.log.add(Emission(at, data, intact=cut is None))
        return path

    def go_on(self, name: str, data: bytes) -> None:
        """Write what was missing of a half-written file."""
        path = self._folder / name
        with path.open("ab") as file:
            file.write(data[path.stat().st_size :])


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:%d/%m/%Y %H:%M:%S}" if isinstance(cell, datetime) else str(cell)
