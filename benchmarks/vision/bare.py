"""The bare chain, for the benchmark: how long decode, segment and infer take by themselves."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from station.vision.kernels import find_kernels
from station.vision.model import LoadedModel
from station.vision.photo import DecodedPhoto, decode


class UndecodableError(ValueError):
    """The photo to time cannot be decoded; the text is the reason's code."""


@dataclass(frozen=True, slots=True)
class BareTiming:
    """Seconds per step; `crop` and `infer` together make the crop + infer stage of `kernels` kernels."""

    decode: float
    segment: float
    crop: float
    infer: float
    kernels: int

    @property
    def total(self) -> float:
        return self.decode + self.segment + self.crop + self.infer

    @property
    def kernels_per_second(self) -> float:
        """Of the crop + infer stage; 0 without kernels."""
        spent = self.crop + self.infer
        return self.kernels / spent if spent > 0 else 0.0


def time_bare(
    photo: bytes, model: LoadedModel, *, clock: Callable[[], float] = time.perf_counter
) -> BareTiming:
    """Times one photo without gate, composition or worker. Raises UndecodableError."""
    marks = [clock()]
    decoded = decode(photo)
    if not isinstance(decoded, DecodedPhoto):
        raise UndecodableError(decoded.code.value)
    marks.append(clock())
    found = find_kernels(decoded.pixels)
    marks.append(clock())
    shown = model.shown(found)
    views = model.views(decoded.pixels, shown)
    marks.append(clock())
    model.judge(views)
    marks.append(clock())
    decoding, segmenting, cropping, inferring = (after - before for before, after in pairwise(marks))
    return BareTiming(decoding, segmenting, cropping, inferring, len(shown))
