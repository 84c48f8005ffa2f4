"""Make an inspection of a photo's bytes: decode, segment, gate, crop, infer, compose, or refuse with
reasons."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import (
    ClassShare,
    Inspection,
    Kernel,
    MassShare,
    NumberValue,
)
from station.grain.reasons import Code, Reason
from station.grain.sizes import sizes_of
from station.vision.composition import compose
from station.vision.familiar import doubts, embedding, guess
from station.vision.gate import MIN_KERNELS, MIN_LENGTH, check
from station.vision.kernels import KernelShape, Segmentation
from station.vision.model import Judged, LoadedModel
from station.vision.numbers import sample_number
from station.vision.photo import DecodedPhoto, can_be_finer, decode
from station.vision.scene import Scene, read_scene

Clock = Callable[[], float]

CLOSE = 1.25  # times the least length: smaller kernels are looked at in finer detail where there is any
POLYGON_DETAIL = 0.8  # pixels of the working scale a polygon may leave the outline


@dataclass(slots=True)
class _Stages:
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


def inspect(
    photo: bytes,
    model: LoadedModel | None,
    *,
    species: str | None = None,
    polygons: bool = False,
    card_required: bool = False,
    clock: Clock = time.perf_counter,
) -> Inspection:
    """Judge one photo with `model`; `species` is what was declared, if anything.

    Never raises for a bad photo: the inspection is then not accepted and says why. Without a model
    kernels are counted and boxed, classes stay empty and the reason is `no_model`. `polygons` adds
    outlines. With the reference card on the photo only grain inside its line counts and sizes are known;
    `card_required` refuses a photo without it. Kernels of a clump that do not show their own shape (see
    `Segmentation.whole`) are counted but get no class. `seconds` has decode, card, segment (with the gate),
    infer (with crops) and inspect (all).
    """
    stages = _Stages(clock)
    sha256 = hashlib.sha256(photo).hexdigest()
    models = (model.name,) if model else ()
    min_length = model.min_length if model else MIN_LENGTH
    looked = _look(photo, min_length, stages)
    if isinstance(looked, Reason):
        task = model.task if model else None
        return Inspection(sha256, False, (looked,), models=models, task=task, seconds=stages.total())
    scene, found = looked
    missing = (Reason(Code.CARD_MISSING),) if card_required and scene.card is None else ()
    refused = missing + check(scene.photo.pixels, found, min_length)
    sizes = scene.sizes(found.complete)
    stages.end("segment")
    judged, shown = None, model.shown(found) if model else ()
    if model is not None and not refused:
        judged = model.judge(model.views(scene.balanced(), shown))
    stages.end("infer")
    refused = refused or doubts(model, judged, shown, species)
    numbers, odd = _numbers(model, judged) if model and judged and not refused else ({}, ())
    refused = refused or odd
    accepted = judged is not None and not refused
    classes, mass = _shares(model, judged, shown) if model and judged and accepted else ({}, {})
    result = Inspection(
        sha256=sha256,
        accepted=accepted,
        reasons=refused,
        kernels=len(found.complete),
        cut=found.cut,
        judged=len(shown) if classes else None,
        mm_per_px=round(mm, 6) if (mm := scene.mm_per_px()) else None,
        sizes=sizes_of([pair[0] for pair in sizes], [pair[1] for pair in sizes]),
        card=scene.card is not None,
        colour=scene.card.colour.difference if scene.card and scene.card.colour else None,
        classes=classes,
        mass=mass,
        unseen=model.unseen if model and classes else (),
        grams=_grams(model, len(found.complete)) if model and classes else None,
        species=guess(model, judged, refused) if model and judged else None,
        models=models,
        task=model.task if model else None,
        numbers=numbers if accepted else {},
        embedding=embedding(model, judged) if model and judged else None,
        kernel_list=_measured(
            _kernel_list(
                found.complete, scene.photo, _calls(model, judged, shown) if accepted else {}, polygons
            ),
            sizes,
        ),
    )
    return replace(result, seconds=stages.total())


def _look(photo: bytes, min_length: float, stages: _Stages) -> tuple[Scene, Segmentation] | Reason:
    """Return what is seen at the scale that the kernels need: the usual one, or finer where they are small
    and the photo has more to show."""
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
        if texture or found.length >= CLOSE * min_length or not can_be_finer(decoded):
            return scene, found
        decoded = decode(photo, finer_than=decoded.reduction)


def _shares(
    model: LoadedModel, judged: Judged, kernels: Sequence[KernelShape]
) -> tuple[dict[str, ClassShare], dict[str, MassShare]]:
    """Return the shares by count and by estimated mass; none where the model has no classes."""
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


def _grams(model: LoadedModel, kernels: int) -> float | None:
    """Return about how heavy so many kernels are; None where the bundle does not say."""
    return round(kernels * model.kernel_mg / 1000, 1) if model.kernel_mg else None


def _numbers(model: LoadedModel, judged: Judged) -> tuple[dict[str, NumberValue], tuple[Reason, ...]]:
    """Return the sample's numbers, and why some are none."""
    found = {one.name: sample_number(judged.numbers[one.name], one) for one in model.numbers}
    values = {name: one for name, one in found.items() if isinstance(one, NumberValue)}
    return values, tuple(one for one in found.values() if isinstance(one, Reason))


def _calls(
    model: LoadedModel | None, judged: Judged | None, shown: Sequence[KernelShape]
) -> dict[int, tuple[str, float]]:
    """Return the class and probability of every kernel shown to the model, by the identity of its shape."""
    if model is None or judged is None or judged.probabilities is None:
        return {}
    best = judged.probabilities.argmax(axis=1)
    return {
        id(kernel): (model.classes[label], round(float(row[label]), 6))
        for kernel, label, row in zip(shown, best, judged.probabilities, strict=True)
    }


def _kernel_list(
    kernels: Sequence[KernelShape],
    photo: DecodedPhoto,
    calls: Mapping[int, tuple[str, float]],
    polygons: bool,
) -> tuple[Kernel, ...]:
    listed = []
    for kernel in kernels:
        name, p = calls.get(id(kernel), (None, None))
        outline = _polygon(kernel, photo) if polygons else ()
        listed.append(Kernel(_original_box(kernel.box, photo), name, p, polygon=outline))
    return tuple(listed)


def _measured(kernels: tuple[Kernel, ...], sizes: Sequence[tuple[float, float]]) -> tuple[Kernel, ...]:
    """Return the kernels with their sizes, where these are known."""
    if not sizes:
        return kernels
    return tuple(
        replace(kernel, length_mm=length, width_mm=width)
        for kernel, (length, width) in zip(kernels, sizes, strict=True)
    )


def _original_box(box: tuple[int, int, int, int], photo: DecodedPhoto) -> tuple[int, int, int, int]:
    """Return the box in pixels of the upright original, inside it."""
    left, top = box[0] + photo.origin[0], box[1] + photo.origin[1]
    x, y, width, height = (value * photo.scale for value in (left, top, *box[2:]))
    left, top = round(x), round(y)
    right, bottom = min(photo.width, round(x + width)), min(photo.height, round(y + height))
    return left, top, right - left, bottom - top


def _polygon(kernel: KernelShape, photo: DecodedPhoto) -> tuple[tuple[int, int], ...]:
    """Return the outline in pixels of the upright original, at the middle of the outermost pixels."""
    points: NDArray[np.float64] = np.asarray(
        cv2.approxPolyDP(kernel.contour, POLYGON_DETAIL, True), np.float64
    )
    scaled = np.rint((points.reshape(-1, 2) + photo.origin + 0.5) * photo.scale - 0.5).astype(int)
    limits = np.array([photo.width - 1, photo.height - 1])
    return tuple((int(x), int(y)) for x, y in np.clip(scaled, 0, limits))
