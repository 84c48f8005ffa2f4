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

Crops = NDArray[np.uint8]


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
    ys, xs = np.nonzero(inner)
    points = np.stack([xs, ys], axis=1).astype(np.float32)
    centre = points.mean(axis=0)
    axis = _long_axis(points - centre)
    along, across = (points - centre) @ axis, (points - centre) @ np.array([-axis[1], axis[0]], np.float32)
    extent = float(max(along.max() - along.min(), across.max() - across.min())) + 1.0
    scale = fill * side / extent
    middle = centre + axis * (along.max() + along.min()) / 2
    middle = middle + np.array([-axis[1], axis[0]], np.float32) * (across.max() + across.min()) / 2
    four = np.dstack([bgr, inner])
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
    keep = crop[..., 3] > 127
    crop[..., 3] = np.where(keep, 255, 0)
    crop[~keep] = 0
    return crop


def _without_fringe(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask made thinner by FRINGE, unless little would be left."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    thin = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=FRINGE)[1:-1, 1:-1]
    if cv2.countNonZero(thin) * 3 < cv2.countNonZero(mask):
        return mask
    return np.asarray(thin, np.uint8)


def _long_axis(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vector of the largest second moment, pointing right."""
    xx, yy, xy = (float(np.mean(v)) for v in (centred[:, 0] ** 2, centred[:, 1] ** 2, centred.prod(axis=1)))
    turn = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.array([np.cos(turn), np.sin(turn)], np.float32)
