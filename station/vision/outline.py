"""Take the outline of a part of a mask, and how large and how convex the part is."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]


class Outline(NamedTuple):
    """Holds `points` (n, 1, 2) of the outermost pixels, `area` in pixels of all they enclose, and `solidity`,
    area over convex hull."""

    points: NDArray[np.int32]
    area: float
    solidity: float


def outline_of(mask: Mask, x: int = 0, y: int = 0) -> Outline:
    """Return the longest outline in a mask (0 or 255) whose corner is at x, y."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x, y))
    points = max(outlines, key=len) if outlines else np.full((1, 1, 2), (x, y), np.int32)
    hull = cv2.convexHull(points)
    # a pixel outline runs through pixel centres: half a pixel all around is added to both areas
    area = cv2.contourArea(points) + len(points) / 2 + 1
    hull_area = cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1
    return Outline(np.asarray(points, np.int32), area, min(1.0, area / hull_area))
