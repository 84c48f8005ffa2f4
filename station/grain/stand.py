"""What is measured at a stand of a site, and how the stand usually works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stand:
    """How samples are measured at a site; `usual_s` and `busy_s` are where learning begins.

    `usual_s` is the median of the time from a sample's entry to its first reading at a free stand, `first_s`
    of it the bucket stands there already; `spread` is the standard deviation of the logarithm of the rest. At
    a busy stand the next sample's first reading follows after `busy_s`, standard deviation `busy_sd`.
    Readings within `sitting_s` are of one bucket, `photo_s` is the standard deviation of the time between
    them and its photo. Shares from 0 to 1: `overtaken` of the samples are measured long after their turn;
    of `missed` nothing comes; `silent` of the devices' readings of a sample do not come, or late; `again` of
    the sittings are of a sample that was measured before; `foreign` ones are of no sample known here;
    `wrong_product` of the readings bear another product than declared. `repeat` and `differ` are standard
    deviations per analyte: between two measurements of one sample, and between samples."""

    usual_s: float = 75.0
    first_s: float = 40.0
    spread: float = 0.4
    busy_s: float = 60.0
    busy_sd: float = 6.0
    sitting_s: float = 40.0
    photo_s: float = 40.0
    overtaken: float = 0.01
    missed: float = 0.01
    silent: float = 0.03
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
