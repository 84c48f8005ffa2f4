"""Tell light on the sheet from what lies on it: the outline of a glow, a crease or a shadow's edge is soft,
a kernel's is steep."""

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.sheet import Sheet, measured

REFERENCES = 40  # kernels whose outlines tell what is steep
SOFT = 0.35  # of their steepness: what is less steep is light
DOUBTED_SOLID, DOUBTED_AREA = 0.86, 1.5  # area over convex hull, kernels: parts that may be light
WORTH = 0.3  # of a kernel's area that must be light
EDGE = 3  # pixels at the photo's edge that tell nothing
PAD = 6  # pixels around a part within which its outline is seen
SIGMA = 1.5  # pixels of the blur that takes the sheet's own noise out
REACH = 1.3  # roots of a kernel's area: what is wider is background; light is followed this far around
COARSE = 4  # pixels of the photo per pixel of the background


class Part(Protocol):
    """Anything that was found to differ from the sheet."""

    @property
    def box(self) -> tuple[int, int, int, int]: ...
    @property
    def contour(self) -> NDArray[np.int32]: ...
    @property
    def area(self) -> float: ...
    @property
    def solidity(self) -> float: ...


def less_light(sheet: Sheet, parts: Sequence[Part], typical: float) -> Sheet | None:
    """Return the sheet without the light that was taken for things on it; None where there is none."""
    usual = [p for p in parts if p.solidity >= DOUBTED_SOLID and 0.5 * typical < p.area < 1.3 * typical]
    doubted = [p for p in parts if p.solidity < DOUBTED_SOLID or p.area > DOUBTED_AREA * typical]
    if len(usual) < 5 or not doubted:
        return None
    some = usual[:: max(1, len(usual) // REFERENCES)]
    steep = float(np.median([_steepness(sheet, part) for part in some]))
    soft = [part for part in doubted if _steepness(sheet, part) < SOFT * steep]
    if sum(part.area for part in soft) < WORTH * typical:
        return None
    return measured(sheet, _lowered(sheet.difference, soft, REACH * float(np.sqrt(typical))))


def _steepness(sheet: Sheet, part: Part) -> float:
    """Return how fast the difference from the sheet rises along most of a part's outline; infinity where all
    of it is the photo's edge."""
    x, y, width, height = part.box
    top, left = max(0, y - PAD), max(0, x - PAD)
    patch = sheet.difference[top : y + height + PAD, left : x + width + PAD]
    smooth = cv2.GaussianBlur(patch, (0, 0), SIGMA)
    slope = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    last = np.array(sheet.difference.shape[::-1]) - 1 - EDGE
    inside = ((part.contour >= EDGE) & (part.contour <= last)).all(axis=1)
    columns, rows = (part.contour[inside] - [left, top]).T
    return float(np.median(np.asarray(slope)[rows, columns])) if inside.any() else float("inf")


def _lowered(difference: NDArray[np.float32], soft: Sequence[Part], reach: float) -> NDArray[np.float32]:
    """Return the difference less its background where light lies and a little around: the background is what
    is left of it without all that is no wider than a kernel."""
    height, width = difference.shape
    size = (-(-width // COARSE), -(-height // COARSE))
    small = cv2.resize(difference, size, interpolation=cv2.INTER_AREA)
    side = 2 * max(1, round(reach / COARSE / 2)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    background = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_OPEN, disc), (0, 0), side / 4)
    light = np.zeros((size[1], size[0]), np.uint8)
    cv2.drawContours(light, [part.contour // COARSE for part in soft], -1, 1, cv2.FILLED)
    light = np.asarray(cv2.dilate(light, np.ones((2 * side + 1,) * 2, np.uint8)), np.uint8)
    weight = cv2.GaussianBlur(light.astype(np.float32), (0, 0), side / 2)
    taken = cv2.resize(background * weight, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(difference - taken, 0), np.float32)
