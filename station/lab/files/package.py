"""What a workbook's package says of a sheet before its cells are read: size, merged cells, the last value.

A workbook that another program wrote may declare fewer rows than it holds; these would be left out unseen.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import ParseError, fromstring

from station.lab.files.result import Refused

MOST_BYTES = 10_000_000
MOST_UNPACKED_BYTES = 200_000_000
_TAIL = 2 << 20
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="[A-Z]{1,3}([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
_VALUE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="[A-Z]{1,3}([0-9]{1,7})"[^>]*>\s*<(?:\w+:)?(?:f\b|v>|is>)')
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, ValueError, OSError, EOFError, LookupError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetEnd:
    """`merged` are the numbers of rows in which cells are merged, `last_row` is that of the last value: 0
    where it is not told."""

    merged: frozenset[int]
    last_row: int


def look_into(data: bytes, sheet: str | None, most_rows: int) -> SheetEnd:
    """Return what stands behind the cells of a sheet (None: the first). Refused for what is too large, packed
    or not, and for what cannot be unpacked."""
    if len(data) > MOST_BYTES:
        raise Refused("too_large", size=len(data), most=MOST_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if (size := sum(part.file_size for part in package.infolist())) > MOST_UNPACKED_BYTES:
                raise Refused("too_large_unpacked", size=size, most=MOST_UNPACKED_BYTES)
            part = _sheet_part(package, sheet)
            if part is None:
                return SheetEnd(frozenset(), 0)
            with package.open(part) as source:
                return _end_of(source, most_rows)
    except _BROKEN as error:
        raise Refused("no_workbook", text=f"{type(error).__name__}: {error}") from None


def _sheet_part(package: zipfile.ZipFile, sheet: str | None) -> str | None:
    """Return the part that holds the sheet; None where the package does not tell."""
    links = fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for node in fromstring(package.read("xl/workbook.xml")).iter():
        if node.tag.endswith("}sheet") and sheet in (None, node.get("name")):
            name = next((value for key, value in node.items() if key.endswith("}id")), None)
            target = targets.get(name, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in package.namelist() else None
    return None


def _end_of(source: IO[bytes], most_rows: int) -> SheetEnd:
    """Merged cells stand behind the rows of a sheet: only the end of its text is looked at."""
    tail = b""
    while part := source.read(1 << 20):
        tail = (tail + part)[-_TAIL:]
    merged: set[int] = set()
    for first, last in _MERGED.findall(tail):
        merged.update(range(int(first), min(int(last), most_rows) + 1))
    return SheetEnd(frozenset(merged), max(map(int, _VALUE.findall(tail)), default=0))
