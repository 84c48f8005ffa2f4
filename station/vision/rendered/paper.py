"""Draw the plain sheet under rendered kernels: its colour, its grain, faint print, wrinkles."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.rendered.sprites import Floats

PRINT_SPACING = (40, 110)  # pixels between ruled lines
WRINKLES = (3, 9)


@dataclass(frozen=True, slots=True)
class Paper:
    """Describes a sheet: `colour` BGR under daylight; `waver` of the surface and depth of `print` (ruled
    lines) in grey levels; `wrinkles` share of the light that a fold takes or adds."""

    colour: tuple[int, int, int]
    waver: float
    print: float = 0.0
    wrinkles: float = 0.0


def folds(rng: np.random.Generator, paper: Paper, shape: tuple[int, ...]) -> Floats:
    """Return factors about 1, (height, width): straight folds, bright on one side and dark on the other."""
    light = np.ones(shape[:2], np.float32)
    if paper.wrinkles <= 0:
        return light
    height, width = light.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    for _ in range(int(rng.integers(*WRINKLES))):
        turn = rng.uniform(0, np.pi)
        away = (x - rng.uniform(0, width)) * np.float32(np.cos(turn))
        away = (away + (y - rng.uniform(0, height)) * np.float32(np.sin(turn))) / np.float32(
            max(width, height) * rng.uniform(0.006, 0.03)
        )
        depth = np.float32(paper.wrinkles * rng.uniform(0.4, 1.0))
        light += depth * away * np.exp(-away * away)
    return light


def lines(rng: np.random.Generator, paper: Paper, photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw faint ruled lines, a little turned, on `photo` of the empty sheet."""
    if paper.print <= 0:
        return photo
    height, width = photo.shape[:2]
    ink = np.zeros((height, width), np.uint8)
    slope = float(rng.normal(0, 0.02))
    depth = round(paper.print)
    for top in range(-height // 10, height + height // 10, int(rng.integers(*PRINT_SPACING))):
        cv2.line(ink, (0, top), (width, round(top + slope * width)), depth, 1, cv2.LINE_AA)
    return np.asarray(cv2.subtract(photo, cv2.merge([ink, ink, ink])), np.uint8)
