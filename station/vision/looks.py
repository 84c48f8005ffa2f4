"""Measure what a photo's grain looks like as a whole: its shape, how its sizes differ, its texture.

Each look is one number of the photo, taken of the kernels that show their own shape, so made that it spreads
about evenly over photos of one grain. None of them knows the lamp, the sheet or the scale of the photo. A
round grain is told from a long one by `elongation`, a bean from wheat by its even ends, its full outline and
its smooth skin, and the net adds how many kernels it finds strange (`unfamiliar`)."""

from collections.abc import Sequence
from typing import get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.declaration import Look
from station.vision.kernels import KernelShape
from station.vision.photo import Pixels

LOOKS = get_args(Look)
END = 0.15  # of a kernel's length at either end: how blunt it is
SAMPLED = 200  # kernels that are measured
RIM = 0.12  # of a kernel's width that is left out of its texture
FINE, COARSE = 24, 6  # parts of a kernel's width between which details are its texture
LEAST = 5  # kernels needed
FAINT = np.array([0.0, 0.0, 0.0, 0.01, 0.0, 0.005, 0.05, 0.02])  # added before a logarithm: less is nothing

LOGGED = np.array([True, False, False, True, False, True, True, True])

Floats = NDArray[np.float64]


def looks_of(pixels: Pixels, kernels: Sequence[KernelShape], unfamiliar: float) -> Floats | None:
    """Return the photo's numbers, in the order of LOOKS; None for too few kernels."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    cut = []
    for kernel in kernels:
        x, y, width, height = kernel.box
        cut.append((grey[y : y + height, x : x + width], kernel))
    return looks_of_kernels(cut, unfamiliar)


def looks_of_kernels(
    kernels: Sequence[tuple[NDArray[np.uint8], KernelShape]], unfamiliar: float
) -> Floats | None:
    """Return the numbers of kernels that are each given with the grey picture in its box."""
    if len(kernels) < LEAST:
        return None
    some = kernels[:: max(1, len(kernels) // SAMPLED)]
    middle = np.median(np.array([_look(grey, kernel) for grey, kernel in some]), axis=0)
    sizes = float(np.std(np.log([kernel.area for _, kernel in kernels])))
    raw = np.array([*middle, sizes, unfamiliar])
    return np.asarray(np.where(LOGGED, np.log(np.maximum(raw + FAINT, 1e-6)), raw))


def _look(grey: NDArray[np.uint8], kernel: KernelShape) -> tuple[float, ...]:
    """Return one kernel's length over width, share of its rectangle, share of its area at its ends,
    difference of its halves, solidity and texture."""
    long, short = (side + 1 for side in sorted(cv2.minAreaRect(kernel.contour)[1], reverse=True))
    place = _along(kernel.mask)
    ends = float(((place < END) | (place > 1 - END)).mean())
    asymmetry = abs(float((place < 0.5).mean()) - 0.5) * 2
    texture = _texture(grey, kernel.mask, short)
    return long / short, kernel.area / (long * short), ends, asymmetry, kernel.solidity, texture


def _along(mask: NDArray[np.uint8]) -> Floats:
    """Return where along the kernel's longer axis each of its pixels lies, 0 to 1."""
    rows, columns = np.nonzero(mask)
    moments = cv2.moments(mask, binaryImage=True)
    turn = 0.5 * np.arctan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])
    place = columns * np.cos(turn) + rows * np.sin(turn)
    place -= place.min()
    return np.asarray((place + 0.5) / (place.max() + 1))


def _texture(grey: NDArray[np.uint8], mask: NDArray[np.uint8], width: float) -> float:
    """Return the contrast of details that are smaller than the kernel and larger than noise, as a share of
    its brightness."""
    steps = max(1, round(RIM * width))
    edge = (0.0, 0.0, 0.0, 0.0)
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8), iterations=steps, borderType=cv2.BORDER_CONSTANT,
                      borderValue=edge) > 0  # fmt: skip
    if not inner.any():
        return 0.0
    fine, coarse = (
        cv2.GaussianBlur(grey, (0, 0), max(0.6, width / part)).astype(np.float32) for part in (FINE, COARSE)
    )
    return float((fine - coarse)[inner].std() / max(8.0, float(grey[inner].mean())))
