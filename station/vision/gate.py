"""Decide whether a photo can be judged, and say what a person should do differently.

Every limit was set on rendered photos of many phones and papers, on the photos that may be trained on, on
copies of these (blurred, darkened, brightened, with glare) and on rendered pictures of what is no grain:
midway between the last good and the first bad ones. `benchmarks/vision/refusals.py` measures both errors.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.reasons import Code, Reason
from station.vision.kernels import KernelShape, Segmentation
from station.vision.photo import Pixels

MIN_KERNELS = 10
MIN_LENGTH = 16.0  # pixels of the middle kernel: smaller ones are lost or run together, 4 % of them at 12
MIN_WHOLE = 5  # kernels that show their own shape: of the rest no class is known
MAX_EDGE = 0.16  # blur of the outline as a share of the kernel's width; photos that must pass stay under 0.12
SHARP_EDGE_PX = 1.6  # how wide the outline of a perfectly sharp kernel measures
MIN_LIGHT = 55.0  # brightest twentieth of the picture and the kernels both darker (0 to 255)
CLIPPED = 250  # grey level from which a sensor is taken to be full
MAX_CLIPPED_KERNELS = 0.18  # share of kernel pixels that are full
MAX_GLARE = 0.02  # share of the picture: full patches on a sheet that is not itself white
MAX_PILED = 0.3  # share of the kernels' area in parts that did not come apart
MAX_COVERAGE = 0.62  # of the picture covered by kernels
MAX_CUT = 0.4  # of all kernels cut by the edge
# Lab units from the middle kernel to the sheet: below it kernels are lost and made up. Set after seeing 300
# of the benchmark's good photos: one of 15.5 was counted rightly, those of 10 to 13 two to four times over.
MIN_CONTRAST = 15.0
MIN_PLAIN = 0.3  # of the picture must be sheet
MAX_SPREAD = 9.0  # the sheet's own noise in Lab units: patterned cloth, gravel; a shadowed sheet has 5
MAX_FULL = 0.5  # share of the picture that is full, where kernels cannot be told any more
HOLLOW = 0.85  # solidity under which a part is hollow: grains are convex, letters and keys are not
MAX_HOLLOW = 0.3  # share of hollow parts; good photos stay under 0.15
SIZES = (0.03, 0.75)  # spread of log area: grains of a load are alike (up to 0.55), squares of a cloth equal
PILED_SOLID = 0.82
PILED_AREA = 2.4  # of the middle area
PILED_DEPTH = 2.6  # of a kernel's half-width; touching kernels in one layer leave gaps, a heap does not
HEAP_TEXTURE = 6.0  # mean absolute Laplacian (grey levels) inside a heap of grain; a hand is smooth
HEAP_SOLID = 0.95  # a heap's outline is bumpier than that of a card or a bottle cap
STEEP = 0.85  # of the pixels along an outline have a lower slope than its steepest place
NEAR = np.ones((5, 5), np.uint8)
SAMPLED = 150  # kernels whose outline is measured for sharpness


@dataclass(frozen=True, slots=True)
class Quality:
    """Holds what the gate measured, in the units of the limits above; None where there was nothing to
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


def check(pixels: Pixels, found: Segmentation, min_length: float = MIN_LENGTH) -> tuple[Reason, ...]:
    """Return why the photo must be refused, most telling first; empty when it may be judged. `min_length` is
    how many pixels long the middle kernel must be for the model that looks at it."""
    return reasons(measure(pixels, found), found, max(MIN_LENGTH, min_length))


def measure(pixels: Pixels, found: Segmentation) -> Quality:
    """Measure BGR `pixels` (working scale) and what was found on them."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    kernels = found.complete
    sampled = kernels[:: max(1, len(kernels) // SAMPLED)]
    inside = [grey[_window(k)][k.mask > 0] for k in sampled]
    away = [cv2.mean(found.sheet.difference[_window(k)], k.mask)[0] for k in sampled]
    of_kernels = np.concatenate(inside) if inside else np.zeros(0, np.uint8)
    areas = np.array([k.area for k in kernels])
    return Quality(
        edge=_edge(pixels, kernels),
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


def reasons(quality: Quality, found: Segmentation, min_length: float = MIN_LENGTH) -> tuple[Reason, ...]:
    """Return the refusals that follow from what was measured."""
    light, shapes = _light(quality, found), _shapes(quality, found, min_length)
    if not light and quality.contrast is not None and quality.contrast < MIN_CONTRAST:
        # outlines are chance where the sheet is like the grain: what else they tell is not the reason
        few = [reason for reason in shapes if reason.code is Code.TOO_FEW_KERNELS]
        alike = Reason(Code.LOW_CONTRAST, {"value": round(quality.contrast, 1), "limit": MIN_CONTRAST})
        return alike, *few
    return *light, *shapes


def _light(quality: Quality, found: Segmentation) -> list[Reason]:
    refused = []
    if quality.light < MIN_LIGHT:
        refused.append(Reason(Code.DARK, {"value": round(quality.light, 1), "limit": MIN_LIGHT}))
    if _too_bright(quality, found):
        share = round(quality.clipped_kernels, 3)
        refused.append(Reason(Code.BRIGHT, {"value": share, "limit": MAX_CLIPPED_KERNELS}))
    if quality.glare > MAX_GLARE:
        refused.append(Reason(Code.GLARE, {"share": round(quality.glare, 3), "limit": MAX_GLARE}))
    return refused


def _shapes(quality: Quality, found: Segmentation, min_length: float) -> list[Reason]:
    """Return what the kernels' outlines tell: their sharpness, their size, their number and how they lie."""
    count, whole = len(found.complete), len(found.whole)
    refused = []
    if quality.edge is not None and quality.edge > MAX_EDGE:
        refused.append(Reason(Code.NOT_SHARP, {"value": round(quality.edge, 3), "limit": MAX_EDGE}))
    if _not_grain(quality, found):
        refused = refused or [Reason(Code.NOT_GRAIN)]  # a blur makes shapes of its own
    elif quality.piled > MAX_PILED or found.coverage > MAX_COVERAGE:
        refused.append(Reason(Code.PILED_UP, {"share": round(quality.piled, 3), "limit": MAX_PILED}))
    elif whole < MIN_WHOLE <= count:
        refused.append(Reason(Code.PILED_UP, {"share": round(1 - whole / count, 3), "limit": MAX_PILED}))
    elif whole >= MIN_WHOLE and quality.length < min_length:
        refused.append(Reason(Code.TOO_SMALL, {"value": round(quality.length, 1), "limit": min_length}))
    if count >= MIN_KERNELS and quality.cut > MAX_CUT:
        refused.append(Reason(Code.CUT_OFF, {"share": round(quality.cut, 3), "limit": MAX_CUT}))
    if count < MIN_KERNELS:
        refused.append(Reason(Code.TOO_FEW_KERNELS, {"kernels": count, "limit": MIN_KERNELS}))
    return refused


def _too_bright(quality: Quality, found: Segmentation) -> bool:
    """Tell whether kernels are full, or the picture is so full that no kernels can be told."""
    washed_out = len(found.complete) < MIN_KERNELS or _not_grain(quality, found)
    return quality.clipped_kernels > MAX_CLIPPED_KERNELS or (quality.full > MAX_FULL and washed_out)


def _not_grain(quality: Quality, found: Segmentation) -> bool:
    """Tell whether there is no plain sheet, a texture of thousands of specks, or things that are not convex,
    not alike or equal."""
    if found.overflow or found.sheet.spread > MAX_SPREAD or found.sheet.plain < MIN_PLAIN:
        return True
    if quality.sizes is None:
        return False
    return quality.hollow > MAX_HOLLOW or not SIZES[0] <= quality.sizes <= SIZES[1]


def _window(kernel: KernelShape) -> tuple[slice, slice]:
    x, y, width, height = kernel.box
    return slice(y, y + height), slice(x, x + width)


def _heaps(grey: NDArray[np.uint8], giants: tuple[KernelShape, ...]) -> float:
    """Return the area in pixels of giant parts that are bumpy outside and full of outlines inside."""
    total = 0.0
    for giant in giants:
        if giant.solidity >= HEAP_SOLID:
            continue
        rough = np.abs(cv2.Laplacian(grey[_window(giant)], cv2.CV_16S))
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


def _edge(pixels: Pixels, kernels: tuple[KernelShape, ...]) -> float | None:
    """Return how wide the outline is from sheet to kernel beyond a sharp one, as a share of the kernel's
    width (middle kernel)."""
    measured = []
    for kernel in kernels[:: max(1, len(kernels) // SAMPLED)]:
        if (value := _edge_of(pixels, kernel)) is not None:
            measured.append(value)
    return float(np.median(measured)) if measured else None


def _edge_of(pixels: Pixels, kernel: KernelShape) -> float | None:
    """Return the contrast over the steepest slope along the outline, over the kernel's width, in the
    strongest channel."""
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
    slope = np.sort(np.hypot(right[ring], down[ring], dtype=np.float32)) / 8
    last = len(slope) - 1
    steep = float(np.interp(STEEP * last, np.arange(len(slope)), slope)) if slope.size else 0.0
    across = float(kernel.area) / max(1.0, float(np.hypot(width, height)))
    return max(0.0, contrast / max(steep, 0.05) - SHARP_EDGE_PX) / max(across, 1.0)
