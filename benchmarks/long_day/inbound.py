"""What trucks that bring grain do on the long day, each from its arrival to its end.

Every `yield` is where others may come between.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from benchmarks.long_day.truck import BARLEY, WHEAT, Day, Passage, Truck


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
    first = day.kg(6_000, 8_000)
    empty = [first, truck.tare_kg - first]
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
    full, first, empty = truck.tare_kg + truck.grain[0], day.kg(18_000, 21_000), day.kg(6_000, 8_000)
    truck.confirm(first, "first", part="uncoupled")
    yield
    truck.confirm(full - first, "first")
    yield
    truck.measure()
    truck.decide()
    yield
    truck.confirm(empty, "last", part="uncoupled")
    yield
    truck.confirm(truck.tare_kg - empty, "last")
    truck.ticketed(truck.grain[0])


def axle_by_axle(day: Day) -> Passage:
    truck = Truck(day, WHEAT)
    truck.arrive()
    rest = truck.tare_kg + truck.grain[0]
    for kg in (day.kg(6_000, 7_000), day.kg(11_000, 14_000)):
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
    nobodys = truck.yard.weigh(day.kg(8_000, 10_000))
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
