"""Whether the stated 95 % limits of the shares hold the truth in 90 to 98 of 100 samples, classifier error
included.

Two questions, for every shipped bundle: `photos` draws called classes from the bundle's own confusion of a
source photo that the composition does not know; `trays` sends whole rendered photos of trays through
`inspect`, taken by phones and on papers of every kind. A tray's kernels are drawn from a load of known
shares; the limits are of the load, and `of_tray` tells how often they hold the tray's own shares.
Both kinds of photos are of kinds that the limits were made from (never the same photos): what a camera
that is like neither gets is not measured here.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.vision.proportion import wilson
from station.grain.inspection import WIDE
from station.runtime.bundles import shipped_bundle
from station.vision.composition import Confusion, Share, compose
from station.vision.inspect import inspect
from station.vision.model import LoadedModel, load_model
from station.vision.rendered.varied import render_exact

SPECIES = ("wheat", "rice")
SAMPLES = 1000
SIZES = (100, 200, 300, 600, 1500)  # kernels of a sample
TRAYS = 150  # that are not refused: a refused one states nothing
TRIED = 4  # times as many are taken at most
KERNELS = (100, 400)  # of a tray
TOUCHING = 0.25  # share of a tray's kernels at most
SEED = 70_000
LEAST = 15  # kernels of a class a photo must have for its row of the confusion to be drawn

Floats = NDArray[np.float64]


def measure(_photos: Path | None) -> dict[str, Any]:
    """Coverage per bundle and class; every load's shares are drawn anew."""
    found: dict[str, Any] = {"bar": [0.9, 0.98]}
    for species in SPECIES:
        model = load_model(shipped_bundle(species))
        if model.confusion is not None:
            photos = of_photos(model, model.confusion, SAMPLES)
            found[species] = {"photos": photos, "trays": of_trays(model, TRAYS)}
    return found


def of_photos(model: LoadedModel, confusion: Confusion, samples: int) -> dict[str, Any]:
    """Samples called as one source photo was, judged by a composition that knows the others."""
    rng = np.random.default_rng(3)
    truths, stated = [], []
    for number in range(samples):
        rows, rest = _one_out(confusion, rng)
        truths.append(draw_load(rng, len(rows)))
        counts = rng.multinomial(rng.multinomial(rng.choice(SIZES), truths[-1]), rows).sum(axis=0)
        stated.append(compose(counts, rest, seed=number).by_count())
    return coverage(model.classes, truths, stated)


def of_trays(model: LoadedModel, trays: int) -> dict[str, Any]:
    """Rendered photos of trays through the whole chain, until `trays` are not refused."""
    loads: list[Floats] = []
    drawn: list[Floats] = []
    stated: list[list[Share]] = []
    refused: Counter[str] = Counter()
    taken = 0
    for number in range(TRIED * trays):
        if len(loads) == trays:
            break
        taken += 1
        rng = np.random.default_rng((SEED, number))
        load = draw_load(rng, len(model.classes))
        counts = rng.multinomial(int(rng.integers(*KERNELS)), load)
        kernels = dict(zip(model.classes, counts.tolist(), strict=True))
        touching, grain = float(rng.uniform(0, TOUCHING)), model.species[0]
        seen = inspect(render_exact(SEED + number, kernels, touching=touching, grain=grain).jpeg, model)
        refused.update(reason.code.value for reason in seen.reasons)
        if seen.accepted:
            loads.append(load)
            drawn.append(counts / counts.sum())
            shares = [seen.classes[name] for name in model.classes]
            stated.append([Share(one.share, one.low, one.high) for one in shares])
    of_tray = coverage(model.classes, drawn, stated)
    return {
        "taken": taken,
        **coverage(model.classes, loads, stated),
        "of_tray": {name: one["held"] for name, one in of_tray["classes"].items()} | {"all": of_tray["held"]},
        "refused": dict(refused),
    }


def coverage(
    classes: Sequence[str], truths: Sequence[Floats], stated: Sequence[Sequence[Share]]
) -> dict[str, Any]:
    """How often the stated limits hold the truth, per class and over all, and how wide they are."""
    pairs = [list(zip(shares, truth, strict=True)) for shares, truth in zip(stated, truths, strict=True)]
    hits = np.array([[s.low <= true <= s.high for s, true in row] for row in pairs])
    wide = np.array([[s.high - s.low for s, _ in row] for row in pairs])
    off = np.array([[s.share - true for s, true in row] for row in pairs])
    return {
        "samples": len(pairs),
        "held": round(float(hits.mean()), 3),
        "classes": {
            str(name): {
                "held": round(float(hits[:, k].mean()), 3),
                "interval": wilson(int(hits[:, k].sum()), len(pairs)),
                "width_p50": round(float(np.median(wide[:, k])), 3),
                "too_wide": round(float((wide[:, k] > WIDE).mean()), 3),
                "mean_error": round(float(off[:, k].mean()), 3),
            }
            for k, name in enumerate(classes)
        },
    }


def _one_out(source: Confusion, rng: np.random.Generator) -> tuple[Floats, Confusion]:
    """Per true class one photo's own row, and the confusion without these photos."""
    rows, rest = [], []
    for photos in source.photos:
        size = photos.sum(axis=1)
        fit = np.flatnonzero(size >= min(LEAST, size.max()))
        chosen = int(rng.choice(fit))
        rows.append(photos[chosen] / size[chosen])
        left = np.delete(photos, chosen, axis=0)
        rest.append(left[left.sum(axis=1) > 0])
    return np.array(rows), Confusion(tuple(rest), source.elsewhere)


def draw_load(rng: np.random.Generator, classes: int) -> Floats:
    """Shares of a load: each class but the first absent (15 %), or about 3 %, at most 30 %."""
    others = np.minimum(0.3, np.exp(rng.normal(np.log(0.03), 1.0, classes - 1)))
    others = np.where(rng.random(classes - 1) < 0.15, 0.0, others)
    others = others * min(1.0, 0.8 / max(others.sum(), 1e-9))
    return np.array([1 - others.sum(), *others])
