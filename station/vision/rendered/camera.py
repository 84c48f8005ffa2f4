"""Lens, sensor and the phone's own software change the light: they are a rendered photo's last steps."""

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.rendered.sprites import texture

Pixels = NDArray[np.uint8]


def soften(photo: Pixels, sigma: float) -> Pixels:
    """Blur as a lens out of focus by `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), sigma), np.uint8) if sigma > 0.3 else photo


def move(photo: Pixels, length: float, turn: float) -> Pixels:
    """Blur as a hand that moved by `length` pixels towards `turn` (radians) while the shutter was open."""
    if length < 1:
        return photo
    half = int(np.ceil(length / 2))
    path = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    for step in np.linspace(-length / 2, length / 2, 8 * half + 1):
        path[round(half + step * np.sin(turn)), round(half + step * np.cos(turn))] = 1
    return np.asarray(cv2.filter2D(photo, -1, path / path.sum()), np.uint8)


def cast(photo: Pixels, gains: tuple[float, float, float]) -> Pixels:
    """Multiply every channel, full where the sensor is full."""
    levels = np.arange(256, dtype=np.float32)
    table = np.stack([np.clip(levels * gain, 0, 255) for gain in gains], axis=-1).astype(np.uint8)
    return np.asarray(cv2.LUT(photo, table[None]), np.uint8)


def vignette(photo: Pixels, depth: float) -> Pixels:
    """Darken the corners by `depth` (share of the light)."""
    if depth <= 0:
        return photo
    height, width = photo.shape[:2]
    x = np.linspace(-1, 1, width // 8 + 1, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height // 8 + 1, dtype=np.float32)[:, None]
    left = 255 * (1 - np.float32(depth / 4) * (x * x + y * y) ** 2)
    cover = cv2.resize(left.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(photo, cv2.merge([cover, cover, cover]), scale=1 / 255), np.uint8)


def speckle(photo: Pixels, noise: float, rng: np.random.Generator) -> Pixels:
    """Add sensor noise of deviation `noise` grey levels, alike in all channels."""
    if noise <= 0:
        return photo
    side = 512
    grain = texture(rng, rng.standard_normal((side, side)).astype(np.float32), side)
    speck = np.clip(128 + noise * grain, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    rows, cols = -(-photo.shape[0] // side), -(-photo.shape[1] // side)
    cover = np.tile(speck, (rows, cols, 1))[: photo.shape[0], : photo.shape[1]]
    return np.asarray(cv2.addWeighted(photo, 1.0, cover, 1.0, -128.0), np.uint8)


def smear(photo: Pixels, strength: float) -> Pixels:
    """Reduce noise so that fine texture goes with it; `strength` 0 to 1."""
    if strength <= 0:
        return photo
    return np.asarray(cv2.addWeighted(photo, 1 - strength, cv2.medianBlur(photo, 5), strength, 0), np.uint8)


def sharpen(photo: Pixels, amount: float) -> Pixels:
    """Sharpen by an unsharp mask: outlines get bright and dark rims; `amount` 0 to about 1.5."""
    if amount <= 0:
        return photo
    soft = cv2.GaussianBlur(photo, (0, 0), 1.5)
    return np.asarray(cv2.addWeighted(photo, 1 + amount, soft, -amount, 0), np.uint8)


def jpeg(photo: Pixels, quality: int) -> bytes:
    done, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("OpenCV could not encode the rendered photo")
    return data.tobytes()
