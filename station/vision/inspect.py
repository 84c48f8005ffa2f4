"""Photo bytes -> Inspection: decode, segment, gate, crop, infer, compose, or refuse with reasons."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import (
    ClassShare,
    Embedding,
    Inspection,
    Kernel,
    KernelClass,
    MassShare,
    NumberValue,
    SpeciesGuess,
)
from station.grain.reasons import Code, Reason
from station.vision.composition import compose
from station.vision.gate import check
from station.vision.kernels import KernelShape, find_kernels
from station.vision.model import Judged, LoadedModel
from station.vision.numbers import sample_number
from station.vision.photo import Photo, decode

Clock = Callable[[], float]

# a photo cannot tell these apart: `--species` takes either name
PHOTO_SPECIES = {"soft_wheat": "wheat", "durum": "wheat"}
POLYGON_DETAIL = 0.8  # pixels of the working scale a polygon may leave the outline


@dataclass(slots=True)
class _Stages:
    """Seconds per stage, measured with the clock it is given."""

    clock: Clock
    started: float = field(init=False)
    last: float = field(init=False)
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.started = self.last = self.clock()

    def end(self, stage: str) -> None:
        now = self.clock()
        self.seconds[stage] = round(now - self.last, 6)
        self.last = now

    def total(self) -> dict[str, float]:
        return {**self.seconds, "inspect": round(self.clock() - self.started, 6)}


def inspect(
    photo: bytes,
    model: LoadedModel | None,
    *,
    species: str | None = None,
    polygons: bool = False,
    clock: Clock = time.perf_counter,
) -> Inspection:
    """What `model` says of one photo; `species` is what was declared, if anything.

    Never raises for a bad photo: the inspection is then not accepted and says why. Without a model
    kernels are counted and boxed, classes stay empty and the reason is `no_model`. `polygons` adds
    outlines. `seconds` has decode, segment (with the gate), infer (with crops) and inspect (all).
    """
    stages = _Stages(clock)
    sha256 = hashlib.sha256(photo).hexdigest()
    models = (model.name,) if model else ()
    decoded = decode(photo)
    stages.end("decode")
    if isinstance(decoded, Reason):
        task = model.task if model else None
        return Inspection(sha256, False, (decoded,), models=models, task=task, seconds=stages.total())
    found = find_kernels(decoded.pixels)
    refused = check(decoded.pixels, found)
    stages.end("segment")
    judged = None
    if model is not None and not refused:
        judged = model.judge(model.views(decoded.pixels, found.complete))
    stages.end("infer")
    refused = refused or _doubts(model, judged, found.complete, species)
    numbers, odd = _numbers(model, judged) if model and judged and not refused else ({}, ())
    refused = refused or odd
    accepted = judged is not None and not refused
    classes, mass = _shares(model, judged, found.complete) if model and judged and accepted else ({}, {})
    result = Inspection(
        sha256=sha256,
        accepted=accepted,
        reasons=refused,
        kernels=len(found.complete),
        cut=found.cut,
        classes=classes,
        mass=mass,
        species=_guess(model, judged, refused) if model and judged else None,
        models=models,
        task=model.task if model else None,
        numbers=numbers if accepted else {},
        embedding=_embedding(model, judged) if model and judged else None,
        kernel_list=_kernel_list(found.complete, decoded, model, judged if accepted else None, polygons),
    )
    return replace(result, seconds=stages.total())


def _doubts(
    model: LoadedModel | None, judged: Judged | None, kernels: Sequence[KernelShape], species: str | None
) -> tuple[Reason, ...]:
    """Why what was judged must not be used: unknown grain, another species than declared, no model."""
    if model is None:
        return (Reason(Code.NO_MODEL),)
    if judged is None:
        return ()
    if not judged.finite:
        return (Reason(Code.MODEL_NOT_FINITE, {"model": f"{model.name.name} {model.name.version}"}),)
    declared = PHOTO_SPECIES.get(species, species) if species else None
    unknown = _unknown(model, judged, kernels)
    wrong = declared is not None and declared not in model.species
    if unknown is None:
        return (_not_of(model, species),) if wrong else ()
    if declared is None or wrong:
        return (unknown,)
    return unknown, Reason(Code.WRONG_SPECIES, {"declared": species, "seen": None})


def _not_of(model: LoadedModel, declared: str | None) -> Reason:
    """A model that knows its grain saw it; one without an embedding is only not made for the other."""
    if model.familiar is None:
        return Reason(Code.NOT_VALIDATED_FOR, {"declared": declared})
    return Reason(Code.WRONG_SPECIES, {"declared": declared, "seen": model.species[0]})


def _unknown(model: LoadedModel, judged: Judged, kernels: Sequence[KernelShape]) -> Reason | None:
    """Whether the photo shows no grain the bundle knows, by the net's embedding or by plain shape."""
    if model.familiar is None:
        return None
    share = unfamiliar_share(model, judged)
    if share > model.familiar.share:
        return Reason(Code.UNKNOWN_GRAIN, {"share": round(share, 3), "limit": model.familiar.share})
    if model.familiar.elongation is None:
        return None
    low, high = model.familiar.elongation
    middle = middle_elongation(kernels)
    if not low <= middle <= high:
        return Reason(Code.UNKNOWN_GRAIN, {"elongation": round(middle, 3), "low": low, "high": high})
    return None


def unfamiliar_share(model: LoadedModel, judged: Judged) -> float:
    """Share of the kernels that are foreign to the model's species or far from all it has seen."""
    if model.familiar is None or judged.distance2 is None or len(judged.distance2) == 0:
        return 0.0
    foreign = np.zeros(len(judged.distance2), bool)
    if judged.probabilities is not None and KernelClass.FOREIGN in model.classes:
        foreign = judged.probabilities.argmax(axis=1) == model.classes.index(KernelClass.FOREIGN)
    return float((foreign | (judged.distance2 > model.familiar.distance2)).mean())


def middle_elongation(kernels: Sequence[KernelShape]) -> float:
    """Median length over width of the kernels' smallest enclosing rectangles; 0 without kernels."""
    sides = [cv2.minAreaRect(kernel.contour)[1] for kernel in kernels]
    return float(np.median([(max(pair) + 1) / (min(pair) + 1) for pair in sides])) if sides else 0.0


def _guess(model: LoadedModel, judged: Judged, doubts: Sequence[Reason]) -> SpeciesGuess | None:
    """The bundle's species with the share of kernels that look like it; None for unknown grain and for
    a bundle that does not know what its grain looks like."""
    unsure = {Code.UNKNOWN_GRAIN, Code.MODEL_NOT_FINITE}
    if model.familiar is None or any(reason.code in unsure for reason in doubts):
        return None
    return SpeciesGuess(model.species[0], round(1 - unfamiliar_share(model, judged), 6))


def _embedding(model: LoadedModel, judged: Judged) -> Embedding | None:
    """How far the photo lies from what the bundle knows, also where that is why it is refused."""
    if judged.distance2 is None or len(judged.distance2) == 0 or not judged.finite:
        return None
    share = unfamiliar_share(model, judged)
    return Embedding(round(float(np.median(judged.distance2)), 6), round(share, 6))


def _shares(
    model: LoadedModel, judged: Judged, kernels: Sequence[KernelShape]
) -> tuple[dict[str, ClassShare], dict[str, MassShare]]:
    """Shares by count and by estimated mass; none where the model has no classes."""
    if judged.probabilities is None or model.confusion is None:
        return {}, {}
    called = judged.probabilities.argmax(axis=1)
    counts = np.bincount(called, minlength=len(model.classes))
    found = compose(counts, model.confusion)
    by_count = zip(model.classes, counts, found.by_count(), strict=True)
    areas = np.array([kernel.area for kernel in kernels])
    by_mass = zip(model.classes, found.by_mass(called, areas), strict=True)
    return (
        {name: ClassShare(int(count), s.share, s.low, s.high) for name, count, s in by_count},
        {name: MassShare(s.share, s.low, s.high) for name, s in by_mass},
    )


def _numbers(model: LoadedModel, judged: Judged) -> tuple[dict[str, NumberValue], tuple[Reason, ...]]:
    """The sample's numbers, and why some are none."""
    found = {one.name: sample_number(judged.numbers[one.name], one) for one in model.numbers}
    values = {name: one for name, one in found.items() if isinstance(one, NumberValue)}
    return values, tuple(one for one in found.values() if isinstance(one, Reason))


def _kernel_list(
    kernels: Sequence[KernelShape],
    photo: Photo,
    model: LoadedModel | None,
    judged: Judged | None,
    polygons: bool,
) -> tuple[Kernel, ...]:
    listed = []
    for index, kernel in enumerate(kernels):
        name, p = None, None
        if model is not None and judged is not None and judged.probabilities is not None:
            best = int(judged.probabilities[index].argmax())
            name, p = model.classes[best], round(float(judged.probabilities[index, best]), 6)
        outline = _polygon(kernel, photo) if polygons else ()
        listed.append(Kernel(_original_box(kernel.box, photo), name, p, polygon=outline))
    return tuple(listed)


def _original_box(box: tuple[int, int, int, int], photo: Photo) -> tuple[int, int, int, int]:
    """The box in pixels of the upright original, inside it."""
    left, top = box[0] + photo.origin[0], box[1] + photo.origin[1]
    x, y, width, height = (value * photo.scale for value in (left, top, *box[2:]))
    left, top = round(x), round(y)
    right, bottom = min(photo.width, round(x + width)), min(photo.height, round(y + height))
    return left, top, right - left, bottom - top


def _polygon(kernel: KernelShape, photo: Photo) -> tuple[tuple[int, int], ...]:
    """The outline in pixels of the upright original, at the middle of the outermost pixels."""
    points: NDArray[np.float64] = np.asarray(
        cv2.approxPolyDP(kernel.contour, POLYGON_DETAIL, True), np.float64
    )
    scaled = np.rint((points.reshape(-1, 2) + photo.origin + 0.5) * photo.scale - 0.5).astype(int)
    limits = np.array([photo.width - 1, photo.height - 1])
    return tuple((int(x), int(y)) for x, y in np.clip(scaled, 0, limits))
