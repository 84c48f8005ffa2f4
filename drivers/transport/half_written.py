"""Tell whether a file in a folder looks as if its writer has not finished."""

from xml.parsers import expat

_TEMPORARY = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".lock")
# The record that closes a zip, written last: 22 bytes and a comment of at most 65535.
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65535


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
    """Return True also for a workbook that is wrong in another way: waiting would not make it right.

    The closing record is looked for here, because what `zipfile.is_zipfile` answers or raises for a wrong
    workbook differs between releases of Python 3.11.
    """
    latest = len(data) - _END_SIZE
    return data.find(_END, max(0, latest - _LONGEST_COMMENT), max(0, latest + len(_END))) >= 0


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
