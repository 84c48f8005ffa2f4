"""A simulated GAC 500XT that prints tickets."""

from datetime import datetime

from drivers.simulated.emission import Emission, EmissionLog
from drivers.simulated.line import Line


def ticket(
    moisture: float | None,
    test_weight_lb_bu: float | None,
    temperature_f: float | None,
    product: str,
    *,
    serial: str = "50960",
    calibration: str = "070327N",
) -> bytes:
    """Return the ticket's lines, each with CR LF. None is printed as dashes."""
    lines = ["", "DICKEY-john Corp.", "    GAC 500XT", "", f"S/N: {serial}", "", product, calibration, ""]
    for label, number, unit in (
        ("Moist.:", moisture, "%"),
        ("TW:", test_weight_lb_bu, "lb/Bu"),
        ("Temp.:", temperature_f, "F"),
    ):
        lines += [label, f"    {'----' if number is None else f'{number:.1f}'} {unit}", ""]
    lines[-1:] = ["=" * 17, ""]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


class SimulatedGac500Xt:
    """Prints on `line`; `log` holds every ticket in the units of the ticket."""

    def __init__(self, line: Line) -> None:
        self.log = EmissionLog()
        self._line = line

    def print_ticket(
        self,
        moisture: float | None,
        test_weight_lb_bu: float | None,
        temperature_f: float | None,
        product: str,
        at: datetime,
        *,
        cut: int | None = None,
    ) -> Emission:
        """Print one ticket. `cut` sends only so many bytes of it, as a pulled cable does."""
        data = ticket(moisture, test_weight_lb_bu, temperature_f, product)
        carried = self._line.write(data[:cut])
        values = {"moisture": moisture, "test_weight": test_weight_lb_bu, "temperature": temperature_f}
        return self.log.add(Emission(at, data, values, intact=cut is None, carried=carried))
