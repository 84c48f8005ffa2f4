"""A copy of the ledger while the station runs, for who holds the admin token."""

import os
import shutil
from collections.abc import Iterator
from typing import Any, BinaryIO

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from station.api.asked import Asked, Inquiry
from station.api.openapi import problems
from station.api.problems import ApiFault, Rejected

router = APIRouter(prefix="/admin", tags=["admin"])

MEDIA_TYPE = "application/vnd.sqlite3"
CHUNK = 1 << 20
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The ledger as one SQLite file.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/backup", response_class=StreamingResponse, responses={**_BYTES, **problems(507)})
def back_up(asked: Asked) -> StreamingResponse:
    """The ledger as it is at this moment; photos, frames and models are not in it."""
    _check_room(asked)
    copy = asked.desk.ledger.copy()
    headers = {"Content-Length": str(os.fstat(copy.fileno()).st_size)}
    return StreamingResponse(_chunks(copy), media_type=MEDIA_TYPE, headers=headers)


def _check_room(asked: Inquiry) -> None:
    """The copy lies on the data folder's disk until it is sent; a truck never waits for its room."""
    ledger, mb = asked.desk.ledger, 1_000_000
    size_mb = ledger.file.stat().st_size // mb + 1
    needed_mb = size_mb + asked.context.limits.min_free_mb_uploads
    free_mb = shutil.disk_usage(ledger.folder).free // mb
    if free_mb < needed_mb:
        raise Rejected(507, ApiFault.NO_ROOM_FOR_COPY, free_mb=free_mb, needed_mb=needed_mb)


def _chunks(copy: BinaryIO) -> Iterator[bytes]:
    with copy:
        while data := copy.read(CHUNK):
            yield data
