"""Tell the long kernels of a clump by fitting them: as few ellipses, each about as long and wide as the
photo's own single kernels, as cover the clump and little beside it.

Where long kernels cross or meet at an angle, the clump is widest at the meeting, and a water line takes that
for a kernel of its own or finds no neck at all. Fitted kernels that lie across each other share the pixels
where they cross, as they do on the sheet.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Floats = NDArray[np.float64]
Piece = tuple[int, int, Mask]

LONG = 2.3  # times as long as wide: plumper kernels come apart at their necks
FEWEST, MOST = 1.3, 6.5  # kernels of a clump that are fitted: more are left to their necks
LESS, MORE = 0.78, 1.35  # of the clump's area in kernels: how many are tried
SAMPLED = 128  # pixels that are fitted
STARTS = 8
ROUNDS = 18
NEAR = 0.3  # of a kernel's length: how far around a point tells the way in which its kernel lies
STEP = 0.2  # of a kernel's width between the pixels on which fits are compared
PRICE = 0.06  # of the clump's area that one more kernel must explain
CLEAR = 0.88  # share explained from which on no more kernels are tried
LEAST = 0.8  # share that must be explained
LENGTHS, WIDTHS = (0.5, 1.2), (0.75, 1.3)  # of the usual kernel's: what a fitted one may have
RIM = 1.12  # times an ellipse's axes: the clump's pixels within are that kernel's


@dataclass(frozen=True, slots=True)
class Rods:
    """Holds fitted ellipses: `middle` (..., n, 2), `turn`, full `length` and `width` (..., n), in pixels."""

    middle: Floats
    turn: Floats
    length: Floats
    width: Floats

    def away(self, points: Floats) -> Floats:
        """Return for each point (m, 2) and ellipse how far out it lies, 1 on the outline: (..., m, n)."""
        off = points[:, None, :] - self.middle[..., None, :, :]
        cos, sin = np.cos(self.turn)[..., None, :], np.sin(self.turn)[..., None, :]
        along = (off[..., 0] * cos + off[..., 1] * sin) / (self.length[..., None, :] / 2)
        across = (off[..., 1] * cos - off[..., 0] * sin) / (self.width[..., None, :] / 2)
        return np.asarray(np.hypot(along, across))


def long_pieces(mask: Mask, length: float, width: float) -> list[Piece]:
    """Return x, y and mask (0 or 255) of the long kernels in a clump, which may overlap; none where no few
    kernels explain it. `length` and `width` are a usual kernel's, in pixels."""
    rods = fit_rods(mask, length, width)
    if rods is None:
        return []
    points = np.argwhere(mask > 0)
    away = rods.away(points[:, ::-1].astype(np.float64))
    nearest = away.argmin(axis=1)
    pieces = []
    for number in range(len(rods.turn)):
        own = points[(away[:, number] <= RIM) | (nearest == number)]
        if len(own):
            (top, left), (bottom, right) = own.min(axis=0), own.max(axis=0)
            piece = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
            piece[own[:, 0] - top, own[:, 1] - left] = 255
            pieces.append((int(left), int(top), piece))
    return pieces


def fit_rods(mask: Mask, length: float, width: float) -> Rods | None:
    """Return the fewest kernels that explain a clump well."""
    points = np.argwhere(mask > 0)[:, ::-1].astype(np.float64)
    kernels = len(points) / (length * width * np.pi / 4)
    if not FEWEST <= kernels <= MOST:
        return None
    rng = np.random.default_rng(len(points))
    some = points[rng.permutation(len(points))[:SAMPLED]]
    turns = _turns(some, NEAR * length)
    best, worth = None, 0.0
    for count in range(max(2, round(LESS * kernels)), max(2, round(MORE * kernels)) + 2):
        starts = np.stack([rng.permutation(len(some))[:count] for _ in range(STARTS)])
        rods = _fit(some, some[starts], turns[starts], length, width)
        shares = _explained(mask, rods)
        first = int(shares.argmax())
        if shares[first] >= LEAST and shares[first] - PRICE * count > worth:
            best, worth = _one(rods, first), float(shares[first]) - PRICE * count
        if shares[first] >= CLEAR:
            break
    return best


def _turns(points: Floats, near: float) -> Floats:
    """Return for each point the way in which the points around it lie."""
    off = points[None, :, :] - points[:, None, :]
    around = (np.hypot(off[..., 0], off[..., 1]) <= near).astype(np.float64)
    off -= np.einsum("mn,mnk->mk", around, off)[:, None, :] / around.sum(axis=1)[:, None, None]
    return _axis(around, off)[0]


def _axis(own: Floats, off: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the turn of the longer axis of weighted points about their middle, and the variances along and
    across it."""
    x, y = off[..., 0], off[..., 1]
    weight = own.sum(axis=-1)
    xx, yy, xy = ((own * a * b).sum(axis=-1) / weight for a, b in ((x, x), (y, y), (x, y)))
    mean, apart = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    return 0.5 * np.arctan2(2 * xy, xx - yy), mean + apart, np.maximum(mean - apart, 0)


def _one(rods: Rods, number: int) -> Rods:
    return Rods(rods.middle[number], rods.turn[number], rods.length[number], rods.width[number])


def _explained(mask: Mask, rods: Rods) -> Floats:
    """Return for each set of ellipses the area that it shares with the clump, over the area of both."""
    step = max(1, int(STEP * float(rods.width.mean())))
    edge = int(rods.length.max() / 4)
    rows, columns = (np.arange(-edge, side + edge, step) for side in mask.shape)
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2).astype(np.float64)
    wide = cv2.copyMakeBorder(mask, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=0)
    clump = wide[::step, ::step].reshape(-1)[: len(grid)] > 0
    inside = (rods.away(grid) <= 1).any(axis=-1)
    return np.asarray((inside & clump).sum(axis=-1) / (inside | clump).sum(axis=-1))


def _fit(points: Floats, middle: Floats, turn: Floats, length: float, width: float) -> Rods:
    """Move the ellipses until each has the middle and the way of the points that are most likely its own, at
    first of the usual size."""
    lengths, widths = np.full(turn.shape, length), np.full(turn.shape, width)
    for number in range(ROUNDS):
        far = 4 * Rods(middle, turn, lengths, widths).away(points) ** 2  # of deviations, a quarter of an axis
        log = -0.5 * far - np.log(lengths * widths)[..., None, :]
        own = np.exp(log - log.max(axis=-1, keepdims=True))
        own = np.swapaxes(own / own.sum(axis=-1, keepdims=True), -1, -2) + 1e-9
        middle = own @ points / own.sum(axis=-1, keepdims=True)
        turn, along, across = _axis(own, points - middle[..., None, :])
        if number >= ROUNDS // 2:
            lengths = np.clip(4 * np.sqrt(along), LENGTHS[0] * length, LENGTHS[1] * length)
            widths = np.clip(4 * np.sqrt(across), WIDTHS[0] * width, WIDTHS[1] * width)
    return Rods(middle, turn, lengths, widths)
