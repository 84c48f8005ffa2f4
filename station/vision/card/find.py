"""Find the card on a photo: which layout, and the map between its millimetres and the photo's pixels.

Markers are looked for on a picture made small, first with one threshold only: a photo without a card pays
no more than that. Where one of ours is seen a full look follows, and the corners are placed on the
working picture to a fraction of a pixel. The map is one homography through all corners; markers that
contradict it (paper bent up, a marker of somebody else) are left out one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.card.layout import Layout, Points, layout_of
from station.vision.card.shapes import DICTIONARY, FRAME_MM, MODULES
from station.vision.photo import Pixels

SEARCH_SIDE = 1000
FIRST_LOOK = (15, 15)  # windows (pixels) of the threshold that parts black from white
FULL_LOOK = (7, 23)  # smaller and larger markers, more uneven light
MIN_PERIMETER = 0.05  # of a marker, as a share of the picture's longer side
MIN_MARKERS = 2
MIN_SPAN = 0.6  # of the card's diagonal: two markers nearer to each other do not hold a plane
MAX_OFF_MM = 0.5  # how far a corner may lie from where the plane puts it
GRAIN_MARGIN_MM = 1.0 + FRAME_MM  # inside the printed line: a kernel over it is cut

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CardSeen:
    """`to_px` (3, 3) carries millimetres of the layout to pixels of the searched picture (pixel centres
    are whole numbers); `markers` ids used; `off_mm` root mean square distance of their corners."""

    layout: Layout
    to_px: NDArray[np.float64]
    markers: tuple[int, ...]
    off_mm: float

    def pixels_of(self, mm: Points) -> Points:
        return _through(self.to_px, mm)

    def mm_of(self, pixels: Points) -> Points:
        return _through(np.linalg.inv(self.to_px), pixels)

    @property
    def outline(self) -> Points:
        """Return the paper's corners in pixels (4, 2)."""
        return self.pixels_of(self.layout.outline)

    def mm_per_px_at(self, mm: Points) -> NDArray[np.float64]:
        """Return the millimetres per pixel (n,) around each point (n, 2), the mean over all directions: the
        root of the area of one pixel. It differs over a tilted card."""
        w = np.column_stack([mm, np.ones(len(mm))]) @ self.to_px[2]
        return np.asarray(np.sqrt(np.abs(w**3 / np.linalg.det(self.to_px))))

    @property
    def mm_per_px(self) -> float:
        """Return the millimetres per pixel at the middle of the card."""
        return float(self.mm_per_px_at(self.layout.outline.mean(axis=0, keepdims=True))[0])

    def grain_area(self, shape: tuple[int, ...]) -> Grey:
        """Return a mask (height, width), 255 where grain counts: inside the printed line, a little away from
        it."""
        left, top, right, bottom = self.layout.plain
        m = GRAIN_MARGIN_MM
        corners = np.array(
            [[left + m, top + m], [right - m, top + m], [right - m, bottom - m], [left + m, bottom - m]]
        )
        mask = np.zeros(shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.rint(self.pixels_of(corners)).astype(np.int32), 255)
        return mask


def find_card(pixels: Pixels) -> CardSeen | None:
    """Find the card on BGR `pixels` (height, width, 3), at any turn; None when too little of one is seen."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    shrink = -(-max(grey.shape) // SEARCH_SIDE)  # whole, which is many times quicker than a fraction
    size = (max(1, grey.shape[1] // shrink), max(1, grey.shape[0] // shrink))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    if _most(_markers(small, FIRST_LOOK)) is None:
        return None
    found = _markers(small, FULL_LOOK)
    layout = _most(found)
    if layout is None:
        return None
    ours = {marker: corners for marker, corners in found.items() if marker in layout.markers}
    scale = np.array([grey.shape[1] / size[0], grey.shape[0] / size[1]])
    return _plane(layout, {m: _refined(grey, (c + 0.5) * scale - 0.5) for m, c in ours.items()})


def _markers(grey: Grey, windows: tuple[int, int]) -> dict[int, Points]:
    """Return the corners (4, 2) by id, found with the smallest, middle and largest of the threshold's
    `windows`; an id seen twice is no marker of a card."""
    settings = cv2.aruco.DetectorParameters()
    settings.minMarkerPerimeterRate = MIN_PERIMETER
    settings.adaptiveThreshWinSizeMin, settings.adaptiveThreshWinSizeMax = windows
    settings.adaptiveThreshWinSizeStep = max(1, (windows[1] - windows[0]) // 2)
    dictionary = cv2.aruco.getPredefinedDictionary(DICTIONARY)
    corners, ids, _ = cv2.aruco.ArucoDetector(dictionary, settings).detectMarkers(grey)
    seen = [] if ids is None else [int(marker) for marker in np.ravel(ids)]
    return {
        marker: np.asarray(quad, np.float64).reshape(4, 2)
        for marker, quad in zip(seen, corners, strict=True)
        if seen.count(marker) == 1
    }


def _most(found: Mapping[int, Points]) -> Layout | None:
    """Return the layout to which most markers belong; None without any of ours."""
    layouts = [layout for marker in found if (layout := layout_of(marker)) is not None]
    return max(layouts, key=layouts.count) if layouts else None


def _refined(grey: Grey, corners: Points) -> Points:
    """Return the corners on the working picture, moved to where the edges cross; searched within half a
    module."""
    side = float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).min())
    reach = max(2, round(0.4 * side / MODULES))
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2 * reach - 2, 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 2 * reach + 3
    patch = grey[top:bottom, left:right]
    if min(patch.shape) < 2 * reach + 6:
        return corners
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    start = (corners - [left, top]).astype(np.float32).reshape(-1, 1, 2)
    moved = cv2.cornerSubPix(np.ascontiguousarray(patch), start, (reach, reach), (-1, -1), stop)
    return np.asarray(np.asarray(moved, np.float64).reshape(4, 2) + np.array([left, top]))


def _plane(layout: Layout, found: Mapping[int, Points]) -> CardSeen | None:
    """Return the homography through all markers, less those that contradict it; None when too few agree."""
    while len(found) >= MIN_MARKERS and _span(layout, list(found)) >= MIN_SPAN:
        to_px, off = _fitted(layout, found)
        if off.max() <= MAX_OFF_MM:
            mirrored = np.linalg.det(to_px) <= 0
            root_mean = float(np.sqrt((off**2).mean()))
            return None if mirrored else CardSeen(layout, to_px, tuple(sorted(found)), root_mean)
        fewer = [{m: c for m, c in found.items() if m != left_out} for left_out in found]
        found = min(fewer, key=lambda kept: float(_fitted(layout, kept)[1].max()))
    return None


def _fitted(layout: Layout, found: Mapping[int, Points]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the homography (3, 3) from mm to pixels, and how far in mm each corner lies from it; everything
    is infinitely far where there is none."""
    if not found:
        return np.eye(3), np.array([np.inf])
    mm = np.concatenate([layout.corners(marker) for marker in found])
    pixels = np.concatenate(list(found.values()))
    to_px, _ = cv2.findHomography(mm, pixels, 0)
    if to_px is None or abs(np.linalg.det(to_px)) < 1e-12:
        return np.eye(3), np.array([np.inf])
    back = _through(np.linalg.inv(to_px), pixels)
    return np.asarray(to_px, np.float64), np.asarray(np.linalg.norm(back - mm, axis=1))


def _span(layout: Layout, markers: list[int]) -> float:
    """Return the largest distance between two markers as a share of the paper's diagonal."""
    places = np.array([layout.markers[marker] for marker in markers])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    return float(apart.max() / np.hypot(layout.width, layout.height))


def _through(homography: NDArray[Any], points: Points) -> Points:
    carried = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(carried[:, :2] / carried[:, 2:])
