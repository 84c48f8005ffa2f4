"""Find the kernels on a photo: outline, box and mask of every grain, touching ones split, cut ones counted.

All sizes are in pixels of the working scale; `inspect` turns boxes into pixels of the original.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.clumps import SOLID, Effort, Taught, kernel_like, pieces_of
from station.vision.glow import less_light
from station.vision.outline import outline_of
from station.vision.photo import Pixels
from station.vision.seams import own_valleys
from station.vision.sheet import Sheet, measure_sheet, without
from station.vision.single import single_of
from station.vision.split import bordered, bounds, cut_out, deepest, split_clump

MAX_KERNELS = 4000
MAX_PARTS = 20_000  # connected parts looked at before the picture is called texture
MIN_AREA = 30.0  # pixels; smaller is dust
DUST_SHARE = 0.09  # of the typical kernel's area; smaller is dust
GIANT_SHARE = 0.2  # of the picture; larger is a ruler, a hand, the table
LAYER_DEPTH = 1.6  # of a round kernel's half-width: one layer of touching kernels leaves gaps
WHOLE = 0.15  # of its outline a piece of a clump may be cut along and still show the kernel's own shape
SPECK_AREA = 0.35  # of the usual part's area: smaller ones that are also fainter than
SPECK_AWAY = 0.55  # ... of its difference from the sheet are the sheet's own grain under a lamp
ASIDE = 0.005  # of the picture that lies aside: more tells wrongly how different kernels are
AROUND = 9  # pixels of the edge around what lies aside
BESIDE = 2.5  # lengths of a kernel along which a part may lie on the photo's edge: more is the table
LONG_KERNEL = 1.6  # roots of its area that a kernel is long
MANY_KERNELS = 12  # a convex part this many kernels large is a ruler, a cap, a card

LOOSE, FIRM = 0.86, 0.93  # bounds of the area over convex hull that a photo's kernels must have
ROUGH = 0.035  # by how much a single kernel's may fall short of the middle one's
TEXTURE = 9.0  # Lab units of the sheet's noise from which on seams and texture cannot be told apart
MIN_ALONE = 5  # single kernels needed to know the typical one
SAMPLED_CLUMPS = 5

CROSS = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class KernelShape:
    """Describes one kernel found: `box` x, y, width, height; `mask` (height, width) 0 or 255 inside the box;
    `contour` (n, 2) in the photo's pixels; `solidity` area over convex hull; `cut` touches the photo's edge;
    `clump` pieces came out of the same connected part, whose deepest pixel lies `clump_depth` pixels from the
    sheet (0 for a kernel alone); `seam` share of its outline where it was cut from its neighbours."""

    box: tuple[int, int, int, int]
    mask: Mask
    contour: NDArray[np.int32]
    area: float
    solidity: float
    cut: bool
    clump: int = 1
    clump_depth: float = 0.0
    seam: float = 0.0


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Holds the kernels in reading order (complete and cut), what the sheet is like, and the parts left out:
    `giants` far too large for kernels, `specks` of the sheet itself; `overflow` True when there was more than
    the bounds allow."""

    kernels: tuple[KernelShape, ...]
    sheet: Sheet
    coverage: float
    giants: tuple[KernelShape, ...]
    overflow: bool
    specks: int = 0

    @property
    def complete(self) -> tuple[KernelShape, ...]:
        return tuple(k for k in self.kernels if not k.cut)

    @property
    def whole(self) -> tuple[KernelShape, ...]:
        """Return the complete ones that show their own shape: alone, or hardly touched by others in a clump.
        A long kernel that a seam crosses shows two short ones, which a model would call broken."""
        return tuple(k for k in self.complete if k.seam <= WHOLE)

    @property
    def left_out(self) -> float:
        """Return the share of the picture that is neither sheet nor kernels nor beside the sheet."""
        inside = sum(giant.area for giant in self.giants if not giant.cut)
        return inside / self.sheet.difference.size

    @property
    def length(self) -> float:
        """Return the middle length, in pixels, of the kernels that show their own shape; 0 for none."""
        sides = [max(cv2.minAreaRect(kernel.contour)[1]) + 1 for kernel in self.whole]
        return float(np.median(sides)) if sides else 0.0

    @property
    def cut(self) -> int:
        return sum(k.cut for k in self.kernels)


def find_kernels(pixels: Pixels) -> Segmentation:
    """Segment BGR `pixels` (height, width, 3). Bounded: at most MAX_KERNELS kernels are returned."""
    seen = _seen(measure_sheet(pixels))
    if dimmed := less_light(seen.sheet, [*seen.parts, *seen.aside], seen.typical):
        seen = _seen(dimmed)
    aside = list(seen.aside)
    if sum(part.area for part in aside) > ASIDE * seen.foreground.size:
        seen = _seen(without(seen.sheet, _mask_of(aside, seen.foreground.shape)))
        aside += seen.aside
    return _kernels(pixels, seen, aside)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Holds what differs from the sheet: `parts` that may be kernels, each of a `typical` area, and what lies
    `aside`; `specks` were left out."""

    sheet: Sheet
    foreground: Mask
    parts: list[KernelShape]
    aside: list[KernelShape]
    typical: float
    specks: int
    overflow: bool


def _seen(sheet: Sheet) -> _Seen:
    foreground = _clean((sheet.difference > sheet.threshold).astype(np.uint8))
    some, large, overflow = _parts(foreground)
    parts = _without_specks(some, sheet)
    specks = len(some) - len(parts)
    typical = typical_area(parts)
    aside = [part for part in large if _giant(part, typical)]
    rest = [*parts, *(part for part in large if not _giant(part, typical))]
    aside += [part for part in rest if _is_aside(part, typical, foreground.shape)]
    away = {id(part) for part in aside}
    parts = [part for part in rest if id(part) not in away]
    return _Seen(sheet, foreground, parts, aside, typical, specks, overflow)


def _is_aside(part: KernelShape, typical: float, photo: tuple[int, ...]) -> bool:
    """Tell whether a part is one large smooth thing, or the table beside the sheet."""
    smooth = part.area > MANY_KERNELS * typical and part.solidity >= SOLID
    return (smooth and _giant(part, typical)) or _beside_sheet(part, typical, photo)


def _mask_of(parts: list[KernelShape], shape: tuple[int, ...]) -> Mask:
    """Return a picture of the parts (255), with the blurred edge around each."""
    mask = np.zeros(shape[:2], np.uint8)
    for part in parts:
        mask[window(part)] |= part.mask
    return np.asarray(cv2.dilate(mask, np.ones((AROUND, AROUND), np.uint8)), np.uint8)


def _kernels(pixels: Pixels, seen: _Seen, aside: list[KernelShape]) -> Segmentation:
    """Take the parts that were seen apart into kernels."""
    typical, overflow = seen.typical, seen.overflow
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    taught, effort = _taught(seen.parts, typical, pixels, grey, seen.sheet.spread), Effort()
    kernels: list[KernelShape] = []
    for part in seen.parts:
        if part.area < max(MIN_AREA, DUST_SHARE * typical) and not part.cut:
            continue
        kernels.extend(_pieces(part, pixels, grey, taught, effort))
        if len(kernels) >= MAX_KERNELS:
            overflow = True
            break
    kernels = [k for k in kernels if k.area >= max(MIN_AREA, DUST_SHARE * typical)][:MAX_KERNELS]
    kernels.sort(key=lambda k: (k.box[1], k.box[0], k.box[2], k.box[3]))
    coverage = cv2.countNonZero(seen.foreground) / seen.foreground.size
    return Segmentation(tuple(kernels), seen.sheet, coverage, tuple(aside), overflow, seen.specks)


def _clean(mask: Mask) -> Mask:
    """Open away specks and threads of one or two pixels."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc), np.uint8)


def _parts(foreground: Mask) -> tuple[list[KernelShape], list[KernelShape], bool]:
    """Return the connected parts of kernel size and more, the giants among them apart."""
    _, labels = cv2.connectedComponents(foreground, connectivity=4, ltype=cv2.CV_32S)
    boxes, areas = bounds(np.asarray(labels, np.int32), foreground)
    order = np.flatnonzero(areas >= MIN_AREA)
    overflow = len(order) > MAX_PARTS
    giant = GIANT_SHARE * foreground.size
    parts: list[KernelShape] = []
    giants: list[KernelShape] = []
    for label in order[:MAX_PARTS].tolist():
        x, y, right, bottom = boxes[label].tolist()
        inside = np.asarray(cv2.inRange(labels[y:bottom, x:right], label, label), np.uint8)
        too_large = areas[label] > giant or inside.size > 0.8 * foreground.size
        (giants if too_large else parts).append(shape_of(inside, x, y, foreground.shape))
    return parts, giants, overflow


def _without_specks(parts: list[KernelShape], sheet: Sheet) -> list[KernelShape]:
    """Leave out parts that are much smaller and much fainter than the usual one, which most of the area
    belongs to: the grain of leather and the knots of a mesh, not pieces of kernels, which are as bright."""
    if not parts:
        return parts
    areas = np.array([part.area for part in parts])
    away = np.array([cv2.mean(sheet.difference[window(part)], part.mask)[0] for part in parts])
    specks = (areas < SPECK_AREA * _middle(areas, areas)) & (away < SPECK_AWAY * _middle(away, areas))
    return [part for part, is_speck in zip(parts, specks.tolist(), strict=True) if not is_speck]


def _middle(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the median of values that count by their weights."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[int(np.searchsorted(total, total[-1] / 2))]])


def window(part: KernelShape) -> tuple[slice, slice]:
    """Return where in the picture a part's box lies."""
    x, y, width, height = part.box
    return slice(y, y + height), slice(x, x + width)


def _beside_sheet(part: KernelShape, typical: float, photo: tuple[int, ...]) -> bool:
    """Tell whether a part lies on the photo's edge over a longer way than kernels can: the table beside the
    sheet is neither a kernel nor cut by the edge."""
    if not part.cut or typical <= 0:
        return False
    x, y, width, height = part.box
    sides = [
        part.mask[0] if y <= 0 else None,
        part.mask[-1] if y + height >= photo[0] else None,
        part.mask[:, 0] if x <= 0 else None,
        part.mask[:, -1] if x + width >= photo[1] else None,
    ]
    longest = max(_longest_run(side) for side in sides if side is not None)
    return longest > BESIDE * LONG_KERNEL * float(np.sqrt(typical))


def _longest_run(line: NDArray[np.uint8]) -> int:
    ends = np.flatnonzero(np.diff(np.concatenate([[0], (line > 0).astype(np.int8), [0]])))
    return int((ends[1::2] - ends[::2]).max()) if ends.size else 0


def _giant(part: KernelShape, typical: float) -> bool:
    """Tell whether a very large part is no layer of kernels: too deep for one, or nothing to compare it
    with."""
    return deepest(part.mask) > LAYER_DEPTH * float(np.sqrt(typical / np.pi))


def _taught(parts: list[KernelShape], typical: float, pixels: Pixels, grey: Mask, spread: float) -> Taught:
    """Return what the parts that are about as large as one kernel teach about all."""
    usual = [p for p in parts if p.solidity >= LOOSE and 0.5 * typical < p.area < 1.3 * typical]
    solidity = float(np.median([p.solidity for p in usual])) if usual else 1.0
    singles = [(*p.box[:2], p.mask) for p in usual if p.solidity >= SOLID]
    solid = min(max(LOOSE, solidity - ROUGH), FIRM)
    valley = own_valleys(grey, singles, typical) if spread <= TEXTURE else None
    return Taught(typical, valley, solid, single_of(pixels, [(*p.box[:2], p.mask) for p in usual]))


def shape_of(mask: Mask, x: int, y: int, photo: tuple[int, ...]) -> KernelShape:
    """Measure one part given as a mask (0 or 255) whose corner is at x, y."""
    outline, area, solidity = outline_of(mask, x, y)
    height, width = mask.shape
    cut = x <= 0 or y <= 0 or x + width >= photo[1] or y + height >= photo[0]
    return KernelShape((x, y, width, height), mask, outline[:, 0, :], area, solidity, cut)


def typical_area(parts: list[KernelShape]) -> float:
    """Return the middle area of parts that look like single kernels; each weighs the root of its area, so
    that neither dust nor one ruler or bottle cap decides. When hardly any part stands alone, the largest
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


def _pieces(
    part: KernelShape, pixels: Pixels, grey: Mask, taught: Taught, effort: Effort
) -> list[KernelShape]:
    """Return the part itself when it looks like one kernel, else what it comes apart into."""
    if kernel_like(part.area, part.solidity, taught):
        return [_filled(part)]
    x, y = part.box[:2]
    inside = window(part)
    found = pieces_of(part.mask, pixels[inside], grey[inside], taught, effort)
    if len(found) <= 1:
        return [_filled(part)]
    depth = deepest(part.mask)
    whole = bordered(part.mask)
    pieces = []
    for left, top, mask in found:
        piece = _filled(shape_of(mask, x + left, y + top, grey.shape))
        seam = _seam(mask, whole[top : top + mask.shape[0] + 2, left : left + mask.shape[1] + 2])
        pieces.append(replace(piece, clump=len(found), clump_depth=depth, seam=seam))
    return pieces


def _seam(piece: Mask, around: Mask) -> float:
    """Return the share of the pixels around a piece that belong to the clump it was cut from; `around` is the
    clump where the piece lies, with one pixel more on every side."""
    padded = bordered(piece)
    ring = cv2.subtract(cv2.dilate(padded, CROSS), padded)
    return cv2.countNonZero(cv2.bitwise_and(ring, around)) / max(1, cv2.countNonZero(ring))


def _filled(part: KernelShape) -> KernelShape:
    """Fill the part's holes (a gloss or a dark crease is still kernel)."""
    if cv2.countNonZero(part.mask) == part.area:
        return part
    mask = np.zeros_like(part.mask)
    x, y = part.box[:2]
    cv2.drawContours(mask, [part.contour], -1, 255, cv2.FILLED, offset=(-x, -y))
    return replace(part, mask=mask)
