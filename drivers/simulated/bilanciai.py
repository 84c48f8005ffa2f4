"""A simulated Bilanciai head: the Cb string or the extended one."""

from typing import ClassVar

from drivers.simulated.scale import Display


class SimulatedBilanciai:
    """`extended` chooses the string. Cb has no sign and no point: what it cannot show it marks invalid."""

    banner: ClassVar[bytes] = b""

    def __init__(self, *, extended: bool = True, parity: bool = False) -> None:
        self._extended, self._parity = extended, parity

    def message(self, display: Display) -> bytes:
        text = self._long(display) if self._extended else self._short(display)
        data = text.encode("ascii")
        return bytes(byte | byte.bit_count() % 2 << 7 for byte in data) if self._parity else data

    @staticmethod
    def _short(display: Display) -> str:
        fits = display.valid and 0 <= display.shown <= 99_999
        status = ("1" if display.motion else "0") if fits else "3"
        return f"${status}{round(display.shown) if fits else 0:05d}\r"

    @staticmethod
    def _long(display: Display) -> str:
        first = display.at_zero << 3
        second = (not display.motion) << 1 | (not display.valid) << 2
        third = display.print_pressed << 3
        status = f"{first:X}{second:X}{third:X}0"
        weights = f"{display.text(display.shown, 9)} {display.text(display.tare, 9)}"
        return f"${weights} {display.unit:<2} {status}\r\n"
