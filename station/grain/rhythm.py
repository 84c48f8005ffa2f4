"""How long a bucket takes to the stand, and from one to the next, as learnt from what is settled there.

The first come is measured first. A first reading comes at a free stand when a bucket does, at a busy one
after the bucket before; so it tells when this bucket came, and that the others did not come before it. All
times are those of first readings."""

import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from station.grain.sittings import Sitting, Usual
from station.grain.stand import Stand

_UNSURE = 0.4  # share of a time by which another stand's may differ
_FEWEST_PHOTOS = 5
_LEAST_PHOTO_SD_S = 10.0  # the phone is taken up when hands are free
_SLOW = 0.02  # share of the buckets that wait though the stand is free
_STEPS = 8  # of the sum over when a bucket came that had to wait
_LONGEST_S = 1800  # times are told to the second up to here


@dataclass(frozen=True, slots=True)
class Turn:
    """What it is worth that a bucket has its first reading now (`log` of a density), and when it came."""

    log: float
    came_at: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`photo` is the time from a photo to the first reading of its sample."""

    stand: Stand
    photo: Usual

    @classmethod
    def learn(
        cls,
        stand: Stand,
        sittings: Sequence[Sitting],
        entered: Mapping[str, float],
        photos: Mapping[str, float],
    ) -> "Rhythm":
        """Learn from what is settled; the fewer, the more what the site says holds."""
        first = {one.owner: one.at for one in reversed(sittings) if one.is_settled and one.owner is not None}
        apart = [first[owner] - at for owner, at in photos.items() if owner in first]
        photo = Usual(0.0, stand.photo_s)
        if len(apart) >= _FEWEST_PHOTOS:
            photo = Usual.learn(apart, _LEAST_PHOTO_SD_S)
        return cls(_learn_times(stand, sittings, entered), photo)

    def share_not_by(self, age: float) -> float:
        """Share of the samples that are not at the stand so long after their entry."""
        return 1.0 if age <= 0 else self._table[1][int(min(age, _LONGEST_S - 1))]

    def share_free(self, last: Sequence[float], at: float) -> float:
        """How likely the stand is free at a time, after the bucket before; `last`: of one of these times."""
        return fmean(_under((at - one - self.stand.busy_s) / self.stand.busy_sd) for one in last)

    def turn(
        self, at: float, last: Sequence[float], floor: float, mine: float | None, others: Sequence[float]
    ) -> Turn:
        """Weigh that the bucket entered at `mine` (None: one that is not known here) comes at `at`, and those
        entered at `others` after it; none of them was there before `floor`."""
        known = self.share_not_by
        begin = math.prod(known(floor - one) for one in others) * (
            1.0 if mine is None else known(floor - mine)
        )

        def comes(when: float) -> float:
            own = self.stand.foreign / self.stand.usual_s if mine is None else self._density(when - mine)
            return own * math.prod(known(when - one) for one in others) / begin

        is_free = self.share_free(last, at)
        is_next = self._density_next(last, at) + _SLOW / self.stand.usual_s * is_free
        low = floor if mine is None else max(floor, mine)
        width = max(at - low, 0.0) / _STEPS
        whens = [low + (n + 0.5) * width for n in range(_STEPS)]
        parts = [(is_next * comes(when) * width, when) for when in whens] if is_next > 1e-9 else []
        parts.append((is_free * comes(at), at))
        total = math.fsum(part for part, _ in parts)
        came_at = math.fsum(part * when for part, when in parts) / total if total > 0 else at
        return Turn(math.log(total + 1e-300), came_at)

    def _density(self, age: float) -> float:
        return 0.0 if age < 0 else self._table[0][int(min(age, _LONGEST_S - 1))]

    def _density_next(self, last: Sequence[float], at: float) -> float:
        sd = self.stand.busy_sd
        zs = [(at - one - self.stand.busy_s) / sd for one in last]
        return math.fsum(math.exp(-z * z / 2) for z in zs) / len(zs) / (sd * math.sqrt(2 * math.pi))

    @property
    def _table(self) -> tuple[list[float], list[float]]:
        said = self.stand
        return _coming(round(said.usual_s), said.first_s, round(said.spread, 2), said.overtaken, said.missed)


def _learn_times(stand: Stand, sittings: Sequence[Sitting], entered: Mapping[str, float]) -> Stand:
    free, busy = [], []
    for before, after in itertools.pairwise(sittings):
        came = entered.get(after.owner or "")
        if came is None or before.owner == after.owner:
            continue
        if before.at - came >= stand.usual_s / 3:  # it stood there before the stand was free
            busy.append(after.at - before.at)
        elif after.at - before.at >= 2 * stand.busy_s:
            free.append(after.at - came)
    usual_s, free_u = _blend(stand.usual_s, free)
    busy_s, busy_u = _blend(stand.busy_s, busy)
    seen_sd = Usual.learn(busy, 0.0).sd if busy else 0.0
    return replace(
        stand,
        usual_s=max(usual_s, stand.first_s + 1),
        spread=math.hypot(stand.spread, free_u / usual_s),
        busy_s=busy_s,
        busy_sd=math.hypot(max(stand.busy_sd, seen_sd), busy_u),
    )


def _blend(said: float, times: Sequence[float]) -> tuple[float, float]:
    """What the site says counts as one time; so does how far it may be wrong."""
    count = len(times)
    middle = (said + count * median(times)) / (1 + count) if times else said
    return middle, _UNSURE * middle / (1 + count)


@functools.lru_cache(maxsize=64)
def _coming(
    usual: float, first: float, spread: float, late: float, missed: float
) -> tuple[list[float], list[float]]:
    """Per second after the entry: the density of coming to the stand, and the share that has not come."""

    def by(age: float) -> float:
        in_turn = _log_normal_share(max(usual - first, 1.0), spread, age - first)
        return (1 - late - missed) * in_turn + late * _log_normal_share(2 * usual, 1.0, age)

    shares = [by(half / 2) for half in range(2 * _LONGEST_S + 1)]
    density = [max(shares[2 * n + 2] - shares[2 * n], 1e-12) for n in range(_LONGEST_S)]
    return density, [1 - shares[2 * n + 1] for n in range(_LONGEST_S)]


def _log_normal_share(middle: float, spread: float, age: float) -> float:
    return _under(math.log(age / middle) / spread) if age > 0 else 0.0


def _under(z: float) -> float:
    """Share of a normal distribution under `z` standard deviations."""
    return math.erfc(-z / math.sqrt(2)) / 2
