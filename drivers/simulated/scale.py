"""A simulated scale and what its indicator shows: the same for every wire format."""

import math
import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Display:
    """One instant: gross `weight` and `tare` in `unit`, shown with `decimals` behind `point`.

    With a tare the indicator shows net. `over` and `under`: out of the scale's range. `print_pressed`: the
    print key.
    """

    weight: float = 0.0
    tare: float = 0.0
    unit: str = "kg"
    decimals: int = 0
    motion: bool = False
    over: bool = False
    under: bool = False
    print_pressed: bool = False
    point: str = "."

    @property
    def net(self) -> bool:
        return self.tare != 0

    @property
    def shown(self) -> float:
        """Return the weight on the display, gross or net, as rounded as it is shown."""
        return round(self.weight - self.tare, self.decimals) + 0.0

    @property
    def valid(self) -> bool:
        return not self.over and not self.under

    @property
    def at_zero(self) -> bool:
        return self.valid and self.shown == 0 and not self.net

    def text(self, number: float, width: int = 0, *, zeros: bool = False) -> str:
        """Return `number` with this display's decimals and point, right-justified by blanks or zeros."""
        shown = f"{number:{'0' if zeros else ''}{width or ''}.{self.decimals}f}"
        return shown.replace(".", self.point)


class Scale:
    """A truck drives on, the weight swings in within `settle_s` seconds, then stands."""

    def __init__(self, *, increment_kg: int = 20, capacity_kg: int = 60_000, settle_s: float = 3.0) -> None:
        self._increment = increment_kg
        self._capacity = capacity_kg
        self._settle_s = settle_s
        self._lock = threading.Lock()
        self._from_kg = self._to_kg = 0.0
        self._elapsed_s = math.inf
        self._print_is_due = False

    def drive_on(self, kg: float) -> None:
        """The load on the platform becomes `kg`."""
        with self._lock:
            self._from_kg, self._to_kg, self._elapsed_s = self._indicated_kg(), kg, 0.0

    def drive_off(self) -> None:
        self.drive_on(0.0)

    def press_print(self) -> None:
        """The next display carries the print request."""
        with self._lock:
            self._print_is_due = True

    def step(self, seconds: float) -> Display:
        """Let `seconds` pass; what is shown then, in whole increments of kilograms."""
        with self._lock:
            self._elapsed_s += seconds
            kg = round(self._indicated_kg() / self._increment) * self._increment
            pressed, self._print_is_due = self._print_is_due, False
            return Display(
                weight=kg,
                motion=self._elapsed_s < self._settle_s,
                over=kg > self._capacity + 9 * self._increment,
                under=kg < -20 * self._increment,
                print_pressed=pressed,
            )

    def _indicated_kg(self) -> float:
        """Swing, damped, around the new load."""
        if self._elapsed_s >= self._settle_s:
            return self._to_kg
        phase = self._elapsed_s / self._settle_s
        swing = math.exp(-5.0 * phase) * math.cos(9.0 * phase)
        return self._to_kg + (self._from_kg - self._to_kg) * swing
