"""Answer what a model says of the grain on a photo, or why it says nothing.

Three things can come instead of an answer. A refusal: it is not the grain that the bundle knows, or its
numbers are none. A count alone: the bundle is not made for the declared grain, which is no fault of the
photo. No opinion: the limits of a share lie too far apart to tell anything. The last two leave the photo
accepted, with a remark."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from station.grain.identifiers import photo_species
from station.grain.inspection import (
    ClassShare,
    Embedding,
    KernelClass,
    MassShare,
    NumberValue,
    SpeciesGuess,
)
from station.grain.reasons import Code, Reason
from station.vision.composition import compose
from station.vision.familiar import doubts, embedding, guess
from station.vision.kernels import KernelShape, Segmentation
from station.vision.listed import Calls
from station.vision.model import Judged, LoadedModel
from station.vision.numbers import sample_number
from station.vision.scene import Scene


@dataclass(frozen=True, slots=True)
class Answer:
    """Holds what goes into an inspection: `reasons` refuse the photo, `remarks` do not; `calls` are the
    classes of single kernels."""

    reasons: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    classes: dict[str, ClassShare] = field(default_factory=dict)
    mass: dict[str, MassShare] = field(default_factory=dict)
    numbers: dict[str, NumberValue] = field(default_factory=dict)
    judged: int | None = None
    species: SpeciesGuess | None = None
    embedding: Embedding | None = None
    calls: Calls = field(default_factory=dict)


def answer(model: LoadedModel | None, scene: Scene, found: Segmentation, declared: str | None) -> Answer:
    """Return what the model says of what was found on a photo that the gate let pass; `declared` is the
    species, if any was."""
    if model is None:
        return Answer((Reason(Code.NO_MODEL),))
    if declared is not None and photo_species(declared) not in model.species:
        return Answer(remarks=(Reason(Code.NO_MODEL_FOR, {"declared": declared}),))
    shown = model.shown(found)
    judged = model.judge(model.views(scene.balanced(), shown))
    refused = doubts(model, judged, scene.photo.pixels, shown)
    told = Answer(species=guess(model, judged, refused), embedding=embedding(model, judged))
    numbers = {one.name: sample_number(judged.numbers[one.name], one) for one in model.numbers}
    odd = refused or tuple(one for one in numbers.values() if isinstance(one, Reason))
    if odd:
        return replace(told, reasons=odd)
    classes, mass = _shares(model, judged, shown)
    values = {name: one for name, one in numbers.items() if isinstance(one, NumberValue)}
    remarks = _remarks(model, classes, declared)
    if any(remark.code is Code.NO_OPINION for remark in remarks):
        return replace(told, remarks=remarks, numbers=values)
    if foreign := _mostly_foreign(classes):
        return replace(told, reasons=foreign)
    return replace(
        told,
        remarks=remarks,
        classes=classes,
        mass=mass,
        numbers=values,
        judged=len(shown) if classes else None,
        calls=_calls(model, judged, shown),
    )


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


def _mostly_foreign(classes: dict[str, ClassShare]) -> tuple[Reason, ...]:
    """Refuse a photo of which foreign bodies are the largest part: that is another grain, or none."""
    if not classes or max(classes, key=lambda name: classes[name].share) != KernelClass.FOREIGN:
        return ()
    return (Reason(Code.MOSTLY_FOREIGN, {"share": round(classes[KernelClass.FOREIGN].share, 3)}),)


def _remarks(model: LoadedModel, classes: dict[str, ClassShare], declared: str | None) -> tuple[Reason, ...]:
    """Say for what the bundle was not validated although it answers, and where its limits tell nothing."""
    remarks = []
    if declared is not None and declared not in {*model.species, *(model.validated or (declared,))}:
        remarks.append(Reason(Code.NOT_VALIDATED_FOR, {"declared": declared}))
    widest = max((one.high - one.low for one in classes.values()), default=0.0)
    if model.widest is not None and widest > model.widest:
        remarks.append(Reason(Code.NO_OPINION, {"share": round(widest, 3), "limit": model.widest}))
    return tuple(remarks)


def _calls(model: LoadedModel, judged: Judged, shown: Sequence[KernelShape]) -> Calls:
    """Return the class and probability of every kernel shown to the model, by the identity of its shape."""
    if judged.probabilities is None:
        return {}
    best = judged.probabilities.argmax(axis=1)
    return {
        id(kernel): (model.classes[label], round(float(row[label]), 6))
        for kernel, label, row in zip(shown, best, judged.probabilities, strict=True)
    }
