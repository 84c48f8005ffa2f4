"""The card's patches tell the light and the phone's colours.

Every patch is compared with the bare paper beside it, so a shadow or uneven light over the card does not
count as colour. The greys and the paper give the white balance, which an office printer does not spoil:
its black is neutral. A 3 x 3 matrix in linear light is fitted to all patches; how well it does is told
on patches it has not seen (each is left out once). Toner and ink are not the nominal colours: the figures
say how far this photo is from the card's file, not from the truth.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.sizes import ColourDifference
from station.vision.card.difference import Floats, delta_e2000, lab_of, linear_of, srgb_of
from station.vision.card.find import CardSeen
from station.vision.photo import Pixels

INNER = 0.6  # of a patch's side is looked at: its rim mixes with the paper
GREY_WEIGHT = 3.0  # greys count this often in the fit
MIN_PATCHES = 12
MIN_SAMPLE = 4  # pixels
CLIPPED = 250  # from this level on a sensor is taken to be full
GAINS = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Colour:
    """The `gains` (3,) on linear blue, green, red make greys grey and keep green; `difference` is told."""

    gains: NDArray[np.float64]
    difference: ColourDifference


def read_colour(pixels: Pixels, card: CardSeen) -> Colour | None:
    """Measure the patches on BGR `pixels`; None when too few of them are seen well."""
    wanted, patches, papers = [], [], []
    for patch in card.layout.patches:
        edge = patch.side * (1 - INNER) / 2
        seen = _sample(pixels, card, patch.x + edge, patch.y + edge, patch.side * INNER, patch.side * INNER)
        paper = _sample(pixels, card, *patch.paper)
        if seen is not None and paper is not None and paper.max() < CLIPPED:
            wanted.append(patch.srgb)
            patches.append(seen)
            papers.append(paper)
    if len(wanted) < MIN_PATCHES:
        return None
    nominal = linear_of(np.array(wanted) / 255)
    light = linear_of(np.array(papers)[:, ::-1] / 255)
    measured = linear_of(np.array(patches)[:, ::-1] / 255)
    even = measured / light * light.mean(axis=0)
    return Colour(_gains(nominal, even, light.mean(axis=0)), _difference(nominal, measured, even))


def _sample(
    pixels: Pixels, card: CardSeen, x: float, y: float, width: float, height: float
) -> NDArray[np.float64] | None:
    """Return the middle BGR of a rectangle given in mm; None when it is outside the picture or too small."""
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    quad = np.rint(card.pixels_of(corners)).astype(np.int32)
    left, top, wide, high = cv2.boundingRect(quad)
    if left < 0 or top < 0 or left + wide > pixels.shape[1] or top + high > pixels.shape[0]:
        return None
    inside = np.zeros((high, wide), np.uint8)
    cv2.fillConvexPoly(inside, quad - np.array([left, top], np.int32), 1)
    some = pixels[top : top + high, left : left + wide][inside > 0]
    return np.median(some, axis=0) if len(some) >= MIN_SAMPLE else None


def _gains(nominal: Floats, even: Floats, paper: Floats) -> NDArray[np.float64]:
    """Return gains on linear BGR from the greys (and the paper), in which green stays."""
    grey = np.ptp(nominal, axis=1) < 1e-9
    neutral = np.vstack([even[grey], paper])
    ratio = np.median(neutral[:, 1:2] / np.maximum(neutral, 1e-4), axis=0)
    return np.asarray(np.clip(ratio[::-1], *GAINS))


def _difference(nominal: Floats, measured: Floats, even: Floats) -> ColourDifference:
    target = lab_of(nominal)
    weight = np.where(np.ptp(nominal, axis=1) < 1e-9, GREY_WEIGHT, 1.0)
    corrected = np.stack([even[i] @ _matrix(nominal, even, weight, i) for i in range(len(even))])
    return ColourDifference(
        delta_e_before=round(float(np.median(delta_e2000(lab_of(measured), target))), 2),
        delta_e_after=round(float(np.median(delta_e2000(lab_of(corrected), target))), 2),
    )


def _matrix(nominal: Floats, even: Floats, weight: Floats, without: int) -> Floats:
    """Fit (3, 3) by least squares from what was measured to what was printed, less one patch."""
    use = np.arange(len(even)) != without
    root = np.sqrt(weight[use])[:, None]
    return np.asarray(np.linalg.lstsq(even[use] * root, nominal[use] * root, rcond=None)[0])


def balanced(pixels: Pixels, gains: NDArray[np.float64]) -> Pixels:
    """Return BGR pixels with the gains applied to their linear light."""
    light = linear_of(np.arange(256) / 255)
    table = np.stack([np.rint(srgb_of(light * gain) * 255) for gain in gains], axis=-1).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table[None]), np.uint8)
