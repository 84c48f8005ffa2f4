"""Split a clump of touching kernels.

The distance to the sheet is high inside kernels and low in the necks where they touch. Raising a
water line over it breaks the clump at its necks; a break counts when both sides rise well above the
neck. Each side then grows back, and neighbours that together make one kernel are joined again.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.join import Labels, join_pieces

Mask = NDArray[np.uint8]

LEVELS = 24
RISE = 1.14  # a side counts as a kernel when its peak is this much above the neck ...
RISE_PX = 0.8  # ... and by this many pixels
LEAST_DEPTH = 0.35  # of a kernel's half-width: shallower parts are no kernels of their own
MAX_SEEDS = 4000
GROW_STEP = 4  # water levels between two spreads of the seeds
MAX_SPREAD = 400  # steps of one pixel
NEAR = np.ones((3, 3), np.uint8)


def split_clump(mask: Mask, typical: float, seams: Mask | None = None) -> Labels:
    """Return the labels (same shape as `mask`, 0 for sheet, 1 and up) of the kernels in a clump (0 or 255).

    `typical` is the area of one kernel in pixels, 0 when unknown; `seams` are pixels taken for sheet
    when the clump is broken up."""
    depth = _depth(mask if seams is None else np.where(seams > 0, np.uint8(0), mask))
    levels = _levels(depth, typical)
    seeds = _seeds(depth, levels, LEAST_DEPTH * float(np.sqrt(typical / (2 * np.pi))))
    if int(seeds.max()) <= 1:
        return np.asarray(mask > 0, np.int32)
    whole = bordered(mask) > 0
    return join_pieces(_grow(seeds, depth, levels, whole), typical)[1:-1, 1:-1]


def cut_out(labels: Labels) -> list[tuple[int, int, Mask]]:
    """Return x, y of the corner and the mask (0 or 255) of each label, cut to its bounds."""
    boxes, areas = bounds(labels)
    pieces = []
    for label in np.flatnonzero(areas).tolist():
        x, y, right, bottom = boxes[label].tolist()
        pieces.append((x, y, np.asarray(cv2.inRange(labels[y:bottom, x:right], label, label), np.uint8)))
    return pieces


def bounds(labels: Labels, mask: Mask | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return left, top, right and bottom (n, 4; the last two just outside) and pixel count (n,) of every
    label; 0 is the sheet and has no pixels. `mask` is what the labels are the connected parts of, if they
    are.

    Read off the runs of one label in a row, which are far fewer than pixels (and sooner off the mask)."""
    height, width = labels.shape
    seen = labels if mask is None else mask
    flat = cv2.copyMakeBorder(seen, 0, 0, 1, 1, cv2.BORDER_CONSTANT, value=0).ravel()
    turns = np.flatnonzero(flat[1:] != flat[:-1])
    runs = flat[turns[:-1] + 1] > 0
    begin, end = turns[:-1][runs], turns[1:][runs]
    top, left = np.divmod(begin, width + 2)
    label, length = labels[top, left], end - begin
    count = int(label.max(initial=0)) + 1
    boxes = np.empty((count, 4), np.int64)
    boxes[:] = width, height, 0, 0
    np.minimum.at(boxes[:, 0], label, left)
    np.minimum.at(boxes[:, 1], label, top)
    np.maximum.at(boxes[:, 2], label, left + length)
    np.maximum.at(boxes[:, 3], label, top + 1)
    return boxes, np.bincount(label, length, count).astype(np.int64)


def bordered(mask: Mask) -> Mask:
    """Put one pixel of sheet more on every side of the mask."""
    return np.asarray(cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.uint8)


def deepest(mask: Mask) -> float:
    """Return how many pixels it is from the sheet to the innermost pixel of a part."""
    return float(_depth(mask).max())


def _depth(mask: Mask) -> NDArray[np.float32]:
    """Return the distance to the sheet, on the mask with a border of one pixel of sheet."""
    return np.asarray(cv2.distanceTransform(bordered(mask), cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _levels(depth: NDArray[np.float32], typical: float) -> NDArray[np.float64]:
    """Return the water levels in pixels: up to the deepest place, or to the half-width of the plumpest
    kernel."""
    top = float(depth.max())
    if typical > 0:
        top = min(top, 1.3 * float(np.sqrt(typical / np.pi)))
    return np.linspace(0, top, LEVELS, endpoint=False)[1:]


def _seeds(depth: NDArray[np.float32], levels: NDArray[np.float64], least: float) -> Labels:
    """Return one label per kernel: the part of it above the highest neck that still joins it to another."""
    seeds = np.zeros(depth.shape, np.int32)
    found = 0
    stack: list[tuple[Mask, int, int, int]] = [((depth > 0).astype(np.uint8), 0, 0, 0)]
    while stack and found < MAX_SEEDS:
        region, x, y, level = stack.pop()
        height, width = region.shape
        here = np.where(region > 0, depth[y : y + height, x : x + width], 0)
        branches, next_level = _break_up(here, levels, level, least)
        if len(branches) < 2:
            found += 1
            seeds[y : y + height, x : x + width][region > 0] = found
            continue
        for branch, left, upper in branches:
            stack.append((branch, x + left, y + upper, next_level))
    return seeds


def _break_up(
    depth: NDArray[np.float32], levels: NDArray[np.float64], start: int, least: float
) -> tuple[list[tuple[Mask, int, int]], int]:
    """Return the parts into which the region falls at the first level where at least two rise well above
    it."""
    peak = float(depth.max())
    for index in range(start, len(levels)):
        level = float(levels[index])
        if peak < level * RISE:
            break
        above = (depth > level).view(np.uint8)
        count, labels = cv2.connectedComponents(above, connectivity=4)
        if count < 3:
            continue
        enough = max(least, level * RISE, level + RISE_PX)
        branches = [
            (part, x, y)
            for x, y, part in cut_out(np.asarray(labels, np.int32))
            if cv2.minMaxLoc(depth[y : y + part.shape[0], x : x + part.shape[1]], part)[1] >= enough
        ]
        if len(branches) >= 2:
            return branches, index + 1
    return [], len(levels)


def _grow(
    seeds: Labels, depth: NDArray[np.float32], levels: NDArray[np.float64], whole: NDArray[np.bool_]
) -> Labels:
    """Give every pixel of the clump to a seed: the water line falls level by level, and at each level the
    seeds spread over what has surfaced beside them, so they meet in the necks."""
    labels = seeds.astype(np.uint16)
    for level in [*levels[::-GROW_STEP], 0.0, -1.0]:
        free = (labels == 0) & whole & (depth > level)
        for _ in range(MAX_SPREAD):
            spread = cv2.dilate(labels, NEAR)
            gain = free & (spread > 0)
            if not gain.any():
                break
            np.copyto(labels, spread, where=gain)
            free &= ~gain
    return labels.astype(np.int32)
