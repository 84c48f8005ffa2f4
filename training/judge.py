"""Turn held-out answers into calibration, figures, limits and the outputs that a manifest declares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.vision.declaration import Counts
from training import figures as measured
from training.calibrate import Scaling, fit_scaling, scale_by_fold
from training.data import Items
from training.export import COST, INPUT
from training.net import KernelNet
from training.strangers import limits
from training.task import HeldOut, Task, hold_out, together


@dataclass(frozen=True)
class Judgement:
    """Holds calibrated held-out `logits` over the shipped classes of the scored `items` (labels among them),
    their figures, and the manifest's outputs; `elsewhere` is known of the packed bundle only."""

    scaling: Scaling
    logits: NDArray[np.float32]
    items: Items
    figures: dict[str, Any]
    outputs: list[dict[str, Any]]
    elsewhere: Counts | None = None


def judge(task: Task, nets: Sequence[KernelNet]) -> Judgement:
    """Judge the held-out answers; `nets` are those of the folds, then the one that ships."""
    held = hold_out(task, nets)
    scored = together([held[name] for name in task.scored])
    every = scale_by_fold(scored.logits, scored.items.labels, scored.fold)
    found = {"all_classes": measured.figures(every, scored.items, scored.fold, task.classes)}
    ours = _shipped(task, scored)
    logits = scale_by_fold(ours.logits, ours.items.labels, ours.fold)
    scaling = fit_scaling(ours.logits, ours.items.labels)
    found |= measured.figures(logits, ours.items, ours.fold, task.names)
    limit, found["unknown_grain"] = limits(task, scored, held[task.strange], scaling)
    found["left_out_called"] = _left_out(task, scored, scaling)
    outputs = [
        {
            "kind": "classes",
            "tensor": "logits",
            "classes": list(task.names),
            "temperature": scaling.temperature,
            "confusion": measured.confusion(logits.argmax(axis=1), ours.items, task.names),
        },
        {
            "kind": "embedding",
            "tensor": "embedding",
            **task.known(nets[-1], None).as_manifest(),
            **limit,
            "elongation": list(task.elongation),
        },
    ]
    return Judgement(scaling, logits, ours.items, found, outputs)


def _shipped(task: Task, held: HeldOut) -> HeldOut:
    """Return the kernels of shipped classes, and their logits over these."""
    keep = np.isin(held.items.labels, task.shipped)
    some = held.items.take(keep)
    labels = np.searchsorted(np.array(task.shipped), some.labels)
    return HeldOut(
        Items(some.crops, some.views, labels, some.photos),
        held.logits[keep][:, list(task.shipped)],
        held.distance2[keep],
        held.fold[keep],
    )


def _left_out(task: Task, held: HeldOut, scaling: Scaling) -> dict[str, dict[str, int]]:
    """Return what held-out kernels of the classes that do not ship are called."""
    found = {}
    for label in set(range(len(task.classes))) - set(task.shipped):
        logits = held.logits[held.items.labels == label][:, list(task.shipped)] + scaling.offset
        counts = np.bincount(logits.argmax(axis=1), minlength=len(task.names)).tolist()
        found[task.classes[label]] = dict(zip(task.names, counts, strict=True))
    return found


def manifest_of(task: Task, verdict: Judgement, seed: int) -> dict[str, Any]:
    """Return the manifest but for its texts and its acceptance set."""
    kept = ("measured_on", "kernels", "photos", "recall", "balanced_accuracy", "calibration_error")
    return {
        "format": 2,
        "name": task.name,
        "version": task.version,
        "task": "kernel_class",
        "species": [task.species],
        "station": ">=0.1",
        "input": INPUT,
        "outputs": verdict.outputs,
        "cost": COST,
        "training": {"kernels": task.recipe.kernels, "seed": seed, "split": "by source photo"},
        "figures": {name: verdict.figures[name] for name in kept},
    }
