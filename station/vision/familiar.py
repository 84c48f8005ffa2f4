"""Tell whether a photo shows the grain that a bundle was validated for, and the grain that was declared.

Three signs speak of the whole photo: how many of its kernels the net calls foreign or finds far from all
it has learnt (in its embedding), and how long the middle kernel is for its width. All limits come with
the bundle, set on held-out photos of its training. A model without an embedding knows no grain: it only
says whether it is made for the one that was declared.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from station.grain.identifiers import photo_species
from station.grain.inspection import Embedding, KernelClass, SpeciesGuess
from station.grain.reasons import Code, Reason
from station.vision.kernels import KernelShape
from station.vision.model import Judged, LoadedModel


def doubts(
    model: LoadedModel | None, judged: Judged | None, kernels: Sequence[KernelShape], species: str | None
) -> tuple[Reason, ...]:
    """Return why what was judged must not be used: unknown grain, another species than declared, no model."""
    if model is None:
        return (Reason(Code.NO_MODEL),)
    if judged is None:
        return ()
    if not judged.finite:
        return (Reason(Code.MODEL_NOT_FINITE, {"model": f"{model.name.name} {model.name.version}"}),)
    declared = photo_species(species) if species else None
    unknown = _unknown(model, judged, kernels)
    wrong = declared is not None and declared not in model.species
    if unknown is None:
        return (_not_of(model, species),) if wrong else ()
    if declared is None or wrong:
        return (unknown,)
    return unknown, Reason(Code.WRONG_SPECIES, {"declared": species, "seen": None})


def _not_of(model: LoadedModel, declared: str | None) -> Reason:
    """Say why this is not the declared grain: a model that knows its grain saw it; one without an embedding
    is only not made for the other."""
    if model.familiar is None:
        return Reason(Code.NOT_VALIDATED_FOR, {"declared": declared})
    return Reason(Code.WRONG_SPECIES, {"declared": declared, "seen": model.species[0]})


def _unknown(model: LoadedModel, judged: Judged, kernels: Sequence[KernelShape]) -> Reason | None:
    """Return why the photo shows no grain the bundle knows, by the net's embedding or by plain shape; None
    where it does."""
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
