"""A simulated NCI SCP-01 head: answers W with weight and status, in motion and out of range status only."""

import re
from typing import ClassVar

from drivers.simulated.scale import Display


class SimulatedNciScp01:
    """`parity`: bit 7 is even parity, as a 7E1 line read as 8 data bits shows it."""

    banner: ClassVar[bytes] = b""
    command: ClassVar[re.Pattern[bytes]] = re.compile(rb"([^\r\n]*)\r")
    repeating: ClassVar[frozenset[bytes]] = frozenset()

    def __init__(self, *, parity: bool = False) -> None:
        self._parity = parity

    def message(self, display: Display) -> bytes:
        return self.answer(b"W", display)

    def answer(self, command: bytes, display: Display) -> bytes:
        data = self._answer(command, display)
        return bytes(byte | byte.bit_count() % 2 << 7 for byte in data) if self._parity else data

    def _answer(self, command: bytes, display: Display) -> bytes:
        if command not in (b"W", b"S"):
            return b"\n?\r\x03"
        status = b"\n" + self._status(display) + b"\r\x03"
        if command == b"S" or display.motion or not display.valid:
            return status
        weight = display.text(display.shown, 6, zeros=True)
        return f"\n{weight}{display.unit.upper():>2}\r".encode("ascii") + status

    @staticmethod
    def _status(display: Display) -> bytes:
        first = 0x30 | display.motion | display.at_zero << 1
        second = 0x30 | display.under | display.over << 1
        return bytes((first, second | 0x40, 0x34)) if display.net else bytes((first, second))
