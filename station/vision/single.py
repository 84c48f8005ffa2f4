"""Know a photo's single kernels: how long and wide they are and what colours they have.

They tell a foreign body from a clump: no kernel fits into it, or all its pieces have a colour that no kernel
has. It stays whole, whatever its shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.outline import outline_of
from station.vision.photo import Pixels
from station.vision.rods import LONG, Piece
from station.vision.split import Mask, deepest

LEAST = 8  # single kernels needed to know one
THIN = 0.6  # of a kernel's width: no kernel fits into what is thinner
STRANGE = 9.0  # Lab units (brightness counted lightly, it is the light's too) from every single kernel
BRIGHTNESS = 0.3  # weight beside colour
SHORT, OVERLONG = 0.72, 1.25  # of a kernel's length, of long kernels: pieces beyond are doubted

Colours = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Single:
    """Describes the photo's single kernels: the middle `length` and `width` of their rectangles and twice the
    `depth` from their sheet, in pixels; the `colours` (n, 3) of each."""

    length: float
    width: float
    depth: float
    colours: Colours

    @property
    def is_long(self) -> bool:
        return self.length >= LONG * self.width

    def is_foreign(self, clump: Mask, pixels: Pixels, pieces: Sequence[Piece]) -> bool:
        """Tell whether a clump (0 or 255; BGR `pixels` of the same size) that came apart into `pieces` is one
        thing that is no kernel."""
        if 2 * deepest(clump) < THIN * self.depth:
            return True
        return min(self._strangeness(colour) for colour in colours(pixels, pieces)) > STRANGE

    def is_as_long(self, piece: Mask) -> bool:
        """Tell whether a piece is about as long as a kernel."""
        long = max(cv2.minAreaRect(outline_of(piece).points)[1]) + 1
        return SHORT * self.length <= long <= OVERLONG * self.length

    def _strangeness(self, colour: Colours) -> float:
        """Return how far a colour lies from that of every single kernel, in Lab units."""
        return float(np.linalg.norm(self.colours - colour, axis=1).min())


def single_of(pixels: Pixels, kernels: Sequence[Piece]) -> Single | None:
    """Measure kernels that lie alone, each x, y and mask; None for too few."""
    if len(kernels) < LEAST:
        return None
    sides = [sorted(cv2.minAreaRect(outline_of(mask).points)[1]) for _, _, mask in kernels]
    width, length = (float(value) + 1 for value in np.median(np.array(sides), axis=0))
    depth = 2 * float(np.median([deepest(mask) for _, _, mask in kernels]))
    return Single(length, width, depth, colours(pixels, kernels))


def colours(pixels: Pixels, parts: Sequence[Piece]) -> Colours:
    """Return each part's mean colour (n, 3): lightness, counted lightly, and both axes of Lab."""
    means = [cv2.mean(pixels[y : y + mask.shape[0], x : x + mask.shape[1]], mask)[:3] for x, y, mask in parts]
    lab = cv2.cvtColor(np.array([means], np.float32) / 255, cv2.COLOR_BGR2LAB)[0]
    return np.asarray(lab * np.array([BRIGHTNESS, 1, 1]), np.float64)
