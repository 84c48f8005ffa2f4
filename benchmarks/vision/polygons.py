"""Polygon F1 at IoU 0.5 on scans whose seeds were outlined by hand.

Ignored, as predictions and as labels: what touches the tile's edge or its black padding (within
EDGE pixels). A prediction and a label match when their masks overlap with an intersection over union
above 0.5; no two predictions can then match one label, nor two labels one prediction.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.vision.intervals import resampled
from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode

EDGE = 2
MATCH = 0.5
COVERED = 0.5  # of a label's area in a prediction (or the reverse) that makes it part of it

Polygon = NDArray[np.int32]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Scan:
    """One labelled scan: its bytes and its polygons (n, 2) in pixels."""

    name: str
    data: bytes
    labels: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Counts of one scan. `merged` labels of which several lie in one prediction (under-segmentation),
    `broken` predictions of which several lie in one label (over-segmentation)."""

    matched: int
    predicted: int
    labelled: int
    merged: int = 0
    broken: int = 0


def measure(photos: Path | None) -> dict[str, Any]:
    """F1 on both sets of `photos/evaluate`."""
    if photos is None:
        return {"skipped": "no real photos"}
    evaluate = photos / "evaluate"
    return {
        "sorghum": _summary(sorghum(evaluate / "sorghum")),
        "touching": _summary(touching(evaluate / "touching")),
        "ignored": f"predictions and labels within {EDGE} pixels of the edge or of black padding",
    }


def sorghum(folder: Path) -> Iterable[Scan]:
    """COCO polygons, the objects of several parts by their largest."""
    coco = json.loads((folder / "polygons_1.json").read_text(encoding="utf-8"))
    for image in coco["images"]:
        own = [a["segmentation"] for a in coco["annotations"] if a["image_id"] == image["id"]]
        polygons = tuple(_polygon(np.reshape(max(parts, key=len), (-1, 2))) for parts in own)
        yield Scan(image["file_name"], (folder / image["file_name"]).read_bytes(), polygons)


def touching(folder: Path) -> Iterable[Scan]:
    """One labelme file beside each tile."""
    for path in sorted(folder.glob("*.json")):
        shapes = json.loads(path.read_text(encoding="utf-8"))["shapes"]
        polygons = tuple(_polygon(shape["points"]) for shape in shapes)
        picture = path.with_suffix(".png")
        yield Scan(picture.name, picture.read_bytes(), polygons)


def match(scan: Scan) -> Match:
    """Segments one scan and compares it with its labels."""
    photo = decode(scan.data)
    assert isinstance(photo, DecodedPhoto), photo
    border = _border(photo.pixels)
    found = [
        _polygon((kernel.contour + 0.5) * photo.scale - 0.5) for kernel in find_kernels(photo.pixels).kernels
    ]
    predictions = [polygon for polygon in found if not _touches(polygon, border)]
    labels = [polygon for polygon in scan.labels if not _touches(polygon, border)]
    return compare(predictions, labels, border.shape)


def compare(predictions: Sequence[Polygon], labels: Sequence[Polygon], size: tuple[int, ...]) -> Match:
    """Counts of matches between polygons drawn on a picture of `size` (height, width)."""
    drawn = _drawn(predictions, size)
    areas = np.bincount(drawn.ravel(), minlength=len(predictions) + 1)
    matched = 0
    inside = np.zeros(len(predictions) + 1, int)  # labels in each prediction
    parts = np.zeros(len(labels), int)  # predictions in each label
    for index, label in enumerate(labels):
        under, label_area = _under(drawn, label, len(predictions))
        best = int(under[1:].argmax()) + 1 if len(predictions) else 0
        if best and under[best] > MATCH * (areas[best] + label_area - under[best]):
            matched += 1
        if best and under[best] >= COVERED * label_area:
            inside[best] += 1
        parts[index] = int((under[1:] >= COVERED * np.maximum(areas[1:], 1)).sum())
    return Match(
        matched,
        len(predictions),
        len(labels),
        int((inside[inside > 1] - 1).sum()),
        int((parts[parts > 1] - 1).sum()),
    )


def f1(matches: Sequence[Match]) -> float:
    """2 x matched over predicted and labelled, of all scans together."""
    both = sum(m.predicted + m.labelled for m in matches)
    return 2 * sum(m.matched for m in matches) / both if both else 0.0


def _summary(scans: Iterable[Scan]) -> dict[str, Any]:
    results = {scan.name: match(scan) for scan in scans}
    matches = list(results.values())
    low, high = resampled(matches, f1)
    return {
        "f1": round(f1(matches), 4),
        "interval": [round(low, 4), round(high, 4)],
        "scans": len(matches),
        "matched": sum(m.matched for m in matches),
        "predicted": sum(m.predicted for m in matches),
        "labelled": sum(m.labelled for m in matches),
        "under_segmented": sum(m.merged for m in matches),
        "over_segmented": sum(m.broken for m in matches),
        "by_scan": {name: round(f1([m]), 4) for name, m in results.items()},
    }


def _polygon(points: object) -> Polygon:
    return np.rint(np.asarray(points, np.float64)).astype(np.int32).reshape(-1, 2)


def _drawn(polygons: Sequence[Polygon], size: tuple[int, ...]) -> Numbers:
    """A picture of polygon numbers from 1 on."""
    drawn = np.zeros(size[:2], np.int32)
    for number, polygon in enumerate(polygons, start=1):
        cv2.drawContours(drawn, [polygon], -1, number, cv2.FILLED)
    return drawn


def _under(drawn: Numbers, label: Polygon, count: int) -> tuple[NDArray[np.intp], int]:
    """How many pixels of each prediction lie under a label, and the label's area."""
    x, y, width, height = cv2.boundingRect(label)
    mask = np.zeros((height, width), np.uint8)
    cv2.drawContours(mask, [label - np.array([x, y], np.int32)], -1, 1, cv2.FILLED)
    top, left = max(0, y), max(0, x)
    window = drawn[top : y + height, left : x + width]
    own = mask[top - y :, left - x :][: window.shape[0], : window.shape[1]] > 0
    return np.bincount(window[own], minlength=count + 1), int(mask.sum())


def _border(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the tile's edge and the black padding are, EDGE pixels wide."""
    black = pixels.max(axis=2) == 0
    outside = np.zeros(black.shape, np.uint8)
    outside[black.all(axis=1), :] = 1
    outside[:, black.all(axis=0)] = 1
    reach = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    framed = cv2.copyMakeBorder(outside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    return np.asarray(cv2.dilate(framed, reach)[1:-1, 1:-1] > 0)


def _touches(polygon: Polygon, border: NDArray[np.bool_]) -> bool:
    height, width = border.shape
    x, y = np.clip(polygon[:, 0], 0, width - 1), np.clip(polygon[:, 1], 0, height - 1)
    return bool(border[y, x].any())
