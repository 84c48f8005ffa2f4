"""A simulated Cardinal head: SB-400, SB-200, 738 or 225, by itself or for each ENQ."""

import re
from typing import ClassVar

from drivers.simulated.scale import Display

_FORMS = ("sb400", "sb200", "738", "225")


class SimulatedCardinal:
    banner: ClassVar[bytes] = b""
    command: ClassVar[re.Pattern[bytes]] = re.compile(rb"(\x05)")
    repeating: ClassVar[frozenset[bytes]] = frozenset()

    def __init__(self, form: str = "sb400") -> None:
        if form not in _FORMS:
            raise ValueError(f"form {form!r}; known: {', '.join(_FORMS)}")
        self._form = form

    def answer(self, command: bytes, display: Display) -> bytes:
        return self.message(display)

    def message(self, display: Display) -> bytes:
        sign = "-" if display.shown < 0 or display.under else " "
        size = 7 if display.decimals else 6
        weight = display.text(abs(display.shown), size, zeros=self._form == "sb200")
        mode = "N" if display.net else "G"
        unit = f"{display.unit:>2}"
        out, moving = not display.valid, display.motion
        if self._form == "sb400":
            status = "OC" if out else "MO" if moving else "CZ" if display.at_zero else "  "
            text = f"{sign}{weight}{unit}{mode}{status}\r"
        elif self._form == "225":
            status = "OC" if out else "MO" if moving else "CZ" if display.at_zero else "  "
            text = f"{sign}{weight} {unit.upper()} {mode} {status} \r"
        else:
            status = "o" if out else "m" if moving else " "
            text = f"\r{sign}{weight:.<7}{status}{unit}{mode}\x03"
            if self._form == "738":
                text = f"\r{sign}{weight}{status} {unit} {mode.lower()}  \x03"
        return text.encode("ascii")
