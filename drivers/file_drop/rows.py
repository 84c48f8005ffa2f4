"""A file as frames: one JSON object per row or sample, which holds all that is read of it.

    {"cells": {"id": "S000123", "moisture": "13.1"}, "file": "<sha256>", "row": 7}
    {"file": "<sha256>", "problem": "8 fields instead of 9", "row": 8}
    {"file": "<sha256>", "replicates": [{...}, {...}], "row": 4, "rows": [4, 7]}      rows of one sample
    {"file": "<sha256>", "problem": "not a workbook (.xlsx), or only half of one"}     the whole file

The file itself is kept in done/ or rejected/; `file` tells which one it was, byte for byte.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from drivers.file_drop.profile import FileShape
from drivers.file_drop.samples import FileSample, Grouping
from drivers.file_drop.sheet import MOST_ROWS, FileRefused, Row
from drivers.framing import NoiseKeeper
from drivers.reading import Frame

LARGEST = 32_000_000


def frames_of_file(
    shape: FileShape, data: bytes, at: datetime, grouping: Grouping | None = None
) -> list[Frame]:
    """Return every row or sample, or one frame with the problem of the whole file: half a file is no file."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        found = _contents(_limit_rows(shape.rows(data)), grouping)
    except FileRefused as error:
        found = [{"problem": str(error)}]
    return [
        Frame(json.dumps({"file": digest, **one}, ensure_ascii=False, sort_keys=True).encode(), at)
        for one in found
    ]


def _contents(rows: Iterator[Row], grouping: Grouping | None) -> list[dict[str, Any]]:
    found = (
        [_sample_content(one) for one in grouping.samples(rows)]
        if grouping
        else [_row_content(one) for one in rows]
    )
    if not found:
        raise FileRefused("no result in it")
    return found


def _limit_rows(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise FileRefused(f"more than {MOST_ROWS} rows")
        yield row


def _row_content(row: Row) -> dict[str, Any]:
    content = {"problem": row.problem} if row.problem else {"cells": dict(row.fields)}
    return {"row": row.number, **content}


def _sample_content(sample: FileSample) -> dict[str, Any]:
    times = {"replicates": [dict(fields) for fields in sample.replicates]}
    content = {"problem": sample.problem} if sample.problem else times
    again = {"again": sample.earlier} if sample.earlier else {}
    return {"row": sample.rows[0], "rows": list(sample.rows), **content, **again}


class FileFramer(NoiseKeeper):
    """Reads a recording, which is the file itself and complete at its end."""

    hold_s = 1.0

    def __init__(self, shape: FileShape, grouping: Grouping | None = None) -> None:
        super().__init__()
        self._shape, self._grouping = shape, grouping

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        if len(self._buffer) > LARGEST:
            self.drop()
        return []

    def finish(self, at: datetime) -> list[Frame]:
        data = bytes(self._buffer)
        self._buffer.clear()
        return frames_of_file(self._shape, data, at, self._grouping)
