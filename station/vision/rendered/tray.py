"""Render a tray photo with exact truth: the sheet, its light and shadows, the kernels, the phone.

Rendered scenes serve the demo, the tests and the stress cases; no accuracy claim rests on them alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import KernelClass
from station.vision.rendered.foreign import foreign_sprite
from station.vision.rendered.paper import Paper
from station.vision.rendered.phone import Phone, finish, paint_sheet
from station.vision.rendered.place import Floor, clip_window
from station.vision.rendered.sprites import (
    BEANS,
    OTHER_GRAINS,
    WHEAT,
    Floats,
    Light,
    Sprite,
    broken_sprite,
    grain_sprite,
    noise_tile,
)

MAX_PIXELS = 12_000_000
MAX_KERNELS = 3000
KERNEL_SHARE = 0.0375  # a wheat kernel's length as a share of the photo's longer side times its crowding


@dataclass(frozen=True, slots=True)
class RenderedKernel:
    """Tells the truth of one drawn kernel: `box` x, y, width, height and `polygon` in pixels of the photo.
    The sides of its smallest enclosing rectangle are known in millimetres where the scene has a scale."""

    kernel_class: KernelClass
    box: tuple[int, int, int, int]
    polygon: tuple[tuple[int, int], ...]
    touching: bool
    cut: bool
    length_mm: float | None = None
    width_mm: float | None = None


@dataclass(frozen=True, slots=True)
class TrayTruth:
    """Tells what was drawn; `grain` is the crop, kernels of other crops in it are foreign."""

    seed: int
    grain: str
    width: int
    height: int
    kernels: tuple[RenderedKernel, ...]

    @property
    def complete(self) -> tuple[RenderedKernel, ...]:
        return tuple(k for k in self.kernels if not k.cut)

    def count(self, kernel_class: KernelClass) -> int:
        return sum(k.kernel_class is kernel_class for k in self.complete)


@dataclass(frozen=True, slots=True)
class RenderedTray:
    jpeg: bytes
    truth: TrayTruth


@dataclass(frozen=True, slots=True)
class Placed:
    """Holds a drawn kernel and where its middle lies, in pixels."""

    sprite: Sprite
    x: int
    y: int
    kernel_class: KernelClass
    touching: bool


def render_tray(
    seed: int,
    *,
    width: int = 4000,
    height: int = 3000,
    kernels: int = 300,
    broken: float = 0.04,
    foreign: float = 0.01,
    damaged: float = 0.0,
    touching: float = 0.1,
    cut: int = 0,
    sheet: str | Paper = "green",
    grain: str = "wheat",
    kernel_px: float | None = None,
    phone: Phone | None = None,
) -> RenderedTray:
    """Render a JPEG of `kernels` complete kernels plus `cut` ones across the edge, and its truth.

    `broken`, `foreign`, `damaged`, `touching` are shares of the kernels; `sheet` is a paper or
    a name of `phone.SHEETS`; `grain` is wheat or a name of `sprites.OTHER_GRAINS` or `BEANS` (then all are
    whole); `kernel_px` is a wheat kernel's length in pixels, else chosen so that the kernels fit. The same
    arguments give the same bytes. Raises ValueError for sizes beyond 12 megapixels or when the kernels do not
    fit."""
    if width * height > MAX_PIXELS or min(width, height) < 64 or kernels + cut > MAX_KERNELS:
        raise ValueError(
            f"cannot render {kernels} kernels on {width}x{height}: at most 12 megapixels, 3000 kernels"
        )
    rng = np.random.default_rng(seed)
    phone = phone or Phone.typical(rng)
    tile = noise_tile(rng)
    kernel_px = kernel_px or _fitting_length(width, height, kernels)
    kinds = kinds_of(rng, kernels, broken, foreign, damaged) + [KernelClass.WHOLE] * cut
    placed = place_all(rng, kinds, grain, kernel_px, tile, phone.light, (width, height), touching, cut)
    photo = _paint(rng, placed, (width, height), sheet, phone, tile, kernel_px)
    truth = tuple(_truth(p, width, height) for p in placed)
    return RenderedTray(finish(photo, phone, rng), TrayTruth(seed, grain, width, height, truth))


def _fitting_length(width: int, height: int, kernels: int) -> float:
    """Choose about a fortieth of the longer side, less when kernels must crowd."""
    free = np.sqrt(width * height / max(1, kernels))
    return float(min(KERNEL_SHARE * max(width, height) * 0.75, 0.56 * free))


def kinds_of(
    rng: np.random.Generator, kernels: int, broken: float, foreign: float, damaged: float
) -> list[KernelClass]:
    counts = {
        KernelClass.BROKEN: round(kernels * broken),
        KernelClass.FOREIGN: round(kernels * foreign),
        KernelClass.DAMAGED: round(kernels * damaged),
    }
    kinds = [kind for kind, count in counts.items() for _ in range(count)][:kernels]
    kinds += [KernelClass.WHOLE] * (kernels - len(kinds))
    return [kinds[i] for i in rng.permutation(kernels)]


def place_all(
    rng: np.random.Generator,
    kinds: list[KernelClass],
    grain: str,
    kernel_px: float,
    tile: Floats,
    light: Light,
    size: tuple[int, int],
    touching: float,
    cut: int,
) -> list[Placed]:
    floor = Floor(*size)
    placed: list[Placed] = []
    apart = len(kinds) - cut
    partners = round(apart * touching / 2)
    for index, kind in enumerate(kinds):
        sprite = _sprite(rng, kind, grain, kernel_px, tile, light)
        shape = sprite.alpha > 0.5
        half = shape.shape[0] // 2
        spot: tuple[int, int] | None
        close = index < apart and index >= apart - partners
        if close:
            beside = placed[int(rng.integers(len(placed)))]
            spot = floor.find_touching(rng, shape, (beside.x, beside.y))
        elif index >= apart:
            spot = floor.find_across_edge(rng, half)
        else:
            spot = floor.find_apart(rng, shape, 1.0)
        spot = spot or floor.find_apart(rng, shape, 0.7) or floor.find_room(rng, shape)
        if spot is None:
            raise ValueError(f"no room for kernel {index + 1} of {len(kinds)}: fewer or smaller kernels")
        floor.take(shape, *spot)
        placed.append(Placed(sprite, *spot, kind, close))
    return placed


def _sprite(
    rng: np.random.Generator, kind: KernelClass, grain: str, kernel_px: float, tile: Floats, light: Light
) -> Sprite:
    if kind is KernelClass.FOREIGN:
        return foreign_sprite(rng, kernel_px, tile, light)
    shape = WHEAT if grain == "wheat" else {**OTHER_GRAINS, **BEANS}[grain]
    if kind is KernelClass.BROKEN:
        return broken_sprite(rng, shape, kernel_px, tile, light)
    return grain_sprite(rng, shape, kernel_px, tile, light, damaged=kind is KernelClass.DAMAGED)


def _paint(
    rng: np.random.Generator,
    placed: list[Placed],
    size: tuple[int, int],
    sheet: str | Paper,
    phone: Phone,
    tile: Floats,
    kernel_px: float,
) -> NDArray[np.uint8]:
    masks = [(p.sprite.alpha, p.x, p.y) for p in placed]
    photo, light_field = paint_sheet(rng, size, sheet, phone, tile, masks, kernel_px)
    lay_kernels(photo, light_field, placed)
    return photo


def lay_kernels(photo: NDArray[np.uint8], light_field: Floats, placed: list[Placed]) -> None:
    """Draw the kernels onto `photo`, as bright as the light where they lie (see `paint_sheet`)."""
    for p in placed:
        window, part = clip_window(photo.shape, p.x, p.y, p.sprite.alpha.shape[0] // 2)
        y, x = (min(k // 4, limit - 1) for k, limit in zip((p.y, p.x), light_field.shape, strict=True))
        lit = p.sprite.bgr[part] * light_field[max(0, y), max(0, x)]
        alpha = p.sprite.alpha[part][..., None]
        under = photo[window]
        under[...] = np.clip(under * (1 - alpha) + lit * alpha, 0, 255).astype(np.uint8)


def outline_of(p: Placed) -> NDArray[np.int64]:
    """Return the drawn kernel's outline (n, 2) in pixels, through the middle of its outermost pixels."""
    half = p.sprite.alpha.shape[0] // 2
    shape = (p.sprite.alpha > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    corner = np.array([p.x - half, p.y - half], np.int64)
    return np.asarray(max(outlines, key=cv2.contourArea)[:, 0, :] + corner, np.int64)


def _truth(p: Placed, width: int, height: int) -> RenderedKernel:
    outline = outline_of(p)
    left, top = outline.min(axis=0)
    right, bottom = outline.max(axis=0)
    cut = bool(left <= 0 or top <= 0 or right >= width - 1 or bottom >= height - 1)
    left, top = max(0, int(left)), max(0, int(top))
    right, bottom = min(width - 1, int(right)), min(height - 1, int(bottom))
    polygon = tuple((int(x), int(y)) for x, y in np.clip(outline, 0, [width - 1, height - 1]))
    box = (left, top, right - left + 1, bottom - top + 1)
    return RenderedKernel(p.kernel_class, box, polygon, p.touching, cut)
