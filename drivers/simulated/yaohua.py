"""A simulated Yaohua XK3190: the three continuous modes, or the A12 text."""

from typing import ClassVar

from drivers.checksums import xor
from drivers.simulated.scale import Display

_MODES = ("tf0", "tf1", "tf2", "a12")


class SimulatedYaohua:
    """`mode` is tf0, tf1, tf2 or a12. How the first three look out of range is not known: nothing is sent."""

    banner: ClassVar[bytes] = b""

    def __init__(self, mode: str = "tf0") -> None:
        if mode not in _MODES:
            raise ValueError(f"mode {mode!r}; known: {', '.join(_MODES)}")
        self._mode = mode

    def message(self, display: Display) -> bytes:
        if self._mode == "a12":
            return self._a12(display)
        if not display.valid:
            return b""
        minus = display.shown < 0
        if self._mode == "tf0":
            digits = round(abs(display.shown) * 10**display.decimals)
            data = f"{'-' if minus else '+'}{digits:06d}{display.decimals}".encode("ascii")
            return b"\x02" + data + _check(data) + b"\x03"
        digits_and_point = display.text(abs(display.shown), 7, zeros=True)
        sign = "-" if minus else "0"
        if self._mode == "tf1":
            return f"={digits_and_point[::-1]}{sign}".encode("ascii")
        return f"={sign}{digits_and_point}".encode("ascii")

    @staticmethod
    def _a12(display: Display) -> bytes:
        if not display.valid:
            return b"         OL23\r\n" if display.over else b"         LO23\r\n"
        size = 7 if display.decimals else 6
        weight = display.text(display.shown, size, zeros=True)
        data = f"W{'N' if display.net else 'G'}{weight:<7}{display.unit:<2}".encode("ascii")
        return data + _check(data) + b"\r\n"


def _check(data: bytes) -> bytes:
    return b"%02X" % xor(data)
