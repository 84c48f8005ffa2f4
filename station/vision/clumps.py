"""Take a clump of touching kernels apart into its kernels.

The silhouette alone tells most kernels apart. Pieces that then do not look like the photo's single
kernels (too large, not convex) are put together again and broken up along the seams that light and
shadow draw between kernels; the better of both answers stays.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from station.vision.join import Labels
from station.vision.outline import outline_of
from station.vision.photo import Pixels
from station.vision.rods import Piece, long_pieces
from station.vision.seams import seam_valley
from station.vision.single import Single
from station.vision.split import Mask, cut_out, split_clump

SOLID = 0.9  # area over convex hull from which on a piece may be one kernel
LARGE = 1.5  # of the typical kernel's area: larger pieces are doubted
LONG = 2.2  # ... or larger than this where they are smooth: a long kernel among broken ones
SMALL = 0.2  # ... and smaller ones
HOLLOW = 10.0  # weight of missing convexity beside that of size
CRUMB = 0.5  # of a kernel's area: pieces smaller than that on average are texture
OTHER = 3.0  # of the typical kernel's area: what is larger and smooth is one thing of another kind
SMOOTH = 0.95  # area over convex hull that no row of touching kernels has
SEAMS = (1.0, 0.5, 0.25)  # of single kernels' own valleys: seams that deep are tried, one after another
EFFORT = 9e6  # pixels looked at for seams in a photo: good ones take 7.5e6 at most, print and gravel 11e6 on
FITS = 150  # clumps
ATTEMPT = 5000  # pixels that breaking up one group costs beside its own


@dataclass(frozen=True, slots=True)
class Taught:
    """Holds what the photo's single kernels teach: their `typical` area in pixels, 0 when unknown, how deep a
    `valley` of brightness (grey levels) they have themselves (None: seams tell nothing here), and from which
    area over convex hull on (`solid`) a piece may be one of them; what a `single` one is like, where enough
    lie alone."""

    typical: float
    valley: float | None
    solid: float = SOLID
    single: Single | None = None


@dataclass(slots=True)
class Effort:
    """Counts how many `pixels` may still be looked at for seams in a photo, and into how many clumps long
    kernels may still be fitted (`fits`): print and gravel have no end of them."""

    pixels: float = EFFORT
    fits: int = FITS


def pieces_of(mask: Mask, pixels: Pixels, grey: Mask, taught: Taught, effort: Effort) -> list[Piece]:
    """Return x, y and mask of the kernels in a clump: `mask` 0 or 255, BGR `pixels` and their brightness
    `grey` in the same window. A foreign body stays whole; long kernels that did not come apart into such are
    fitted, and may overlap then."""
    pieces = cut_out(take_apart(mask, grey, taught, effort))
    single = taught.single
    if single is None:
        return pieces
    if single.is_foreign(mask, pixels, pieces):
        return [(0, 0, mask)]
    if (
        not single.is_long
        or effort.fits <= 0
        or all(_is_long_kernel(one, single, taught) for *_, one in pieces)
    ):
        return pieces
    effort.fits -= 1
    return long_pieces(mask, single.length, single.width) or pieces


def _is_long_kernel(piece: Mask, single: Single, taught: Taught) -> bool:
    _, area, solidity = outline_of(piece)
    return kernel_like(area, solidity, taught) and single.is_as_long(piece)


def take_apart(mask: Mask, grey: Mask, taught: Taught, effort: Effort) -> Labels:
    """Return the labels of the kernels in a clump: `mask` 0 or 255, `grey` the brightness in the same window.
    Once the photo's `effort` is spent, the silhouette alone counts."""
    labels = split_clump(mask, taught.typical)
    if taught.typical <= 0 or taught.valley is None:
        return labels
    for share in SEAMS:
        doubted = _doubted(labels, taught)
        if not doubted.any() or effort.pixels <= 0:
            break
        labels = _along_seams(labels, doubted, grey, taught, share * taught.valley, effort)
    return labels


def _doubted(labels: Labels, taught: Taught) -> Mask:
    """Return where the pieces lie (255) that do not look like one kernel."""
    doubted = np.zeros(labels.shape, np.uint8)
    for x, y, piece in cut_out(labels):
        _, area, solidity = outline_of(piece)
        if not kernel_like(area, solidity, taught):
            doubted[y : y + piece.shape[0], x : x + piece.shape[1]] |= piece
    return doubted


def kernel_like(area: float, solidity: float, taught: Taught) -> bool:
    """Tell whether a piece is convex and about as large as a kernel, or one large thing of another kind."""
    return doubt(area, solidity, taught) <= 0


def doubt(area: float, solidity: float, taught: Taught) -> float:
    """Return how little a piece of that area (pixels) and area over convex hull looks like one kernel, in
    kernels: 0 where it does, more the more there is of it and the less convex, the larger or the smaller it
    is."""
    kernels = area / taught.typical
    if kernels > OTHER and solidity >= SMOOTH:
        return 0.0
    limit = LONG if solidity >= SMOOTH else LARGE
    hollow, large = max(0.0, taught.solid - solidity), max(0.0, kernels - limit)
    return kernels * (HOLLOW * hollow + large) + max(0.0, SMALL - kernels)


def _along_seams(
    labels: Labels, doubted: Mask, grey: Mask, taught: Taught, limit: float, effort: Effort
) -> Labels:
    """Return the labels with each connected group of doubted pieces broken up anew where that is better."""
    effort.pixels -= labels.size
    seams = np.asarray(seam_valley(grey, doubted, taught.typical) > limit, np.uint8)
    better = labels.copy()
    _, groups = cv2.connectedComponents(doubted, connectivity=4)
    for x, y, group in cut_out(np.asarray(groups, np.int32)):
        if cv2.countNonZero(group) < 2 * CRUMB * taught.typical:
            continue
        if effort.pixels <= 0:
            break
        effort.pixels -= group.size + ATTEMPT
        window = (slice(y, y + group.shape[0]), slice(x, x + group.shape[1]))
        before = np.where(group > 0, labels[window], 0)
        after = split_clump(group, taught.typical, seams[window])
        if _better(after, before, taught):
            better[window] = np.where(group > 0, after + better.max(), better[window])
    return better


def _better(after: Labels, before: Labels, taught: Taught) -> bool:
    """Tell whether the pieces are less doubtful, and no crumbs."""
    pieces = cut_out(after)
    mean_area = sum(cv2.countNonZero(mask) for _, _, mask in pieces) / max(1, len(pieces))
    return mean_area > CRUMB * taught.typical and _doubt(pieces, taught) < _doubt(cut_out(before), taught)


def _doubt(pieces: list[tuple[int, int, Mask]], taught: Taught) -> float:
    outlines = (outline_of(mask) for _, _, mask in pieces)
    return sum(doubt(area, solidity, taught) for _, area, solidity in outlines)
