"""The section [checksum] of a profile: a message whose checksum is wrong never yields a value.

kind = "xor"           xor sum8 sum16 twos7 twos8 crc16-modbus     drivers/checksums.py
from = 2               the first byte that it covers
to = -4                the last one; without it the byte before the checksum
at = -3                where its own first byte stands
written = "hex_upper"  as hex digits; or "hex_lower", "decimal" (blanks or zeros before it), "byte"
width = 8              decimal: how many characters; without it 3, or 5 for 16 bits
order = "low_first"    which of the two bytes of 16 bits comes first ("high_first"); not for decimal

Positions are those of bytes in the whole message, markers and trailer counted in, but not the line end of
a message that is a line: 1 is the first byte, -1 the last one. What [extract] sees is the text without
the checksum.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers import checksums
from drivers.generic.tables import Table

KINDS: Mapping[str, tuple[Callable[[bytes], int], int]] = {
    "xor": (checksums.xor, 1),
    "sum8": (checksums.sum8, 1),
    "sum16": (checksums.sum16, 2),
    "twos7": (checksums.twos7, 1),
    "twos8": (checksums.twos8, 1),
    "crc16-modbus": (checksums.crc16_modbus, 2),
}
_WRITTEN = ("byte", "hex_upper", "hex_lower", "decimal")
_FURTHEST = 16_384
_DECIMAL = re.compile(rb" *([0-9]+)")
_LOW7 = bytes(b & 0x7F for b in range(256))


class WrongChecksum(ValueError):
    """The message is what it is, but its checksum is not; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """`first`, `last` and `at` are as a profile has them; without `last` it is the byte before the
    checksum."""

    compute: Callable[[bytes], int]
    bytes_of_it: int
    first: int
    last: int | None
    at: int
    written: str
    width: int
    low_first: bool
    seven_bits: bool

    def span(self, size: int) -> tuple[int, int]:
        """Return where it stands in a message of `size` bytes. WrongChecksum says that there is no room for
        it."""
        start = _index(self.at, size)
        if not 0 <= start <= size - self.width:
            raise WrongChecksum("too short for its checksum")
        return start, start + self.width

    def check(self, message: bytes) -> None:
        """Raise WrongChecksum when it is not that of `message`."""
        start, stop = self.span(len(message))
        sent, number = message[start:stop], self._number(message)
        if self.written == "decimal":
            found = _DECIMAL.fullmatch(sent)
            right = found is not None and int(found[1]) == number
        else:
            right = sent == self._text(number)
        if not right:
            raise WrongChecksum("wrong checksum")

    def seal(self, message: bytes) -> bytes:
        """Return `message` with the right checksum in its place."""
        start, stop = self.span(len(message))
        return message[:start] + self._text(self._number(message)) + message[stop:]

    def _number(self, message: bytes) -> int:
        start, stop = self.span(len(message))
        first = _index(self.first, len(message))
        end = start if self.last is None else _index(self.last, len(message)) + 1
        if not 0 <= first < end <= len(message) or (first < stop and start < end):
            raise WrongChecksum("too short for what its checksum covers")
        return self.compute(message[first:end])

    def _text(self, number: int) -> bytes:
        if self.written == "decimal":
            return str(number).rjust(self.width).encode()
        raw = number.to_bytes(self.bytes_of_it, "little" if self.low_first else "big")
        if self.written == "byte":
            return raw.translate(_LOW7) if self.seven_bits else raw
        return (raw.hex().upper() if self.written == "hex_upper" else raw.hex()).encode()


def read_checksum(table: Table, *, by_line: bool, seven_bits: bool) -> Checksum:
    """SettingError names the key. `by_line`: the message is a line, `seven_bits`: without its parity."""
    if table.text("kind") == "lrc":
        raise table.error("kind", "manuals say lrc of two sums: write xor (ISO 1155) or twos8 (Modbus ASCII)")
    compute, size = KINDS[table.choice("kind", tuple(KINDS))]
    written = table.choice("written", _WRITTEN)
    if written == "byte" and by_line:
        raise table.error("written", "a byte may look like a line end: give [framing] an end and a trailer")
    checksum = Checksum(
        compute=compute,
        bytes_of_it=size,
        first=_position(table, "from"),
        last=_position(table, "to") if table.has("to") else None,
        at=_position(table, "at"),
        written=written,
        width=_width(table, written, size),
        low_first=_low_first(table, written, size),
        seven_bits=seven_bits,
    )
    table.refuse_unread()
    _refuse_overlap(table, checksum)
    return checksum


def _position(table: Table, key: str) -> int:
    position = table.whole(key, -_FURTHEST, _FURTHEST)
    if position == 0:
        raise table.error(key, "counts from 1, or from -1 at the end of the message: there is no 0")
    return position


def _width(table: Table, written: str, size: int) -> int:
    if written == "decimal":
        digits = 3 if size == 1 else 5
        return table.whole("width", digits, 16, digits)
    if table.has("width"):
        raise table.error("width", "is for a decimal checksum")
    return size if written == "byte" else 2 * size


def _low_first(table: Table, written: str, size: int) -> bool:
    if size == 1 or written == "decimal":
        if table.has("order"):
            raise table.error("order", "means nothing for one byte, nor for decimal digits")
        return False
    return table.choice("order", ("low_first", "high_first")) == "low_first"


def _refuse_overlap(table: Table, checksum: Checksum) -> None:
    """Refuse what the positions show to overlap without a message."""
    first, last, at = checksum.first, checksum.last, checksum.at
    if at < 0 and -at < checksum.width:
        raise table.error("at", f"leaves no room for {checksum.width} characters")
    if last is None:
        if (first < 0) == (at < 0) and first >= at:
            raise table.error("from", "stands behind the checksum: give to as well")
    elif (first < 0) == (last < 0):
        if first > last:
            raise table.error("to", "stands before from")
        if (first < 0) == (at < 0) and first < at + checksum.width and at <= last:
            raise table.error("to", "the checksum would cover itself")


def _index(position: int, size: int) -> int:
    return position - 1 if position > 0 else size + position
