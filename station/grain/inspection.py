"""What one model says of one photo or capture: the value the light box hands to the desk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from station.grain.reasons import Reason


class KernelClass(StrEnum):
    SOUND = "sound"
    BROKEN = "broken"
    DAMAGED = "damaged"
    FOREIGN = "foreign"
    IN_HUSK = "in_husk"


@dataclass(frozen=True, slots=True)
class ModelName:
    name: str
    version: str
    sha256: str

    def as_dict(self) -> dict[str, str]:
        return {"name": self.name, "version": self.version, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class ClassShare:
    """`count` kernels called this class (arg-max); `share` of all complete kernels, corrected for the
    model's known confusion, with 95 % limits `low` and `high` (all 0 to 1). By count, never by mass."""

    count: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Kernel:
    """`box` is x, y, width, height in pixels of the upright original photo."""

    box: tuple[int, int, int, int]
    kernel_class: KernelClass | None = None
    p: float | None = None
    length_mm: float | None = None
    width_mm: float | None = None
    polygon: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SpeciesGuess:
    name: str
    p: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """`accepted` False means the photo cannot be judged: `reasons` say why, `classes` is empty.

    `kernels` counts complete kernels, `cut` those cut by the photo's edge. `seconds` holds the time
    per stage (decode, segment, infer, inspect)."""

    sha256: str
    accepted: bool
    reasons: tuple[Reason, ...] = ()
    kernels: int | None = None
    cut: int | None = None
    mm_per_px: float | None = None
    classes: Mapping[KernelClass, ClassShare] = field(default_factory=dict)
    species: SpeciesGuess | None = None
    models: tuple[ModelName, ...] = ()
    kernel_list: tuple[Kernel, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self, *, polygons: bool = False) -> dict[str, Any]:
        """The shape that `silo inspect --json` prints, less `photo` and the reasons' messages."""
        return {
            "sha256": self.sha256,
            "accepted": self.accepted,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "kernels": self.kernels,
            "cut": self.cut,
            "mm_per_px": self.mm_per_px,
            "classes": {
                name.value: {"count": s.count, "share": s.share, "low": s.low, "high": s.high}
                for name, s in self.classes.items()
            },
            "species": {"name": self.species.name, "p": self.species.p} if self.species else None,
            "models": [model.as_dict() for model in self.models],
            "kernel_list": [_kernel_dict(k, polygons) for k in self.kernel_list],
            "seconds": dict(self.seconds),
        }


def _kernel_dict(kernel: Kernel, polygons: bool) -> dict[str, Any]:
    out: dict[str, Any] = {
        "box": list(kernel.box),
        "class": kernel.kernel_class.value if kernel.kernel_class else None,
        "p": kernel.p,
        "length_mm": kernel.length_mm,
        "width_mm": kernel.width_mm,
    }
    if polygons:
        out["polygon"] = [list(point) for point in kernel.polygon]
    return out
