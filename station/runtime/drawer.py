"""Draws on photos what models saw, on demand: each in a short-lived process of its own, one at a time, few
wait, none for long. The process that answers over HTTP decodes no photo."""

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from station.acts.refusals import Conflict, Fault, NotFound
from station.store.blobs import BlobFault, Blobs
from station.vision.wire import LENGTHS, PipeError, encode, lengths, parse_header

MOST_WAITING = 4  # the one that is drawn among them
WAIT_S = DRAW_S = 10.0
COMMAND = (sys.executable, "-m", "station.vision.drawing")

log = structlog.get_logger(__name__)


class Drawer:
    def __init__(self, photos: Blobs, *, command: Sequence[str] = COMMAND, draw_s: float = DRAW_S) -> None:
        self._photos = photos
        self._command = command
        self._draw_s = draw_s
        self._room = threading.BoundedSemaphore(MOST_WAITING)
        self._turn = threading.Lock()

    def draw(
        self,
        photo: str,
        seen: Mapping[str, Any],
        words: Mapping[str, str],
        title: str,
        reasons: Sequence[str],
    ) -> bytes:
        """A JPEG picture. Raises NotFound(photo_lost), Conflict(drawing_busy, drawing_failed)."""
        try:
            data = self._photos.read(photo)
        except BlobFault:
            raise NotFound(Fault.PHOTO_LOST, sha256=photo) from None
        header = {"inspection": seen, "words": words, "title": title, "reasons": list(reasons)}
        request = encode(header, data)
        if not self._room.acquire(blocking=False):
            raise Conflict(Fault.DRAWING_BUSY)
        try:
            if not self._turn.acquire(timeout=WAIT_S):
                raise Conflict(Fault.DRAWING_BUSY)
            try:
                return self._ask(request)
            finally:
                self._turn.release()
        finally:
            self._room.release()

    def _ask(self, request: bytes) -> bytes:
        """What the worker answers; it is killed where it takes too long."""
        try:
            done = subprocess.run(
                self._command, input=request, stdout=subprocess.PIPE, timeout=self._draw_s, check=True
            )
            header, body = _message(done.stdout)
        except (subprocess.SubprocessError, OSError, PipeError) as error:
            log.warning("drawing_failed", error=str(error))
            raise Conflict(Fault.DRAWING_FAILED) from None
        if not header.get("drawn"):
            log.warning("drawing_failed", error=str(header.get("failed")))
            raise Conflict(Fault.DRAWING_FAILED)
        return body


def _message(answer: bytes) -> tuple[dict[str, Any], bytes]:
    """Raises PipeError where it is none."""
    if len(answer) < LENGTHS.size:
        raise PipeError("the worker gave no answer")
    head, body = lengths(answer[: LENGTHS.size])
    rest = answer[LENGTHS.size :]
    if len(rest) != head + body:
        raise PipeError("the worker's answer is cut off")
    return parse_header(rest[:head]), rest[head:]
