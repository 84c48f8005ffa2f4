"""Freinte is what a shipment weighs less where it arrives than where it left."""

from dataclasses import dataclass

USUAL_PERCENT = 0.5  # what is listed beyond, where nobody says another limit


@dataclass(frozen=True, slots=True)
class Freinte:
    """`kg` is negative where more arrived than left; `percent` is of what left."""

    kg: float
    percent: float

    def is_over(self, limit_percent: float) -> bool:
        """Tell whether it should be looked at: more arrived than left is as odd as less."""
        return abs(round(self.percent, 6)) > limit_percent


def freinte_of(left_kg: float, arrived_kg: float) -> Freinte:
    kg = round(left_kg - arrived_kg, 3)
    return Freinte(kg, 100 * kg / left_kg if left_kg else 0.0)
