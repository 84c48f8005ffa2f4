"""Tell whether a photo shows the grain that a bundle was validated for.

Signs speak of the whole photo: how many of its kernels the net calls foreign or finds far from all it has
learnt (in its embedding), how long the middle kernel is for its width, and what the photo looks like in
shape, sizes and texture (`looks`). All limits come with the bundle, set on photos that its net had not
learnt. A model without an embedding knows no grain."""

from collections.abc import Sequence

import cv2
import numpy as np

from station.grain.inspection import Embedding, KernelClass, SpeciesGuess
from station.grain.reasons import Code, Reason
from station.vision.declaration import KnownLooks
from station.vision.kernels import KernelShape
from station.vision.looks import LOOKS, Floats, looks_of
from station.vision.model import Familiar, Judged, LoadedModel
from station.vision.photo import Pixels


def doubts(
    model: LoadedModel, judged: Judged, pixels: Pixels, kernels: Sequence[KernelShape]
) -> tuple[Reason, ...]:
    """Return why what was judged must not be used: answers that are no numbers, or unknown grain."""
    if not judged.finite:
        return (Reason(Code.MODEL_NOT_FINITE, {"model": f"{model.name.name} {model.name.version}"}),)
    if model.familiar is None:
        return ()
    share = unfamiliar_share(model, judged)
    if share > model.familiar.share:
        return (Reason(Code.UNKNOWN_GRAIN, {"share": round(share, 3), "limit": model.familiar.share}),)
    return _odd_shape(model.familiar, kernels) or _odd_looks(model.familiar, pixels, kernels, share)


def _odd_shape(familiar: Familiar, kernels: Sequence[KernelShape]) -> tuple[Reason, ...]:
    if familiar.elongation is None:
        return ()
    low, high = familiar.elongation
    middle = middle_elongation(kernels)
    if low <= middle <= high:
        return ()
    return (Reason(Code.UNKNOWN_GRAIN, {"elongation": round(middle, 3), "low": low, "high": high}),)


def _odd_looks(
    familiar: Familiar, pixels: Pixels, kernels: Sequence[KernelShape], share: float
) -> tuple[Reason, ...]:
    known, seen = familiar.looks, None
    if known is not None:
        seen = looks_of(pixels, kernels, share)
    if known is None or seen is None:
        return ()
    distance2 = looks_distance2(known, seen)
    if distance2 <= known.limit:
        return ()
    return (Reason(Code.UNKNOWN_GRAIN, {"distance2": round(distance2, 1), "limit": known.limit}),)


def looks_distance2(known: KnownLooks, seen: Floats) -> float:
    """Return the squared distance of a photo's looks from the known ones."""
    off = seen[[LOOKS.index(name) for name in known.names]] - np.array(known.mean)
    return float(off @ np.array(known.precision) @ off)


def unfamiliar_share(model: LoadedModel, judged: Judged) -> float:
    """Return the share of the kernels that are foreign to the model's species or far from all it has seen."""
    if model.familiar is None or judged.distance2 is None or len(judged.distance2) == 0:
        return 0.0
    foreign = np.zeros(len(judged.distance2), bool)
    if judged.probabilities is not None and KernelClass.FOREIGN in model.classes:
        foreign = judged.probabilities.argmax(axis=1) == model.classes.index(KernelClass.FOREIGN)
    return float((foreign | (judged.distance2 > model.familiar.distance2)).mean())


def middle_elongation(kernels: Sequence[KernelShape]) -> float:
    """Return the median length over width of the kernels' smallest enclosing rectangles; 0 without
    kernels."""
    sides = [cv2.minAreaRect(kernel.contour)[1] for kernel in kernels]
    return float(np.median([(max(pair) + 1) / (min(pair) + 1) for pair in sides])) if sides else 0.0


def guess(model: LoadedModel, judged: Judged, doubts: Sequence[Reason]) -> SpeciesGuess | None:
    """Return the bundle's species with the share of kernels that look like it; None for unknown grain and for
    a bundle that does not know what its grain looks like."""
    unsure = {Code.UNKNOWN_GRAIN, Code.MODEL_NOT_FINITE}
    if model.familiar is None or any(reason.code in unsure for reason in doubts):
        return None
    return SpeciesGuess(model.species[0], round(1 - unfamiliar_share(model, judged), 6))


def embedding(model: LoadedModel, judged: Judged) -> Embedding | None:
    """Return how far the photo lies from what the bundle knows, also where that is why it is refused."""
    if judged.distance2 is None or len(judged.distance2) == 0 or not judged.finite:
        return None
    share = unfamiliar_share(model, judged)
    return Embedding(round(float(np.median(judged.distance2)), 6), round(share, 6))
