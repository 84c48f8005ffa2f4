"""The sheet and the phone of a rendered photo: light, shadows, colour cast, blur, noise, JPEG."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.rendered.place import clip_window
from station.vision.rendered.sprites import Floats, Light, texture

# Colour (BGR) of plain sheets under daylight and how strongly their surface wavers (grey levels).
SHEETS: dict[str, tuple[tuple[int, int, int], float]] = {
    "green": ((60, 170, 40), 3.0),
    "blue": ((170, 90, 50), 3.0),
    "pink": ((120, 80, 190), 4.0),
    "red": ((60, 50, 170), 3.0),
    "white": ((232, 234, 235), 1.5),
    "grey": ((140, 140, 140), 2.5),
    "black": ((32, 32, 34), 2.5),
    "brown": ((50, 75, 105), 5.0),
}
FIELD = 4  # the light and shadow map has one value per FIELD pixels


@dataclass(frozen=True, slots=True)
class Phone:
    """How the photo was taken: `cast` gains per channel (BGR), `gradient` darkening across the tray,
    `shadow` depth 0 to 1, `blur` in pixels (sigma), `noise` in grey levels, JPEG `quality`."""

    light: Light
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    gradient: float = 0.15
    shadow: float = 0.35
    blur: float = 0.8
    noise: float = 2.0
    quality: int = 90

    @classmethod
    def typical(cls, rng: np.random.Generator) -> "Phone":
        """A phone in an ordinary hand under ordinary light, varied by `rng`."""
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
    sheet: str,
    phone: Phone,
    tile: Floats,
    masks: Sequence[tuple[Floats, int, int]],
    kernel_px: float,
) -> tuple[NDArray[np.uint8], Floats]:
    """The empty sheet with the kernels' shadows, (height, width, 3), and the light that falls on it,
    one value about 1 per FIELD pixels. `masks` are the kernels' coverages with their centres."""
    width, height = size
    field = _light(phone, width // FIELD + 1, height // FIELD + 1)
    shadow = _shadows(phone, field.shape, masks, kernel_px)
    colour, waver = SHEETS[sheet]
    texture_tile = np.clip(
        128 + waver * tile[..., None] + phone.noise * rng.standard_normal((*tile.shape, 3)), 0, 255
    )
    rows, cols = -(-height // tile.shape[0]), -(-width // tile.shape[1])
    surface = np.tile(texture_tile.astype(np.uint8), (rows, cols, 1))[:height, :width]
    lit = (field * shadow)[..., None] * np.array(colour, np.float32)
    ground = cv2.resize(
        np.clip(lit, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR
    )
    photo = cv2.addWeighted(ground, 1.0, surface, 1.0, -128.0)
    return np.ascontiguousarray(photo, dtype=np.uint8), field


def _light(phone: Phone, width: int, height: int) -> Floats:
    """Brightness over the tray: falling off along the light's direction and towards the corners."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    slope = (x * np.float32(phone.light.x) + y * np.float32(phone.light.y)) * 0.5
    corners = 0.25 * (x * x + y * y)
    return np.asarray(phone.exposure * (1 - phone.gradient * (slope + corners)), np.float32)


def _shadows(
    phone: Phone, shape: tuple[int, ...], masks: Sequence[tuple[Floats, int, int]], kernel_px: float
) -> Floats:
    """What the kernels' soft shadows leave of the light, 0 to 1."""
    dark = np.zeros(shape, np.float32)
    reach = kernel_px * 0.16 * (0.5 + phone.light.strength) / FIELD
    for alpha, x, y in masks:
        small = cv2.resize(alpha, None, fx=1 / FIELD, fy=1 / FIELD, interpolation=cv2.INTER_AREA)
        if small.shape[0] % 2 == 0:
            small = small[:-1, :-1]
        cx, cy = round(x / FIELD - phone.light.x * reach), round(y / FIELD - phone.light.y * reach)
        window, part = clip_window(shape, cx, cy, small.shape[0] // 2)
        np.maximum(dark[window], small[part], out=dark[window])
    soft = cv2.GaussianBlur(dark, (0, 0), max(0.6, kernel_px * 0.05 / FIELD))
    left: Floats = 1 - np.float32(phone.shadow) * soft
    return left


def finish(photo: NDArray[np.uint8], phone: Phone, rng: np.random.Generator) -> bytes:
    """Blur, colour cast, sensor noise and JPEG; the bytes a phone would upload."""
    if phone.blur > 0.3:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), phone.blur), np.uint8)
    levels = np.arange(256, dtype=np.float32)
    table = np.stack([np.clip(levels * gain, 0, 255) for gain in phone.cast], axis=-1).astype(np.uint8)
    photo = np.asarray(cv2.LUT(photo, table[None]), np.uint8)
    if phone.noise > 0:
        side = 512
        grain = texture(rng, rng.standard_normal((side, side)).astype(np.float32), side)
        speck = np.clip(128 + phone.noise * grain, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)
        rows, cols = -(-photo.shape[0] // side), -(-photo.shape[1] // side)
        cover = np.tile(speck, (rows, cols, 1))[: photo.shape[0], : photo.shape[1]]
        photo = np.asarray(cv2.addWeighted(photo, 1.0, cover, 1.0, -128.0), np.uint8)
    done, jpeg = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, phone.quality])
    if not done:
        raise RuntimeError("OpenCV could not encode the rendered photo")
    return jpeg.tobytes()
