"""Group readings of different devices within a short time: they are of one bucket, a *sitting*.

Each device gives its reading some time after the first one, its lag. Where the lags are known, readings whose
times less their lags agree are of one bucket: a second measurement stands aside, and the next bucket too."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from station.grain.stand import Measured

FEWEST = 3  # sittings that tell a device's lag
LEAST_SD_S = 3.0  # persons fill no more evenly than this
_MAD = 1.4826  # of a normal distribution: standard deviation over median absolute deviation


@dataclass(frozen=True, slots=True)
class Usual:
    """A time in seconds as it was learnt, and its standard deviation."""

    seconds: float
    sd: float

    @classmethod
    def learn(cls, times: Sequence[float], least_sd: float) -> "Usual":
        """The fewer times, the wider; those that are far off do not count."""
        middle = median(times)
        sd = _MAD * median(abs(one - middle) for one in times)
        return cls(middle, max(sd, least_sd) * (1 + 4 / len(times)))


Lags = Mapping[str, Usual]


@dataclass(slots=True)
class Sitting:
    """`at` is when the first reading came, or would have come by the lags of those that did. `is_mixed`:
    another one begins so soon that a reading of it may be here."""

    at: float
    readings: list[Measured]
    is_mixed: bool = False

    @property
    def first_at(self) -> float:
        return min(one.at for one in self.readings).timestamp()

    @property
    def owner(self) -> str | None:
        return next((one.sample_id for one in self.readings if one.settled), None)

    @property
    def is_settled(self) -> bool:
        return any(one.settled for one in self.readings)

    @property
    def devices(self) -> set[str]:
        return {one.device for one in self.readings}

    def takes(self, reading: Measured, at: float, within: float, has: Collection[object]) -> bool:
        """`has` tells which device has measured which sample. One that was measured again takes no reading of
        the next bucket."""
        if at - self.at > within or reading.device in self.devices:
            return False
        if self.is_settled and reading.settled:
            return self.owner == reading.sample_id
        owner = self.owner if self.is_settled else reading.sample_id
        return not (self.is_settled or reading.settled) or all(
            (owner, one.device) not in has or one.settled for one in (reading, *self.readings)
        )


def sittings_of(readings: Sequence[Measured], within: float) -> tuple[list[Sitting], Lags]:
    """Return the sittings in their order, and the lags of the devices that measure most samples."""
    lags = _learn_lags(_group(readings, within, {}))
    return _group(readings, within / 2 if lags else within, lags), lags


def _group(readings: Sequence[Measured], within: float, lags: Lags) -> list[Sitting]:
    has = {(one.sample_id, one.device) for one in readings if one.settled}
    found: list[Sitting] = []
    begun = [(one.at.timestamp() - _lag(lags, one), one.id, one) for one in readings]
    for at, _, one in sorted(begun, key=lambda key: key[:2]):
        joined = next((sitting for sitting in found[-2:] if sitting.takes(one, at, within, has)), None)
        if joined is None:
            found.append(Sitting(at, [one]))
        else:
            joined.readings.append(one)
    for before, after in itertools.pairwise(found):
        if after.at - before.at <= within and not before.devices & after.devices:
            before.is_mixed = after.is_mixed = True
    for sitting in found:
        known = [one for one in sitting.readings if one.device in lags]
        sitting.at = fmean(one.at.timestamp() - _lag(lags, one) for one in known) if known else sitting.at
    return sorted(found, key=lambda sitting: sitting.at)


def _lag(lags: Lags, reading: Measured) -> float:
    return lags[reading.device].seconds if reading.device in lags else 0.0


def _learn_lags(sittings: Sequence[Sitting]) -> Lags:
    lags: dict[str, list[float]] = {}
    for sitting in sittings:
        for one in sitting.readings if len(sitting.readings) > 1 else ():
            lags.setdefault(one.device, []).append(one.at.timestamp() - sitting.first_at)
    fewest = max(FEWEST, len(sittings) / 2)
    return {
        device: Usual.learn(times, LEAST_SD_S)
        for device, times in sorted(lags.items())
        if len(times) >= fewest
    }
