"""A simulated day at the stand, with its truth: what the station hears, in the order in which it hears it."""

import heapq
import random
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

RATES = Path(__file__).with_name("rates.toml")
BEGIN = datetime(2026, 7, 14, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Heard:
    """The station hears this at `at`. `load` is the truth (None: of no load). `device_at` is the device's own
    time, `barcode` what a person typed at the phone."""

    at: float
    kind: Literal["enter", "end", "reading", "photo"]
    load: int | None
    device: str = ""
    device_at: float | None = None
    species: str | None = None
    barcode: str | None = None
    values: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Truck:
    number: int
    species: str
    arrives: float
    photo: bool
    values: dict[str, float]
    entered: float = 0.0
    ready: float = 0.0
    entry_heard: float | None = None

    @property
    def barcode(self) -> str:
        return f"S{260000 + self.number}"


def rates() -> dict[str, Any]:
    return tomllib.loads(RATES.read_text(encoding="utf-8"))


def instant(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def simulate(seed: int, rates: dict[str, Any]) -> list[Heard]:
    return _Stand(random.Random(seed), rates).play()


class _Stand:
    def __init__(self, draw: random.Random, rates: dict[str, Any]) -> None:
        self.draw, self.rates = draw, rates
        self.heard: list[Heard] = []
        self.person_free = 0.0
        self.free = {one["id"]: 0.0 for one in rates["analyzers"]}
        self.selected = dict.fromkeys(self.free, "")
        clock = rates["clock"]
        self.offsets = {name: draw.uniform(-clock["offset_s"], clock["offset_s"]) for name in self.free}
        drift = clock["drift_s_a_day"]
        self.drifts = {name: draw.uniform(-drift, drift) / 86400 for name in self.free}
        self.ends: list[float] = []  # of loads whose end is known
        self.unmeasured = 0
        day = rates["day"]["hours"] * 3600
        self.courtesies = sorted(draw.uniform(0, day) for _ in range(rates["stand"]["courtesy_a_day"]))

    def play(self) -> list[Heard]:
        coming, waiting = self._trucks(), list[Truck]()
        coming.reverse()
        while coming or waiting:
            enters = self._entry(coming[-1].arrives) if coming else float("inf")
            takes = max(self.person_free, min(one.ready for one in waiting)) if waiting else float("inf")
            if enters <= takes:
                truck = coming.pop()
                self._enter(truck, enters)
                waiting.append(truck)
            else:
                self._take(waiting, takes)
        return sorted(self.heard, key=lambda one: one.at)

    def _trucks(self) -> list[Truck]:
        day, species, draw = self.rates["day"], self.rates["species"], self.draw
        mean = day["hours"] * 3600 / day["trucks"] - day["shortest_gap_s"]
        at, trucks = 0.0, []
        for number in range(day["trucks"]):
            at += day["shortest_gap_s"] + draw.expovariate(1 / mean)
            kind = draw.choices(list(species), list(species.values()))[0]
            trucks.append(
                Truck(number, kind, at, draw.random() < self.rates["photo"]["share"], self._values())
            )
        return trucks

    def _values(self) -> dict[str, float]:
        return {name: self.draw.gauss(mean, sd) for name, (mean, sd) in self.rates["values"].items()}

    def _entry(self, arrives: float) -> float:
        """A truck enters when fewer than the most are open."""
        most = self.rates["day"]["most_open"]
        open_ends = sorted(end for end in self.ends if end > arrives)
        if len(open_ends) + self.unmeasured < most:
            return arrives
        leaving = len(open_ends) + self.unmeasured - most
        return open_ends[leaving] if leaving < len(open_ends) else float("inf")

    def _enter(self, truck: Truck, at: float) -> None:
        stand, draw = self.rates["stand"], self.draw
        truck.entered, self.unmeasured = at, self.unmeasured + 1
        truck.ready = at + stand["walk_median_s"] * draw.lognormvariate(0, stand["walk_log_sd"])
        truck.entry_heard = at
        if draw.random() < stand["entered_afterwards"]:
            truck.entry_heard = None  # only after its measurement
        else:
            self._enters(truck, at)

    def _enters(self, truck: Truck, at: float) -> None:
        self.heard.append(Heard(at, "enter", truck.number, species=truck.species, barcode=truck.barcode))

    def _take(self, waiting: list[Truck], at: float) -> None:
        """The person takes the next bucket and fills the analyzers with it."""
        standing = sorted((one for one in waiting if one.ready <= at), key=lambda one: one.ready)
        chosen = standing[0]
        if len(standing) > 1 and self.draw.random() < self.rates["stand"]["taken_out_of_turn"]:
            chosen = self.draw.choice(standing[1:])
        if self.courtesies and max(self.courtesies[0], self.person_free) < min(one.ready for one in standing):
            # Nobody waited then: a farmer's bag was measured first.
            self._measure(None, max(self.courtesies.pop(0), self.person_free))
            at = max(at, self.person_free)
        waiting.remove(chosen)
        self.unmeasured -= 1
        last = self._measure(chosen, at)
        low, high = self.rates["leaving"]["ends_after_s"]
        end = last + self.draw.uniform(low, high)
        if chosen.entry_heard is None:
            later = last + self.draw.uniform(*self.rates["stand"]["entered_afterwards_s"])
            self._enters(chosen, min(later, end - 1))
        heapq.heappush(self.ends, end)
        self.heard.append(Heard(end, "end", chosen.number))
        if chosen.photo:
            self._photo(chosen, at)

    def _measure(self, truck: Truck | None, at: float) -> float:
        """Fill one analyzer after the other; returns when the last has ended."""
        stand, draw, last = self.rates["stand"], self.draw, at
        species = truck.species if truck else draw.choice(list(self.rates["species"]))
        truth = truck.values if truck else self._values()
        self.person_free = max(self.person_free, at)
        for one in self.rates["analyzers"]:
            name = one["id"]
            product = self._product(name, species) if one["sends_product"] else None
            often = 2 if draw.random() < self.rates["messages"]["duplicates"] / 2 else 1
            for again in range(often):
                begins = max(self.person_free if again == 0 else 0.0, self.free[name])
                filled = begins + max(2.0, draw.gauss(stand["fill_s"], stand["fill_sd_s"]))
                done = filled + max(2.0, draw.gauss(one["analysis_s"], one["analysis_sd_s"]))
                if again == 0:
                    self.person_free = filled
                self.free[name] = done + stand["empty_s"]
                values = {key: round(draw.gauss(truth[key], sd), 1) for key, sd in one["values"].items()}
                self._send(truck, name, done, product, values)
                last = max(last, done)
        return last

    def _product(self, name: str, species: str) -> str:
        """The calibration of the load before may stay selected."""
        before = self.selected[name]
        self.selected[name] = species
        is_changed = before not in ("", species)
        return (
            before if is_changed and self.draw.random() < self.rates["messages"]["wrong_product"] else species
        )

    def _send(
        self, truck: Truck | None, name: str, done: float, product: str | None, values: dict[str, float]
    ) -> None:
        messages, draw = self.rates["messages"], self.draw
        device_at = float(round(done + self.offsets[name] + self.drifts[name] * done))
        load = truck.number if truck else None
        arrives = done + messages["transport_s"]
        if draw.random() < messages["lost"]:
            return
        if draw.random() < messages["late"]:
            arrives += draw.uniform(*messages["late_s"])
        self.heard.append(Heard(arrives, "reading", load, name, device_at, product, None, values))
        if draw.random() < messages["duplicates"] / 2:
            again = arrives + draw.uniform(*messages["sent_again_s"])
            self.heard.append(Heard(again, "reading", load, name, device_at, product, None, values))

    def _photo(self, truck: Truck, taken: float) -> None:
        photo, draw = self.rates["photo"], self.draw
        at = taken + draw.uniform(*photo["taken_after_s"]) + draw.uniform(*photo["upload_s"])
        barcode = truck.barcode
        if draw.random() < photo["typing_errors"]:
            barcode = _mistyped(barcode, draw)
        self.heard.append(Heard(at, "photo", truck.number, "phone", None, truck.species, barcode))


def _mistyped(barcode: str, draw: random.Random) -> str:
    """One edit: another digit, two swapped, one left out, one too many."""
    place = draw.randrange(1, len(barcode))
    digit = draw.choice("0123456789")
    edits = (
        barcode[:place] + digit + barcode[place + 1 :],
        barcode[: place - 1] + barcode[place] + barcode[place - 1] + barcode[place + 1 :],
        barcode[:place] + barcode[place + 1 :],
        barcode[:place] + digit + barcode[place:],
    )
    wrong = [one for one in edits if one != barcode]
    return draw.choice(wrong)
