"""A simulated SMA head: answers W, R (again and again), M (tare) and A (about)."""

import re
from typing import ClassVar

from drivers.simulated.scale import Display


class SimulatedSma:
    banner: ClassVar[bytes] = b""
    command: ClassVar[re.Pattern[bytes]] = re.compile(rb"\n([^\r\n]*)\r")
    repeating: ClassVar[frozenset[bytes]] = frozenset({b"R"})

    def message(self, display: Display) -> bytes:
        status = "O" if display.over else "U" if display.under else "Z" if display.at_zero else " "
        return self._line(display, status, "N" if display.net else "G", display.shown)

    def answer(self, command: bytes, display: Display) -> bytes:
        if command == b"M":
            return self._line(display, " ", "T", display.tare)
        if command == b"A":
            return b"\nSMA:2/1.0\r"
        return self.message(display) if command in (b"W", b"R") else b"\n?\r"

    def _line(self, display: Display, status: str, mode: str, number: float) -> bytes:
        motion = "M" if display.motion else " "
        weight = display.text(number, 10)
        return f"\n{status}1{mode}{motion} {weight}{display.unit:<3}\r".encode("ascii")
