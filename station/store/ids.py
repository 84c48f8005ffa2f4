"""Identifiers are UUID version 7 (RFC 9562), made where the thing happens, sorting by time of making."""

import os
import re
import threading
from datetime import datetime
from uuid import UUID

_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

_lock = threading.Lock()
_last = 0


def is_identifier(text: object) -> bool:
    """Say whether this is an identifier as `new_id` makes it, of whatever machine."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None


def new_id(at: datetime) -> str:
    """Return 36 characters: 48 bits of milliseconds of `at`, then random bits.

    Within one process each identifier sorts after the one before, also in the same millisecond."""
    global _last  # noqa: PLW0603  the one thing that RFC 9562's monotonic method must remember
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    random = int.from_bytes(os.urandom(10), "big") & ((1 << 74) - 1)
    with _lock:
        value = milliseconds << 74 | random
        if value <= _last:
            value = _last + 1 + (random & 0xFFFFFFFF)
        _last = value
    head, tail = value >> 62, value & ((1 << 62) - 1)
    return str(UUID(int=(head >> 12) << 80 | 0x7 << 76 | (head & 0xFFF) << 64 | 0b10 << 62 | tail))
