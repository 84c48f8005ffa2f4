"""Photo -> kernels: outline, box and mask of every grain, touching ones split, cut ones counted.

All sizes are in pixels of the working scale; `inspect` turns boxes into pixels of the original.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.clumps import SOLID, Taught, kernel_like, take_apart
from station.vision.photo import Pixels
from station.vision.seams import own_valleys
from station.vision.sheet import Sheet, measure_sheet
from station.vision.split import cut_out, deepest, split_clump

MAX_KERNELS = 4000
MAX_PARTS = 20_000  # connected parts looked at before the picture is called texture
MIN_AREA = 30.0  # pixels; smaller is dust
DUST_SHARE = 0.09  # of the typical kernel's area; smaller is dust
GIANT_SHARE = 0.2  # of the picture; larger is a ruler, a hand, the table
LAYER_DEPTH = 1.6  # of a round kernel's half-width: one layer of touching kernels leaves gaps
MANY_KERNELS = 12  # a convex part this many kernels large is a ruler, a cap, a card

LOOSE, FIRM = 0.86, 0.93  # bounds of the area over convex hull that a photo's kernels must have
ROUGH = 0.035  # by how much a single kernel's may fall short of the middle one's
TEXTURE = 9.0  # Lab units of the sheet's noise from which on seams and texture cannot be told apart
MIN_ALONE = 5  # single kernels needed to know the typical one
SAMPLED_CLUMPS = 5

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class KernelShape:
    """`box` x, y, width, height; `mask` (height, width) 0 or 255 inside the box; `contour` (n, 2) in
    the photo's pixels; `solidity` area over convex hull; `cut` touches the photo's edge; `clump`
    pieces came out of the same connected part, whose deepest pixel lies `clump_depth` pixels from the
    sheet (0 for a kernel alone)."""

    box: tuple[int, int, int, int]
    mask: Mask
    contour: NDArray[np.int32]
    area: float
    solidity: float
    cut: bool
    clump: int = 1
    clump_depth: float = 0.0


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Kernels in reading order (complete and cut), what the sheet is like, and the parts left out:
    `giants` far too large for kernels, `overflow` True when there was more than the bounds allow."""

    kernels: tuple[KernelShape, ...]
    sheet: Sheet
    coverage: float
    giants: tuple[KernelShape, ...]
    overflow: bool

    @property
    def complete(self) -> tuple[KernelShape, ...]:
        return tuple(k for k in self.kernels if not k.cut)

    @property
    def cut(self) -> int:
        return sum(k.cut for k in self.kernels)


def find_kernels(pixels: Pixels) -> Segmentation:
    """Segments BGR `pixels` (height, width, 3). Bounded: at most MAX_KERNELS kernels are returned."""
    sheet = measure_sheet(pixels)
    foreground = _clean((sheet.difference > sheet.threshold).astype(np.uint8))
    parts, large, overflow = _parts(foreground)
    typical = typical_area(parts)
    giants = [part for part in large if _giant(part, typical)]
    parts += [part for part in large if not _giant(part, typical)]
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    taught = _taught(parts, typical, grey, sheet.spread)
    kernels: list[KernelShape] = []
    for part in parts:
        if part.area > MANY_KERNELS * typical and part.solidity >= SOLID and _giant(part, typical):
            giants.append(part)
            continue
        if part.area < max(MIN_AREA, DUST_SHARE * typical) and not part.cut:
            continue
        kernels.extend(_pieces(part, grey, taught, foreground.shape))
        if len(kernels) >= MAX_KERNELS:
            overflow = True
            break
    kernels = [k for k in kernels if k.area >= max(MIN_AREA, DUST_SHARE * typical)][:MAX_KERNELS]
    kernels.sort(key=lambda k: (k.box[1], k.box[0], k.box[2], k.box[3]))
    return Segmentation(tuple(kernels), sheet, float(foreground.mean()), tuple(giants), overflow)


def _clean(mask: Mask) -> Mask:
    """Opens away specks and threads of one or two pixels."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc), np.uint8)


def _parts(foreground: Mask) -> tuple[list[KernelShape], list[KernelShape], bool]:
    """Connected parts of kernel size and more, the giants among them apart."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(foreground, connectivity=4, ltype=cv2.CV_32S)
    areas = stats[1:, cv2.CC_STAT_AREA]
    order = np.flatnonzero(areas >= MIN_AREA) + 1
    overflow = len(order) > MAX_PARTS
    giant = GIANT_SHARE * foreground.size
    parts: list[KernelShape] = []
    giants: list[KernelShape] = []
    for label in order[:MAX_PARTS]:
        x, y, width, height, area = (int(v) for v in stats[label])
        inside = (labels[y : y + height, x : x + width] == label).astype(np.uint8) * 255
        too_large = area > giant or width * height > 0.8 * foreground.size
        (giants if too_large else parts).append(shape_of(inside, x, y, foreground.shape))
    return parts, giants, overflow


def _giant(part: KernelShape, typical: float) -> bool:
    """Whether a very large part is no layer of kernels: too deep for one, or nothing to compare it with."""
    return deepest(part.mask) > LAYER_DEPTH * float(np.sqrt(typical / np.pi))


def _taught(parts: list[KernelShape], typical: float, grey: Mask, spread: float) -> Taught:
    """What the parts that are about as large as one kernel teach about all."""
    usual = [p for p in parts if p.solidity >= LOOSE and 0.5 * typical < p.area < 1.3 * typical]
    solidity = float(np.median([p.solidity for p in usual])) if usual else 1.0
    singles = [(*p.box[:2], p.mask) for p in usual if p.solidity >= SOLID]
    solid = min(max(LOOSE, solidity - ROUGH), FIRM)
    valley = own_valleys(grey, singles, typical) if spread <= TEXTURE else None
    return Taught(typical, valley, solid)


def shape_of(mask: Mask, x: int, y: int, photo: tuple[int, ...]) -> KernelShape:
    """Measures one part given as a mask (0 or 255) whose corner is at x, y."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len) if outlines else np.zeros((1, 1, 2), np.int32)
    hull = cv2.convexHull(outline)
    # a pixel outline runs through pixel centres: half a pixel all around is added to both areas
    area = float(cv2.contourArea(outline)) + len(outline) / 2 + 1
    hull_area = float(cv2.contourArea(hull)) + cv2.arcLength(hull, True) / 2 + 1
    height, width = mask.shape
    cut = x <= 0 or y <= 0 or x + width >= photo[1] or y + height >= photo[0]
    contour = outline[:, 0, :].astype(np.int32) + np.array([x, y], np.int32)
    return KernelShape((x, y, width, height), mask, contour, area, min(1.0, area / hull_area), cut)


def typical_area(parts: list[KernelShape]) -> float:
    """The middle area of parts that look like single kernels; each weighs the root of its area, so that
    neither dust nor one ruler or bottle cap decides. When hardly any part stands alone, the largest
    clumps are split to see how large their pieces are. 0 when there is nothing."""
    whole = [p.area for p in parts if p.solidity >= SOLID and not p.cut]
    if len(whole) < MIN_ALONE:
        clumps = sorted((p for p in parts if not p.cut and p.solidity < SOLID), key=lambda p: -p.area)
        pieces = (p for part in clumps[:SAMPLED_CLUMPS] for p in cut_out(split_clump(part.mask, 0.0)))
        whole += [float(np.count_nonzero(mask)) for _, _, mask in pieces]
    areas = np.array(sorted(whole or [p.area for p in parts]))
    if areas.size == 0:
        return 0.0
    weight = np.cumsum(np.sqrt(areas))
    return float(areas[int(np.searchsorted(weight, weight[-1] / 2))])


def _pieces(part: KernelShape, grey: Mask, taught: Taught, photo: tuple[int, ...]) -> list[KernelShape]:
    """The part itself when it looks like one kernel, else what it comes apart into."""
    if kernel_like(part.mask, taught):
        return [_filled(part)]
    x, y, width, height = part.box
    found = cut_out(take_apart(part.mask, grey[y : y + height, x : x + width], taught))
    if len(found) <= 1:
        return [_filled(part)]
    depth = deepest(part.mask)
    pieces = (shape_of(mask, x + left, y + top, photo) for left, top, mask in found)
    return [replace(_filled(piece), clump=len(found), clump_depth=depth) for piece in pieces]


def _filled(part: KernelShape) -> KernelShape:
    """The part with its holes filled (a gloss or a dark crease is still kernel)."""
    mask = np.zeros_like(part.mask)
    cv2.drawContours(mask, [part.contour - np.array(part.box[:2], np.int32)], -1, 255, cv2.FILLED)
    return replace(part, mask=mask)
