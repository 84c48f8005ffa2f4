"""Read kernels to learn from, each with its class, its source photo and where it comes from.

Every item carries its `photo`; splits are made by photo, never by kernel.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import KernelClass
from station.vision.balance import Floats, apply_gains, gains, typical_colour
from station.vision.crops import aligned_crop

SIDE = 64  # crops to change by chance are larger than the net's input: turning and scaling lose little
VIEW = 48  # the net's input, cut just as the product cuts it
REFERENCE = (95.0, 150.0, 185.0)  # BGR that a photo's typical kernel is brought to
GAIN_LIMITS = (0.55, 1.9)
SHEET_GREEN = 60  # green above red and blue by this much is the sheet, not a thing on it
RIM = 2  # pixels of a kernel's outline in which the sheet shines through
SOUND_TO_SHEET = (
    1.07,
    0.90,
    1.40,
)  # BGR of a sound kernel over the rim's: middle of their photos
SMALLEST = 60.0  # pixels of area; less is dust

FOLDERS = {KernelClass.WHOLE: "sound"}  # of a class whose photos lie under another name

KernelRow = tuple[NDArray[np.uint8], NDArray[np.uint8], int, str]
LightOf = Callable[["Items", str], NDArray[np.float32]]


@dataclass(frozen=True)
class Items:
    """Holds `crops` (n, SIDE, SIDE, 4), `views` (n, VIEW, VIEW, 4), `labels` (n,) into the task's classes,
    `photos` (n,) names."""

    crops: NDArray[np.uint8]
    views: NDArray[np.uint8]
    labels: NDArray[np.int64]
    photos: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, keep: NDArray[np.bool_]) -> "Items":
        return Items(self.crops[keep], self.views[keep], self.labels[keep], self.photos[keep])


def from_rows(rows: Sequence[KernelRow]) -> Items:
    return Items(
        np.stack([row[0] for row in rows]),
        np.stack([row[1] for row in rows]),
        np.array([row[2] for row in rows], np.int64),
        np.array([row[3] for row in rows]),
    )


def join(parts: Sequence[Items]) -> Items:
    return Items(
        np.concatenate([p.crops for p in parts]),
        np.concatenate([p.views for p in parts]),
        np.concatenate([p.labels for p in parts]),
        np.concatenate([p.photos for p in parts]),
    )


@cache
def wheat_kernels(photos: Path, classes: tuple[KernelClass, ...]) -> Items:
    """Read the real kernels of `train/wheat_kernels` in the named folders, colours balanced by photo."""
    rows: list[KernelRow] = []
    sheets: dict[str, list[Floats]] = {}
    for label, name in enumerate(classes):
        for file in sorted((photos / "train" / "wheat_kernels" / FOLDERS.get(name, name.value)).iterdir()):
            if (masked := read_masked(file, 24)) is not None:
                photo = file.name.rpartition("_")[0]
                sheets.setdefault(photo, []).append(sheet_colour(*masked))
                rows.append((*cut_both(*masked), label, photo))
    sheet = {photo: np.asarray(np.median(some, axis=0), np.float32) for photo, some in sheets.items()}
    kept = from_rows([row for row in rows if not _is_sheet(row[0])])
    return balanced(kept, _light_of_wheat(classes, sheet))


def _light_of_wheat(classes: Sequence[KernelClass], sheet: dict[str, Floats]) -> LightOf:
    """Return what tells a photo's light: its middle wheat kernel, as the product takes it. A photo of foreign
    bodies alone has none: what wheat would look like on it is told by the sheet, which is the same in every
    photo."""
    foreign = classes.index(KernelClass.FOREIGN) if KernelClass.FOREIGN in classes else -1

    def light(items: Items, photo: str) -> Floats:
        ours = items.photos == photo
        wheat = ours & (items.labels != foreign)
        if wheat.sum() >= 0.5 * ours.sum():
            return typical_colour(items.views[wheat])
        return np.asarray(sheet[photo] * SOUND_TO_SHEET, np.float32)

    return light


def sheet_colour(bgr: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Floats:
    """Return the BGR of the green sheet where it shines through at a kernel's rim: the greenest tenth of the
    rim.

    Kernels of one photo lie in one light, and so does the sheet that shows at their rims."""
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8), iterations=RIM)
    rim = bgr[(mask > 0) & (inner == 0)].astype(np.float32)
    green = rim[:, 1] - np.maximum(rim[:, 0], rim[:, 2])
    return np.asarray(rim[np.argsort(-green)[: max(3, len(rim) // 10)]].mean(axis=0), np.float32)


def balanced(items: Items, light: LightOf) -> Items:
    """Balance every photo's colours by what `light` says its typical kernel is."""
    crops, views = items.crops.copy(), items.views.copy()
    for photo in np.unique(items.photos):
        ours = items.photos == photo
        factors = gains(light(items, photo), np.array(REFERENCE, np.float32), *GAIN_LIMITS)
        crops[ours], views[ours] = apply_gains(crops[ours], factors), apply_gains(views[ours], factors)
    return Items(crops, views, items.labels, items.photos)


def own_light(items: Items, photo: str) -> NDArray[np.float32]:
    """Return the photo's own middle kernel, as the product takes it."""
    return typical_colour(items.views[items.photos == photo])


def own_or_day_light(items: Items, photo: str) -> NDArray[np.float32]:
    """Return the light of other grains, which come alone (their own colour tells it) and among the crop (it
    does not)."""
    return np.array(REFERENCE, np.float32) if sum(photo.encode()) % 2 else own_light(items, photo)


def cut_both(bgr: NDArray[np.uint8], mask: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cut crop and view of one kernel given as BGR and mask."""
    return aligned_crop(bgr, mask, SIDE), aligned_crop(bgr, mask, VIEW)


def read_masked(file: Path, dark: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Read BGR and mask of a crop file with a black background; None when nothing is left of it."""
    read = cv2.imread(str(file), cv2.IMREAD_COLOR_BGR)
    if read is None:
        return None
    bgr = np.asarray(cv2.copyMakeBorder(read, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)
    mask = (bgr.max(axis=2) > dark).astype(np.uint8) * 255
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines or max(cv2.contourArea(o) for o in outlines) < SMALLEST:
        return None
    filled = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(filled, [max(outlines, key=cv2.contourArea)], -1, 255, cv2.FILLED)
    return bgr, filled


def _is_sheet(crop: NDArray[np.uint8]) -> bool:
    """Tell whether a crop holds nothing but a piece of the green sheet, as some of the collection do."""
    blue, green, red = (crop[..., k][crop[..., 3] > 0].astype(int) for k in range(3))
    return bool((green > np.maximum(blue, red) + SHEET_GREEN).mean() > 0.5)
