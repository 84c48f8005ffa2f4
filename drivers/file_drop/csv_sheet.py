"""CSV files of an analyzer's export."""

import csv
import io
from collections.abc import Iterator

from drivers.file_drop.sheet import FileRefused


def csv_lines(data: bytes, *, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of every line. FileRefused for a wrong encoding or unbalanced quotes."""
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise FileRefused(f"not {encoding} at byte {error.start}: check [file] encoding") from error
    if "\x00" in text:
        raise FileRefused(f"holds NUL characters: no text in {encoding}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for fields in reader:
            yield reader.line_num, fields
    except csv.Error as error:
        raise FileRefused(f"line {reader.line_num}: {error}") from error
