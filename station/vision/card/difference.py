"""Compute sRGB, linear light and CIE Lab (D65, 2 degrees), and the colour difference CIEDE2000."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _TO_XYZ.sum(axis=1)


def linear_of(srgb: Floats) -> Floats:
    """Return the linear light (0 to 1) of sRGB values (0 to 1), by the sRGB curve; any shape."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4)


def srgb_of(linear: Floats) -> Floats:
    """Return the inverse of `linear_of`; what is below 0 or above 1 is clipped."""
    light = np.clip(linear, 0.0, 1.0)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def lab_of(linear: Floats) -> Floats:
    """Return CIE Lab (n, 3) of linear red, green, blue (n, 3), 0 to 1."""
    xyz = np.clip(linear, 0.0, None) @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def delta_e2000(one: Floats, other: Floats) -> Floats:
    """Return CIEDE2000 (n,) between Lab colours (n, 3); after Sharma, Wu and Dalal, 2005."""
    mean_chroma = (np.hypot(one[:, 1], one[:, 2]) + np.hypot(other[:, 1], other[:, 2])) / 2
    seventh = mean_chroma**7
    stretch = 1 + 0.5 * (1 - np.sqrt(seventh / (seventh + 25.0**7)))
    light, chroma, hue = _lch(one, stretch)
    light2, chroma2, hue2 = _lch(other, stretch)
    grey = chroma * chroma2 == 0
    turn = np.where(grey, 0.0, (hue2 - hue + 180) % 360 - 180)
    d_hue = 2 * np.sqrt(chroma * chroma2) * np.sin(np.deg2rad(turn) / 2)
    middle_hue = np.where(grey, hue + hue2, hue + turn / 2) % 360
    middle_light, middle_chroma = (light + light2) / 2, (chroma + chroma2) / 2
    s_light = 1 + 0.015 * (middle_light - 50) ** 2 / np.sqrt(20 + (middle_light - 50) ** 2)
    s_chroma = 1 + 0.045 * middle_chroma
    s_hue = 1 + 0.015 * middle_chroma * _hue_weight(middle_hue)
    seventh = middle_chroma**7
    bend = np.deg2rad(60 * np.exp(-(((middle_hue - 275) / 25) ** 2)))
    rotation = -2 * np.sqrt(seventh / (seventh + 25.0**7)) * np.sin(bend)
    l_part, c_part, h_part = (light2 - light) / s_light, (chroma2 - chroma) / s_chroma, d_hue / s_hue
    return np.asarray(np.sqrt(l_part**2 + c_part**2 + h_part**2 + rotation * c_part * h_part))


def _lch(lab: Floats, stretch: Floats) -> tuple[Floats, Floats, Floats]:
    """Return lightness, chroma and hue (degrees, 0 to 360) with the red-green axis stretched."""
    a = lab[:, 1] * stretch
    return lab[:, 0], np.hypot(a, lab[:, 2]), np.rad2deg(np.arctan2(lab[:, 2], a)) % 360


def _hue_weight(hue: Floats) -> Floats:
    one, two, three, four = (np.deg2rad(hue * n + turn) for n, turn in ((1, -30), (2, 0), (3, 6), (4, -63)))
    return 1 - 0.17 * np.cos(one) + 0.24 * np.cos(two) + 0.32 * np.cos(three) - 0.20 * np.cos(four)
