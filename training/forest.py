"""The baseline is a random forest on shape and colour, on the same kernels, crops and folds as the net.

Size is no feature, since a photo without a card has no scale. Two forests are measured: as it comes, and
with classes weighing alike and larger leaves, which does better where classes are rare.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from training.data import Items

TREES = 150
BINS = 12
CHANNELS = ((0, 255), (108, 164), (108, 190))  # of L, a, b in 8 bits: where kernels lie
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "balanced": {"class_weight": "balanced_subsample", "min_samples_leaf": 5},
}

Floats = NDArray[np.float64]


def forest_calls(items: Items, fold: NDArray[np.int64], variant: str) -> NDArray[np.int64]:
    """Return what a forest that never saw its photo calls each kernel."""
    features = np.stack([describe(crop) for crop in items.crops])
    called = np.zeros(len(items), np.int64)
    for number in np.unique(fold):
        held = fold == number
        forest = RandomForestClassifier(TREES, random_state=0, n_jobs=1, **VARIANTS[variant])
        called[held] = forest.fit(features[~held], items.labels[~held]).predict(features[held])
    return called


def describe(crop: NDArray[np.uint8]) -> Floats:
    """Describe the shape and colour of one crop (side, side, 4) by (70,) numbers."""
    mask = (crop[..., 3] > 127).astype(np.uint8)
    return np.concatenate([_shape(mask), _colour(crop[..., :3], mask)])


def _shape(mask: NDArray[np.uint8]) -> Floats:
    """Return elongation, solidity, filling, roundness, moments' elongation, raggedness and Hu's seven
    moments."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    area, around = cv2.contourArea(outline) + 1, cv2.arcLength(outline, True) + 1
    sides = cv2.minAreaRect(outline)[1]
    long, short = max(sides) + 1, min(sides) + 1
    moments = cv2.moments(mask, True)
    hu = cv2.HuMoments(moments).ravel()
    tensor = [[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]]
    least, most = np.linalg.eigvalsh(np.array(tensor))
    plain = [
        long / short,
        area / (cv2.contourArea(hull) + 1),
        area / (long * short),
        4 * np.pi * area / around**2,
        np.sqrt(max(least, 0) / max(most, 1e-12)),
        around / (cv2.arcLength(hull, True) + 1),
    ]
    return np.array([*plain, *(-np.sign(hu) * np.log10(np.abs(hu) + 1e-12))])


def _colour(bgr: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Floats:
    """Return mean, deviation, five percentiles and histogram of L, a and b."""
    lab = cv2.cvtColor(np.ascontiguousarray(bgr), cv2.COLOR_BGR2LAB)[mask > 0].astype(np.float64)
    parts = [lab.mean(axis=0), lab.std(axis=0), np.percentile(lab, [5, 25, 50, 75, 95], axis=0).ravel()]
    parts += [np.histogram(lab[:, k], BINS, limits)[0] / len(lab) for k, limits in enumerate(CHANNELS)]
    return np.concatenate(parts)
