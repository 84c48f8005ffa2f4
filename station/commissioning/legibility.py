"""Tell from bytes alone whether a serial line is read with its own settings.

With a wrong speed or parity bytes are no text, and no two messages look alike. With the right ones they are
text for the most part, and a device says the same again with other digits.
"""

import re
from collections import Counter
from dataclasses import dataclass

READABLE = 0.9
REPEATED = 0.6
MESSAGES = 3
_MOST = 4096
_SUM = 2  # so few bytes alone are a sum behind a message
_TEXT = bytes([0x02, 0x03, 0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_SEPARATORS = re.compile(rb"[\r\n\x02\x03\x04]+")
_NUMBER = re.compile(rb" *[-+]?[0-9][0-9 .,]*")
# What a port with parity hands over in place of a byte that does not agree with it.
_WRONG_PARITY = re.compile(rb"\xff\x00.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Legibility:
    """`readable` is the share of bytes that are text; `alike` of `messages` look like another one, digits
    apart."""

    readable: float
    alike: int
    messages: int

    @property
    def repeated(self) -> float:
        return self.alike / self.messages if self.messages else 0.0

    @property
    def score(self) -> float:
        return self.readable * (0.5 + 0.5 * self.repeated)

    @property
    def is_clear(self) -> bool:
        """The settings are right, whether or not anybody knows what the bytes mean."""
        return self.readable >= READABLE and self.alike >= MESSAGES and self.repeated >= REPEATED


def legibility_of(data: bytes) -> Legibility:
    """The first and the last message are left out where there are more: they may be halves."""
    data = _WRONG_PARITY.sub(b"\xff", data[-_MOST:])
    readable = sum(byte in _TEXT for byte in data) / len(data) if data else 0.0
    parts = [part for part in _SEPARATORS.split(data) if part]
    parts = [part for part in parts if len(part) > _SUM] or parts
    if len(parts) > 3:
        parts = parts[1:-1]
    shapes = Counter(shape_of(part) for part in parts)
    alike = sum(count for count in shapes.values() if count > 1)
    if len(parts) == 1:
        return _of_one_run(readable, parts[0])
    return Legibility(readable, alike, len(parts))


def shape_of(message: bytes) -> bytes:
    """Returns the message with every number as a 9: what it looks like, whatever the weight."""
    return _NUMBER.sub(b"9", message)


def _of_one_run(readable: float, run: bytes) -> Legibility:
    """Without any mark between messages, what stands between numbers repeats itself."""
    between = Counter(text for text in _NUMBER.split(run)[1:-1])
    return Legibility(readable, sum(count for count in between.values() if count > 1), sum(between.values()))
