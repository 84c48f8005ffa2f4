"""A model looks at its declared input, cut from a photo as pictures of equal size.

Every input is (n, height, width, 4) bytes, BGR and coverage (255 where a kernel is): n kernels, n
tiles that hold grain, or the photo itself. Bounded: at most MAX_TILES tiles and MAX_TILE_BYTES of them.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.balance import apply_gains, gains, typical_colour
from station.vision.crops import FILL, Crops, cut_crops
from station.vision.declaration import Input
from station.vision.kernels import KernelShape
from station.vision.photo import Pixels

MAX_TILES = 256
MAX_TILE_BYTES = 64_000_000
GRAIN_SHARE = 0.1  # of a tile's pixels must be kernel
SAMPLED = 4  # every n-th pixel each way tells the typical colour of a picture

Mask = NDArray[np.uint8]


def cut_views(pixels: Pixels, kernels: Sequence[KernelShape], wanted: Input) -> Crops:
    """Cut views (n, height, width, 4) of the BGR photo at working scale, colours balanced as declared."""
    if wanted.of == "kernel":
        crops = cut_crops(pixels, kernels, wanted.width, FILL if wanted.fill is None else wanted.fill)
        return _balanced(crops, crops, wanted)
    four = np.dstack([pixels, _coverage(pixels, kernels)])
    views = _tiles(four, wanted) if wanted.of == "tile" else _whole(four, wanted)[None]
    few = four[None, ::SAMPLED, ::SAMPLED]
    return _balanced(views, np.where(few[..., 3:] > 0, few, 0).astype(np.uint8), wanted)


def _balanced(views: Crops, seen: Crops, wanted: Input) -> Crops:
    if wanted.balance is None:
        return views
    reference = np.array(wanted.balance.reference, np.float32)
    return apply_gains(views, gains(typical_colour(seen), reference, *wanted.balance.gains))


def _coverage(pixels: Pixels, kernels: Sequence[KernelShape]) -> Mask:
    mask = np.zeros(pixels.shape[:2], np.uint8)
    for kernel in kernels:
        x, y, width, height = kernel.box
        np.maximum(mask[y : y + height, x : x + width], kernel.mask, out=mask[y : y + height, x : x + width])
    return mask


def _tiles(four: Crops, wanted: Input) -> Crops:
    """Cut tiles in reading order; where there are too many, evenly spaced ones of them."""
    width, height = wanted.width, wanted.height
    across, down = wanted.stride or width, wanted.stride or height
    corners = [
        (x, y)
        for y in range(0, four.shape[0] - height + 1, down)
        for x in range(0, four.shape[1] - width + 1, across)
        if (four[y : y + height, x : x + width, 3] > 0).mean() >= GRAIN_SHARE
    ]
    most = max(1, min(MAX_TILES, MAX_TILE_BYTES // (width * height * 4)))
    if len(corners) > most:
        corners = [corners[k * len(corners) // most] for k in range(most)]
    tiles = [four[y : y + height, x : x + width] for x, y in corners]
    return np.stack(tiles) if tiles else np.zeros((0, height, width, 4), np.uint8)


def _whole(four: Crops, wanted: Input) -> Crops:
    """Fit the photo inside width and height, in the middle, black and uncovered around it."""
    scale = min(wanted.width / four.shape[1], wanted.height / four.shape[0])
    width, height = max(1, round(four.shape[1] * scale)), max(1, round(four.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    out = np.zeros((wanted.height, wanted.width, 4), np.uint8)
    left, top = (wanted.width - width) // 2, (wanted.height - height) // 2
    out[top : top + height, left : left + width] = cv2.resize(four, (width, height), interpolation=how)
    return out
