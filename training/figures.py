"""Compute honest figures of held-out answers: by class, by source photo, and how sure is too sure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data import Items

BINS = 10
FEW = 5  # kernels of a class; a photo with less says little of it

Labels = NDArray[np.int64]


def figures(
    logits: NDArray[np.float32], items: Items, fold: Labels, classes: Sequence[str]
) -> dict[str, Any]:
    """Return the recall per class, balanced accuracy (over kernels and, harder, over photos) and
    calibration."""
    called = logits.argmax(axis=1)
    right = called == items.labels
    recall = recalls(called, items.labels, classes)
    each_fold = [balanced(called[fold == k], items.labels[fold == k]) for k in np.unique(fold)]
    curve = calibration_curve(logits, right)
    return {
        "measured_on": "kernels of source photos the net had not seen (grouped folds)",
        "kernels": {name: int((items.labels == k).sum()) for k, name in enumerate(classes)},
        "photos": len(np.unique(items.photos)),
        "recall": recall,
        "recall_mean_of_photos": {
            name: _photo_recall(right, items, label) for label, name in enumerate(classes)
        },
        "balanced_accuracy": round(float(np.mean(list(recall.values()))), 3),
        "balanced_accuracy_per_fold": [round(value, 3) for value in each_fold],
        "calibration_error": round(sum(b["share"] * abs(b["right"] - b["sure"]) for b in curve), 3),
        "calibration_curve": curve,
        "by_photo": by_photo(called, items, classes),
    }


def recalls(called: Labels, labels: Labels, classes: Sequence[str]) -> dict[str, float]:
    """Return the share of each class's kernels that is called so."""
    return {name: round(float((called[labels == k] == k).mean()), 3) for k, name in enumerate(classes)}


def balanced(called: Labels, labels: Labels) -> float:
    """Return the mean recall of the classes that are there."""
    return float(np.mean([(called[labels == k] == k).mean() for k in np.unique(labels)]))


def _photo_recall(right: NDArray[np.bool_], items: Items, label: int) -> float:
    """Return the mean over photos with at least FEW kernels of the class: every photo counts alike."""
    ours = items.labels == label
    names, counts = np.unique(items.photos[ours], return_counts=True)
    each = [right[ours & (items.photos == photo)].mean() for photo in names[counts >= FEW]]
    return round(float(np.mean(each)), 3)


def calibration_curve(logits: NDArray[np.float32], right: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return per step of confidence in the called class the share of kernels, mean confidence and share
    right."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    sure = (raised / raised.sum(axis=1, keepdims=True)).max(axis=1)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        {
            "sure": round(float(sure[bins == k].mean()), 3),
            "right": round(float(right[bins == k].mean()), 3),
            "share": round(float((bins == k).mean()), 4),
        }
        for k in np.unique(bins)
    ]


def by_photo(called: Labels, items: Items, classes: Sequence[str]) -> dict[str, dict[str, list[int]]]:
    """Return {source photo: {true class: kernels by called class}}."""
    found: dict[str, dict[str, list[int]]] = {}
    for photo in np.unique(items.photos):
        for label in np.unique(items.labels[items.photos == photo]):
            ours = (items.photos == photo) & (items.labels == label)
            counts = np.bincount(called[ours], minlength=len(classes)).tolist()
            found.setdefault(str(photo), {})[classes[label]] = counts
    return found


def confusion(called: Labels, items: Items, classes: Sequence[str]) -> dict[str, dict[str, list[int]]]:
    """Return {true class: {source photo: kernels by called class}}, as the manifest has it."""
    found: dict[str, dict[str, list[int]]] = {name: {} for name in classes}
    for photo, rows in by_photo(called, items, classes).items():
        for name, counts in rows.items():
            found[name][photo] = counts
    return found
