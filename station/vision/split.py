"""Splits a clump of touching kernels.

The distance to the sheet is high inside kernels and low in the necks where they touch. Raising a
water line over it breaks the clump at its necks; a break counts when both sides rise well above the
neck. Each side then grows back, and neighbours that together make one convex, kernel-sized shape are
joined again (a long or bent kernel is not two).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Labels = NDArray[np.int32]

LEVELS = 24
RISE = 1.14  # a side counts as a kernel when its peak is this much above the neck ...
RISE_PX = 0.8  # ... and by this many pixels
JOIN_SOLID = 0.93  # convex enough to be one kernel
JOIN_AREA = 1.7  # of the typical kernel's area: larger unions stay apart
MAX_SEEDS = 4000
MAX_SPREAD = 400  # steps of one pixel
NEAR = np.ones((3, 3), np.uint8)


def split_clump(mask: Mask, typical: float) -> list[Mask]:
    """Masks (same shape as `mask`, 0 or 255) of the kernels in a clump; one when it does not split.

    `typical` is the area of one kernel in pixels, 0 when unknown."""
    depth = _depth(mask)
    levels = _levels(depth, typical)
    seeds = _seeds(depth, levels)
    if int(seeds.max()) <= 1:
        return [mask]
    joined = _join(_grow(seeds, depth, levels), typical)[1:-1, 1:-1]
    return [(joined == label).astype(np.uint8) * 255 for label in np.unique(joined) if label]


def deepest(mask: Mask) -> float:
    """Pixels from the sheet to the innermost pixel of a part."""
    return float(_depth(mask).max())


def _depth(mask: Mask) -> NDArray[np.float32]:
    """Distance to the sheet, on the mask with a border of one pixel of sheet."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _levels(depth: NDArray[np.float32], typical: float) -> NDArray[np.float64]:
    """Water levels in pixels: up to the deepest place, or to the half-width of the plumpest kernel."""
    top = float(depth.max())
    if typical > 0:
        top = min(top, 1.3 * float(np.sqrt(typical / np.pi)))
    return np.linspace(0, top, LEVELS, endpoint=False)[1:]


def _seeds(depth: NDArray[np.float32], levels: NDArray[np.float64]) -> Labels:
    """One label per kernel: the part of it above the highest neck that still joins it to another."""
    seeds = np.zeros(depth.shape, np.int32)
    found = 0
    stack: list[tuple[Mask, int, int, int]] = [((depth > 0).astype(np.uint8), 0, 0, 0)]
    while stack and found < MAX_SEEDS:
        region, x, y, level = stack.pop()
        height, width = region.shape
        here = np.where(region > 0, depth[y : y + height, x : x + width], 0)
        branches, next_level = _break_up(here, levels, level)
        if len(branches) < 2:
            found += 1
            seeds[y : y + height, x : x + width][region > 0] = found
            continue
        for branch, left, upper in branches:
            stack.append((branch, x + left, y + upper, next_level))
    return seeds


def _break_up(
    depth: NDArray[np.float32], levels: NDArray[np.float64], start: int
) -> tuple[list[tuple[Mask, int, int]], int]:
    """The parts into which the region falls at the first level where at least two rise well above it."""
    peak = float(depth.max())
    for index in range(start, len(levels)):
        level = float(levels[index])
        if peak < level * RISE:
            break
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            (depth > level).astype(np.uint8), connectivity=4
        )
        if count < 3:
            continue
        branches = []
        for label in range(1, count):
            x, y, width, height, _area = (int(v) for v in stats[label])
            part = labels[y : y + height, x : x + width] == label
            high = float(depth[y : y + height, x : x + width][part].max())
            if high >= level * RISE and high - level >= RISE_PX:
                branches.append((part.astype(np.uint8), x, y))
        if len(branches) >= 2:
            return branches, index + 1
    return [], len(levels)


def _grow(seeds: Labels, depth: NDArray[np.float32], levels: NDArray[np.float64]) -> Labels:
    """Every pixel of the clump goes to a seed: the water line falls level by level, and at each level the
    seeds spread over what has surfaced beside them, so they meet in the necks."""
    labels = seeds.astype(np.float32)
    for level in [*levels[::-1], 0.0]:
        free = (labels == 0) & (depth > level)
        for _ in range(MAX_SPREAD):
            spread = cv2.dilate(labels, NEAR)
            gain = free & (spread > 0)
            if not gain.any():
                break
            labels[gain] = spread[gain]
            free &= ~gain
    return labels.astype(np.int32)


@dataclass(frozen=True, slots=True)
class _Blob:
    """Pixel count and convex hull of one label."""

    area: float
    hull: NDArray[np.int32]


def _join(labels: Labels, typical: float) -> Labels:
    """Joins neighbours whose union is convex and not larger than a kernel, best union first."""
    if typical <= 0:
        return labels
    blobs = {int(label): _blob(labels == label) for label in np.unique(labels) if label}
    links = {pair: _union_solidity(blobs[pair[0]], blobs[pair[1]], typical) for pair in _neighbours(labels)}
    became = {label: label for label in blobs}
    while links:
        (one, other), best = max(links.items(), key=lambda item: (item[1], item[0]))
        if best < JOIN_SOLID:
            break
        points = cv2.convexHull(np.concatenate([blobs[one].hull, blobs[other].hull]))
        blobs[one] = _Blob(blobs[one].area + blobs.pop(other).area, np.asarray(points, np.int32))
        became = {label: one if now == other else now for label, now in became.items()}
        links = _relink(links, one, other, blobs, typical)
    table = np.zeros(int(labels.max()) + 1, np.int32)
    for label, now in became.items():
        table[label] = now
    return np.asarray(table[labels], np.int32)


def _relink(
    links: dict[tuple[int, int], float], one: int, other: int, blobs: dict[int, _Blob], typical: float
) -> dict[tuple[int, int], float]:
    """The links after `other` became part of `one`."""
    fresh: dict[tuple[int, int], float] = {}
    for a, b in links:
        p, q = (one if a == other else a), (one if b == other else b)
        if p == q:
            continue
        pair = (min(p, q), max(p, q))
        old = links.get((a, b)) if one not in pair else None
        fresh[pair] = _union_solidity(blobs[pair[0]], blobs[pair[1]], typical) if old is None else old
    return fresh


def _blob(mask: NDArray[np.bool_]) -> _Blob:
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return _Blob(float(mask.sum()), np.asarray(cv2.convexHull(np.concatenate(outlines)), np.int32))


def _neighbours(labels: Labels) -> list[tuple[int, int]]:
    """Pairs of labels that touch, smaller first."""
    found: set[tuple[int, int]] = set()
    for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        edge = (one != other) & (one > 0) & (other > 0)
        low, high = np.minimum(one[edge], other[edge]), np.maximum(one[edge], other[edge])
        found.update(zip(low.tolist(), high.tolist(), strict=True))
    return sorted(found)


def _union_solidity(one: _Blob, other: _Blob, typical: float) -> float:
    """Area over convex hull of the union of two labels; 0 when it is larger than one kernel."""
    area = one.area + other.area
    if area > JOIN_AREA * typical:
        return 0.0
    hull = cv2.convexHull(np.concatenate([one.hull, other.hull]))
    # the hull runs through pixel centres: half a pixel all around belongs to it too
    return area / (float(cv2.contourArea(hull)) + float(cv2.arcLength(hull, True)) / 2 + 1)
