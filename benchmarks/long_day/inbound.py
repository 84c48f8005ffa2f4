"""What trucks that bring grain do on the long day, each from its arrival to its end.

Every `yield` is where others may come between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.long_day.program import Program
from benchmarks.long_day.yard import Yard

Passage = Iterator[None]
PRODUCTS = {"soft_wheat": "BLE TENDRE", "barley": "ORGE"}
WHEAT, BARLEY = "soft_wheat", "barley"
WAYS = ("hand", "code", "badge")


@dataclass
class Day:
    """What the passages share, and what really happened: kilograms that came in and went out, how many papers
    each kind of end must have left."""

    yard: Yard
    program: Program
    in_kg: float = 0.0
    out_kg: float = 0.0
    visits: int = 0
    tickets: int = 0
    corrections: int = 0
    notes: int = 0
    _ways: int = field(default=0)

    def number(self) -> int:
        return next(self.yard.serial)

    def kg(self, low: int, high: int) -> float:
        """A weight that a bridge can show."""
        return 20.0 * self.yard.random.randint(low // 20, high // 20)

    def way(self) -> str:
        """How the next truck is known at the gate; while the program is off it announces none."""
        self._ways += 1
        return WAYS[self._ways % len(WAYS)] if self.program.is_on else "hand"


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

    def measure(self, protein: float | None = None) -> None:
        for load, species in zip(self.visit["loads"], self.species, strict=True):
            value = protein or round(self.yard.random.gauss(10.3, 0.5), 1)
            self.yard.measure(load["barcode"], load["id"], PRODUCTS[species], value)

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


def brought(truck: Truck, **over: Sequence[Any]) -> Passage:
    """From the gate to the decision, as most do."""
    truck.arrive(**over)
    yield
    truck.weigh_full()
    yield
    truck.measure()
    yield
    truck.decide()
    yield


def one_load(day: Day) -> Passage:
    truck = Truck(day, WHEAT, way=day.way())
    yield from brought(truck)
    truck.leave_empty()


def two_products(day: Day) -> Passage:
    """Wheat on the truck and barley on its trailer, weighed together, tipped one after the other."""
    truck = Truck(day, WHEAT, BARLEY, way=day.way(), trailer=f"RE-{day.number():03}-MO")
    yield from brought(truck)
    truck.confirm(truck.tare_kg + truck.grain[1], "intermediate", load_ids=truck.loads[:1])
    yield
    truck.leave_empty()


def weighed_apart(day: Day) -> Passage:
    """Truck and trailer, a load each, weighed one after the other, full and empty."""
    truck = Truck(day, WHEAT, WHEAT, trailer=f"RE-{day.number():03}-MO")
    empty = [8_000.0, truck.tare_kg - 8_000.0]
    truck.arrive()
    for kg, grain in zip(empty, truck.grain, strict=True):
        yield
        truck.confirm(kg + grain, "first")
    yield
    truck.measure()
    truck.decide()
    for kg, role, load_id in zip(empty, ("intermediate", "last"), truck.loads, strict=True):
        yield
        truck.confirm(kg, role, load_ids=[load_id])
    truck.ticketed(sum(truck.grain), 2)


def uncoupled(day: Day) -> Passage:
    """Longer than the bridge: two parts, whose sum is its weight, full and empty."""
    truck = Truck(day, WHEAT, trailer=f"RE-{day.number():03}-MO")
    truck.arrive()
    yield
    full, first = truck.tare_kg + truck.grain[0], 20_120.0
    truck.confirm(first, "first", part="uncoupled")
    yield
    truck.confirm(full - first, "first")
    yield
    truck.measure()
    truck.decide()
    yield
    truck.confirm(8_000.0, "last", part="uncoupled")
    yield
    truck.confirm(truck.tare_kg - 8_000.0, "last")
    truck.ticketed(truck.grain[0])


def axle_by_axle(day: Day) -> Passage:
    truck = Truck(day, WHEAT)
    truck.arrive()
    rest = truck.tare_kg + truck.grain[0]
    for kg in (7_000.0, 13_000.0):
        truck.confirm(kg, "first", part="axle")
        rest -= kg
        yield
    truck.confirm(rest, "first")
    yield
    truck.measure()
    truck.decide()
    yield
    truck.leave_empty()


def compartments(day: Day) -> Passage:
    """Three, of which one weight full and one empty say only the sum."""
    truck = Truck(day, WHEAT, WHEAT, WHEAT)
    yield from brought(truck, share=(0.5, 0.3, 0.2))
    truck.leave_empty(load_ids=truck.loads)


def shuttle(day: Day) -> Passage:
    """Its empty weight is kept, and counts on its second way."""
    truck = Truck(day, WHEAT)
    yield from brought(truck)
    left = truck.leave_empty()
    tare = truck.yard.act("/tares", weighing_id=left["weighing"]["id"])
    yield
    truck.pits.clear()
    truck.grain = [day.kg(21_000, 27_000)]
    yield from brought(truck)
    kept = truck.yard.look("/visits/{}/stored-tare", truck.visit["id"])
    assert kept["id"] == tare["id"]
    truck.yard.act("/visits/{}/stored-tare", truck.visit["id"], tare_id=kept["id"])
    truck.ticketed(truck.grain[0])


def weighed_again(day: Day) -> Passage:
    """A weight of nobody is dismissed; the first one is taken once more, and holds."""
    truck = Truck(day, WHEAT, way=day.way())
    truck.arrive()
    yield
    truck.confirm(truck.tare_kg + truck.grain[0] + 120.0, "first")
    yield
    nobodys = truck.yard.weigh(9_000.0)
    truck.yard.act("/weighings/{}/dismiss", nobodys, reason="tracteur")
    yield
    truck.weigh_full()
    yield
    truck.measure()
    truck.decide()
    yield
    truck.leave_empty()


def three_owners(day: Day) -> Passage:
    truck = Truck(day, WHEAT)
    third = [{"supplier": f"GAEC {name}", "share": 1 / 3} for name in "ABC"]
    yield from brought(truck, owners=(third,))
    truck.leave_empty()


def split_tip(day: Day) -> Passage:
    """The cell is full: what is left goes elsewhere, said with the empty weight."""
    truck = Truck(day, WHEAT)
    yield from brought(truck)
    parts = [{**truck.pits[0], "kg": 12_501.0}, _other(truck.pits[0])]
    truck.leave_empty(tipped={truck.loads[0]: parts})


def tipped_elsewhere(day: Day) -> Passage:
    """The ticket is out when it is known where the grain lies."""
    truck = Truck(day, WHEAT)
    yield from brought(truck)
    truck.leave_empty()
    yield
    parts = [{**_other(truck.pits[0]), "kg": 7_777.0}, truck.pits[0]]
    truck.yard.act("/loads/{}/tipped", truck.loads[0], parts=parts, reason="cellule pleine")
    day.corrections += 1


def _other(place: dict[str, str]) -> dict[str, str]:
    """Another cell of its pit."""
    return {"pit": place["pit"], "cell": "c3" if place["cell"] == "c2" else "c2"}


def refused(day: Day) -> Passage:
    truck = Truck(day, WHEAT, way=day.way())
    truck.arrive()
    yield
    truck.weigh_full()
    yield
    truck.yard.act("/loads/{}/refuse", truck.loads[0], reason="insectes")


def gone_again(day: Day) -> Passage:
    truck = Truck(day, WHEAT)
    yield from brought(truck)
    truck.yard.act("/loads/{}/leave", truck.loads[0], reason="prix")


def cancelled(day: Day) -> Passage:
    truck = Truck(day, WHEAT)
    truck.arrive()
    yield
    truck.yard.act("/visits/{}/cancel", truck.visit["id"], reason="saisi deux fois")


def from_the_pad(day: Day) -> Passage:
    """Received before the station ran, entered at its real time with the number of its page."""
    full = datetime(2026, 7, 20, 3, 10, tzinfo=day.yard.now().tzinfo)
    truck = Truck(day, WHEAT, arrived_at=full.isoformat())
    truck.arrive()
    yield
    truck.measure()
    yield
    gross = {"kg": truck.tare_kg + truck.grain[0], "at": full.isoformat()}
    tare = {"kg": truck.tare_kg, "at": (full + timedelta(minutes=12)).isoformat()}
    truck.yard.act(
        "/loads/{}/pad", truck.loads[0], paper_number=f"P{day.number():05}", gross=gross, tare=tare,
        tipped=[{"pit": "p2", "cell": "c2"}], bridge="bridge_in",
    )  # fmt: skip
    truck.ticketed(truck.grain[0])
