"""Measure length and width of kernels in millimetres, through the plane of the card.

Length and width are the sides of the smallest rectangle around the outline, longer and shorter, in the
plane of the paper. The outline is carried into that plane point by point, so perspective is gone and no
picture is warped. A kernel rises above the paper: seen from straight above, one 3 mm high under a phone
at 350 mm looks about 0.4 % too large; from the side its far flank shows as well, and at 30 degrees a
kernel as high as wide looks up to 15 % longer in the direction of the tilt. Hold the phone level where
sizes matter; nothing here corrects for a height it does not know.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from station.vision.card.edges import edge_points
from station.vision.card.find import CardSeen
from station.vision.kernels import KernelShape
from station.vision.photo import DecodedPhoto


def sizes_mm(
    kernels: Sequence[KernelShape], photo: DecodedPhoto, card: CardSeen
) -> list[tuple[float, float]]:
    """Return length and width in mm of kernels found on `photo`, which may be a part of the picture on which
    the card was found."""
    if not kernels:
        return []
    edges = edge_points([kernel.contour for kernel in kernels], photo.pixels)
    mm = card.mm_of(edges.reshape(-1, 2) + photo.origin).reshape(edges.shape).astype(np.float32)
    sides = [cv2.minAreaRect(outline)[1] for outline in mm]
    return [(float(max(pair)), float(min(pair))) for pair in sides]
