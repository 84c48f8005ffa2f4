"""Make broken kernels of whole ones: the same light and phone, another class."""

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.crops import aligned_crop

SHARE = (0.3, 0.68)  # of the length that is left
TILT = 0.35  # radians, spread of the break against the kernel's width
ROUGH = 0.035  # of the length, how far the break wavers


def broken_from(crop: NDArray[np.uint8], side: int, rng: np.random.Generator) -> NDArray[np.uint8] | None:
    """Cut a piece (side, side, 4) of a whole kernel (S, S, 4); None when too little is left."""
    size = crop.shape[0]
    y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
    noise = cv2.GaussianBlur(rng.standard_normal((size, size)).astype(np.float32), (0, 0), size / 24)
    waver = noise / max(float(noise.std()), 1e-6) * ROUGH
    along = x * np.float32(rng.choice([-1, 1])) + y * np.float32(np.tan(rng.normal(0, TILT))) + waver
    left = np.float32(rng.uniform(*SHARE) - 0.5)
    mask = np.where(along < left, crop[..., 3], 0).astype(np.uint8)
    if cv2.countNonZero(mask) < 0.02 * mask.size:
        return None
    return aligned_crop(np.ascontiguousarray(crop[..., :3]), mask, side)
