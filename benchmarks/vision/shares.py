"""Whether the stated 95 % limits of the shares hold the truth in 90 to 98 of 100 samples.

Three questions: `bundle` draws called classes from the bundle's own confusion of a source photo that the
composition does not know; `net` sends rendered kernels of known classes through the net, on phones and
papers of every kind, and again leaves out the photo whose confusion is drawn; `shipped` is the whole chain
as it is, with the bundle's confusion, which was never measured on rendered kernels.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.vision.proportion import wilson
from station.grain.inspection import WIDE
from station.runtime.bundles import shipped_bundle
from station.vision.composition import Confusion, compose
from station.vision.gate import check
from station.vision.kernels import KernelShape, find_kernels
from station.vision.model import LoadedModel, load_model
from station.vision.photo import Photo, decode
from station.vision.rendered import RenderedTray
from station.vision.rendered.varied import render_varied

SAMPLES = 1000
SIZES = (100, 200, 300, 600, 1500)  # kernels of a sample
TRAYS = 60
SEED = 70_000
LEAST = 15  # kernels of a class a photo must have for its row of the confusion to be drawn
AGREE = 0.5  # intersection over union of the boxes from which a kernel found is the one drawn

Floats = NDArray[np.float64]


def measure(_photos: Path | None) -> dict[str, Any]:
    """Coverage per class; every share is drawn anew for each sample."""
    model = load_model(shipped_bundle())
    if model.confusion is None:
        return {"skipped": "the shipped bundle has no classes"}
    called = [_called(render_varied(SEED + n, broken=0.25, foreign=0.15), model) for n in range(TRAYS)]
    rows = np.array([row for row in called if row is not None])
    drawn = Confusion(tuple(rows[:, true] for true in range(len(model.classes))))
    return {
        "bundle": _coverage(model, model.confusion, None),
        "net": {"trays": len(rows), **_coverage(model, drawn, None)},
        "shipped": {"trays": len(rows), **_coverage(model, drawn, model.confusion)},
        "bar": [0.9, 0.98],
    }


def _coverage(model: LoadedModel, source: Confusion, known: Confusion | None) -> dict[str, Any]:
    """Samples called as one photo of `source` calls them; what is `known` is the rest of it, or given."""
    rng = np.random.default_rng(3)
    held, widths = [], []
    for sample in range(SAMPLES):
        rows, rest = _one_out(source, rng)
        truth = _truth(rng, len(rows))
        counts = rng.multinomial(rng.multinomial(rng.choice(SIZES), truth), rows).sum(axis=0)
        found = compose(counts, known or rest, seed=sample).by_count()
        held.append([s.low <= share <= s.high for s, share in zip(found, truth, strict=True)])
        widths.append([s.high - s.low for s in found])
    hits, wide = np.array(held), np.array(widths)
    return {
        "samples": SAMPLES,
        "held": round(float(hits.mean()), 3),
        "classes": {
            str(name): {
                "held": round(float(hits[:, k].mean()), 3),
                "interval": wilson(int(hits[:, k].sum()), SAMPLES),
                "width_p50": round(float(np.median(wide[:, k])), 3),
                "too_wide": round(float((wide[:, k] > WIDE).mean()), 3),
            }
            for k, name in enumerate(model.classes)
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
    return np.array(rows), Confusion(tuple(rest))


def _truth(rng: np.random.Generator, classes: int) -> Floats:
    """Shares of a load: each class but the first absent (15 %), or about 3 %, at most 30 %."""
    others = np.minimum(0.3, np.exp(rng.normal(np.log(0.03), 1.0, classes - 1)))
    others = np.where(rng.random(classes - 1) < 0.15, 0.0, others)
    others = others * min(1.0, 0.8 / max(others.sum(), 1e-9))
    return np.array([1 - others.sum(), *others])


def _called(tray: RenderedTray, model: LoadedModel) -> Floats | None:
    """(true, called) counts of the kernels found on a tray; None where the gate refuses it."""
    photo = decode(tray.jpeg)
    assert isinstance(photo, Photo)
    found = find_kernels(photo.pixels)
    if check(photo.pixels, found):
        return None
    judged = model.judge(model.views(photo.pixels, found.complete))
    assert judged.probabilities is not None
    counts = np.zeros((len(model.classes), len(model.classes)))
    names = [str(name) for name in model.classes]
    for true, called in zip(
        _true_classes(tray, found.complete, photo.scale), judged.probabilities.argmax(axis=1), strict=True
    ):
        if true in names:
            counts[names.index(true), called] += 1
    return counts


def _true_classes(tray: RenderedTray, found: Sequence[KernelShape], scale: float) -> list[str]:
    """The drawn class of each kernel found, by the box that agrees best; "" for none."""
    drawn = np.array([k.box for k in tray.truth.kernels], float)
    out = []
    for kernel in found:
        x, y, width, height = (value * scale for value in kernel.box)
        wide = np.minimum(drawn[:, 0] + drawn[:, 2], x + width) - np.maximum(drawn[:, 0], x)
        high = np.minimum(drawn[:, 1] + drawn[:, 3], y + height) - np.maximum(drawn[:, 1], y)
        both = np.maximum(wide, 0) * np.maximum(high, 0)
        union = drawn[:, 2] * drawn[:, 3] + width * height - both
        best = int((both / union).argmax())
        agrees = both[best] / union[best] >= AGREE
        out.append(tray.truth.kernels[best].kernel_class.value if agrees else "")
    return out
