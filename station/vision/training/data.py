"""Crops to learn from: real kernels with their source photo, rice as a foreign body, rendered trays.

Every item carries its `photo`; splits are made by photo, never by kernel.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import KernelClass
from station.vision.balance import apply_gains, gains, typical_colour
from station.vision.crops import aligned_crop, cut_crops
from station.vision.kernels import KernelShape, find_kernels
from station.vision.photo import Photo, decode
from station.vision.rendered import RenderedTray, render_tray
from station.vision.rendered.phone import SHEETS
from station.vision.rendered.sprites import OTHER_GRAINS

SIDE = 96  # crops are kept larger than the net's input, so that turning and scaling lose nothing
CLASSES = (KernelClass.SOUND, KernelClass.BROKEN, KernelClass.FOREIGN)
REFERENCE = (95.0, 150.0, 185.0)  # BGR that a photo's typical kernel is brought to
GAIN_LIMITS = (0.55, 1.9)
SHEET_GREEN = 60  # green above red and blue by this much is the sheet, not a thing on it
RICE_PER_VARIETY = 60
RICE_PER_PHOTO = 60
RENDERED_SEED = 900_000  # far from the seeds of the demo and the tests
RENDERED_TRAYS = 56


@dataclass(frozen=True)
class Items:
    """`crops` (n, SIDE, SIDE, 4), `labels` (n,) into CLASSES, `photos` (n,) names."""

    crops: NDArray[np.uint8]
    labels: NDArray[np.int64]
    photos: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.labels)


def _items(rows: list[tuple[NDArray[np.uint8], int, str]]) -> Items:
    crops = np.stack([row[0] for row in rows])
    return Items(crops, np.array([row[1] for row in rows]), np.array([row[2] for row in rows]))


def wheat_kernels(photos: Path) -> Items:
    """The real kernels of `train/wheat_kernels` that show one of CLASSES."""
    rows = []
    for label, name in enumerate(CLASSES):
        for file in sorted((photos / "train" / "wheat_kernels" / name.value).iterdir()):
            crop = _masked_file(file, 24)
            if crop is not None:
                rows.append((crop, label, file.name.rpartition("_")[0]))
    return balanced(_items(rows), _wheat_light)


def balanced(items: Items, light: Callable[[Items, str], NDArray[np.float32]]) -> Items:
    """Items with every photo's colours balanced by what `light` says its typical kernel is."""
    crops = items.crops.copy()
    for photo in np.unique(items.photos):
        ours = items.photos == photo
        crops[ours] = apply_gains(
            crops[ours], gains(light(items, photo), np.float32(REFERENCE), *GAIN_LIMITS)
        )
    return Items(crops, items.labels, items.photos)


def _wheat_light(items: Items, photo: str) -> NDArray[np.float32]:
    """A photo of foreign bodies alone has no wheat to tell its light: the other photos' light is taken."""
    foreign = CLASSES.index(KernelClass.FOREIGN)
    ours = items.photos == photo
    wheat = items.labels != foreign
    if (wheat & ours).sum() < 0.5 * ours.sum():
        ours = np.ones(len(items), bool)
    return typical_colour(items.crops[ours & wheat])


def _own_or_daylight(items: Items, photo: str) -> NDArray[np.float32]:
    """Other grains come alone (their own colour tells the light) and among wheat (it does not)."""
    if sum(photo.encode()) % 2:
        return np.array(REFERENCE, np.float32)
    return typical_colour(items.crops[items.photos == photo])


def _tray_light(items: Items, photo: str) -> NDArray[np.float32]:
    if not photo.startswith("rendered_wheat"):
        return _own_or_daylight(items, photo)
    return typical_colour(items.crops[items.photos == photo])


def rice(photos: Path) -> Items:
    """Rice, a foreign body in wheat: laboratory kernels and phone photos cut by our own segmentation."""
    foreign = CLASSES.index(KernelClass.FOREIGN)
    rows = []
    for folder in sorted((photos / "train" / "rice_varieties").iterdir()):
        for file in sorted(folder.iterdir())[:RICE_PER_VARIETY]:
            crop = _masked_file(file, 40)
            if crop is not None:
                rows.append((crop, foreign, f"rice_lab_{folder.name}"))
    for file in sorted((photos / "train" / "rice_whole_broken").iterdir()):
        photo = decode(file.read_bytes())
        assert isinstance(photo, Photo), file
        single = [k for k in find_kernels(photo.pixels).complete if k.clump == 1 and k.solidity > 0.9]
        step = max(1, len(single) // RICE_PER_PHOTO)
        crops = cut_crops(photo.pixels, single[::step], SIDE)
        rows += [(crop, foreign, f"rice_phone_{file.stem}") for crop in crops]
    return balanced(_items(rows), _own_or_daylight)


def rendered() -> Items:
    """Rendered trays of wheat with every class, and of other grains (foreign), through our segmentation."""
    rows = []
    for number in range(RENDERED_TRAYS):
        seed = RENDERED_SEED + number
        rng = np.random.default_rng(seed)
        others = sorted(OTHER_GRAINS)
        grain = "wheat" if number % 4 else others[(number // 4) % len(others)]
        tray = render_tray(
            seed,
            width=2000,
            height=1500,
            kernels=70,
            sheet=sorted(SHEETS)[number % len(SHEETS)],
            grain=grain,
            broken=0.3 if grain == "wheat" else 0.0,
            foreign=0.2 if grain == "wheat" else 0.0,
            kernel_px=float(rng.uniform(40, 95)),
        )
        rows += list(_matched(tray, grain))
    return balanced(_items(rows), _tray_light)


def _matched(tray: RenderedTray, grain: str) -> Iterator[tuple[NDArray[np.uint8], int, str]]:
    photo = decode(tray.jpeg)
    assert isinstance(photo, Photo)
    kernels = find_kernels(photo.pixels).complete
    crops = cut_crops(photo.pixels, kernels, SIDE)
    centres = [(k.box[0] + k.box[2] / 2, k.box[1] + k.box[3] / 2) for k in tray.truth.kernels]
    for kernel, crop in zip(kernels, crops, strict=True):
        at = _centre(kernel, photo.scale)
        nearest = int(np.argmin([np.hypot(x - at[0], y - at[1]) for x, y in centres]))
        if np.hypot(centres[nearest][0] - at[0], centres[nearest][1] - at[1]) < 6:
            name = KernelClass.FOREIGN if grain != "wheat" else tray.truth.kernels[nearest].kernel_class
            yield crop, CLASSES.index(name), f"rendered_{grain}_{tray.truth.seed}"


def _centre(kernel: KernelShape, scale: float) -> tuple[float, float]:
    x, y, width, height = kernel.box
    return (x + width / 2) * scale, (y + height / 2) * scale


def _masked_file(file: Path, dark: int) -> NDArray[np.uint8] | None:
    """A crop file with a black background -> aligned crop; None when nothing is left of it."""
    bgr = cv2.imread(str(file), cv2.IMREAD_COLOR_BGR)
    if bgr is None:
        return None
    bgr = cv2.copyMakeBorder(bgr, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    mask = (bgr.max(axis=2) > dark).astype(np.uint8) * 255
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines or max(cv2.contourArea(o) for o in outlines) < 60:
        return None
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, [max(outlines, key=cv2.contourArea)], -1, 255, cv2.FILLED)
    crop = aligned_crop(np.asarray(bgr, np.uint8), filled, SIDE)
    return None if _is_sheet(crop) else crop


def _is_sheet(crop: NDArray[np.uint8]) -> bool:
    """Some crops of the collection hold nothing but a piece of the green sheet."""
    blue, green, red = (crop[..., k][crop[..., 3] > 0].astype(int) for k in range(3))
    return bool((green > np.maximum(blue, red) + SHEET_GREEN).mean() > 0.5)
