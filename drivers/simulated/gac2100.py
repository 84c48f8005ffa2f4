"""A simulated GAC 2100 that prints CSV01 records, one per test."""

from datetime import datetime

from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line


def record(
    sample_id: str,
    moisture: float | None,
    test_weight: float | None,
    temperature: float | None,
    product: str,
    at: datetime,
    *,
    serial: str = "0000-00000",
    calibration: str = "070815",
    date_order: str = "dmy",
) -> bytes:
    """Return the 15 fields without a line end. None is printed as dashes; one decimal as the instrument does.

    The raw numbers D3 and D4 and field 7 follow the relations seen in the two known records.
    """
    date = at.strftime("%d/%m/%y" if date_order == "dmy" else "%m/%d/%y")
    warm = temperature if temperature is not None else 20.0
    second = warm - 1.4
    fields = [
        sample_id or " ",
        date,
        at.strftime("%H:%M:%S"),
        _tenths(moisture),
        _tenths(test_weight),
        _tenths(temperature),
        _tenths(second),
        _tenths(0.6 * warm + 0.4 * second),
        product,
        f"S/N: {serial}",
        f"{2:>2}",
        f"{round(500 + 33 * (moisture or 0.0)):>4}",
        f"{round((test_weight or 0.0) / 0.03067):>4}",
        f"{round(warm * 10):>4}",
        calibration,
    ]
    return ",".join(fields).encode("latin-1")


def control_record(at: datetime, *, serial: str = "0000-00000") -> bytes:
    """Return the second record of a test, which holds no result. Its real content is not known: only that it
    has another number of fields."""
    return f"C,{at:%d/%m/%y,%H:%M:%S},S/N: {serial}, 1, 0".encode("latin-1")


class SimulatedGac2100:
    """Prints on `line`; `log` holds every result record that was printed, reprints included."""

    def __init__(
        self,
        line: Line,
        *,
        terminator: bytes = b"\r\n",
        serial: str = "0000-00000",
        calibration: str = "070815",
        date_order: str = "dmy",
    ) -> None:
        self.log = EmissionLog()
        self._line = line
        self._terminator = terminator
        self._serial, self._calibration, self._date_order = serial, calibration, date_order
        self._last: Emission | None = None

    def print_record(
        self,
        sample_id: str,
        moisture: float | None,
        test_weight: float | None,
        temperature: float | None,
        product: str,
        at: datetime,
        *,
        cut: int | None = None,
    ) -> Emission:
        """Print one test result. `cut` sends only so many bytes of it, as a pulled cable does."""
        data = record(
            sample_id,
            moisture,
            test_weight,
            temperature,
            product,
            at,
            serial=self._serial,
            calibration=self._calibration,
            date_order=self._date_order,
        )
        data += self._terminator
        values = {"moisture": moisture, "test_weight": test_weight, "temperature": temperature}
        carried = self._line.write(data[:cut])
        self._last = Emission(at, data, values, sample_id or None, intact=cut is None, carried=carried)
        return self.log.add(self._last)

    def reprint(self) -> Emission | None:
        """Send the same bytes once more: the operator presses print again."""
        if self._last is None:
            return None
        carried = self._line.write(self._last.data)
        last = self._last
        return self.log.add(Emission(last.at, last.data, last.values, last.sample_id, carried=carried))

    def print_control_record(self, at: datetime) -> None:
        self._line.write(control_record(at, serial=self._serial) + self._terminator)


def _tenths(number: float | None) -> str:
    return "----" if number is None else f"{number:.1f}"
