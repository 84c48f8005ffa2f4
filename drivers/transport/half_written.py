"""Tell whether a file in a folder looks as if its writer has not finished."""

import io
import struct
import zipfile
from xml.parsers import expat

_TEMPORARY = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".lock")


def is_temporary(name: str) -> bool:
    """Recognise names that programs give to files they are still writing, or that systems keep for
    themselves."""
    lower = name.lower()
    return lower.startswith((".", "~")) or lower.endswith((*_TEMPORARY, "~")) or lower in ("thumbs.db",)


def looks_half_written(data: bytes) -> bool:
    """Recognise a workbook without its directory, XML that is not closed, text without a line end,
    nothing."""
    if not data:
        return True
    if data.startswith(b"PK"):
        return not _has_directory(data)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return not _xml_is_closed(data)
    return not data.endswith((b"\n", b"\r", b"\n\x00", b"\x1a"))


def _has_directory(data: bytes) -> bool:
    """Return True also for a workbook that is wrong in another way: waiting would not make it right."""
    try:
        return zipfile.is_zipfile(io.BytesIO(data))
    except (zipfile.BadZipFile, struct.error):
        return True


def _xml_is_closed(data: bytes) -> bool:
    """Return True also for XML that is wrong in another way: waiting would not make it right."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        unfinished = ("no element found", "unclosed token", "unclosed CDATA section", "partial character")
        return expat.ErrorString(error.code) not in unfinished
    except (LookupError, ValueError):  # it names an encoding that nobody knows
        return True
    return True
