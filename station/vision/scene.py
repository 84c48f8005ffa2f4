"""A scene is what of a photo is judged: all of it, or with the reference card the part inside the card's
line."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from station.grain.sizes import DECIMALS
from station.vision.card.colour import Colour, balanced, read_colour
from station.vision.card.find import CardSeen, find_card
from station.vision.card.ground import Ground, grain_ground
from station.vision.card.sizes import sizes_mm
from station.vision.kernels import KernelShape, Segmentation, find_kernels
from station.vision.photo import DecodedPhoto, Pixels

MIN_WIDTH_PX = 12  # of the middle kernel on the working picture; below it blur is a large part of a width


@dataclass(frozen=True, slots=True)
class CardReading:
    """Holds the card that was found, the part of the photo inside its line, and what its patches say."""

    seen: CardSeen
    ground: Ground
    colour: Colour | None


@dataclass(frozen=True, slots=True)
class Scene:
    """`photo` holds the pixels that are judged; `card` is None where none was seen."""

    photo: DecodedPhoto
    card: CardReading | None

    def kernels(self) -> Segmentation:
        """Return all kernels of the scene."""
        found = find_kernels(self.photo.pixels)
        return self.card.ground.counted(found) if self.card else found

    def sizes(self, kernels: Sequence[KernelShape]) -> list[tuple[float, float]]:
        """Return length and width in mm of each; empty where the scene has no scale or its kernels are too
        few pixels wide for one."""
        if self.card is None or not kernels:
            return []
        across = np.median([min(cv2.minAreaRect(kernel.contour)[1]) + 1 for kernel in kernels])
        if across < MIN_WIDTH_PX:
            return []
        sizes = sizes_mm(kernels, self.photo, self.card.seen)
        return [(round(length, DECIMALS), round(width, DECIMALS)) for length, width in sizes]

    def mm_per_px(self) -> float | None:
        """Return the millimetres per pixel of the original photo at the middle of the card."""
        return self.card.seen.mm_per_px / self.photo.scale if self.card else None

    def balanced(self) -> Pixels:
        """Return the pixels a model sees: with the card its greys are grey, so that a model without a balance
        of its own sees kernels in the same colours under every lamp."""
        colour = self.card.colour if self.card else None
        return balanced(self.photo.pixels, colour.gains) if colour else self.photo.pixels


def read_scene(photo: DecodedPhoto) -> Scene:
    """Look for the card on the working picture."""
    seen = find_card(photo.pixels)
    if seen is None:
        return Scene(photo, None)
    ground = grain_ground(photo, seen)
    return Scene(ground.photo, CardReading(seen, ground, read_colour(photo.pixels, seen)))
