"""Find dark seams between touching kernels: where they meet, light does not reach.

A seam is a valley of the brightness: its largest second derivative, taken at the scale of a kernel's
width, is high. Creases are valleys too; the photo's own single kernels show how deep theirs are.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Floats = NDArray[np.float32]

SCALE = 0.125  # of a round kernel's half-width
MIN_SEAM = 6.0  # grey levels: shallower valleys are noise and texture
SINGLES = 24  # single kernels whose valleys are measured
OWN_SHARE = 95.0  # per cent of a single kernel's pixels that may not look like a seam


def seam_valley(grey: Mask, mask: Mask, typical: float) -> Floats:
    """Return how deep a valley of brightness runs through each pixel, in grey levels; `mask` is the clump and
    `typical` a kernel's area. A bright sheet counts as grey as the kernels, or outlines were valleys."""
    middle = float(np.median(grey[mask > 0]))
    plane = np.where(mask > 0, grey, np.minimum(grey, np.uint8(middle))).astype(np.float32)
    sigma = max(1.0, SCALE * float(np.sqrt(typical / np.pi)))
    smooth = cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    xx, yy, xy = (
        cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3, scale=sigma * sigma / 4)
        for dx, dy in ((2, 0), (0, 2), (1, 1))
    )
    return np.asarray((xx + yy) / 2 + cv2.magnitude((xx - yy) / 2, xy), np.float32)


def own_valleys(grey: Mask, masks: Sequence[tuple[int, int, Mask]], typical: float) -> float:
    """Return the valley depth that single kernels (x, y, mask) of the photo hardly ever reach inside."""
    depths = []
    for x, y, mask in masks[:: max(1, len(masks) // SINGLES)]:
        inner = cv2.erode(mask, np.ones((3, 3), np.uint8), iterations=2) > 0
        if inner.any():
            window = grey[y : y + mask.shape[0], x : x + mask.shape[1]]
            depths.append(seam_valley(window, mask, typical)[inner])
    return max(MIN_SEAM, float(np.percentile(np.concatenate(depths), OWN_SHARE))) if depths else MIN_SEAM
