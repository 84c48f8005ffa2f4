"""What trucks that take grain away do on the long day."""

from typing import Any

from benchmarks.long_day.truck import Day, Passage

ORDER = "CV-2026-7"
LISTS = {
    "buyers": "name\nMoulins du Nord\n",
    "orders": f"number;buyer;species;grade;tonnes\n{ORDER};Moulins du Nord;soft_wheat;milling_no_2;9000\n",
}
CLEAN = [{"cargo": "grain", "cleaning": "A"}] * 3
LIMIT_KG = 44_000.0


class Carrier:
    """A vehicle of five axles that comes empty for the order."""

    def __init__(self, day: Day) -> None:
        number = day.number()
        self.day, self.yard, self.empty_kg = day, day.yard, day.kg(14_000, 15_000)
        self.row = self.yard.act(
            "/outbound", plate=f"EX-{number:03}-PO", trailer=f"RE-{number:03}-EX", order=ORDER,
            carrier="Transports Nord", driver="Paul", axles=5,
        )  # fmt: skip
        day.visits += 1

    def check(self, *last: dict[str, str]) -> Any:
        """What it carried: `last`, and grain before."""
        previous = [*last, *CLEAN][:3]
        return self.yard.act("/outbound/{}/check", self.row["id"], previous=previous)

    def weigh(self, role: str, kg: float, **said: Any) -> Any:
        weighing = self.yard.weigh(kg)
        body = {"weighing": weighing, "role": role, **said}
        return self.yard.act("/outbound/{}/weigh", self.row["id"], **body)

    def load(self) -> Passage:
        """From two cells, a sample sealed, and some grain put back: it was over its limit."""
        self.weigh("empty", self.empty_kg)
        yield
        self.weigh("loading", self.day.kg(28_000, 32_000), drawn=[{"cell": "c1"}])
        yield
        self.weigh("loading", LIMIT_KG + self.day.kg(100, 1_500), drawn=[{"cell": "c2"}])
        barcode = f"X{self.day.number():06}"
        self.yard.act("/outbound/{}/sample", self.row["id"], barcode=barcode, seal="PL-7", parts=3)
        yield
        full_kg = LIMIT_KG - self.day.kg(20, 1_800)
        self.row = self.weigh("last", full_kg)
        self.day.out_kg += full_kg - self.empty_kg
        self.day.notes += 1


def delivered(day: Day) -> Passage:
    carrier = Carrier(day)
    yield
    carrier.check()
    yield
    yield from carrier.load()


def washed(day: Day) -> Passage:
    """Fertilizer was in it: it is washed, looked at again, and loaded."""
    carrier = Carrier(day)
    yield
    unfit = carrier.check({"cargo": "mineral_fertilizer", "cleaning": "A"})
    assert [one["code"] for one in unfit["unfit"]] == ["wash_needed"]
    yield
    carrier.check({"cargo": "mineral_fertilizer", "cleaning": "B"})
    yield
    yield from carrier.load()


def forbidden_cargo(day: Day) -> Passage:
    carrier = Carrier(day)
    yield
    unfit = carrier.check({"cargo": "treated_seed", "cleaning": "D"})
    assert [one["code"] for one in unfit["unfit"]] == ["cargo_forbidden"]
    yield
    carrier.yard.act("/outbound/{}/end", carrier.row["id"], outcome="refused", reason="semences")


def returned(day: Day) -> Passage:
    """The buyer did not want it: it comes back, is weighed full and empty, and lies where there is room."""
    carrier = Carrier(day)
    yield
    carrier.check()
    yield from carrier.load()
    yield
    back_kg = carrier.row["full_kg"] - carrier.empty_kg - 20.0
    full = carrier.yard.weigh(carrier.row["full_kg"] - 20.0)
    yield
    empty = carrier.yard.weigh(carrier.empty_kg)
    carrier.yard.act(
        "/outbound/notes/{}/returned", str(carrier.row["number"]), reason="insectes", kg=back_kg,
        weighings=[empty, full], cell="c2",
    )  # fmt: skip
    day.in_kg += back_kg
