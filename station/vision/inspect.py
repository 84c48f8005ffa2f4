"""Make an inspection of a photo's bytes: decode, segment, gate, crop, infer, compose, or refuse with
reasons."""

import hashlib
import time

from station.grain.inspection import Inspection
from station.grain.reasons import Code, Reason
from station.grain.sizes import sizes_of
from station.vision.answer import Answer, answer
from station.vision.gate import MIN_LENGTH, check
from station.vision.kernels import Segmentation
from station.vision.listed import listed
from station.vision.look import Clock, Stages, look
from station.vision.model import LoadedModel
from station.vision.second_count import count_twice

WORTH_A_WORD = 0.01  # of the photo


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
    kernels are counted and boxed, classes stay empty and the reason is `no_model`; with one that is not made
    for the declared species they are counted too, which is a remark and no refusal. `polygons` adds
    outlines. With the reference card on the photo only grain inside its line counts and sizes are known;
    `card_required` refuses a photo without it. Kernels of a clump that do not show their own shape (see
    `Segmentation.whole`) are counted but get no class. `seconds` has decode, card, segment (with the gate),
    infer (with crops) and inspect (all).
    """
    stages = Stages(clock)
    sha256 = hashlib.sha256(photo).hexdigest()
    models = (model.name,) if model else ()
    task = model.task if model else None
    min_length = model.min_length if model else MIN_LENGTH
    looked = look(photo, min_length, stages)
    if isinstance(looked, Reason):
        return Inspection(sha256, False, (looked,), models=models, task=task, seconds=stages.total())
    scene, found = looked
    missing = (Reason(Code.CARD_MISSING),) if card_required and scene.card is None else ()
    refused = missing + check(scene.photo.pixels, found, min_length)
    sizes = scene.sizes(found.complete)
    stages.end("segment")
    said = Answer(refused) if refused else answer(model, scene, found, species)
    stages.end("infer")
    counts = count_twice(found.complete)
    kernels = listed(found.complete, scene.photo, said.calls, sizes, polygons=polygons)
    return Inspection(
        sha256=sha256,
        accepted=not said.reasons,
        reasons=said.reasons,
        kernels=counts.best,
        outlines=counts.outlines,
        by_area=counts.by_area,
        cut=found.cut,
        judged=said.judged,
        mm_per_px=round(mm, 6) if (mm := scene.mm_per_px()) else None,
        sizes=sizes_of([pair[0] for pair in sizes], [pair[1] for pair in sizes]),
        card=scene.card is not None,
        colour=scene.card.colour.difference if scene.card and scene.card.colour else None,
        classes=said.classes,
        mass=said.mass,
        unseen=model.unseen if model and said.classes else (),
        grams=model.grams(len(found.complete)) if model and said.classes else None,
        remarks=said.remarks + _left_out(found) if not said.reasons else (),
        species=said.species,
        models=models,
        task=task,
        numbers=said.numbers,
        embedding=said.embedding,
        kernel_list=kernels,
        seconds=stages.total(),
    )


def _left_out(found: Segmentation) -> tuple[Reason, ...]:
    """Remark on what lies on the sheet and is no grain, where that is worth a word."""
    share = found.left_out
    return (Reason(Code.LEFT_OUT, {"share": round(share, 3)}),) if share > WORTH_A_WORD else ()
