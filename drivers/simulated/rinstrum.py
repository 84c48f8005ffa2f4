"""A simulated Rinstrum head: FMT_1 or FMT_2."""

from typing import ClassVar

from drivers.simulated.scale import Display


class SimulatedRinstrum:
    banner: ClassVar[bytes] = b""

    def __init__(self, form: int = 1) -> None:
        self._form = form

    def message(self, display: Display) -> bytes:
        sign = "-" if display.shown < 0 else " "
        mode = "O" if display.over else "U" if display.under else "N" if display.net else "G"
        weight = sign + display.text(abs(display.shown), 7)
        if self._form == 1:
            status = "M" if display.motion and display.valid else mode
            return f"\x02{weight}{status}\x03".encode("ascii")
        motion, zero = "M" if display.motion else " ", "Z" if display.at_zero else " "
        unit = "" if display.motion else display.unit
        return f"\x02{weight}{mode}{motion}{zero}-{unit:<3}\x03".encode("ascii")
