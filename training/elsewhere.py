"""Tell how the finished net fares on phones, lamps and sheets that it has not seen: rendered trays that no
net learnt, through the product's own chain.

The photos learnt from are of one phone and one sheet. How they differ among themselves does not tell how
a stranger's photo differs from them, so the limits of the shares stand on these trays too.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from station.grain.inspection import KernelClass
from station.vision.acceptance import drafted
from station.vision.bundle import pack_bundle, parse_bundle
from station.vision.declaration import Counts
from station.vision.familiar import doubts
from station.vision.gate import check
from station.vision.kernels import find_kernels
from station.vision.model import LoadedModel, start_model
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import RenderedTray
from training.others import crowded_tray, true_classes

SEED = 950_000  # apart from the trays that are learnt, of the tests, the demo and the measurements
TRAYS = 60  # that are not refused
TRIED = 3  # times as many are taken at most
LEAST = 20  # trays that are not refused: fewer say too little, and such photos are refused anyway
CROWDING = (0.7, 2.3)  # times KERNELS: the fuller the sheet, the smaller each kernel
KERNELS = {KernelClass.WHOLE: 100, KernelClass.BROKEN: 40, KernelClass.FOREIGN: 25}


def with_elsewhere(
    manifest: Mapping[str, Any], files: Mapping[str, bytes], trays: int = TRAYS
) -> dict[str, Any]:
    """Return the manifest with `elsewhere` in its classes output, measured with the net among the `files`; it
    is as it was where nearly all `trays` are refused."""
    found = elsewhere(start_model(parse_bundle(pack_bundle(drafted(manifest), files))), trays)
    if min(map(len, found.values())) < LEAST:
        return dict(manifest)
    outputs = [
        {**one, "elsewhere": found} if one["kind"] == "classes" else one for one in manifest["outputs"]
    ]
    return {**manifest, "outputs": outputs}


def measured_elsewhere(packed: bytes) -> Counts | None:
    """Return what `with_elsewhere` wrote into a packed bundle."""
    classes = parse_bundle(packed).manifest.classes
    return classes.elsewhere if classes else None


def summed(counts: Counts) -> dict[str, dict[str, Any]]:
    """Return {true class: trays and kernels by called class}, for the report."""
    return {
        name: {"trays": len(trays), "called": np.sum(list(trays.values()), axis=0).tolist()}
        for name, trays in counts.items()
    }


def elsewhere(model: LoadedModel, trays: int) -> Counts:
    """Return {true class: {tray: kernels by called class}} of the trays that the product does not refuse, if
    that many are found."""
    found: Counts = {name: {} for name in model.classes}
    for number in range(TRIED * trays):
        if min(map(len, found.values())) >= trays:
            break
        crowding = np.random.default_rng((SEED, number)).uniform(*CROWDING)
        tray = crowded_tray(SEED + number, KERNELS, crowding, model.species[0])
        for name, row in _called(tray, model).items():
            found[name][f"rendered_{number}"] = row
    return found


def _called(tray: RenderedTray, model: LoadedModel) -> dict[str, tuple[int, ...]]:
    """Return {true class: kernels by called class} of one tray; empty where it is refused."""
    photo = decode(tray.jpeg)
    assert isinstance(photo, DecodedPhoto)
    segmented = find_kernels(photo.pixels)
    if check(photo.pixels, segmented):
        return {}
    shown = model.shown(segmented)
    judged = model.judge(model.views(photo.pixels, shown))
    if judged.probabilities is None or doubts(model, judged, photo.pixels, shown):
        return {}
    called = judged.probabilities.argmax(axis=1)
    true = true_classes(tray, shown, photo.scale)
    rows = {name: called[[kind == name for kind in true]] for name in model.classes}
    return {
        name: np.bincount(row, minlength=len(model.classes)).tolist()
        for name, row in rows.items()
        if len(row)
    }
