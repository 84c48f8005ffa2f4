"""What one model says of one photo or capture: the value the light box hands to the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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


def combine(inspections: Sequence[Inspection]) -> Inspection:
    """Several photos of one capture, by one model, as one inspection.

    The accepted photos count; none accepted gives the reasons of all. Shares are means weighted by
    kernels; limits are combined the same way, as if the errors of the photos were the same error: never
    too narrow. Boxes belong to a photo, so `kernel_list` stays empty for more than one."""
    if len(inspections) == 1:
        return inspections[0]
    good = [seen for seen in inspections if seen.accepted]
    of = good or list(inspections)
    kernels = sum(seen.kernels or 0 for seen in of)
    return replace(
        of[0],
        accepted=bool(good),
        reasons=() if good else tuple(reason for seen in of for reason in seen.reasons),
        kernels=kernels,
        cut=sum(seen.cut or 0 for seen in of),
        classes=_combined_classes(good, kernels),
        kernel_list=(),
        seconds={stage: sum(seen.seconds.get(stage, 0.0) for seen in inspections) for stage in of[0].seconds},
    )


def _combined_classes(good: Sequence[Inspection], kernels: int) -> dict[KernelClass, ClassShare]:
    def mean(name: KernelClass, limit: str) -> float:
        whole = sum((seen.kernels or 0) * getattr(seen.classes[name], limit) for seen in good)
        return float(whole) / kernels if kernels else 0.0

    names = good[0].classes if good else {}
    return {
        name: ClassShare(
            sum(seen.classes[name].count for seen in good),
            mean(name, "share"),
            mean(name, "low"),
            mean(name, "high"),
        )
        for name in names
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
