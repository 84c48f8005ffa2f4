"""Measure what a photo and the kernels on it are like: light, sharpness, how kernels lie and differ.

`gate` judges these numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.kernels import KernelShape, Segmentation, window
from station.vision.photo import Pixels

MIN_KERNELS = 10
MIN_WHOLE = 5  # kernels that show their own shape: of the rest no class is known
SHARP_EDGE_PX = 1.6  # how wide the outline of a perfectly sharp kernel measures
CLIPPED = 250  # grey level from which a sensor is taken to be full
HOLLOW = 0.85  # solidity under which a part is hollow: grains are convex, letters and keys are not
PILED_SOLID = 0.82
PILED_AREA = 2.4  # of the middle area
PILED_DEPTH = 2.6  # of a kernel's half-width; touching kernels in one layer leave gaps, a heap does not
HEAP_TEXTURE = 6.0  # mean absolute Laplacian (grey levels) inside a heap of grain; a hand is smooth
HEAP_SOLID = 0.95  # a heap's outline is bumpier than that of a card or a bottle cap
STEEP = 0.85  # of the pixels along an outline have a lower slope than its steepest place
NEAR = np.ones((5, 5), np.uint8)
Floats = NDArray[np.float64]
WAYS = 4  # directions in which outlines may be soft
FEW_SLOPES = 8  # pixels of an outline that tell nothing
SAMPLED = 150  # kernels whose outline is measured for sharpness


@dataclass(frozen=True, slots=True)
class Quality:
    """Holds what was measured, in the units of the gate's limits; None where there was nothing to
    measure."""

    edge: float | None
    light: float
    clipped_kernels: float
    glare: float
    full: float
    piled: float
    cut: float
    hollow: float
    sizes: float | None
    contrast: float | None
    length: float
    chroma: float
    smear: float | None


def measure(pixels: Pixels, found: Segmentation) -> Quality:
    """Measure BGR `pixels` (working scale) and what was found on them."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    kernels = found.complete
    sampled = kernels[:: max(1, len(kernels) // SAMPLED)]
    inside = [grey[window(k)][k.mask > 0] for k in sampled]
    away = [cv2.mean(found.sheet.difference[window(k)], k.mask)[0] for k in sampled]
    of_kernels = np.concatenate(inside) if inside else np.zeros(0, np.uint8)
    areas = np.array([k.area for k in kernels])
    edges = [edge for kernel in sampled if (edge := _edge_of(pixels, kernel)) is not None]
    return Quality(
        edge=_edge(edges),
        smear=_smear(edges),
        chroma=_chroma(pixels),
        light=max(float(np.percentile(grey[::4, ::4], 95)), float(np.median(of_kernels)) if inside else 0.0),
        clipped_kernels=float((of_kernels >= CLIPPED).mean()) if inside else 0.0,
        glare=_glare(grey),
        full=float((grey[::4, ::4] >= CLIPPED).mean()),
        piled=_piled(kernels, _heaps(grey, found.giants)),
        cut=found.cut / max(1, len(found.kernels)),
        hollow=float(np.mean([k.solidity < HOLLOW for k in kernels])) if kernels else 0.0,
        sizes=float(np.std(np.log(areas))) if len(areas) >= MIN_KERNELS else None,
        contrast=float(np.median(away)) if away else None,
        length=found.length,
    )


def _heaps(grey: NDArray[np.uint8], giants: tuple[KernelShape, ...]) -> float:
    """Return the area in pixels of giant parts that are bumpy outside and full of outlines inside."""
    total = 0.0
    for giant in giants:
        if giant.solidity >= HEAP_SOLID:
            continue
        rough = np.abs(cv2.Laplacian(grey[window(giant)], cv2.CV_16S))
        inner = cv2.erode(giant.mask, np.ones((9, 9), np.uint8)) > 0
        if inner.any() and float(rough[inner].mean()) > HEAP_TEXTURE:
            total += giant.area
    return total


def _piled(kernels: tuple[KernelShape, ...], heaps: float) -> float:
    """Return the share of the kernels' area that lies in heaps or in parts too large and hollow to be one
    kernel."""
    if not kernels:
        return 1.0 if heaps else 0.0
    areas = np.array([k.area for k in kernels])
    middle = float(np.median(areas))
    deep = PILED_DEPTH * float(np.sqrt(middle / (2 * np.pi)))  # a kernel twice as long as wide
    solidity = np.array([k.solidity for k in kernels])
    heaped = np.array([k.clump_depth for k in kernels]) > deep
    hollow = (areas > PILED_AREA * middle) & (solidity < PILED_SOLID)
    return float((areas[heaped | hollow].sum() + heaps) / (areas.sum() + heaps))


def _glare(grey: NDArray[np.uint8]) -> float:
    """Return the share of the picture in full patches of some size, unless the sheet itself is white."""
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    if float(np.median(small)) > 225:
        return 0.0
    full = (small >= CLIPPED).astype(np.uint8)
    return float(cv2.morphologyEx(full, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)).mean())


def _chroma(pixels: Pixels) -> float:
    """Return how far apart the channels of the picture's most colourful hundredth lie, in grey levels."""
    some = pixels[::4, ::4].astype(np.int16)
    return float(np.percentile(some.max(axis=2) - some.min(axis=2), 99))


def _edge(edges: Sequence[Floats]) -> float | None:
    """Return how wide the outline is from sheet to kernel beyond a sharp one, as a share of the kernel's
    width (middle kernel)."""
    return float(np.median([edge[0] for edge in edges])) if edges else None


def _smear(edges: Sequence[Floats]) -> float | None:
    """Return how much wider outlines are across the direction in which they are widest than across the one in
    which they are narrowest, as a share of the kernel's width."""
    if len(edges) < MIN_KERNELS:
        return None
    ways = np.array([edge[1:] for edge in edges])
    seen = np.isfinite(ways).sum(axis=0) >= MIN_WHOLE
    if seen.sum() < 2:
        return None
    widths = np.nanmedian(ways[:, seen], axis=0)
    return float(widths.max() - widths.min())


def _edge_of(pixels: Pixels, kernel: KernelShape) -> Floats | None:
    """Return the contrast over the steepest slope along the outline, over the kernel's width, in the
    strongest channel: of all slopes, then of those that rise each of the WAYS (not a number where few do)."""
    x, y, width, height = kernel.box
    pad = 6
    top, left = max(0, y - pad), max(0, x - pad)
    patch = pixels[top : y + height + pad, left : x + width + pad]
    mask = np.zeros(patch.shape[:2], np.uint8)
    mask[y - top : y - top + height, x - left : x - left + width] = kernel.mask
    outside, inside = cv2.mean(patch, 255 - mask), cv2.mean(patch, mask)
    channel = int(np.argmax(np.abs(np.subtract(inside[:3], outside[:3]))))
    contrast = abs(inside[channel] - outside[channel])
    if contrast < 8:
        return None
    right, down = cv2.spatialGradient(cv2.extractChannel(patch, channel))
    ring = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, NEAR) > 0
    across, along = right[ring].astype(np.float32), down[ring].astype(np.float32)
    slope = np.hypot(across, along) / 8
    way = np.floor((np.arctan2(along, across) / np.pi + 0.5 / WAYS) % 1.0 * WAYS).astype(int)
    width_px = max(1.0, float(kernel.area) / max(1.0, float(np.hypot(width, height))))
    slopes = [slope, *(slope[way == one] for one in range(WAYS))]
    return np.array([_softness(some, contrast) / width_px for some in slopes])


def _softness(slope: NDArray[np.float32], contrast: float) -> float:
    """Return over how many pixels beyond a sharp outline's the contrast is reached."""
    if len(slope) < FEW_SLOPES:
        return float("nan")
    ordered = np.sort(slope)
    steep = float(np.interp(STEEP * (len(ordered) - 1), np.arange(len(ordered)), ordered))
    return max(0.0, contrast / max(steep, 0.05) - SHARP_EDGE_PX)
