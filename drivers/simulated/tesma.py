"""A simulated Tesma PLUS2 that repeats its last result every second."""

from datetime import datetime

from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line


def message(grain: str, moisture: float | None) -> bytes:
    """Return the 18 bytes of one result. None is sent as dashes, which the manual does not tell."""
    shown = "----" if moisture is None else f"{moisture:4.1f}"
    return b"\x02" + f"{grain[:8]:<8}\r\n{shown}\r\n".encode("latin-1") + b"\x03"


class SimulatedTesma:
    """`measure` puts in a sample, `send_one` is one second's message; `log` holds one entry a sample."""

    def __init__(self, line: Line) -> None:
        self.log = EmissionLog()
        self._line = line
        self._result: tuple[str, float | None] | None = None
        self._is_logged = True

    def measure(self, grain: str, moisture: float | None) -> None:
        self._result, self._is_logged = (grain, moisture), False

    def send_one(self, at: datetime) -> bool:
        """Send nothing before the first sample. False says that nobody hears it."""
        if self._result is None:
            return False
        data = message(*self._result)
        carried = self._line.write(data)
        if carried and not self._is_logged:
            self._is_logged = True
            self.log.add(Emission(at, data, {"moisture": self._result[1]}))
        return carried
