"""A simulated Dini Argeo head: standard, AF or REXT strings, and sealed weighings for PID."""

import itertools
import re
from typing import ClassVar

from drivers.simulated.scale import Display

_FORMS = ("standard", "af", "rext")


class SimulatedDiniArgeo:
    """`form` is standard, af or rext; `address` has two digits on RS-485. Weighing numbers count from 1."""

    banner: ClassVar[bytes] = b""
    command: ClassVar[re.Pattern[bytes]] = re.compile(rb"([^\r\n]*)\r\n")
    repeating: ClassVar[frozenset[bytes]] = frozenset()

    def __init__(self, form: str = "standard", *, address: str = "") -> None:
        if form not in _FORMS:
            raise ValueError(f"form {form!r}; known: {', '.join(_FORMS)}")
        self._form, self._address = form, address
        self._numbers = itertools.count(1)

    def message(self, display: Display) -> bytes:
        return self._string(self._form, display)

    def answer(self, command: bytes, display: Display) -> bytes:
        if command == b"PID":
            return self.seal(display)
        forms = {b"READ": "standard", b"R": "standard", b"REXT": "rext"}
        return self._string(forms[command], display) if command in forms else b"ERR04\r\n"

    def seal(self, display: Display) -> bytes:
        """Return a weighing kept in the alibi memory, where it stands still and is not negative."""
        sealed = display.valid and not display.motion and display.weight >= 0
        number = f"00000-{next(self._numbers):06d}" if sealed else "NO"
        return self._line(f"PID{self._af(display)},{number}")

    def _string(self, form: str, display: Display) -> bytes:
        status, unit, net = _status(display), display.unit, display.text(display.shown, 10)
        if form == "standard":
            mode = "NT" if display.net else "GS"
            return self._line(f"{status},{mode},{net[-8:]},{unit:<2}")
        if form == "af":
            return self._line(self._af(display))
        tare = display.text(display.tare, 10)
        return self._line(f"1,{status},{net},  {tare},{0:>10},{unit:<2}")

    @staticmethod
    def _af(display: Display) -> str:
        unit = f"{display.unit:<2}"
        gross, tare = display.text(display.weight, 10), display.text(display.tare, 10)
        return f"{_status(display)},1,{gross}{unit},  {tare}{unit}"

    def _line(self, text: str) -> bytes:
        return f"{self._address}{text}\r\n".encode("ascii")


def _status(display: Display) -> str:
    if not display.valid:
        return "OL" if display.over else "UL"
    return "US" if display.motion else "ST"
