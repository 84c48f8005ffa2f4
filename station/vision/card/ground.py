"""When the card is seen, grain counts in a part of the photo only: all else becomes paper.

Markers, patches, ruler and the table are painted over with the paper's own light, carried on smoothly from
inside the line, so that none of them can be counted and no new edge appears.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from station.vision.card.find import CardSeen, Grey
from station.vision.kernels import KernelShape, Segmentation
from station.vision.photo import DecodedPhoto, Pixels

SMALL_SIDE = 120  # the paper's light is carried on in a picture this long
REACH = 0.08  # of that side: how far around the light is taken from
NEAR_PAPER = 60  # grey levels from the middle colour within which a pixel is taken for paper
EDGE_PX = 2  # a kernel this near to the end of the area is cut by it


@dataclass(frozen=True, slots=True)
class Ground:
    """`photo` holds the grain's part only, at its place in the whole; `area` (its height, width) is 255
    where grain counts."""

    photo: DecodedPhoto
    area: Grey

    def counted(self, found: Segmentation) -> Segmentation:
        """Count kernels on the line around the area as cut; what lies outside is nothing."""
        disc = np.ones((2 * EDGE_PX + 1,) * 2, np.uint8)
        inner = np.asarray(cv2.erode(self.area, disc, borderValue=0), np.uint8)
        judged = ((k, _share_inside(k, self.area), _share_inside(k, inner)) for k in found.kernels)
        kept = tuple(replace(k, cut=k.cut or well < 1.0) for k, inside, well in judged if inside > 0.5)
        return replace(found, kernels=kept)


def grain_ground(photo: DecodedPhoto, card: CardSeen) -> Ground:
    """Cut the grain's part out of `photo`."""
    area = card.grain_area(photo.pixels.shape)
    left, top, width, height = cv2.boundingRect(area)
    window = slice(top, top + height), slice(left, left + width)
    area = np.ascontiguousarray(area[window])
    pixels = _papered(photo.pixels[window], area)
    return Ground(replace(photo, pixels=pixels, origin=(left, top)), area)


def _papered(pixels: Pixels, area: Grey) -> Pixels:
    """Paint everything outside `area` in the light of the paper."""
    height, width = area.shape
    shrink = max(1.0, max(height, width) / SMALL_SIDE)
    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    inside = cv2.resize(area, size, interpolation=cv2.INTER_AREA) == 255
    middle = np.median(small[inside], axis=0) if inside.any() else np.full(3, 255.0)
    paper = (inside & (np.abs(small - middle).max(axis=2) < NEAR_PAPER)).astype(np.float32)
    sigma = REACH * SMALL_SIDE
    weight = cv2.GaussianBlur(paper, (0, 0), sigma) + np.float32(1e-4)
    sums = cv2.GaussianBlur(small * paper[..., None], (0, 0), sigma) + np.float32(1e-4) * middle
    light = np.clip(sums / weight[..., None], 0, 255).astype(np.uint8)
    out = np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    cv2.copyTo(pixels, area, out)
    return out


def _share_inside(kernel: KernelShape, area: Grey) -> float:
    """Return the share of the outline's points at which `area` is set."""
    return float((area[kernel.contour[:, 1], kernel.contour[:, 0]] > 0).mean())
