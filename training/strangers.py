"""Set the limits from which on a photo shows another grain, between held-out photos of the crop and of
others."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.calibrate import Scaling
from training.task import HeldOut, Task

KEPT = 0.95  # of held-out kernels of the crop count as familiar
FEW = 10  # kernels; a photo with less does not set a limit
SHARE = (
    0.5,
    0.6,
)  # bounds of a photo's limit: a load with a third of foreign bodies is dirty, not another grain


def limits(
    task: Task, crop: HeldOut, strange: HeldOut, scaling: Scaling
) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the limits `distance2` of one kernel and unfamiliar `share` of one photo, and the photos' shares
    behind them.

    The share lies midway between the crop's worst photo and the other grains' best, within SHARE."""
    ours = crop.items.labels != task.foreign
    distance2 = round(float(np.quantile(crop.distance2[ours], KEPT)), 3)
    of_crop = _shares(task, crop, ours, scaling, distance2)
    of_others = _shares(task, strange, np.ones(len(strange.items), bool), scaling, distance2)
    share = round(float(np.clip((max(of_crop.values()) + min(of_others.values())) / 2, *SHARE)), 2)
    measured = {"limit": share, task.species: of_crop, f"{task.strange} as {task.species}": of_others}
    return {"distance2": distance2, "share": share}, measured


def _shares(
    task: Task, held: HeldOut, counted: NDArray[np.bool_], scaling: Scaling, distance2: float
) -> dict[str, float]:
    """Return, per photo with enough counted kernels, the share of them that is called foreign or lies far
    off."""
    called = (held.logits[:, list(task.shipped)] + scaling.offset).argmax(axis=1)
    odd = (called == task.shipped.index(task.foreign)) | (held.distance2 > distance2)
    found = {}
    for photo in np.unique(held.items.photos[counted]):
        ours = counted & (held.items.photos == photo)
        if ours.sum() >= FEW:
            found[str(photo)] = round(float(odd[ours].mean()), 3)
    return found
