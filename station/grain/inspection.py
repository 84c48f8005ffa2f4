"""An inspection is what one model says of one photo or capture: the light box hands it to the desk."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from station.grain.reasons import Reason
from station.grain.sizes import ColourDifference, Sizes

WIDE = 0.1  # limits farther apart than this decide nothing: figures of quality lie a few points apart


class KernelClass(StrEnum):
    """The station knows these classes by name. A bundle may declare others: classes are plain names.

    `whole` is what shows no break. It is not sound: kernels that insects bored, green, sprouted, fusarium or
    shrivelled ones are whole too, and a model that does not tell them apart lists them as `unseen`."""

    WHOLE = "whole"
    BROKEN = "broken"
    DAMAGED = "damaged"
    FOREIGN = "foreign"
    IN_HUSK = "in_husk"


SOUND = "sound"  # what older bundles call whole kernels
# Kernels that look whole, unless a bundle has a class for them.
UNSEEN = ("insects", "green", "sprouted", "fusarium", "shrivelled")


def class_name(name: str) -> str:
    """Return the name of a class that a bundle or an older row gives."""
    return KernelClass.WHOLE.value if name == SOUND else name


@dataclass(frozen=True, slots=True)
class ModelName:
    name: str
    version: str
    sha256: str

    def as_dict(self) -> dict[str, str]:
        return {"name": self.name, "version": self.version, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class ClassShare:
    """Counts `count` kernels called this class (arg-max), of those that show their own shape; `share` of
    them, corrected for the model's known confusion, with 95 % limits `low` and `high` of the load's share
    (all 0 to 1). It is by count, never by mass."""

    count: int
    share: float
    low: float
    high: float

    @property
    def wide(self) -> bool:
        """Tell whether the share is known too badly to decide anything on: the model abstains from this
        class."""
        return self.high - self.low > WIDE

    def as_dict(self) -> dict[str, Any]:
        limits = {"share": self.share, "low": self.low, "high": self.high}
        return {"count": self.count, **limits, "wide": self.wide}


@dataclass(frozen=True, slots=True)
class MassShare:
    """Estimates the `share` of the sample's mass from projected areas, with 95 % limits (all 0 to 1)."""

    share: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        return {"share": self.share, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Spread:
    """Tells how far several photos of one capture lie apart: per class the smallest and the largest share of
    a photo and their standard deviation, and the same of the count of kernels."""

    photos: int
    kernels: tuple[float, float, float]
    classes: Mapping[str, tuple[float, float, float]]

    def as_dict(self) -> dict[str, Any]:
        names = ("min", "max", "sd")
        classes = {name: dict(zip(names, of, strict=True)) for name, of in self.classes.items()}
        kernels = dict(zip(names, self.kernels, strict=True))
        return {"photos": self.photos, "kernels": kernels, "classes": classes}


@dataclass(frozen=True, slots=True)
class NumberValue:
    """Holds what a model says of the sample: `value` with 95 % limits, in `unit` on `basis` (None where no
    basis applies). `per` tells whether kernels were averaged ("kernel", then `kernels` counts them) or the
    sample was judged as one ("sample")."""

    value: float
    low: float
    high: float
    unit: str
    basis: str | None
    per: str
    kernels: int | None


@dataclass(frozen=True, slots=True)
class Embedding:
    """Tells how far the photo lies from what the model knows: middle squared distance, share of
    unfamiliar."""

    distance2: float
    unfamiliar: float


@dataclass(frozen=True, slots=True)
class Kernel:
    """`box` is x, y, width, height in pixels of the upright original photo."""

    box: tuple[int, int, int, int]
    kernel_class: str | None = None
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
    """`accepted` False means the photo cannot be judged: `reasons` say why, `classes` and `mass` are empty.

    `kernels` is the best count of complete kernels: `outlines` were drawn, `by_area` is a second count that
    does not know how clumps came apart (None where too few lie alone); `cut` those cut by the photo's edge;
    `judged` of them show their own shape and have a class: the shares stand on these. `unseen` says what the
    model does not tell apart from whole kernels, `grams` about how heavy the grain on the photo is. `remarks`
    say of an accepted photo what it does not tell, and why. `seconds` holds the time per stage (decode, card,
    segment, infer, inspect). Sizes and colours are known only with the reference `card`; without it sizes are
    None, which is unknown."""

    sha256: str
    accepted: bool
    reasons: tuple[Reason, ...] = ()
    kernels: int | None = None
    outlines: int | None = None
    by_area: float | None = None
    cut: int | None = None
    judged: int | None = None
    mm_per_px: float | None = None
    sizes: Sizes | None = None
    card: bool = False
    colour: ColourDifference | None = None
    classes: Mapping[str, ClassShare] = field(default_factory=dict)
    mass: Mapping[str, MassShare] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    grams: float | None = None
    remarks: tuple[Reason, ...] = ()
    spread: Spread | None = None
    species: SpeciesGuess | None = None
    task: str | None = None
    numbers: Mapping[str, NumberValue] = field(default_factory=dict)
    embedding: Embedding | None = None
    models: tuple[ModelName, ...] = ()
    kernel_list: tuple[Kernel, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self, *, polygons: bool = False) -> dict[str, Any]:
        """Return the shape that `silo inspect --json` prints, less `photo` and the reasons' messages."""
        return {
            "sha256": self.sha256,
            "accepted": self.accepted,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "remarks": [reason.as_dict() for reason in self.remarks],
            "kernels": self.kernels,
            "outlines": self.outlines,
            "by_area": self.by_area,
            "cut": self.cut,
            "judged": self.judged,
            "mm_per_px": self.mm_per_px,
            "sizes": self.sizes.as_dict() if self.sizes else None,
            "card": self.card,
            "colour": asdict(self.colour) if self.colour else None,
            "classes": {name: share.as_dict() for name, share in self.classes.items()},
            **({"mass": {name: s.as_dict() for name, s in self.mass.items()}} if self.mass else {}),
            "unseen": list(self.unseen),
            "grams": self.grams,
            **({"spread": self.spread.as_dict()} if self.spread else {}),
            "species": {"name": self.species.name, "p": self.species.p} if self.species else None,
            "task": self.task,
            "numbers": {name: asdict(number) for name, number in self.numbers.items()},
            "embedding": asdict(self.embedding) if self.embedding else None,
            "models": [model.as_dict() for model in self.models],
            "kernel_list": [_kernel_dict(k, polygons) for k in self.kernel_list],
            "seconds": dict(self.seconds),
        }


def _kernel_dict(kernel: Kernel, polygons: bool) -> dict[str, Any]:
    out: dict[str, Any] = {
        "box": list(kernel.box),
        "class": kernel.kernel_class,
        "p": kernel.p,
        "length_mm": kernel.length_mm,
        "width_mm": kernel.width_mm,
    }
    if polygons:
        out["polygon"] = [list(point) for point in kernel.polygon]
    return out
