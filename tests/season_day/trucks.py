"""The trucks of the season-day: who brings what, how its arrival is said, and what it weighs."""

from dataclasses import dataclass, field
from typing import Any, Literal

How = Literal["announced", "badge", "hand"]
HOW: tuple[How, ...] = ("announced", "badge", "announced", "hand")
SUPPLIERS = [f"EARL {name}" for name in ("Martin", "Petit", "Moreau", "Garnier", "Rousseau", "Blanc")]
REGIMES = ("owned", "deposit", "on_behalf", "service")
VEHICLES = [f"AB-{100 + number}-CD" for number in range(30)]
BADGES = {f"B{number:03}": plate for number, plate in enumerate(VEHICLES)}
DIVISION_KG = 20


@dataclass
class Truck:
    """`shown` is what the driver shows: the announced apport's code, or a badge."""

    number: int
    how: How
    species: str = "soft_wheat"
    values: dict[str, float] = field(default_factory=dict)
    visit: str = ""
    load: str = ""
    cell: str = ""
    ticket: int = 0
    pack: str | None = None
    kept: str = ""

    @property
    def plate(self) -> str:
        return VEHICLES[self.number % len(VEHICLES)]

    @property
    def supplier(self) -> str:
        return SUPPLIERS[self.number % len(SUPPLIERS)]

    @property
    def regime(self) -> str:
        return REGIMES[self.number % len(REGIMES)]

    @property
    def barcode(self) -> str:
        return f"S{self.number:05}"

    @property
    def shown(self) -> str:
        return f"E-{self.number}" if self.how == "announced" else f"B{self.number % len(VEHICLES):03}"

    @property
    def tare_kg(self) -> int:
        return 14_000 + DIVISION_KG * (self.number % len(VEHICLES))

    @property
    def gross_kg(self) -> int:
        return 38_000 + DIVISION_KG * (7 * self.number % 250)

    @property
    def net_kg(self) -> int:
        return self.gross_kg - self.tare_kg

    def arrival(self) -> dict[str, Any]:
        load = {"species": self.species, "regime": self.regime, "barcode": self.barcode}
        return {"plate": self.plate, "supplier": self.supplier, "loads": [load], "new_supplier": True}

    def announcement(self) -> dict[str, Any]:
        load = {"species": self.species, "regime": self.regime}
        return {"plate": self.plate, "supplier": self.supplier, "loads": [load]}


def all_trucks(count: int) -> list[Truck]:
    """Half are announced, a quarter shows a badge, a quarter is typed; each fifth brings barley."""
    return [_truck(number) for number in range(count)]


def _truck(number: int) -> Truck:
    how = HOW[number % len(HOW)]
    if number % 5 == 4:
        return Truck(number, how, "barley", {"moisture": 13.1 + number % 7 / 10, "protein": 9.8})
    protein = 10.2 + number % 9 / 10  # of the grain as it is: 11.8 to 12.7 of the dry matter
    grain = {"moisture": 13.2 + number % 8 / 10, "test_weight": 76.9, "protein": protein}
    return Truck(number, how, "soft_wheat", grain)


def lists() -> dict[str, str]:
    """The lists of suppliers and vehicles as a manager has them: with them a badge says all of an arrival."""
    vehicles = (f"{plate};{SUPPLIERS[number % len(SUPPLIERS)]}" for number, plate in enumerate(VEHICLES))
    return {
        "suppliers": "\n".join(("name", *SUPPLIERS)),
        "vehicles": "\n".join(("plate;supplier", *vehicles)),
        "buyers": "name\nMoulins du Nord",
        "orders": "number;buyer;species;tonnes\nCV-7;Moulins du Nord;soft_wheat;100",
    }
