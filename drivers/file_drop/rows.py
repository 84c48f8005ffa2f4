"""A file as frames: one JSON object per row, which holds all that is read of the row.

    {"cells": {"id": "S000123", "moisture": "13.1"}, "file": "<sha256>", "row": 7}
    {"file": "<sha256>", "problem": "8 fields instead of 9", "row": 8}
    {"file": "<sha256>", "problem": "not a workbook (.xlsx), or only half of one"}     the whole file

The file itself is kept in done/ or rejected/; `file` tells which one it was, byte for byte.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from drivers.file_drop.profile import FileShape
from drivers.file_drop.sheet import MOST_ROWS, FileRefused
from drivers.framing import NoiseKeeper
from drivers.reading import Frame

LARGEST = 32_000_000


def frames_of_file(shape: FileShape, data: bytes, at: datetime) -> list[Frame]:
    """Every row, or one frame with the problem of the whole file: half a file is no file."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        rows = _rows(shape, data)
    except FileRefused as error:
        rows = [{"problem": str(error)}]
    return [
        Frame(json.dumps({"file": digest, **row}, ensure_ascii=False, sort_keys=True).encode(), at)
        for row in rows
    ]


def _rows(shape: FileShape, data: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for row in shape.rows(data):
        content = {"problem": row.problem} if row.problem else {"cells": dict(row.fields)}
        rows.append({"row": row.number, **content})
        if len(rows) > MOST_ROWS:
            raise FileRefused(f"more than {MOST_ROWS} rows")
    if not rows:
        raise FileRefused("no result in it")
    return rows


class FileFramer(NoiseKeeper):
    """For a recording, which is the file itself: complete at its end."""

    hold_s = 1.0
    waiting = False

    def __init__(self, shape: FileShape) -> None:
        super().__init__()
        self._shape = shape

    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        if len(self._buffer) > LARGEST:
            self.drop()
        return []

    def idle(self, at: datetime) -> list[Frame]:
        return []

    def finish(self, at: datetime) -> list[Frame]:
        data = bytes(self._buffer)
        self._buffer.clear()
        return frames_of_file(self._shape, data, at)
