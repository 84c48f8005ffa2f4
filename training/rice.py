"""The rice bundle tells whole from broken kernels of long-grain rice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from station.grain.inspection import KernelClass
from station.vision.composition import Confusion, compose
from station.vision.declaration import Counts
from station.vision.model import by_class
from training import others
from training.data import Items, balanced, own_light, own_or_day_light, wheat_kernels
from training.declared import VERSIONS
from training.fit import Recipe
from training.folds import spread_folds
from training.judge import Judgement
from training.net import KernelNet
from training.report import table
from training.task import Task

KINDS = (KernelClass.WHOLE, KernelClass.BROKEN, KernelClass.FOREIGN)
CLASSES = tuple(kind.value for kind in KINDS)
SOUND, BROKEN, FOREIGN = range(3)
WHEAT = (KernelClass.WHOLE, KernelClass.BROKEN, KernelClass.DAMAGED, KernelClass.FOREIGN)
LABELS = {"full": SOUND, "broken": BROKEN}
LONG = ("basmati", "ipsala", "jasmine")  # a short-grain rice is as plump whole as a long one is broken
PER_PHOTO = 700
PER_VARIETY = 100
WHEAT_EACH = 12  # kernels per wheat photo
TRAYS = 48
RECIPE = Recipe(
    classes=len(KINDS),
    shares={"phone": 0.45, "laboratory": 0.1, "wheat": 0.15, "rendered": 0.3},
    kernels=48_000,
    cut=0.2,
    sound=SOUND,
    broken=BROKEN,
)
# Middle length over width: 1.35 on photos of broken kernels alone, 2.9 on whole ones, 3.4 in the laboratory.
ELONGATION = (1.25, 4.5)


def load(photos: Path) -> Task:
    """Read and cut everything the rice nets may see; every labelled photo is a fold of its own."""
    phone = balanced(others.rice_phone(photos, LABELS, per_photo=PER_PHOTO, single=False), own_light)
    wheat = _wheat(photos)
    return Task(
        name="rice-kernels",
        version=VERSIONS["rice"],
        species="rice",
        classes=CLASSES,
        foreign=FOREIGN,
        parts={
            "phone": phone,
            "laboratory": balanced(others.rice_laboratory(photos, LONG, SOUND, PER_VARIETY), own_light),
            "wheat": wheat,
            "rendered": others.rendered(KINDS, "rice", TRAYS, others.strangers_tray),
        },
        folds={
            "phone": spread_folds(phone.photos, len(np.unique(phone.photos))),
            "wheat": spread_folds(wheat.photos, len(np.unique(phone.photos))),
        },
        scored=("phone", "wheat"),
        strange="wheat",
        recipe=RECIPE,
        elongation=ELONGATION,
        shipped=(SOUND, BROKEN, FOREIGN),
    )


def _wheat(photos: Path) -> Items:
    """Take wheat as a foreign body: some kernels of every photo."""
    found = wheat_kernels(photos, WHEAT)
    found = found.take(found.labels != WHEAT.index(KernelClass.FOREIGN))
    keep = np.zeros(len(found), bool)
    for photo in np.unique(found.photos):
        ours = np.flatnonzero(found.photos == photo)
        keep[ours[:: max(1, len(ours) // WHEAT_EACH)][:WHEAT_EACH]] = True
    some = found.take(keep)
    return balanced(Items(some.crops, some.views, np.full(len(some), FOREIGN), some.photos), own_or_day_light)


def extra(task: Task, nets: Sequence[KernelNet], verdict: Judgement, photos: Path) -> dict[str, Any]:
    """Return the broken share of every photo that was held out."""
    return {"broken_share": broken_shares(verdict.figures["by_photo"], verdict.elsewhere or {})}


def lines(found: dict[str, Any]) -> list[str]:
    """Return what the page says of broken shares."""
    rows = [
        [photo, one["truth"], one["share"], one["low"], one["high"], *one["called"].values()]
        for photo, one in found["broken_share"].items()
    ]
    head = ["photo", "truth", "broken share", "low", "high", *(f"called {name}" for name in CLASSES)]
    return ["", "Broken share of whole photos, each held out (leave one photo out):", *table(head, rows)]


def broken_shares(by_photo: dict[str, dict[str, list[int]]], elsewhere: Counts) -> dict[str, Any]:
    """Compare every rice photo that was held out: its broken share as the product states it, with a confusion
    that knows nothing of the photo, against the truth (0 or 1)."""
    found = {}
    strange = by_class(elsewhere, CLASSES) if elsewhere else ()
    for photo, rows in by_photo.items():
        if photo.startswith(others.PHONE):
            (truly, counts), *_ = rows.items()
            rest = {name: _of_class(by_photo, name, photo) for name in CLASSES}
            known = Confusion(tuple(np.array(rest[name], np.float64) for name in CLASSES), strange)
            share = compose(np.array(counts), known).by_count()[BROKEN]
            found[photo] = {
                "truth": float(truly == CLASSES[BROKEN]),
                "called": dict(zip(CLASSES, counts, strict=True)),
                "share": share.share,
                "low": share.low,
                "high": share.high,
            }
    return found


def _of_class(by_photo: dict[str, dict[str, list[int]]], name: str, without: str) -> list[list[int]]:
    return [rows[name] for photo, rows in by_photo.items() if name in rows and photo != without]
