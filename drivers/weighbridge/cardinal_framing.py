"""Cuts a Cardinal stream, where CR ends one format and begins two others.

    SB-400   body CR            SB-200, 738   CR body ETX

A message ends with ETX, or with the CR after a body; a CR before any body belongs to what follows.
So no format need be known beforehand, and a byte that was lost spoils at most two messages.
"""

import re
from datetime import datetime

from drivers.framing import NoiseKeeper
from drivers.reading import Frame

_MESSAGE = re.compile(rb"\r*[^\r\x03]+[\r\x03]|\r*\x03")
_LIMIT = 64


class CardinalFramer(NoiseKeeper):
    def feed(self, data: bytes, at: datetime) -> list[Frame]:
        self._buffer += data
        frames: list[Frame] = []
        done = 0
        while match := _MESSAGE.match(self._buffer, done):
            done = match.end()
            frames += self._message(match.group(), at)
        del self._buffer[:done]
        self._discard(len(self._buffer) - _LIMIT)
        return frames

    def _message(self, data: bytes, at: datetime) -> list[Frame]:
        if len(data) > _LIMIT or len(data.strip(b"\r\n\x03")) == 0:
            self._reject(data)
            return []
        self._close_run()
        return [Frame(data, at)]
