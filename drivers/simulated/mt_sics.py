"""A simulated MT-SICS head: answers S, SI, SIR and @, and introduces itself at power-up."""

import re
from typing import ClassVar

from drivers.simulated.scale import Display


class SimulatedMtSics:
    banner: ClassVar[bytes] = b'I4 A "0123456789"\r\n'
    command: ClassVar[re.Pattern[bytes]] = re.compile(rb"([^\r\n]*)\r\n")
    repeating: ClassVar[frozenset[bytes]] = frozenset({b"SIR"})

    def message(self, display: Display) -> bytes:
        if not display.valid:
            return b"S +\r\n" if display.over else b"S -\r\n"
        status = "D" if display.motion else "S"
        return f"S {status} {display.text(display.shown, 10)} {display.unit}\r\n".encode("ascii")

    def answer(self, command: bytes, display: Display) -> bytes:
        if command == b"@":
            return self.banner
        if command == b"S" and display.motion:
            return b"S I\r\n"
        return self.message(display) if command in (b"S", b"SI", b"SIR") else b"ES\r\n"
