"""Cut rice (phone photos and laboratory kernels) and rendered trays as the product cuts them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from station.grain.inspection import KernelClass
from station.vision.balance import Floats
from station.vision.crops import aligned_crop, cut_crops
from station.vision.kernels import KernelShape, find_kernels
from station.vision.photo import DecodedPhoto, Pixels, decode
from station.vision.rendered import RenderedTray, render_tray
from station.vision.rendered.phone import SHEETS
from station.vision.rendered.sprites import OTHER_GRAINS
from station.vision.rendered.varied import render_exact
from training.cuts import broken_from
from training.data import (
    SIDE,
    VIEW,
    Items,
    KernelRow,
    balanced,
    cut_both,
    from_rows,
    join,
    own_light,
    own_or_day_light,
    read_masked,
)

RENDERED_SEED = 900_000  # far from the seeds of the demo and the tests
SOLID = 0.9
SAME_PLACE = 6.0  # pixels between the middles of a kernel drawn and found
LABORATORY = "rice_lab_"
PHONE = "rice_phone_"
WHOLE = PHONE + "full"
MIXED = {KernelClass.WHOLE: 50, KernelClass.BROKEN: 25, KernelClass.FOREIGN: 15}  # of a stranger's tray
ALONE = {KernelClass.WHOLE: 60}  # ... of another grain
CROWDING = (0.5, 2.0)  # times as many
PALER = ((1.15, 1.05, 0.9), (1.6, 1.2, 1.03))  # BGR of white rice over wheat's in one light, least and most

DrawTray = Callable[[int, str, bool], RenderedTray]  # number, grain, whether all classes lie on it


def rice_phone(photos: Path, label: Mapping[str, int], *, per_photo: int, single: bool) -> Items:
    """Cut the kernels of `train/rice_whole_broken` by our own segmentation, `label` by the start of the
    file's name (files of no label are left out); `single` keeps only kernels that lie alone."""
    rows: list[KernelRow] = []
    for file in sorted((photos / "train" / "rice_whole_broken").iterdir()):
        start = file.stem.partition("_")[0]
        if start not in label:
            continue
        photo = decode(file.read_bytes())
        assert isinstance(photo, DecodedPhoto), file
        found = [k for k in find_kernels(photo.pixels).whole if not single or _alone(k)]
        chosen = found[:: max(1, len(found) // per_photo)]
        pairs = zip(cut_crops(photo.pixels, chosen, SIDE), cut_crops(photo.pixels, chosen, VIEW), strict=True)
        rows += [(crop, view, label[start], PHONE + file.stem) for crop, view in pairs]
    return from_rows(rows)


def _alone(kernel: KernelShape) -> bool:
    return kernel.clump == 1 and kernel.solidity > SOLID


def rice_laboratory(photos: Path, varieties: Sequence[str], label: int, per_variety: int) -> Items:
    """Read the whole kernels of `train/rice_varieties`."""
    rows: list[KernelRow] = []
    for name in varieties:
        for file in sorted((photos / "train" / "rice_varieties" / name).iterdir())[:per_variety]:
            if (masked := read_masked(file, 40)) is not None:
                rows.append((*cut_both(*masked), label, LABORATORY + name))
    return from_rows(rows)


def white_rice(items: Items) -> Items:
    """Make rice a foreign body of wheat. Whole kernels of the phone are balanced as they come, alone or among
    the crop; other photos' are paler than wheat would be, which tells a piece of rice from one of wheat.
    Every third kernel is there once more as a piece."""
    whole = balanced(items, lambda some, photo: (own_or_day_light if WHOLE in photo else _paler)(some, photo))
    rng = np.random.default_rng(RENDERED_SEED)
    rows: list[KernelRow] = []
    for index in range(0, len(whole), 3):
        if (piece := broken_from(whole.crops[index], SIDE, rng)) is not None:
            view = aligned_crop(np.ascontiguousarray(piece[..., :3]), piece[..., 3].copy(), VIEW)
            rows.append((piece, view, int(whole.labels[index]), str(whole.photos[index])))
    return join([whole, from_rows(rows)])


def _paler(items: Items, photo: str) -> Floats:
    """Return the light in which rice is as much paler than wheat as white rice is, more or less."""
    rng = np.random.default_rng(list(photo.encode()))
    return np.asarray(own_light(items, photo) / rng.uniform(*PALER).astype(np.float32), np.float32)


def rendered(classes: Sequence[KernelClass], crop: str, trays: int, draw: DrawTray) -> Items:
    """Render trays of the crop with every class (three of four) and of other grains (foreign)."""
    rows: list[KernelRow] = []
    others = ["wheat" if name == crop else name for name in sorted(OTHER_GRAINS)]
    for number in range(trays):
        grain = crop if number % 4 else others[(number // 4) % len(others)]
        tray = draw(number, grain, grain == crop)
        foreign = classes.index(KernelClass.FOREIGN)
        for kind, crop_view in _matched(tray):
            known = grain == crop and kind in classes
            if grain == crop and not known:
                continue
            rows.append((*crop_view, classes.index(kind) if known else foreign, f"rendered_{grain}_{number}"))
    return balanced(
        from_rows(rows),
        lambda items, photo: (own_light if f"_{crop}_" in photo else own_or_day_light)(items, photo),
    )


def plain_tray(number: int, grain: str, mixed: bool) -> RenderedTray:
    """Render a sharp photo in fair light on one of the usual sheets."""
    rng = np.random.default_rng(RENDERED_SEED + number)
    return render_tray(
        RENDERED_SEED + number,
        width=2000,
        height=1500,
        kernels=70,
        sheet=sorted(SHEETS)[number % len(SHEETS)],
        grain=grain,
        broken=0.25 if mixed else 0.0,
        foreign=0.2 if mixed else 0.0,
        damaged=0.2 if mixed else 0.0,
        kernel_px=float(rng.uniform(40, 95)),
    )


def strangers_tray(number: int, grain: str, mixed: bool) -> RenderedTray:
    """Render a good photo by any phone, in any light, on any paper."""
    rng = np.random.default_rng(RENDERED_SEED + number)
    return crowded_tray(RENDERED_SEED + number, MIXED if mixed else ALONE, rng.uniform(*CROWDING), grain)


def crowded_tray(seed: int, kernels: Mapping[KernelClass, int], crowding: float, grain: str) -> RenderedTray:
    """Render a stranger's good photo of `crowding` times as many kernels of each class."""
    return render_exact(seed, {kind: round(count * crowding) for kind, count in kernels.items()}, grain=grain)


def _matched(tray: RenderedTray) -> Iterator[tuple[KernelClass, tuple[Pixels, Pixels]]]:
    """Yield what was found on the tray: its true class, and its crop and view."""
    photo = decode(tray.jpeg)
    assert isinstance(photo, DecodedPhoto)
    kernels = find_kernels(photo.pixels).whole
    crops, views = cut_crops(photo.pixels, kernels, SIDE), cut_crops(photo.pixels, kernels, VIEW)
    for kind, crop, view in zip(true_classes(tray, kernels, photo.scale), crops, views, strict=True):
        if kind is not None:
            yield kind, (crop, view)


def true_classes(
    tray: RenderedTray, kernels: Sequence[KernelShape], scale: float
) -> list[KernelClass | None]:
    """Return for each kernel found the class of the one drawn at its place; None where none was. `scale` is
    pixels of the photo per pixel of the working scale."""
    centres = np.array([_centre(drawn.box, 1.0) for drawn in tray.truth.kernels])
    found: list[KernelClass | None] = []
    for kernel in kernels:
        away = np.hypot(*(centres - _centre(kernel.box, scale)).T)
        nearest = int(away.argmin())
        found.append(tray.truth.kernels[nearest].kernel_class if away[nearest] < SAME_PLACE else None)
    return found


def _centre(box: tuple[int, int, int, int], scale: float) -> tuple[float, float]:
    x, y, width, height = box
    return (x + width / 2) * scale, (y + height / 2) * scale
