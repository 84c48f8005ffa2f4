"""Look at a photo's bytes: decode, find the card and the kernels, at the scale that the kernels need."""

from collections.abc import Callable
from dataclasses import dataclass, field

from station.grain.reasons import Reason
from station.vision.kernels import Segmentation
from station.vision.photo import can_be_finer, decode
from station.vision.quality import MIN_KERNELS
from station.vision.scene import Scene, read_scene
from station.vision.second_count import count_twice

Clock = Callable[[], float]

CLOSE = 1.15  # times the least length: smaller kernels are looked at in finer detail where there is any


@dataclass(slots=True)
class Stages:
    """Adds up seconds per stage, measured with the clock it is given."""

    clock: Clock
    started: float = field(init=False)
    last: float = field(init=False)
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.started = self.last = self.clock()

    def end(self, stage: str) -> None:
        now = self.clock()
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + now - self.last, 6)
        self.last = now

    def total(self) -> dict[str, float]:
        return {**self.seconds, "inspect": round(self.clock() - self.started, 6)}


def look(photo: bytes, min_length: float, stages: Stages) -> tuple[Scene, Segmentation] | Reason:
    """Return what is seen at the usual scale, or finer where the kernels are small or two counts of them
    differ, and the photo has more to show; why nothing is seen where it cannot be decoded."""
    decoded = decode(photo)
    while True:
        stages.end("decode")
        if isinstance(decoded, Reason):
            return decoded
        scene = read_scene(decoded)
        stages.end("card")
        found = scene.kernels()
        stages.end("segment")
        texture = found.overflow or len(found.complete) < MIN_KERNELS
        clear = found.length >= CLOSE * min_length and count_twice(found.complete).agree
        if texture or clear or not can_be_finer(decoded):
            return scene, found
        decoded = decode(photo, finer_than=decoded.reduction)
