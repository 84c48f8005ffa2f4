"""Cut a kernel into a small square that a net reads: long axis horizontal, background masked out.

The same function cuts crops for training and for judging, so both see the same picture.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.cores import share
from station.vision.kernels import KernelShape
from station.vision.photo import Pixels

FILL = 0.875  # of the square's side: how long the kernel becomes
FRINGE = 1  # pixels of the outline taken away, where the sheet shines through

CHUNK = 32  # kernels cut at a time: their crops stay in the processor's cache

_NEAR = np.ones((3, 3), np.uint8)

Crops = NDArray[np.uint8]
Mask = NDArray[np.uint8]
Floats = NDArray[np.float64]


def cut_crops(pixels: Pixels, kernels: Sequence[KernelShape], side: int, fill: float = FILL) -> Crops:
    """Return crops (n, side, side, 4): BGR and coverage (0 or 255), zero outside each kernel."""
    crops = np.empty((len(kernels), side, side, 4), np.uint8)

    def cut(first: int) -> None:
        some = [(_window(pixels, kernel.box), kernel.mask) for kernel in kernels[first : first + CHUNK]]
        _cut(some, crops[first : first + CHUNK], fill)

    share(cut, range(0, len(kernels), CHUNK))
    return crops


def aligned_crop(bgr: Pixels, mask: Mask, side: int, fill: float = FILL) -> Crops:
    """Return the crop (side, side, 4) of one kernel given as BGR and mask (0 or 255) of equal size.

    The kernel is turned by its second moments and scaled by its extent along that axis; real size
    is lost on purpose, since a photo without a card has no scale."""
    crop: Crops = np.empty((side, side, 4), np.uint8)
    _cut([(bgr, mask)], crop[None], fill)
    return crop


def _window(pixels: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    x, y, width, height = box
    return pixels[y : y + height, x : x + width]


def _cut(kernels: Sequence[tuple[Pixels, Mask]], crops: Crops, fill: float) -> None:
    """Write the crop of every kernel (BGR and mask) into `crops` (n, side, side, 4)."""
    side = crops.shape[1]
    masks = [_without_fringe(mask) for _, mask in kernels]
    lying = zip(*(values.tolist() for values in _laid(masks)), strict=True)
    for (bgr, _), mask, (axis, middle, extent), crop in zip(kernels, masks, lying, crops, strict=True):
        _turn(cv2.merge([bgr, mask]), axis, middle, fill * side / extent, crop)
    rows = crops.reshape(-1, side, 4)
    keep = cv2.threshold(cv2.extractChannel(rows, 3), 127, 255, cv2.THRESH_BINARY)[1]
    rows[...] = cv2.bitwise_and(rows, rows, mask=keep)
    cv2.insertChannel(keep, rows, 3)


def _turn(
    four: cv2.typing.MatLike, axis: list[float], middle: list[float], scale: float, crop: Crops
) -> None:
    """Write `four` (BGR and mask), turned so that `axis` lies level and `middle` comes to the middle, scaled
    by `scale`, into `crop` (side, side, 4)."""
    x, y = middle
    while scale < 0.6:  # halve first, or fine detail turns into noise
        size = (max(1, four.shape[1] // 2), max(1, four.shape[0] // 2))
        four = cv2.resize(four, size, interpolation=cv2.INTER_AREA)
        x, y, scale = (x - 0.5) / 2, (y - 0.5) / 2, scale * 2
    cos, sin, half = axis[0] * scale, axis[1] * scale, (len(crop) - 1) / 2
    move = np.array([[cos, sin, half - cos * x - sin * y], [-sin, cos, half + sin * x - cos * y]])
    cv2.warpAffine(four, move, crop.shape[:2], dst=crop, flags=cv2.INTER_LINEAR)


def _without_fringe(mask: Mask) -> Mask:
    """Make the mask thinner by FRINGE, unless little would be left."""
    thin = cv2.erode(
        mask, _NEAR, iterations=FRINGE, borderType=cv2.BORDER_CONSTANT, borderValue=(0.0, 0.0, 0.0, 0.0)
    )
    if cv2.countNonZero(thin) * 3 < cv2.countNonZero(mask):
        return mask
    return np.asarray(thin, np.uint8)


def _laid(masks: Sequence[Mask]) -> tuple[Floats, Floats, Floats]:
    """Return how kernels lie: unit vectors (n, 2) of the largest second moment, pointing right; the middles
    (n, 2) of their extents along and across that axis, x and y; the larger extents (n,). All in pixels."""
    moments = [cv2.moments(mask, binaryImage=True) for mask in masks]
    names = ("m00", "m10", "m01", "mu11", "mu20", "mu02")
    area, right, down, xy, xx, yy = (np.array([one[name] for one in moments]) for name in names)
    turn = 0.5 * np.arctan2(2 * xy, xx - yy)
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = right / area, down / area
    outlines = [cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0] for mask in masks]
    rims = [np.concatenate(some) for some in outlines]
    lengths = [len(rim) for rim in rims]
    starts = np.cumsum([0, *lengths[:-1]])
    cos_of, sin_of = np.repeat(cos, lengths), np.repeat(sin, lengths)
    # nothing of a body lies farther out than its rim
    rim = np.concatenate(rims)[:, 0, :] - np.stack([x, y], axis=-1).repeat(lengths, axis=0)
    ahead = rim[:, 0] * cos_of + rim[:, 1] * sin_of
    aside = rim[:, 1] * cos_of - rim[:, 0] * sin_of
    (back, front), (left, far) = (
        (np.minimum.reduceat(way, starts), np.maximum.reduceat(way, starts)) for way in (ahead, aside)
    )
    along, across = (back + front) / 2, (left + far) / 2
    middles = np.stack([x + cos * along - sin * across, y + sin * along + cos * across], axis=-1)
    extents = np.maximum(front - back, far - left) + 1.0
    return np.stack([cos, sin], axis=-1), middles, extents
