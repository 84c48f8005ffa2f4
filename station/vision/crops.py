"""Kernel -> a small square that a net reads: long axis horizontal, background masked out.

The same function cuts crops for training and for judging, so both see the same picture.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.kernels import KernelShape
from station.vision.photo import Pixels

FILL = 0.875  # of the square's side: how long the kernel becomes
FRINGE = 1  # pixels of the outline taken away, where the sheet shines through

_NEAR = np.ones((3, 3), np.uint8)

Crops = NDArray[np.uint8]
Floats = NDArray[np.float64]


def cut_crops(pixels: Pixels, kernels: Sequence[KernelShape], side: int, fill: float = FILL) -> Crops:
    """(n, side, side, 4): BGR and coverage (0 or 255), zero outside each kernel."""
    crops = np.zeros((len(kernels), side, side, 4), np.uint8)
    for index, kernel in enumerate(kernels):
        x, y, width, height = kernel.box
        crops[index] = aligned_crop(pixels[y : y + height, x : x + width], kernel.mask, side, fill)
    return crops


def aligned_crop(bgr: Pixels, mask: NDArray[np.uint8], side: int, fill: float = FILL) -> Crops:
    """(side, side, 4) of one kernel given as BGR and mask (0 or 255) of equal size.

    The kernel is turned by its second moments and scaled by its extent along that axis; real size
    is lost on purpose, since a photo without a card has no scale."""
    inner = _without_fringe(mask)
    axis, middle, extent = _laid(inner)
    scale = fill * side / extent
    four = cv2.merge([bgr, inner])
    while scale < 0.6:  # halve first, or fine detail turns into noise
        four = cv2.resize(
            four, (max(1, four.shape[1] // 2), max(1, four.shape[0] // 2)), interpolation=cv2.INTER_AREA
        )
        middle, scale = (middle - 0.5) / 2, scale * 2
    cos, sin = float(axis[0]) * scale, float(axis[1]) * scale
    half = (side - 1) / 2
    move = np.array(
        [
            [cos, sin, half - cos * middle[0] - sin * middle[1]],
            [-sin, cos, half + sin * middle[0] - cos * middle[1]],
        ]
    )
    crop = np.asarray(cv2.warpAffine(four, move, (side, side), flags=cv2.INTER_LINEAR), np.uint8)
    keep = cv2.threshold(cv2.extractChannel(crop, 3), 127, 255, cv2.THRESH_BINARY)[1]
    crop = np.asarray(cv2.bitwise_and(crop, crop, mask=keep), np.uint8)
    cv2.insertChannel(keep, crop, 3)
    return crop


def _without_fringe(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask made thinner by FRINGE, unless little would be left."""
    thin = cv2.erode(
        mask, _NEAR, iterations=FRINGE, borderType=cv2.BORDER_CONSTANT, borderValue=(0.0, 0.0, 0.0, 0.0)
    )
    if cv2.countNonZero(thin) * 3 < cv2.countNonZero(mask):
        return mask
    return np.asarray(thin, np.uint8)


def _laid(mask: NDArray[np.uint8]) -> tuple[Floats, Floats, float]:
    """How a kernel lies: unit vector of the largest second moment, pointing right; the middle of its
    extents along and across that axis, x and y; the larger extent. All in pixels."""
    moments = cv2.moments(mask, binaryImage=True)
    area = moments["m00"]
    turn = 0.5 * np.arctan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])
    axis = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-axis[1], axis[0]])
    centre = np.array([moments["m10"] / area, moments["m01"] / area])
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rim = np.concatenate(outlines)[:, 0, :] - centre  # nothing of a body lies farther out than its rim
    ends = [(rim @ side).min() + (rim @ side).max() for side in (axis, across)]
    extents = [np.ptp(rim @ side) for side in (axis, across)]
    return axis, centre + axis * ends[0] / 2 + across * ends[1] / 2, float(max(extents)) + 1.0
