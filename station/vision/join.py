"""Join pieces of a clump that together make one convex, kernel-sized shape: a long or bent kernel is not
two."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]

JOIN_SOLID = 0.93  # convex enough to be one kernel
JOIN_AREA = 1.7  # of the typical kernel's area: larger unions stay apart


@dataclass(frozen=True, slots=True)
class _Blob:
    """Holds pixel count and convex hull of one label."""

    area: float
    hull: NDArray[np.int32]


def join_pieces(labels: Labels, typical: float) -> Labels:
    """Join neighbours whose union is convex and not larger than a kernel, best union first."""
    if typical <= 0:
        return labels
    blobs = {int(label): _blob(labels, int(label)) for label in np.unique(labels) if label}
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
    """Return the links after `other` became part of `one`."""
    fresh: dict[tuple[int, int], float] = {}
    for a, b in links:
        p, q = (one if a == other else a), (one if b == other else b)
        if p == q:
            continue
        pair = (min(p, q), max(p, q))
        old = links.get((a, b)) if one not in pair else None
        fresh[pair] = _union_solidity(blobs[pair[0]], blobs[pair[1]], typical) if old is None else old
    return fresh


def _blob(labels: Labels, label: int) -> _Blob:
    mask = cv2.inRange(labels, label, label)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = np.asarray(cv2.convexHull(np.concatenate(outlines)), np.int32)
    return _Blob(float(cv2.countNonZero(mask)), hull)


def _neighbours(labels: Labels) -> list[tuple[int, int]]:
    """Return the pairs of labels that touch, smaller first."""
    found: set[tuple[int, int]] = set()
    for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        edge = (one != other) & (one > 0) & (other > 0)
        low, high = np.minimum(one[edge], other[edge]), np.maximum(one[edge], other[edge])
        found.update(zip(low.tolist(), high.tolist(), strict=True))
    return sorted(found)


def _union_solidity(one: _Blob, other: _Blob, typical: float) -> float:
    """Return the area over convex hull of the union of two labels; 0 when it is larger than one kernel."""
    area = one.area + other.area
    if area > JOIN_AREA * typical:
        return 0.0
    hull = cv2.convexHull(np.concatenate([one.hull, other.hull]))
    # the hull runs through pixel centres: half a pixel all around belongs to it too
    return area / (float(cv2.contourArea(hull)) + float(cv2.arcLength(hull, True)) / 2 + 1)
