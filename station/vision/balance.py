"""Takes the light out of kernel colours: the typical kernel of a photo becomes a reference colour.

A tray holds mostly one grain, so its middle colour tells the light and the phone's white balance; what
differs from it (a foreign body, a damaged kernel) still differs afterwards. Gains are bounded, so a
photo of black seeds does not turn into wheat.
"""

import numpy as np
from numpy.typing import NDArray

from station.vision.crops import Crops

Floats = NDArray[np.float32]


def typical_colour(crops: Crops) -> Floats:
    """Middle over the crops (n, side, side, 4) of their mean BGR; zeros for no crops."""
    if len(crops) == 0:
        return np.zeros(3, np.float32)
    weight = (crops[..., 3] > 127).sum(axis=(1, 2)).astype(np.float32)
    means = crops[..., :3].sum(axis=(1, 2), dtype=np.float32) / np.maximum(weight, 1)[:, None]
    return np.asarray(np.median(means, axis=0), np.float32)


def gains(typical: Floats, reference: Floats, low: float, high: float) -> Floats:
    """Factors per channel that carry `typical` to `reference`, within low and high."""
    return np.clip(reference / np.maximum(typical, 1), low, high).astype(np.float32)


def apply_gains(crops: Crops, factors: Floats) -> Crops:
    """The crops with their colour channels multiplied; coverage stays."""
    out = crops.copy()
    out[..., :3] = np.clip(crops[..., :3] * factors, 0, 255).astype(np.uint8)
    return out
