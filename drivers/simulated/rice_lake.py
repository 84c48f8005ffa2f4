"""A simulated Rice Lake stream."""

from typing import ClassVar

from drivers.simulated.scale import Display

_UNITS = {"lb": "L", "kg": "K", "g": "G", "oz": "O"}


class SimulatedRiceLake:
    banner: ClassVar[bytes] = b""

    def __init__(self, *, terminator: bytes = b"\r\n") -> None:
        self._terminator = terminator

    def message(self, display: Display) -> bytes:
        mode = "N" if display.net else "G"
        text = f"\x02{self._weight(display)}{_UNITS[display.unit]}{mode}{self._status(display)}"
        return text.encode("ascii") + self._terminator

    @staticmethod
    def _weight(display: Display) -> str:
        """Return polarity and seven characters."""
        if not display.valid:
            return ("^" if display.over else "]") * 8
        polarity = "-" if display.shown < 0 else " "
        return polarity + display.text(abs(display.shown), 7)

    @staticmethod
    def _status(display: Display) -> str:
        if not display.valid:
            return "O"
        return "M" if display.motion else "Z" if display.at_zero else " "
