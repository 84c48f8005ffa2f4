"""Excel workbooks of an analyzer's export. The only importer of openpyxl."""

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from drivers.decimals import unmistakable
from drivers.file_drop.sheet import FileRefused

_UNPACKED = 200_000_000
# What the unpacking and openpyxl raise on damaged bytes, as fuzzing found.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, RuntimeError, OSError, EOFError,
)  # fmt: skip


def xlsx_lines(data: bytes, *, sheet: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield row number and cell texts of every row. `sheet` is a name; None: the first.

    A number has a point and 15 digits at most (three behind it get a fourth, see
    `unmistakable`), a date is 2026-07-14 10:03:22 (without 00:00:00). A
    formula whose result Excel never stored reads `#FORMULA`, which is no number. FileRefused.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  it takes a quarter of a second, for few sites

    _refuse_bomb(data)
    try:
        results = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        name = _sheet_name(sheet, results.sheetnames)
        pairs = zip(
            results[name].iter_rows(values_only=True), formulas[name].iter_rows(values_only=True), strict=True
        )
        for number, (cells, sources) in enumerate(pairs, 1):
            yield number, [_text(cell, source) for cell, source in itertools.zip_longest(cells, sources)]
    except FileRefused:
        raise
    except _BROKEN as error:
        raise FileRefused(f"not a readable workbook ({type(error).__name__}: {error})") from error


def _sheet_name(wanted: str | None, names: list[str]) -> str:
    if not names or (wanted and wanted not in names):
        raise FileRefused(f"no sheet {wanted!r}: it has {', '.join(names)}")
    return wanted or names[0]


def _text(cell: Any, source: Any) -> str:
    if cell is None:
        return "#FORMULA" if isinstance(source, str) and source.startswith("=") else ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return unmistakable(format(cell, ".15g"))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell.strftime("%H:%M:%S") if isinstance(cell, time) else str(cell)


def _refuse_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(part.file_size for part in package.infolist())
    except _BROKEN as error:
        raise FileRefused("not a workbook (.xlsx), or only half of one") from error
    if size > _UNPACKED:
        raise FileRefused(f"more than {_UNPACKED // 1_000_000} MB when unpacked")
