"""Draws on photos what models saw, on demand."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from station.acts.refusals import Fault, NotFound
from station.runtime.errands import LIMIT_S, Errands
from station.store.blobs import BlobFault, Blobs

COMMAND = (sys.executable, "-m", "station.vision.drawing")


class Drawer:
    def __init__(self, photos: Blobs, *, command: Sequence[str] = COMMAND, draw_s: float = LIMIT_S) -> None:
        self._photos = photos
        self._errands = Errands(command, busy=Fault.DRAWING_BUSY, failed=Fault.DRAWING_FAILED, limit_s=draw_s)

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
        _, picture = self._errands.run(header, data)
        return picture
