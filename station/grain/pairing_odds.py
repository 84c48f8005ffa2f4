"""How likely each sample is for readings without identifier, by what happens at the stand.

Readings of different devices within a short time are of one bucket (`station/grain/sittings.py`). Buckets
come in the order in which they reach the stand, mostly that of their entry (`station/grain/rhythm.py`). A
*course* says for each sitting which sample it is of. Its weight is the product of what its steps are worth:
that this bucket came and the others not yet, which devices gave a reading, a sample measured again or not
known here, its product, and the photo of a sample, whose barcode is known. The order is paid once a sitting,
so three devices that agree tell no more about it than one. What is settled stays so in every course. The
odds of a sample are the share of the weight of those courses in which the sitting is of it: what waits is
judged together with what came since."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from station.grain.identifiers import same_species
from station.grain.rhythm import Rhythm
from station.grain.sittings import Sitting, sittings_of
from station.grain.stand import Candidate, Measured, Stand

MOST_COURSES = 64
_LEAST = 12.0  # natural logarithm: a course so much less likely than the best is given up
_SETTLED_BEFORE = 3  # sittings before the first open question that tell who was there
_MIXED = 0.05  # share of the sittings close to another one that hold a reading of it
_MOST_ALIKE = math.log(10)  # loads of one farm are alike too
_SERVED_LATER = 0.02  # share of the samples whose photo is taken long before or after the sitting


@dataclass(frozen=True, slots=True)
class _Course:
    """`came` says the last sitting of each sample that came to the stand. Who did not come was not there
    before `floor`; the bucket whose first reading was at (one of) `last` keeps the stand busy."""

    floor: float
    last: tuple[float, ...] = (-math.inf,)
    log: float = 0.0
    owners: tuple[str | None, ...] = ()
    came: Mapping[str, int] = field(default_factory=dict)


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
        self._window, self._now = window.total_seconds(), now.timestamp()
        self._samples = sorted(samples, key=lambda one: (one.entered_at, one.id))
        self._entered = {one.id: one.entered_at.timestamp() for one in self._samples}
        self._species = {one.id: one.species for one in self._samples}
        readings = [one for one in measured if not one.is_photo]
        self._sittings, self._lags = sittings_of(readings, stand.sitting_s)
        self._photos = {
            one.sample_id: one.at.timestamp()
            for one in measured
            if one.is_photo and one.sample_id is not None
        }
        self._rhythm = Rhythm.learn(stand, self._sittings, self._entered, self._photos)
        self._stand = self._rhythm.stand
        self._possible = [
            [one.id for one in self._samples if self._may_be_of(sitting, one)] for sitting in self._sittings
        ]

    def odds(self) -> Odds:
        open_ones = [n for n, one in enumerate(self._sittings) if not one.is_settled]
        first = max((open_ones or [len(self._sittings)])[0] - _SETTLED_BEFORE, 0)
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
        """What is settled well before the first open question happened so in every course."""
        settled = self._sittings[:count]
        owners = tuple(one.owner for one in settled)
        came = {owner: n for n, owner in enumerate(owners) if owner in self._entered and owner is not None}
        if not settled:
            return _Course(min((one.at for one in self._sittings), default=self._now) - 1)
        last = settled[-1].at
        return _Course(last - self._stand.busy_s, (last,), 0.0, owners, came)

    def _steps(self, course: _Course, place: int) -> Iterator[_Course]:
        """Every way to go on with the next sitting."""
        sitting = self._sittings[place]
        owners: Sequence[str | None] = [sitting.owner]
        if not sitting.is_settled:
            owners = [*self._possible[place], None]
        for owner in owners:
            if owner is None or owner not in self._entered:
                yield self._unknown(course, place, owner)
            elif owner in course.came:
                yield self._again(course, place, owner)
            else:
                yield self._comes(course, place, owner)

    def _unknown(self, course: _Course, place: int, owner: str | None) -> _Course:
        """A bucket that is not known here comes; or the reading is of another time, and tells nothing."""
        sitting = self._sittings[place]
        turn = self._rhythm.turn(
            sitting.at, course.last, course.floor, None, self._others(course, sitting, None)
        )
        worth = math.exp(turn.log + self._log_complete(sitting) + self._log_usual_product(sitting))
        stray = max(one.stray for one in sitting.readings) + _MIXED * sitting.is_mixed
        worth = math.log(worth + stray / self._stand.usual_s + 1e-300)
        after = replace(course, log=course.log + worth, owners=(*course.owners, owner))
        return after if stray else replace(after, floor=max(course.floor, turn.came_at), last=(sitting.at,))

    def _again(self, course: _Course, place: int, owner: str) -> _Course:
        """The sample is measured again, or one device gives its reading of it much after the others. Whether
        that keeps the next bucket from the stand is not known."""
        sitting, before = self._sittings[place], self._sittings[course.came[owner]]
        late = (sitting.first_at - before.first_at) / self._stand.usual_s
        worth = self._log_product(sitting, owner) - math.log(self._stand.usual_s) - max(late - 1, 0.0)
        twice = [
            (other, one)
            for one in sitting.readings
            for other in before.readings
            if other.device == one.device
        ]
        worth += math.log(self._stand.again) * (2 if len(twice) > 1 else 1) + self._log_alike(twice)
        return replace(
            course, log=course.log + worth, owners=(*course.owners, owner),
            came={**course.came, owner: place}, last=(course.last[0], sitting.at),
        )  # fmt: skip

    def _comes(self, course: _Course, place: int, owner: str) -> _Course:
        """A bucket comes to the stand, before all that did not come yet."""
        sitting, entered = self._sittings[place], self._entered[owner]
        others = self._others(course, sitting, owner)
        turn = self._rhythm.turn(sitting.at, course.last, course.floor, entered, others)
        worth = turn.log + self._log_complete(sitting)
        worth += self._log_product(sitting, owner) + self._log_photo(sitting, owner)
        return _Course(
            max(course.floor, turn.came_at), (sitting.at,), course.log + worth, (*course.owners, owner),
            {**course.came, owner: place},
        )  # fmt: skip

    def _others(self, course: _Course, sitting: Sitting, owner: str | None) -> list[float]:
        return [
            entered for name, entered in self._entered.items()
            if name != owner and name not in course.came and entered < sitting.at
        ]  # fmt: skip

    def _open_end(self, course: _Course) -> float:
        """What it is worth that nobody came until now, though it was their turn."""
        share, worth, nobody = self._rhythm.share_not_by, 0.0, 1.0
        for one in self._samples:
            if one.id in course.came:
                continue
            entered = self._entered[one.id]
            worth += self._log_photo_waits(one.id)
            if one.ended_at is None and self._now > course.floor:
                nobody *= share(self._now - entered) / share(course.floor - entered)
            elif one.ended_at is not None and one.ended_at.timestamp() > course.floor:
                worth += math.log(share(math.inf) / share(course.floor - entered))
        is_free = self._rhythm.share_free(course.last, self._now)
        return worth + math.log(1 - is_free * (1 - nobody) + 1e-300)

    # --- what one step is worth -----------------------------------------------------------------------
    def _may_be_of(self, sitting: Sitting, sample: Candidate) -> bool:
        """Both ends of the window count. A reading of a sample comes before its load ends."""
        age = sitting.first_at - self._entered[sample.id]
        has_ended = sample.ended_at is not None and sample.ended_at.timestamp() < sitting.first_at
        return 0 <= age <= self._window and not has_ended

    def _log_complete(self, sitting: Sitting) -> float:
        """Devices that gave no reading of a bucket, though they had the time."""
        silent, worth = self._stand.silent, 0.0
        for device, lag in self._lags.items():
            not_yet = _over((self._now - sitting.at - lag.seconds) / lag.sd)
            worth += math.log(1 - silent if device in sitting.devices else silent + (1 - silent) * not_yet)
        return worth

    def _log_product(self, sitting: Sitting, owner: str) -> float:
        wrong, worth = self._stand.wrong_product, 0.0
        for one in sitting.readings:
            worth += math.log(1 - wrong if same_species(one.species, self._species[owner]) else wrong)
        return worth

    def _log_usual_product(self, sitting: Sitting) -> float:
        """How usual a product is among the samples known here."""
        said = next((one.species for one in sitting.readings if one.species is not None), None)
        if said is None:
            return 0.0
        alike = sum(same_species(said, species) for species in self._species.values())
        return math.log((alike + 1) / (len(self._samples) + 2))

    def _log_photo(self, sitting: Sitting, owner: str) -> float:
        """How near the photo of this sample is, against one that might have been taken at any time."""
        taken, usual = self._photos.get(owner), self._rhythm.photo
        if taken is None:
            return 0.0
        z = (sitting.at - taken - usual.seconds) / usual.sd
        near = math.exp(-z * z / 2) / (usual.sd * math.sqrt(2 * math.pi))
        return math.log((1 - _SERVED_LATER) * near * self._window + _SERVED_LATER)

    def _log_photo_waits(self, owner: str) -> float:
        """The photo is taken, and the sample is not measured yet."""
        taken, usual = self._photos.get(owner), self._rhythm.photo
        if taken is None:
            return 0.0
        not_yet = _over((self._now - taken - usual.seconds) / usual.sd)
        return math.log(_SERVED_LATER + (1 - _SERVED_LATER) * not_yet)

    def _log_alike(self, twice: Sequence[tuple[Measured, Measured]]) -> float:
        """How much likelier the differences of the values are for one sample than for two."""
        worth: dict[str, float] = {}
        for before, reading in twice:
            for analyte, value in reading.values.items():
                other, same = before.values.get(analyte), self._stand.repeat.get(analyte)
                apart = self._stand.differ.get(analyte)
                if other is not None and same and apart:
                    said = _log_normal(value - other, same) - _log_normal(value - other, apart)
                    worth[analyte] = min(said, worth.get(analyte, said))
        return min(math.fsum(worth.values()), _MOST_ALIKE)


def _likeliest(courses: Sequence[_Course]) -> list[_Course]:
    ordered = sorted(courses, key=lambda one: -one.log)[:MOST_COURSES]
    return [one for one in ordered if one.log >= ordered[0].log - _LEAST]


def _over(z: float) -> float:
    """Share of a normal distribution over `z` standard deviations."""
    return math.erfc(z / math.sqrt(2)) / 2


def _log_normal(difference: float, sd: float) -> float:
    spread = sd * math.sqrt(2)
    return -((difference / spread) ** 2) / 2 - math.log(spread * math.sqrt(2 * math.pi))
