"""Take the light out of kernel colours: the typical kernel of a photo becomes a reference colour.

A tray holds mostly one grain, so its middle colour tells the light and the phone's white balance; what
differs from it (a foreign body, a damaged kernel) still differs afterwards. Gains are bounded, so a
photo of black seeds does not turn into wheat.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.crops import Crops

Floats = NDArray[np.float32]


def typical_colour(crops: Crops) -> Floats:
    """Return the middle over the crops (n, side, side, 4) of their mean BGR; zeros for no crops."""
    if len(crops) == 0:
        return np.zeros(3, np.float32)
    count, height, width = crops.shape[:3]
    rows = cv2.reduce(crops.reshape(count * height, width, 4), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    sums = np.asarray(rows).reshape(count, height, 4).sum(axis=1)
    means = (sums[:, :3] / np.maximum(sums[:, 3:] / 255, 1)).astype(np.float32)
    return np.asarray(np.median(means, axis=0), np.float32)


def gains(typical: Floats, reference: Floats, low: float, high: float) -> Floats:
    """Return factors per channel that carry `typical` to `reference`, within low and high."""
    return np.clip(reference / np.maximum(typical, 1), low, high).astype(np.float32)


def apply_gains(crops: Crops, factors: Floats) -> Crops:
    """Return the crops with their colour channels multiplied; coverage stays."""
    if len(crops) == 0:
        return crops
    table = np.arange(256, dtype=np.uint8)[:, None].repeat(4, axis=1)
    table[:, :3] = np.clip(table[:, :3] * factors, 0, 255)
    rows = crops.reshape(-1, crops.shape[-2], 4)
    return np.asarray(cv2.LUT(rows, table[None]), np.uint8).reshape(crops.shape)
