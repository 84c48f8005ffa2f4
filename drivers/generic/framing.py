"""The section [framing] of a profile: where a message begins and ends.

end = "line"        LF, CR, LF CR or CR LF, whichever comes; or a marker such as "<ETX>"
start = "<STX>"     a marker
length = 18         bytes in all, markers included
trailer = 1         of all bytes, how many follow the end marker and may be any (a checksum)
gap_ms = 150        silence that ends a message
limit = 512         a longer message is noise
"""

from dataclasses import dataclass

from drivers.framing import Framer, LineFramer
from drivers.generic.controls import control_bytes
from drivers.generic.framers import GapFramer, MarkedFramer
from drivers.generic.tables import Table

LONGEST = 16_384
_LINE = "line"


@dataclass(frozen=True, slots=True)
class Framing:
    start: bytes
    end: bytes
    by_line: bool
    length: int | None
    trailer: int
    gap_s: float | None
    limit: int

    def framer(self) -> Framer:
        if self.by_line:
            return LineFramer(self.limit)
        if not self.start and not self.end:
            return GapFramer(self.gap_s or 0.0, length=self.length, limit=self.limit)
        return MarkedFramer(
            self.start,
            self.end,
            length=self.length,
            trailer=self.trailer,
            limit=self.limit,
            hold_s=self.gap_s or 0.2,
        )

    def counted_part(self, message: bytes) -> bytes:
        """Return what positions count in: all of the message, or a line without its end."""
        return message.strip(b"\r\n") if self.by_line else message

    def body(self, message: bytes) -> tuple[int, int]:
        """Return where in `counted_part` the text stands, without the markers."""
        stop = len(message) - self.trailer - len(self.end)
        return len(self.start), max(stop, len(self.start))


def read_framing(table: Table) -> Framing:
    """Raise SettingError where the keys do not make one of the framings told above."""
    by_line = table.has("end") and table.text("end") == _LINE
    framing = Framing(
        start=_marker(table, "start"),
        end=b"" if by_line else _marker(table, "end"),
        by_line=by_line,
        length=table.whole("length", 1, LONGEST) if table.has("length") else None,
        trailer=table.whole("trailer", 0, 16, 0),
        gap_s=table.whole("gap_ms", 5, 1500) / 1000 if table.has("gap_ms") else None,
        limit=table.whole("limit", 1, LONGEST, 512),
    )
    table.refuse_unread()
    _refuse_contradictions(table, framing)
    return framing


def _refuse_contradictions(table: Table, framing: Framing) -> None:
    if framing.by_line and (framing.start or framing.length is not None or framing.gap_s is not None):
        raise table.error("end", 'a "line" needs neither start, length nor gap_ms')
    if not (framing.by_line or framing.start or framing.end or framing.gap_s):
        raise table.error("end", "is missing: give an end, a start or gap_ms")
    if framing.start and framing.start == framing.end:
        raise table.error("end", "is the same as start: give the start only")
    if framing.trailer and not framing.end and not (framing.start and framing.length):
        raise table.error("trailer", "needs an end marker before it, or a start and a length")
    if framing.length is None:
        return
    if not framing.start and framing.gap_s is None:
        raise table.error("length", "needs a start marker or gap_ms, else a lost byte shifts all messages")
    if framing.length > framing.limit:
        raise table.error("length", f"is more than the limit of {framing.limit}")
    if framing.length <= len(framing.start) + len(framing.end) + framing.trailer:
        raise table.error("length", "counts the markers and the trailer in and must leave room")
    if framing.end and not framing.start:
        raise table.error("length", "with an end marker needs a start marker too")


def _marker(table: Table, key: str) -> bytes:
    if not table.has(key):
        return b""
    text = table.text(key)
    try:
        marker = control_bytes(text)
    except ValueError as error:
        raise table.error(key, str(error)) from error
    if not 1 <= len(marker) <= 64:
        raise table.error(key, "must be 1 to 64 bytes")
    return marker
