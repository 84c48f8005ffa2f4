"""Draw bodies of any outline on a plain sheet, with the right number beside."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.kernels import KernelShape
from tests.vision import pictures

Points = NDArray[np.float64]
Mask = NDArray[np.uint8]
Body = tuple[Sequence[Points], tuple[float, float], tuple[int, int, int]]

RICE = (200, 215, 220)
STRAW = (90, 165, 200)
SHEET = (170, 90, 50)
SIZE = (1600, 1200)


def turned(points: Points, turn: float) -> Points:
    cos, sin = np.cos(turn), np.sin(turn)
    return points @ np.array([[cos, sin], [-sin, cos]])


def kernel(length: float, width: float, turn: float = 0.0) -> Points:
    """An ellipse's outline about 0, 0."""
    way = np.linspace(0, 2 * np.pi, 80)
    return turned(np.stack([length / 2 * np.cos(way), width / 2 * np.sin(way)], axis=1), turn)


def cropped(mask: Mask) -> Mask:
    x, y, width, height = cv2.boundingRect(mask)
    return mask[y : y + height, x : x + width]


def bar(length: float, width: float, turn: float = 0.0) -> Points:
    """A straight arm that begins at 0, 0."""
    box = np.array([[0, -1], [1, -1], [1, 1], [0, 1]]) * np.array([length, width / 2])
    return turned(box - [width / 3, 0], turn)


def crescent(radius: float, width: float) -> Points:
    way = np.linspace(-1.4, 1.4, 60)
    half = width / 2 * np.sqrt(np.cos(way / 1.4 * np.pi / 2))
    outer, inner = (
        np.stack([r * np.cos(way) - radius, r * np.sin(way)], axis=1) for r in (radius + half, radius - half)
    )
    return np.concatenate([outer, inner[::-1]])


def disc(radius: float) -> Points:
    return kernel(2 * radius, 2 * radius)


def mask_of(outlines: Sequence[Points], size: tuple[int, int] = (300, 300)) -> Mask:
    """The outlines filled (255), about the middle of a picture."""
    mask = np.zeros(size[::-1], np.uint8)
    for outline in outlines:
        points = outline + np.array(size) / 2
        cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    return mask


def places(rng: np.random.Generator, count: int, room: float) -> list[tuple[float, float]]:
    """Middles of `count` cells of side `room`, drawn without replacement."""
    columns, rows = int(SIZE[0] // room), int(SIZE[1] // room)
    cells = rng.permutation(columns * rows)[:count]
    assert len(cells) == count, "too many bodies for the sheet"
    return [((cell % columns + 0.5) * room, (cell // columns + 0.5) * room) for cell in cells.tolist()]


def photo(rng: np.random.Generator, bodies: Sequence[Body]) -> bytes:
    """A JPEG of the bodies, domed, with noise and a light that falls off to one side."""
    picture = np.empty((SIZE[1], SIZE[0], 3), np.float32)
    picture[:] = SHEET
    for outlines, (x, y), colour in bodies:
        side = 2 * int(np.ceil(np.abs(np.concatenate(list(outlines))).max())) + 8
        mask = mask_of(outlines, (side, side))
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
        rim = 1 - np.clip(depth / max(1.0, float(depth.max())), 0, 1)
        dome = (0.6 + 0.4 * np.sqrt(1 - rim * rim))[..., None] * np.array(colour, np.float32)
        top, left = round(y) - side // 2, round(x) - side // 2
        under = picture[max(0, top) : top + side, max(0, left) : left + side]
        part = np.s_[max(0, -top) :, max(0, -left) :]
        inside = mask[part][: under.shape[0], : under.shape[1]] > 0
        under[inside] = dome[part][: under.shape[0], : under.shape[1]][inside]
    picture *= np.linspace(1, 0.85, SIZE[0], dtype=np.float32)[None, :, None]
    picture = cv2.GaussianBlur(picture, (0, 0), 1.0) + rng.normal(0, 2, (*SIZE[::-1], 1))
    return pictures.jpeg(np.clip(picture, 0, 255).astype(np.uint8))


def at(kernels: Sequence[KernelShape], place: tuple[float, float], reach: float) -> list[KernelShape]:
    """The kernels whose middle lies within `reach` of a place."""
    return [one for one in kernels if np.hypot(*(one.contour.mean(axis=0) - place)) < reach]
