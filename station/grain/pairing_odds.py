"""How likely each sample is for readings without identifier, by what happens at the stand.

Readings of different devices within a short time are of one bucket: a *sitting*. Buckets come mostly in the
order in which their barcodes were entered, each some time after it could be begun (its entry, or the bucket
before). A *course* says for each sitting which sample it is of. Its weight is the product of what its steps
are worth: how long a bucket took, a sample that was overtaken, never measured, measured again or not known
here, its product, and the photo of a sample, whose barcode is known. The order is paid once a sitting, so
three devices that agree tell no more about it than one. What is settled stays so in every course. The odds
of a sample are the share of the weight of those courses in which the sitting is of it: what waits is judged
together with what came since."""

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from station.grain.identifiers import same_species

MOST_COURSES = 64
_LEAST = 12.0  # natural logarithm: a course so much less likely than the best is given up
_MIXED = 0.05  # share of the sittings close to another one that hold a reading of it
_MOST_ALIKE = math.log(10)  # loads of one farm are alike too
_SERVED_LATER = 0.02  # share of the samples whose photo is taken long before or after the sitting


@dataclass(frozen=True, slots=True)
class Stand:
    """How samples are measured at a site. `usual_s` is the median of the time from when a sample could be
    begun to its first reading, `spread` the standard deviation of its logarithm. Readings within
    `sitting_s` are of one bucket, `photo_s` is the standard deviation of the time between them and its
    photo. Shares from 0 to 1: `overtaken` of the samples are measured after one that was entered later; of
    `missed` nothing comes, or late; `again` of the sittings are of a sample that was measured before;
    `foreign` ones are of no sample known here; `wrong_product` of the readings bear another product than
    declared. `repeat` and `differ` are standard deviations per analyte: between two measurements of one
    sample, and between samples."""

    usual_s: float = 75.0
    spread: float = 0.3
    sitting_s: float = 40.0
    photo_s: float = 40.0
    overtaken: float = 0.01
    missed: float = 0.01
    again: float = 0.01
    foreign: float = 0.005
    wrong_product: float = 0.01
    repeat: Mapping[str, float] = field(
        default_factory=lambda: {"moisture": 0.15, "protein": 0.15, "test_weight": 0.4}
    )
    differ: Mapping[str, float] = field(
        default_factory=lambda: {"moisture": 1.2, "protein": 1.0, "test_weight": 2.0}
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement or photo of the recent past, at its own time as far as known. `sample_id` says whose
    it is where that is settled (None: of no sample here). `stray` is the share of such readings that were
    measured at quite another time, where the device does not tell. `stamp` is the device's own time as it
    sent it: the same values with the same stamp are one measurement sent twice."""

    id: str
    device: str
    at: datetime
    species: str | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    settled: bool = False
    sample_id: str | None = None
    stray: float = 0.0
    stamp: str | None = None
    is_photo: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sample that a reading may be of; `ended_at` None: it is open."""

    id: str
    species: str | None
    entered_at: datetime
    ended_at: datetime | None = None


@dataclass(slots=True)
class _Sitting:
    """`is_mixed`: another one begins so soon that a reading of it may be here."""

    first_at: float
    readings: list[Measured]
    is_mixed: bool = False

    @property
    def owner(self) -> str | None:
        return next((one.sample_id for one in self.readings if one.settled), None)

    @property
    def is_settled(self) -> bool:
        return any(one.settled for one in self.readings)

    def takes(self, reading: Measured, at: float, within: float, has: Collection[object]) -> bool:
        """`has` tells which device has measured which sample. One that was measured again takes no reading of
        the next bucket."""
        if at - self.first_at > within or any(one.device == reading.device for one in self.readings):
            return False
        if self.is_settled and reading.settled:
            return self.owner == reading.sample_id
        owner = self.owner if self.is_settled else reading.sample_id
        return not (self.is_settled or reading.settled) or all(
            (owner, one.device) not in has or one.settled for one in (reading, *self.readings)
        )


@dataclass(frozen=True, slots=True)
class _Course:
    """`came` says the last sitting of each sample that came to the stand; `passed` are those that did not
    come in their turn, which cost its share already."""

    log: float = 0.0
    owners: tuple[str | None, ...] = ()
    came: Mapping[str, int] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    busy_until: float = -math.inf


Odds = dict[str, dict[str | None, float]]


def odds_of(
    measured: Sequence[Measured], samples: Sequence[Candidate], stand: Stand, window: timedelta, now: datetime
) -> Odds:
    """Return the odds of each sample, and of none of them (None), for each reading that is not settled.

    `measured` is all that the devices gave in the recent past; neither its order matters nor that of
    `samples`. A reading takes no sample entered after it, or more than `window` before."""
    return _Judgement(measured, samples, stand, window, now).odds()


class _Judgement:
    def __init__(
        self, measured: Sequence[Measured], samples: Sequence[Candidate], stand: Stand, window: timedelta,
        now: datetime,
    ) -> None:  # fmt: skip
        self._stand, self._window, self._now = stand, window.total_seconds(), now.timestamp()
        self._samples = sorted(samples, key=lambda one: (one.entered_at, one.id))
        self._entered = {one.id: one.entered_at.timestamp() for one in self._samples}
        self._species = {one.id: one.species for one in self._samples}
        self._sittings = _sittings([one for one in measured if not one.is_photo], stand.sitting_s)
        self._photos: dict[str, float] = {}
        for one in measured:
            if one.is_photo and one.sample_id is not None:
                self._photos[one.sample_id] = one.at.timestamp()
        self._possible = [
            [one.id for one in self._samples if self._may_be_of(sitting, one)] for sitting in self._sittings
        ]

    def odds(self) -> Odds:
        open_ones = [n for n, one in enumerate(self._sittings) if not one.is_settled]
        first = open_ones[0] if open_ones else len(self._sittings)
        courses = [self._settled_course(first)]
        for place in range(first, len(self._sittings)):
            courses = _likeliest([after for course in courses for after in self._steps(course, place)])
        ended = [(course, course.log + self._open_end(course)) for course in courses]
        best = max(log for _, log in ended)
        shares = [(course, math.exp(log - best)) for course, log in ended]
        total = math.fsum(share for _, share in shares)
        found: Odds = {}
        for place, sitting in enumerate(self._sittings):
            odds: dict[str | None, float] = {}
            for course, share in shares:
                owner = course.owners[place]
                odds[owner] = odds.get(owner, 0.0) + share / total
            found.update({one.id: odds for one in sitting.readings if not one.settled})
        return found

    def _settled_course(self, count: int) -> _Course:
        """What is settled before the first open question happened so in every course."""
        settled = self._sittings[:count]
        owners = tuple(one.owner for one in settled)
        came = {owner: n for n, owner in enumerate(owners) if owner in self._entered and owner is not None}
        last = max((self._entered[one] for one in came), default=-math.inf)
        passed = {one.id for one in self._samples if self._entered[one.id] < last and one.id not in came}
        until = settled[-1].first_at if settled else -math.inf
        return _Course(0.0, owners, came, frozenset(passed), until)

    def _steps(self, course: _Course, place: int) -> Iterator[_Course]:
        """Every way to go on with the next sitting."""
        sitting = self._sittings[place]
        owners: Sequence[str | None] = [sitting.owner]
        if not sitting.is_settled:
            owners = [*self._possible[place], None]
        for owner in owners:
            if owner is None or owner not in self._entered:
                stray = max(one.stray for one in sitting.readings) + _MIXED * sitting.is_mixed
                worth = math.log((self._stand.foreign + stray) / self._stand.usual_s)
                yield _Course(
                    course.log + worth, (*course.owners, owner), course.came, course.passed, sitting.first_at
                )
            elif owner in course.came:
                yield self._again(course, place, owner)
            else:
                yield self._comes(course, place, owner)

    def _again(self, course: _Course, place: int, owner: str) -> _Course:
        """The sample is measured again, or one device gives its reading of it much after the others."""
        sitting, before = self._sittings[place], self._sittings[course.came[owner]]
        worth = self._log_product(sitting, owner) + self._log_density(sitting.first_at - before.first_at)
        twice = [
            (other, one)
            for one in sitting.readings
            for other in before.readings
            if other.device == one.device
        ]
        worth += math.log(self._stand.again) * (2 if len(twice) > 1 else 1)
        worth += min([self._alike(other, one) for other, one in twice], default=0.0)
        return replace(
            course, log=course.log + worth, owners=(*course.owners, owner),
            came={**course.came, owner: place}, busy_until=sitting.first_at,
        )  # fmt: skip

    def _comes(self, course: _Course, place: int, owner: str) -> _Course:
        """A bucket comes to the stand. Those entered before it that did not are passed over: overtaken, or
        never to come, in which case the devices may have worked at them."""
        stand, sitting, entered = self._stand, self._sittings[place], self._entered[owner]
        at = sitting.first_at
        worth = self._log_product(sitting, owner) + self._log_photo(sitting, owner)
        if owner in course.passed:
            worth += math.log(stand.overtaken / (stand.overtaken + stand.missed))
        else:
            worth += math.log(1 - stand.missed)
        passed = [
            one for one in self._possible[place]
            if self._entered[one] < entered and one not in course.came and one not in course.passed
        ]  # fmt: skip
        usual, worked = self._log_density(at - max(entered, course.busy_until)), course.busy_until
        for one in passed:
            worked = max(self._entered[one], worked) + stand.usual_s / 2
        delayed = min(usual, self._log_density(at - max(entered, worked)))
        lost = stand.missed ** len(passed)
        taken = (stand.missed + stand.overtaken) ** len(passed) - lost
        worth += math.log(lost * math.exp(delayed) + taken * math.exp(usual) + 1e-300)
        return _Course(
            course.log + worth, (*course.owners, owner), {**course.came, owner: place},
            course.passed | set(passed), at,
        )  # fmt: skip

    def _open_end(self, course: _Course) -> float:
        """What it is worth that samples did not come until now, though it was their turn."""
        never, worth = self._stand.missed + self._stand.overtaken, 0.0
        for one in self._samples:
            if one.id not in course.came and one.id not in course.passed:
                until = min(self._now, one.ended_at.timestamp()) if one.ended_at else self._now
                waited = until - max(self._entered[one.id], course.busy_until)
                worth += math.log(never + (1 - never) * self._share_over(waited))
        return worth

    # --- what one step is worth -----------------------------------------------------------------------
    def _may_be_of(self, sitting: _Sitting, sample: Candidate) -> bool:
        """Both ends of the window count. A reading of a sample comes before its load ends."""
        age = sitting.first_at - self._entered[sample.id]
        has_ended = sample.ended_at is not None and sample.ended_at.timestamp() < sitting.first_at
        return 0 <= age <= self._window and not has_ended

    def _log_density(self, seconds: float) -> float:
        seconds = max(seconds, 1.0)
        z = math.log(seconds / self._stand.usual_s) / self._stand.spread
        return -z * z / 2 - math.log(seconds * self._stand.spread * math.sqrt(2 * math.pi))

    def _share_over(self, seconds: float) -> float:
        if seconds <= 1.0:
            return 1.0
        z = math.log(seconds / self._stand.usual_s) / self._stand.spread
        return math.erfc(z / math.sqrt(2)) / 2

    def _log_product(self, sitting: _Sitting, owner: str) -> float:
        wrong, worth = self._stand.wrong_product, 0.0
        for one in sitting.readings:
            worth += math.log(1 - wrong if same_species(one.species, self._species[owner]) else wrong)
        return worth

    def _log_photo(self, sitting: _Sitting, owner: str) -> float:
        """How near the photo of this sample is, against one that might have been taken at any time."""
        taken = self._photos.get(owner)
        if taken is None:
            return 0.0
        sd = self._stand.photo_s
        z = (sitting.first_at - taken) / sd
        near = math.exp(-z * z / 2) / (sd * math.sqrt(2 * math.pi))
        return math.log((1 - _SERVED_LATER) * near * self._window + _SERVED_LATER)

    def _alike(self, before: Measured, reading: Measured) -> float:
        """How much likelier the difference of the values is for one sample than for two."""
        worth = 0.0
        for analyte, value in reading.values.items():
            other, same = before.values.get(analyte), self._stand.repeat.get(analyte)
            apart = self._stand.differ.get(analyte)
            if other is not None and same and apart:
                worth += _log_normal(value - other, same) - _log_normal(value - other, apart)
        return min(worth, _MOST_ALIKE)


def _sittings(readings: Sequence[Measured], within: float) -> list[_Sitting]:
    has = {(one.sample_id, one.device) for one in readings if one.settled}
    found: list[_Sitting] = []
    for one in sorted(readings, key=lambda one: (one.at, one.id)):
        at = one.at.timestamp()
        joined = next((sitting for sitting in found[-2:] if sitting.takes(one, at, within, has)), None)
        if joined is None:
            found.append(_Sitting(at, [one]))
        else:
            joined.readings.append(one)
    for before, after in itertools.pairwise(found):
        if after.first_at - before.first_at <= within:
            before.is_mixed = after.is_mixed = True
    return found


def _likeliest(courses: Sequence[_Course]) -> list[_Course]:
    ordered = sorted(courses, key=lambda one: -one.log)[:MOST_COURSES]
    return [one for one in ordered if one.log >= ordered[0].log - _LEAST]


def _log_normal(difference: float, sd: float) -> float:
    spread = sd * math.sqrt(2)
    return -((difference / spread) ** 2) / 2 - math.log(spread * math.sqrt(2 * math.pi))
