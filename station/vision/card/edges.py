"""Find where kernels end, to a fraction of a pixel.

The segmentation's outline steps from pixel to pixel and lies where the picture begins to differ from the
sheet; blur and a soft shadow push it outwards, which would make every width some percent too large. Here
points of it are moved along their normals to where the colour is halfway between kernel and sheet, both
taken close by, along the one direction in colour in which neither shadow nor shading shows much.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.card.layout import Points
from station.vision.photo import Pixels

POINTS = 64  # of every outline
REACH_PX = 3.0  # how far inwards and outwards is looked
REACH_SHARE = 0.35  # ... of a kernel's narrower side at most
WAVES = 11  # around an outline that are kept
STEPS = 13
ENDS = 3  # steps at either end whose mean is the kernel's and the sheet's colour
SPAN = 4  # pixels of the outline on either side over which its direction is taken
MIDDLE = 5  # steps at either end from which the colours of kernels and sheet are learned
MIN_RISE = 8.0  # grey levels between kernel and sheet
SAME_SHEET = 0.4  # of that rise: an outside that differs more is another kernel
ROWS = 16_000  # points looked up at once: OpenCV takes at most 32,767


def edge_points(contours: Sequence[NDArray[np.int32]], pixels: Pixels) -> Points:
    """Return POINTS points at the edge of each kernel, (kernels, POINTS, 2), from its outline (n, 2) on BGR
    `pixels`.

    Points beside which no sheet lies (a touching kernel) move as the outline's others do on average."""
    picked = [np.arange(POINTS) * len(c) // POINTS for c in contours]
    points, ahead, behind = (
        np.stack([c[(p + k) % len(c)] for c, p in zip(contours, picked, strict=True)]).astype(np.float64)
        for k in (0, SPAN, -SPAN)
    )
    outwards = _outwards(points, ahead - behind)
    reach = np.array([_reach(c) for c in contours])[:, None, None]
    along = reach * np.linspace(-1, 1, STEPS)
    seen = _looked_up(pixels, points[:, :, None] + along[..., None] * outwards[:, :, None])
    moves = _filled(_crossings(seen) * reach[..., 0])
    return _smooth(points + moves[..., None] * outwards)


def _reach(contour: NDArray[np.int32]) -> float:
    return min(REACH_PX, max(1.0, REACH_SHARE * min(cv2.minAreaRect(contour)[1])))


def _outwards(points: Points, along: Points) -> Points:
    """Return the unit normals of closed outlines, away from what they surround."""
    normal = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    x, y = points[..., 0], points[..., 1]
    twice_area = (x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)
    return np.asarray(normal * np.where(twice_area < 0, -1.0, 1.0)[:, None, None])


def _looked_up(pixels: Pixels, places: Points) -> NDArray[np.float32]:
    """Return the colours (kernels, POINTS, STEPS, 3) at fractional places."""
    rows = places.astype(np.float32).reshape(-1, STEPS, 2)
    parts = [
        cv2.remap(pixels, rows[k : k + ROWS], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
        for k in range(0, len(rows), ROWS)
    ]
    return np.concatenate(parts).astype(np.float32).reshape(*places.shape[:3], 3)


def _parting_axis(seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the direction in colour that parts kernels from the sheet best (Fisher): what varies within
    either, the dark flank of a round kernel and the shadow beside it, counts for little along it."""
    inner, outer = seen[:, :, :MIDDLE].reshape(-1, 3), seen[:, :, -MIDDLE:].reshape(-1, 3)
    within = np.cov(inner.T) + np.cov(outer.T) + np.eye(3)
    axis = np.linalg.solve(within, outer.mean(axis=0) - inner.mean(axis=0))
    return np.asarray(axis / max(1e-9, float(np.linalg.norm(axis))), np.float32)


def _crossings(seen: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return where each ray is halfway between its ends, -1 (inner end) to 1; NaN where no sheet is."""
    value = seen @ _parting_axis(seen)
    inside, outside = value[..., :ENDS].mean(axis=2), value[..., -ENDS:].mean(axis=2)
    middle = ((inside + outside) / 2)[..., None]
    first = np.maximum((value > middle).argmax(axis=2), 1)[..., None]
    below, above = (np.take_along_axis(value, first - k, axis=2) for k in (1, 0))
    part = np.clip((middle - below) / np.maximum(above - below, 1e-6), 0, 1)
    found = (first - 1 + part)[..., 0] * (2 / (STEPS - 1)) - 1
    sheet = np.median(outside, axis=1, keepdims=True)
    usual = sheet - np.median(inside, axis=1, keepdims=True)
    other = np.abs(outside - sheet) > SAME_SHEET * usual
    return np.where(other | (outside - inside < MIN_RISE), np.nan, found).astype(np.float64)


def _smooth(outlines: Points) -> Points:
    """Keep only the slow waves of closed outlines: noise of single points would count as size, and a running
    mean would round off the ends."""
    waves = np.fft.fft(outlines[..., 0] + 1j * outlines[..., 1], axis=1)
    waves[:, WAVES + 1 : POINTS - WAVES] = 0
    calm = np.fft.ifft(waves, axis=1)
    return np.stack([calm.real, calm.imag], axis=-1)


def _filled(moves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move what was not seen as the outline's middle point; an outline without any stays."""
    known = np.isfinite(moves)
    middle = np.array([np.median(row[ok]) if ok.any() else 0.0 for row, ok in zip(moves, known, strict=True)])
    return np.where(known, moves, middle[:, None])
