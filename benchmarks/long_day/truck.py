"""A truck of the long day, and what really happened in its yard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from benchmarks.long_day.program import Program
from benchmarks.long_day.yard import Yard

Passage = Iterator[None]
PRODUCTS = {"soft_wheat": "BLE TENDRE", "barley": "ORGE"}
WHEAT, BARLEY = "soft_wheat", "barley"
WAYS = ("hand", "code", "badge")


@dataclass
class Day:
    """What the passages share, and what really happened: kilograms that came in and went out, and how many
    papers that must have made."""

    yard: Yard
    program: Program
    in_kg: float = 0.0
    out_kg: float = 0.0
    visits: int = 0
    tickets: int = 0
    corrections: int = 0
    notes: int = 0
    ways: Iterator[str] = field(default_factory=lambda: cycle(WAYS))

    def number(self) -> int:
        return next(self.yard.serial)

    def kg(self, low: int, high: int) -> float:
        """A weight that a bridge can show."""
        return 20.0 * self.yard.random.randint(low // 20, high // 20)

    def way(self) -> str:
        """How the next truck is known at the gate; while the program is off it announces none."""
        return next(self.ways) if self.program.is_on else "hand"


class Truck:
    """A truck with its loads: `grain` are their kilograms."""

    def __init__(self, day: Day, *species: str, way: str = "hand", **said: Any) -> None:
        number = day.number()
        self.day, self.yard, self.way = day, day.yard, way
        self.plate, self.tare_kg = f"LD-{number:03}-AY", day.kg(13_000, 16_000)
        self.species = species
        self.grain = [day.kg(21_000 // len(species), 27_000 // len(species)) for _ in species]
        self.body = {"plate": self.plate, "supplier": f"EARL {number % 40}", **said}
        self.visit: dict[str, Any] = {}
        self.pits: list[dict[str, str]] = []

    @property
    def loads(self) -> list[str]:
        return [load["id"] for load in self.visit["loads"]]

    def arrive(self, **over: Sequence[Any]) -> None:
        """Entered by hand, or confirmed as it was announced. `over`: what is said of each load."""
        each = [dict(zip(over, some, strict=True)) for some in zip(*over.values(), strict=True)]
        loads = [
            {"species": species, **more}
            for species, more in zip(self.species, each or [{}] * len(self.species), strict=True)
        ]
        barcodes = [f"L{self.day.number():06}" for _ in loads]
        if self.way == "hand":
            coded = [{**load, "barcode": code} for load, code in zip(loads, barcodes, strict=True)]
            self.visit = self.yard.act("/visits", **self.body, loads=coded, new_supplier=True)
        else:
            self.visit = self._confirmed(loads, barcodes)
        self.day.visits += 1

    def _confirmed(self, loads: list[dict[str, Any]], barcodes: list[str]) -> Any:
        """The driver shows a badge or the announcement's code; a key confirms who it is."""
        ref = f"E-{self.plate}"
        badge = {"badge": f"B-{self.plate}"} if self.way == "badge" else {}
        self.day.program.announce(ref, {**self.body, **badge, "loads": loads})
        (found,) = self.yard.look("/identification", text=badge.get("badge", ref))
        return self.yard.act("/announced/{}/arrive", found["announced"]["id"], barcodes=barcodes)

    def confirm(self, kg: float, role: str, **said: Any) -> Any:
        weighing = self.yard.weigh(kg)
        return self.yard.act("/weighings/{}/confirm", weighing, visit_id=self.visit["id"], role=role, **said)

    def weigh_full(self) -> None:
        self.confirm(self.tare_kg + sum(self.grain), "first")

    def measure(self) -> None:
        for load, species in zip(self.visit["loads"], self.species, strict=True):
            protein = round(self.yard.random.gauss(10.3, 0.5), 1)
            self.yard.measure(load["barcode"], load["id"], PRODUCTS[species], protein)

    def decide(self) -> None:
        """As it is proposed."""
        for load_id in self.loads:
            proposal = self.yard.look("/loads/{}", load_id)["proposal"]
            place = {name: proposal[name] for name in ("cell", "pit")}
            self.yard.act("/loads/{}/decision", load_id, proposal_id=proposal["id"], **place)
            self.pits.append(place)

    def ticketed(self, kg: float, tickets: int = 1) -> None:
        """So much came out of it, on so many tickets."""
        self.day.in_kg += kg
        self.day.tickets += tickets

    def leave_empty(self, **said: Any) -> Any:
        """All of it was tipped at once."""
        self.ticketed(sum(self.grain), len(self.grain))
        return self.confirm(self.tare_kg, "last", **said)
