"""The wheat bundle is described here: what its nets see, and what its manifest says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from station.grain.inspection import KernelClass
from training import figures, forest, others
from training.data import Items, join, wheat_kernels
from training.declared import VERSIONS
from training.fit import Recipe, answer
from training.folds import FOLDS, spread_folds, wheat_folds
from training.judge import Judgement
from training.net import KernelNet
from training.report import table
from training.task import Task

KINDS = (KernelClass.WHOLE, KernelClass.BROKEN, KernelClass.DAMAGED, KernelClass.FOREIGN)
CLASSES = tuple(kind.value for kind in KINDS)
FOREIGN = KINDS.index(KernelClass.FOREIGN)
VARIETIES = ("arborio", "basmati", "ipsala", "jasmine", "karacadag")
RICE_EACH = 60  # kernels per rice photo and variety
TRAYS = 24
RECIPE = Recipe(
    classes=len(KINDS),
    shares={"wheat": 0.78, "rice": 0.1, "rendered": 0.12},
    kernels=96_000,
    cut=0.1,
    sound=KINDS.index(KernelClass.WHOLE),
    broken=KINDS.index(KernelClass.BROKEN),
)
# Middle length over width of a photo's kernels: 1.7 to 2.1 on the source photos of sound kernels; durum and
# hulled wheats are known to reach 2.7; under 1.5 more than half would have to be fragments.
ELONGATION = (1.5, 2.75)


def load(photos: Path) -> Task:
    """Read and cut everything the wheat nets may see."""
    wheat = wheat_kernels(photos, KINDS)
    rice = _rice(photos)
    return Task(
        name="wheat-kernels",
        version=VERSIONS["wheat"],
        species="wheat",
        classes=CLASSES,
        foreign=FOREIGN,
        parts={
            "wheat": wheat,
            "rice": rice,
            "rendered": others.rendered(KINDS, "wheat", TRAYS, others.plain_tray),
        },
        folds={"wheat": wheat_folds(wheat.photos), "rice": spread_folds(rice.photos, FOLDS)},
        scored=("wheat",),
        strange="rice",
        recipe=RECIPE,
        elongation=ELONGATION,
        shipped=tuple(label for label, kind in enumerate(KINDS) if kind is not KernelClass.DAMAGED),
    )


def _rice(photos: Path) -> Items:
    """Take rice as a foreign body: phone photos and laboratory kernels."""
    label = dict.fromkeys(("full", "broken", "mixed"), FOREIGN)
    phone = others.rice_phone(photos, label, per_photo=RICE_EACH, single=True)
    return others.white_rice(join([phone, others.rice_laboratory(photos, VARIETIES, FOREIGN, RICE_EACH)]))


def extra(task: Task, nets: Sequence[KernelNet], verdict: Judgement, photos: Path) -> dict[str, Any]:
    """Return the figures that only wheat has: the forests, and what kernels in their husk are called."""
    husk = wheat_kernels(photos, (KernelClass.IN_HUSK,))
    fold, called = wheat_folds(husk.photos), np.zeros(len(husk), np.int64)
    for number in range(FOLDS):
        if (ours := fold == number).any():
            logits = answer(nets[number], husk.take(ours)).logits[:, list(task.shipped)]
            called[ours] = (logits + verdict.scaling.offset).argmax(axis=1)
    counts = np.bincount(called, minlength=len(task.names)).tolist()
    return {"forests": forests(task), "in_husk_called": dict(zip(task.names, counts, strict=True))}


def forests(task: Task) -> dict[str, Any]:
    """Return the baseline's figures on the same kernels and folds."""
    wheat, fold = task.parts["wheat"], task.folds["wheat"]
    found = {}
    for variant in forest.VARIANTS:
        recall = figures.recalls(forest.forest_calls(wheat, fold, variant), wheat.labels, CLASSES)
        value = round(float(np.mean(list(recall.values()))), 3)
        found[variant] = {"balanced_accuracy": value, "recall": recall}
    return found


def lines(found: dict[str, Any]) -> list[str]:
    """Return what the page says of all four classes, the baseline, and kernels that are no class."""
    four = found["all_classes"]
    rows = [
        [f"random forest, {name}", one["balanced_accuracy"], *(one["recall"][kind] for kind in CLASSES)]
        for name, one in found["forests"].items()
    ]
    own = ["the nets", four["balanced_accuracy"], *(four["recall"][kind] for kind in CLASSES)]
    return [
        "",
        "All four classes, which the nets learn, beside a random forest on shape and colour (same kernels, "
        "same folds):",
        *table(["", "balanced accuracy", *(f"recall {kind}" for kind in CLASSES)], [own, *rows]),
        "",
        f"Damaged kernels are called: {_told(found['left_out_called']['damaged'])}. "
        f"Kernels in their husk are called: {_told(found['in_husk_called'])}.",
    ]


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
