"""Hear a simulated day as the station does, and pair it by one rule."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from benchmarks.pairing.stand import Heard, instant
from station.grain.device_clock import ON_TIME_S, ClockOffset, learn_offset, place
from station.grain.pairing import Item, KnownSample, Pairing, PairingPolicy, pair, pair_by_odds
from station.grain.stand import Measured

MOST_WAITING, NEWEST = 12, 60  # more are not judged together
SETTLE_S = 30  # as the station's timetable says


@dataclass(slots=True)
class Counted:
    """Of readings that are of a load: how many, and how many were paired `at_once` or `later` without a
    person. `wrong` ones are paired with another load's sample, or are of none."""

    readings: int = 0
    of_no_load: int = 0
    at_once: int = 0
    later: int = 0
    wrong: int = 0
    photos: int = 0
    photos_paired: int = 0
    photos_wrong: int = 0
    waits: Counter[str] = field(default_factory=Counter)
    named_first: int = 0  # of those that wait with candidates: the first is right
    named: int = 0

    def add(self, other: "Counted") -> None:
        for name in Counted.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class _Reading:
    heard: Heard
    measured: Measured
    arrived: datetime
    offset: ClockOffset | None
    is_late: bool
    last: Pairing | None = None


def by_odds(heard: Sequence[Heard], policy: PairingPolicy) -> Counted:
    return _Station(policy).hear(heard)


class _Station:
    def __init__(self, policy: PairingPolicy) -> None:
        self.policy = policy
        self.samples: dict[str, KnownSample] = {}
        self.loads: dict[str, int] = {}
        self.readings: list[_Reading] = []
        self.differences: dict[str, list[float]] = {}
        self.sightings: list[Measured] = []
        self.counted = Counted()

    def hear(self, heard: Sequence[Heard]) -> Counted:
        looks = SETTLE_S
        for one in heard:
            while looks < one.at:
                self._judge(instant(looks))
                looks += SETTLE_S
            if one.kind == "enter":
                self._enter(one)
            elif one.kind == "end":
                self._end(one)
            elif one.kind == "photo":
                self._photo(one)
            else:
                self._reading(one)
        for reading in self.readings:
            self._count(reading)
        return self.counted

    def _enter(self, one: Heard) -> None:
        assert one.barcode is not None
        self.samples[one.barcode] = KnownSample(
            one.barcode, one.barcode, one.species, "load", instant(one.at), open=True
        )
        self.loads[one.barcode] = one.load or 0

    def _end(self, one: Heard) -> None:
        for barcode, load in self.loads.items():
            if load == one.load and self.samples[barcode].open:
                self.samples[barcode] = replace(self.samples[barcode], open=False, ended_at=instant(one.at))

    def _photo(self, one: Heard) -> None:
        now = instant(one.at)
        item = Item("capture", one.barcode, one.species, None, now, typed=True)
        found = pair(item, list(self.samples.values()), self.policy)
        self.counted.photos += 1
        if found.sample_id is not None:
            self.counted.photos_paired += 1
            self.counted.photos_wrong += self.loads[found.sample_id] != one.load
            self.sightings.append(
                Measured(
                    f"p{self.counted.photos:05}",
                    "phone",
                    now,
                    settled=True,
                    sample_id=found.sample_id,
                    is_photo=True,
                )
            )
            self._judge(now)

    def _reading(self, one: Heard) -> None:
        assert one.device_at is not None
        now, device_time = instant(one.at), instant(one.device_at)
        differences = self.differences.setdefault(one.device, [])
        differences.append(one.at - one.device_at)
        offset = learn_offset(differences)
        placed = place(now, device_time, offset)
        if not placed.is_late:
            self._confirm(one.device, differences[-1])
        measured = Measured(
            f"r{len(self.readings):05}", one.device, placed.at, one.species, one.values,
            stray=placed.stray, stamp=device_time.isoformat(),
        )  # fmt: skip
        self.readings.append(_Reading(one, measured, now, offset, placed.is_late))
        self._judge(now)

    def _confirm(self, device: str, difference: float) -> None:
        """A reading that came at once shows that the clock was not set before the ones held up."""
        for one in self.readings[-NEWEST:]:
            if (
                one.heard.device == device
                and one.is_late
                and one.offset
                and abs(difference - one.offset.seconds) <= ON_TIME_S
            ):
                one.measured = replace(one.measured, stray=0.0)

    def _judge(self, now: datetime) -> None:
        since, before = now - self.policy.window, now - 2 * self.policy.window
        recent = [one for one in self.readings[-NEWEST:] if one.measured.at >= before]
        waiting = [one for one in recent if not one.measured.settled and one.measured.at >= since]
        waiting = waiting[-MOST_WAITING:]
        if not waiting:
            return
        samples = [
            one for one in self.samples.values() if one.entered_at >= before
        ]  # fmt: skip
        measured = [one.measured for one in recent if one.measured.settled]
        measured += [one.measured for one in waiting]
        measured += [one for one in self.sightings[-NEWEST:] if one.at >= before]
        found = pair_by_odds(measured, samples, self.policy, now)
        for one in waiting:
            self._apply(one, found[one.measured.id], now)

    def _apply(self, one: _Reading, pairing: Pairing, now: datetime) -> None:
        one.last = pairing
        if pairing.sample_id is not None:
            one.measured = replace(one.measured, settled=True, sample_id=pairing.sample_id)
            if one.arrived == now:
                self.counted.at_once += 1
            else:
                self.counted.later += 1
            self.counted.wrong += self.loads[pairing.sample_id] != one.heard.load

    def _count(self, one: _Reading) -> None:
        if one.heard.load is None:
            self.counted.of_no_load += 1
        else:
            self.counted.readings += 1
        if one.last is not None and one.last.sample_id is None and one.heard.load is not None:
            code = one.last.reason.code.value
            self.counted.waits[code] += 1
            candidates = one.last.reason.params.get("candidates")
            if candidates:
                self.counted.named += 1
                self.counted.named_first += self.loads[candidates[0]["barcode"]] == one.heard.load


Choose = Callable[[Item, Sequence[KnownSample]], str | None]


def by_itself(heard: Sequence[Heard], choose: Choose) -> Counted:
    """Pair each reading when it comes, by its arrival alone."""
    samples: dict[int, KnownSample] = {}
    counted = Counted()
    loads = {}
    for one in heard:
        if one.kind == "enter" and one.barcode is not None and one.load is not None:
            samples[one.load] = KnownSample(
                one.barcode, one.barcode, one.species, "load", instant(one.at), open=True
            )
            loads[one.barcode] = one.load
        elif one.kind == "end" and one.load is not None:
            samples.pop(one.load, None)
        elif one.kind == "reading":
            item = Item("reading", None, one.species, one.species, instant(one.at))
            chosen = choose(item, list(samples.values()))
            counted.readings += one.load is not None
            counted.of_no_load += one.load is None
            if chosen is not None:
                counted.at_once += 1
                counted.wrong += loads[chosen] != one.load
    return counted


def window_rule(item: Item, samples: Sequence[KnownSample]) -> str | None:
    return pair(item, samples, PairingPolicy(timedelta(minutes=15))).sample_id


def nearest_in_time(item: Item, samples: Sequence[KnownSample]) -> str | None:
    """The fitting sample whose barcode was entered last: what a timestamp join does."""
    fitting = [one for one in samples if one.species == item.species or item.species is None]
    return max(fitting, key=lambda one: one.entered_at).barcode if fitting else None
