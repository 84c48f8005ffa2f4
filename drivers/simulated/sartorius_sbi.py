"""A simulated Sartorius head: 16 or 22 characters, by itself or for each ESC P."""

import re
from typing import ClassVar

from drivers.simulated.scale import Display


class SimulatedSartoriusSbi:
    """`named`: 22 characters, beginning with what the value is."""

    banner: ClassVar[bytes] = b""
    command: ClassVar[re.Pattern[bytes]] = re.compile(rb"\x1b([^\r\n])(?:\r\n)?")
    repeating: ClassVar[frozenset[bytes]] = frozenset()

    def __init__(self, *, named: bool = True) -> None:
        self._named = named

    def answer(self, command: bytes, display: Display) -> bytes:
        return self.message(display) if command == b"P" else b""

    def message(self, display: Display) -> bytes:
        if not display.valid:
            name, text = "Stat", f"{'H' if display.over else 'L':^14}"
        else:
            name = "N" if display.net else "G"
            sign = "-" if display.shown < 0 else "+"
            unit = "" if display.motion else display.unit
            text = f"{sign}{display.text(abs(display.shown), 9)} {unit:<3}"
        return f"{name:<6}{text}\r\n".encode("ascii") if self._named else f"{text}\r\n".encode("ascii")
