"""Drying takes water and leaves the dry matter: mass out = mass in x (100 - Mi) / (100 - Mo)."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dried:
    """Kilograms of one drying, moistures in percent. `freinte_kg` is what the scale missed of the computed
    mass, `kg_out` what came out by the scale, or else as computed."""

    moisture_from: float
    moisture_to: float
    kg_in: float
    kg_computed: float
    kg_out: float
    water_kg: float
    freinte_kg: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def dry(kg_in: float, moisture_from: float, moisture_to: float, measured_kg: float | None = None) -> Dried:
    """Return the balance, to the gram. Raises ValueError where the grain would gain water or mass."""
    if not 0.0 <= moisture_to < moisture_from < 100.0:
        raise ValueError("drying takes water")
    if measured_kg is not None and not 0.0 < measured_kg <= kg_in:
        raise ValueError("more came out than went in")
    computed = round(kg_in * (100.0 - moisture_from) / (100.0 - moisture_to), 3)
    kg_out = computed if measured_kg is None else measured_kg
    return Dried(
        moisture_from, moisture_to, kg_in, computed, kg_out, round(kg_in - computed, 3),
        round(computed - kg_out, 3),
    )  # fmt: skip
