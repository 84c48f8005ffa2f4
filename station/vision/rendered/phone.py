"""Light the sheet, and take the rendered photo with a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.rendered import camera
from station.vision.rendered.paper import Paper, folds, lines
from station.vision.rendered.place import clip_window
from station.vision.rendered.sprites import Floats, Light

SHEETS: dict[str, Paper] = {
    "green": Paper((60, 170, 40), 3.0),
    "blue": Paper((170, 90, 50), 3.0),
    "pink": Paper((120, 80, 190), 4.0),
    "red": Paper((60, 50, 170), 3.0),
    "white": Paper((232, 234, 235), 1.5),
    "grey": Paper((140, 140, 140), 2.5),
    "black": Paper((32, 32, 34), 2.5),
    "brown": Paper((50, 75, 105), 5.0),
}
FIELD = 4  # the light and shadow map has one value per FIELD pixels


@dataclass(frozen=True, slots=True)
class Phone:
    """Says how the photo was taken: `cast` gains per channel (BGR), `gradient` darkening across the tray,
    `shadow` depth 0 to 1 and `softness` of the kernels' shadows as a share of their length, `edge` depth of a
    hand's or roof's shadow over a part of the sheet, `blur` (sigma) and `motion` in pixels, `noise` in grey
    levels, `smear` of the noise reduction 0 to 1, `sharpening`, `vignette`, JPEG `quality`."""

    light: Light
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    gradient: float = 0.15
    shadow: float = 0.35
    blur: float = 0.8
    noise: float = 2.0
    quality: int = 90
    softness: float = 0.05
    edge: float = 0.0
    motion: float = 0.0
    vignette: float = 0.0
    smear: float = 0.0
    sharpening: float = 0.0

    @classmethod
    def typical(cls, rng: np.random.Generator) -> "Phone":
        """Make a phone in an ordinary hand under ordinary light, varied by `rng`."""
        turn = rng.uniform(0, 2 * np.pi)
        light = Light(float(np.cos(turn)), float(np.sin(turn)), float(rng.uniform(0.2, 0.8)))
        blue, red = rng.uniform(0.88, 1.12), rng.uniform(0.9, 1.1)
        return cls(
            light=light,
            cast=(float(blue), 1.0, float(red)),
            exposure=float(rng.uniform(0.85, 1.08)),
            gradient=float(rng.uniform(0.0, 0.3)),
            shadow=float(rng.uniform(0.15, 0.45)),
            blur=float(rng.uniform(0.5, 1.2)),
            noise=float(rng.uniform(1.0, 3.0)),
            quality=int(rng.integers(82, 95)),
        )


def paint_sheet(
    rng: np.random.Generator,
    size: tuple[int, int],
    sheet: str | Paper,
    phone: Phone,
    tile: Floats,
    masks: Sequence[tuple[Floats, int, int]],
    kernel_px: float,
) -> tuple[NDArray[np.uint8], Floats]:
    """Return the empty sheet with the kernels' shadows, (height, width, 3), and the light that falls on it,
    one value about 1 per FIELD pixels. `masks` are the kernels' coverages with their centres."""
    width, height = size
    paper = SHEETS[sheet] if isinstance(sheet, str) else sheet
    field = _light(phone, width // FIELD + 1, height // FIELD + 1)
    if phone.edge > 0:
        field = field * _large_shadow(rng, phone.edge, field.shape)
    shadow = _shadows(phone, field.shape, masks, kernel_px)
    texture_tile = np.clip(
        128 + paper.waver * tile[..., None] + phone.noise * rng.standard_normal((*tile.shape, 3)), 0, 255
    )
    rows, cols = -(-height // tile.shape[0]), -(-width // tile.shape[1])
    surface = np.tile(texture_tile.astype(np.uint8), (rows, cols, 1))[:height, :width]
    lit = (field * folds(rng, paper, field.shape) * shadow)[..., None] * np.array(paper.colour, np.float32)
    ground = cv2.resize(
        np.clip(lit, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR
    )
    photo = lines(rng, paper, np.asarray(cv2.addWeighted(ground, 1.0, surface, 1.0, -128.0), np.uint8))
    return np.ascontiguousarray(photo, dtype=np.uint8), field


def _large_shadow(rng: np.random.Generator, depth: float, shape: tuple[int, ...]) -> Floats:
    """Return the light left beside a straight shadow edge across the tray, soft over a few percent of its
    width."""
    height, width = shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    away = (x - width * rng.uniform(0.3, 0.7)) * np.float32(np.cos(turn))
    away = away + (y - height * rng.uniform(0.3, 0.7)) * np.float32(np.sin(turn))
    soft = np.float32(max(width, height) * rng.uniform(0.005, 0.06))
    return np.asarray(1 - np.float32(depth) / (1 + np.exp(np.clip(-away / soft, -30, 30))), np.float32)


def _light(phone: Phone, width: int, height: int) -> Floats:
    """Return the brightness over the tray: falling off along the light's direction and towards the
    corners."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    slope = (x * np.float32(phone.light.x) + y * np.float32(phone.light.y)) * 0.5
    corners = 0.25 * (x * x + y * y)
    return np.asarray(phone.exposure * (1 - phone.gradient * (slope + corners)), np.float32)


def _shadows(
    phone: Phone, shape: tuple[int, ...], masks: Sequence[tuple[Floats, int, int]], kernel_px: float
) -> Floats:
    """Return what the kernels' soft shadows leave of the light, 0 to 1."""
    dark = np.zeros(shape, np.float32)
    reach = kernel_px * 0.16 * (0.5 + phone.light.strength) / FIELD
    for alpha, x, y in masks:
        small = cv2.resize(alpha, None, fx=1 / FIELD, fy=1 / FIELD, interpolation=cv2.INTER_AREA)
        if small.shape[0] % 2 == 0:
            small = small[:-1, :-1]
        cx, cy = round(x / FIELD - phone.light.x * reach), round(y / FIELD - phone.light.y * reach)
        window, part = clip_window(shape, cx, cy, small.shape[0] // 2)
        np.maximum(dark[window], small[part], out=dark[window])
    soft = cv2.GaussianBlur(dark, (0, 0), max(0.6, kernel_px * phone.softness / FIELD))
    left: Floats = 1 - np.float32(phone.shadow) * soft
    return left


def finish(photo: NDArray[np.uint8], phone: Phone, rng: np.random.Generator) -> bytes:
    """Pass the light through lens, sensor, the phone's software and JPEG; return the bytes a phone would
    upload."""
    photo = camera.soften(photo, phone.blur)
    photo = camera.move(photo, phone.motion, float(np.arctan2(phone.light.y, phone.light.x)))
    photo = camera.vignette(photo, phone.vignette)
    photo = camera.cast(photo, phone.cast)
    photo = camera.speckle(photo, phone.noise, rng)
    photo = camera.smear(photo, phone.smear)
    photo = camera.sharpen(photo, phone.sharpening)
    return camera.jpeg(photo, phone.quality)
