"""A simulated Systec head: answers <RM>, and <RN> with an ident number that counts up."""

import itertools
import re
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from drivers.checksums import crc16_modbus
from drivers.simulated.scale import Display


class SimulatedSystec:
    """`clock` gives the head's local time. Ident numbers count from 1."""

    banner: ClassVar[bytes] = b""
    command: ClassVar[re.Pattern[bytes]] = re.compile(rb"(<[A-Z]{2}[0-9]?>)")
    repeating: ClassVar[frozenset[bytes]] = frozenset()

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._idents = itertools.count(1)

    def message(self, display: Display) -> bytes:
        return self._record(display, 0)

    def answer(self, command: bytes, display: Display) -> bytes:
        if command == b"<RM>":
            return self._record(display, 0)
        if command not in (b"<RN>", b"<RN1>"):
            return b"<32>\r\n"
        if display.motion:
            return b"<13>\r\n"
        return self._record(display, next(self._idents)) if display.valid else self._record(display, 0)

    def _record(self, display: Display, ident: int) -> bytes:
        if not display.valid:
            return b"<12>\r\n" if display.over else b"<20>\r\n"
        weights = (display.weight, display.tare, display.shown)
        text = (
            f"00{display.motion:d}{display.weight < 0:d}{self._clock():%d.%m.%y%H:%M}{ident:>4}1"
            + "".join(display.text(number, 8) for number in weights)
            + f"{display.unit:<2}{' T' if display.net else '  '}   1"
        )
        data = text.encode("ascii")
        return b"<" + data + f"{crc16_modbus(data):>8}".encode("ascii") + b">\r\n"
