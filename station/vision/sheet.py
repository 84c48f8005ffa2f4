"""Measure how different every pixel is from the plain sheet under the kernels.

Lab shifted by (16, 0, 0) scales as a whole when light dims, so a shadow on the sheet is the sheet's own
vector made shorter. The colour axes are turned so that the first runs along the sheet's vector
(brightness) and the other two measure colour that no shadow can make. A quadratic surface follows
uneven light. Any plain sheet works: light, dark or coloured.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.photo import Pixels

Floats = NDArray[np.float32]

SMALL_SIDE = 200  # the sheet is fitted on a picture this long
CHOICE_SIDE = 800  # ... and chosen among two colours on a picture this long
RIVAL_SHARE = 0.15  # of the picture: a second colour this common may be the sheet
RIVAL_APART = 25.0  # Lab units between two colours that may be the sheet
SPAN = 0.5  # of both sides of the picture: what is larger is no kernel
BEND_STEPS = 4  # pixels along an outline over which its bend is seen
FIT_ROUNDS = 6
SHEET_REACH = 14.0  # Lab units from the fitted sheet beyond which nothing is sheet
SHADOW_DEPTH = 0.30  # a shadow may shorten a grey sheet's vector by this share (light down to about 34 %) ...
COLOUR_DEPTH = 0.45  # ... and by this times its saturation more: a kernel differs from such a sheet in colour
SHADOW_WEIGHT = 0.25  # how much a darkening within SHADOW_DEPTH counts
GLOW = 0.7  # of a richer colour is forgiven on a saturated sheet: its shadows glow in its own colour
MIN_DIFFERENCE = 9.0  # Lab units; below it print, paper grain and JPEG look like kernels
CLIMB_SIGMA = 6.0  # pixels of the small picture over which the light beside a place tells that of the place
CLIMB_STEPS = 60
CLIMB_NEAR = 0.02  # weight of known sheet around a pixel from which on its light can be told
CLIMB_REACH = (2.5, 6.0)  # bounds in Lab units of how far a pixel may lie from the light around it
CLIMB_GAIN = (
    0.02  # of the picture that must turn out to be sheet: a lamp's glow, not the light between kernels
)
BAND = 32  # rows measured at a time: what lies between stays in the processor's cache
KERNEL_SHARE = 0.42  # of the kernels' typical difference: where the outline lies


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tells the sheet from the kernels: `difference` (height, width) in Lab units, `spread` the sheet's own
    noise, `plain` the share of the picture that is sheet, `threshold` the difference from which on a pixel is
    kernel."""

    difference: Floats
    spread: float
    plain: float
    threshold: float


def measure_sheet(pixels: Pixels) -> Sheet:
    """Find the sheet in BGR `pixels` (height, width, 3) and measure every pixel against it."""
    height, width = pixels.shape[:2]
    shrink = max(1.0, max(height, width) / SMALL_SIDE)
    small_size = (max(8, round(width / shrink)), max(8, round(height / shrink)))
    small = _shifted_lab(cv2.resize(pixels, small_size, interpolation=cv2.INTER_AREA), np.eye(3))
    grounds = [_ground(small, colour) for colour in _colours(small)]
    ground = grounds[0] if len(grounds) == 1 else _choose(pixels, grounds)
    difference = _against(pixels, ground, soft=True)
    spread, threshold = _threshold(difference, ground.plain)
    return Sheet(difference, spread, ground.plain, threshold)


def without(sheet: Sheet, aside: NDArray[np.uint8]) -> Sheet:
    """Return the sheet with what lies `aside` (255; a cap, the table) taken for sheet: how different kernels
    are is then told by kernels alone."""
    return measured(sheet, np.where(aside > 0, np.float32(0), sheet.difference))


def measured(sheet: Sheet, difference: Floats) -> Sheet:
    """Return the sheet with another `difference`: its noise and where kernels begin are told anew."""
    spread, threshold = _threshold(difference, sheet.plain)
    return Sheet(difference, spread, sheet.plain, threshold)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Holds a sheet fitted on the small picture: `turn` to its axes, its `surface` there, its `plain` share
    of the picture, and the colour's share of its vector."""

    turn: Floats
    surface: Floats
    plain: float
    saturation: float


def _ground(small: Floats, colour: Floats) -> _Ground:
    turn = _axes(colour)
    centre = turn @ colour
    turned = np.asarray(cv2.transform(small, turn), np.float32)
    surface, inlier = _climb(turned, *_fit(turned, centre))
    saturation = float(np.linalg.norm(colour[1:]) / np.linalg.norm(colour))
    return _Ground(turn, surface, float(inlier.mean()), saturation)


def _against(pixels: Pixels, ground: _Ground, *, soft: bool = False) -> Floats:
    """Return the difference of BGR `pixels` of any size from the sheet; `soft` takes the pixels' noise out
    first."""
    height, width = pixels.shape[:2]
    surface = cv2.resize(ground.surface, (width, height), interpolation=cv2.INTER_LINEAR)
    difference = np.empty((height, width), np.float32)
    for top in range(0, height, BAND):
        rows = slice(top, min(top + BAND, height))
        seen = _softened(pixels, rows) if soft else pixels[rows]
        difference[rows] = _difference(_shifted_lab(seen, ground.turn), surface[rows], ground)
    return difference


def _softened(pixels: Pixels, rows: slice) -> cv2.typing.MatLike:
    """Mix every pixel of these rows with its neighbours, those of the rows above and below among them."""
    above = min(1, rows.start)
    mixed = cv2.GaussianBlur(pixels[rows.start - above : rows.stop + 1], (3, 3), 0)
    return mixed[above : above + rows.stop - rows.start]


def _choose(pixels: Pixels, grounds: list[_Ground]) -> _Ground:
    """Choose the sheet whose kernels bulge: where kernels lie close the sheet is the rarer colour, and seen
    the wrong way round its gaps are hollow-sided."""
    shrink = max(1.0, max(pixels.shape[:2]) / CHOICE_SIDE)
    size = (max(8, round(pixels.shape[1] / shrink)), max(8, round(pixels.shape[0] / shrink)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return max(grounds, key=lambda ground: _bulging(_against(small, ground), ground.plain))


def _bulging(difference: Floats, plain: float) -> float:
    """Return the share of the outlines of what differs that curves outwards, of all that curves: kernels
    bulge, the gaps between them are hollow-sided."""
    mask = (difference > _threshold(difference, plain)[1]).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    turns = [
        _turns(np.asarray(outline[:, 0, :], np.int32))
        for outline in outlines
        if len(outline) > 4 * BEND_STEPS and not _spans(outline, mask.shape)
    ]
    turned = np.concatenate(turns) if turns else np.zeros(0, np.int32)
    curved = np.count_nonzero(turned)
    return float((turned < 0).sum() / curved) if curved else 0.0


def _spans(outline: cv2.typing.MatLike, picture: tuple[int, ...]) -> bool:
    """Tell whether an outline is as large as the picture: a sheet with a frame around it, no kernel."""
    _, _, width, height = cv2.boundingRect(outline)
    return width > SPAN * picture[1] and height > SPAN * picture[0]


def _turns(outline: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return which way an outline turns at each of its points: below 0 outwards, also along holes."""
    ahead, behind = (np.roll(outline, steps, axis=0) for steps in (-BEND_STEPS, BEND_STEPS))
    into, out = outline - behind, ahead - outline
    return np.asarray(into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0], np.int32)


def _shifted_lab(bgr: cv2.typing.MatLike, turn: NDArray[Any]) -> Floats:
    """Return CIE Lab with L raised by 16, from OpenCV's 8-bit form, then turned; float32."""
    lab = cv2.cvtColor(bgr, cv2.COLOR_BGR2LAB).astype(np.float32)
    scale = np.array([[100 / 255, 0, 0, 16], [0, 1, 0, -128], [0, 0, 1, -128]])
    return np.asarray(cv2.transform(lab, (turn @ scale).astype(np.float32)), np.float32)


def _colours(small: Floats) -> list[Floats]:
    """Return the commonest colour, and the next if it is common enough and of another kind."""
    flat = small.reshape(-1, 3)
    first = _commonest(flat)
    rest = flat[np.linalg.norm(flat - first, axis=1) > RIVAL_APART]
    if len(rest) < RIVAL_SHARE * len(flat):
        return [first]
    second = _commonest(rest)
    near = np.linalg.norm(rest - second, axis=1) <= RIVAL_APART
    return [first, second] if near.sum() >= RIVAL_SHARE * len(flat) else [first]


def _commonest(flat: Floats) -> Floats:
    """Return the middle colour of the fullest cell (with its neighbours) of a coarse colour histogram."""
    cells = np.clip((flat + np.array([0, 128, 128])) / 8, 0, 31).astype(np.int64)
    index = (cells[:, 0] * 32 + cells[:, 1]) * 32 + cells[:, 2]
    counts = np.bincount(index, minlength=32**3).reshape(32, 32, 32).astype(np.float32)
    smooth = sum(np.roll(counts, shift, axis) for axis in range(3) for shift in (-1, 0, 1))
    best = np.unravel_index(int(np.argmax(smooth)), counts.shape)
    near = (np.abs(cells - np.array(best)) <= 1).all(axis=1)
    return np.asarray(np.median(flat[near], axis=0), np.float32)


def _axes(sheet: Floats) -> Floats:
    """Return a rotation (3, 3): along the sheet's colour vector, across it towards more colour, across
    both."""
    first = sheet / np.linalg.norm(sheet)
    colour = np.array([0, sheet[1], sheet[2]], np.float32)
    if np.linalg.norm(colour) < 1:
        colour = np.array([0, 1, 0], np.float32)
    second = colour - first * np.dot(colour, first)
    second /= np.linalg.norm(second)
    return np.stack([first, second, np.cross(first, second)]).astype(np.float32)


def _fit(small: Floats, centre: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Fit a quadratic surface per turned axis through the sheet's pixels, which lie around `centre`, and
    return which pixels those are."""
    height, width = small.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    values = small.reshape(-1, 3)
    inlier = np.linalg.norm((values - centre) * np.array([0.5, 1, 1], np.float32), axis=1) < SHEET_REACH
    ground = np.broadcast_to(centre, values.shape)
    for round_number in range(FIT_ROUNDS):
        chosen = np.flatnonzero(inlier)
        if len(chosen) < 50:
            break
        use = terms[:, :3] if round_number < 2 else terms
        ground = use @ _least_squares(use.take(chosen, axis=0), values.take(chosen, axis=0))
        off = values - ground
        off[:, 0] = np.where(off[:, 0] < 0, off[:, 0] * 0.6, off[:, 0])
        away = np.sqrt(np.einsum("ij,ij->i", off, off))
        inlier = away < np.clip(3.0 * float(np.median(away.take(chosen))) * 1.48, 4.0, SHEET_REACH)
    surface = np.ascontiguousarray(ground, np.float32).reshape(height, width, 3)
    return surface, inlier.reshape(height, width)


def _climb(turned: Floats, surface: Floats, inlier: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Follow soft light that no quadratic surface can: from the known sheet, what is smoothly like the light
    beside it is sheet too, step by step up to the middle of a lamp's glow. Kernels have edges and stay out.
    Where hardly anything is gained, surface and inliers stay as they were."""
    off = turned - surface
    known = inlier.copy()
    beside, near = _light_beside(off, known)
    away = np.linalg.norm(off - beside, axis=2)
    reach = float(np.clip(3.0 * 1.48 * np.median(away[known]) if known.any() else 0.0, *CLIMB_REACH))
    for _ in range(CLIMB_STEPS):
        grown = known | (near & (np.linalg.norm(off - beside, axis=2) < reach))
        if np.count_nonzero(grown) == np.count_nonzero(known):
            break
        known = grown
        beside, near = _light_beside(off, known)
    if known.mean() - inlier.mean() < CLIMB_GAIN:
        return surface, inlier
    return surface + np.where(near[..., None], beside, 0).astype(np.float32), known


def _light_beside(off: Floats, known: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the known sheet's mean offset around every pixel, and where enough of it is near."""
    weight = known.astype(np.float32)
    near = cv2.GaussianBlur(weight, (0, 0), CLIMB_SIGMA)
    sums = cv2.GaussianBlur(off * weight[..., None], (0, 0), CLIMB_SIGMA)
    return np.asarray(sums / np.maximum(near, 1e-6)[..., None], np.float32), near > CLIMB_NEAR


def _least_squares(terms: Floats, values: Floats) -> Floats:
    """Fit coefficients (terms, 3) by the normal equations, a little ridge against singular pictures."""
    square = (terms.T @ terms).astype(np.float64)
    square += np.eye(len(square)) * 1e-6 * np.trace(square)
    return np.asarray(np.linalg.solve(square, terms.T @ values), np.float32)


def _difference(turned: Floats, ground: cv2.typing.MatLike, sheet: _Ground) -> Floats:
    """Return the length of the colour difference. Brighter counts fully, darker lightly as far as a shadow
    may reach and doubly beyond: the largest of three straight lines."""
    bright, richer, hue = cv2.split(cv2.subtract(turned, ground))
    poorer = np.asarray(richer) * np.float32(-1)
    colour = cv2.max(poorer, np.asarray(richer) * np.float32(1 - GLOW * sheet.saturation))
    shadow = np.asarray(bright) * np.float32(-SHADOW_WEIGHT)
    reach = (2 - SHADOW_WEIGHT) * (SHADOW_DEPTH + COLOUR_DEPTH * sheet.saturation)
    beyond = cv2.addWeighted(bright, -2.0, cv2.extractChannel(ground, 0), -reach, 0.0)
    along = cv2.max(cv2.max(bright, shadow), beyond)
    return np.asarray(cv2.magnitude(along, cv2.magnitude(colour, hue)), np.float32)


def _threshold(difference: Floats, plain: float) -> tuple[float, float]:
    """Return the sheet's noise and the difference at which kernels begin; `plain` is the share that is
    sheet."""
    some = np.sort(difference[::4, ::4], axis=None)  # the middle of what is sorted is found at once
    quiet = some[some < max(4.0, float(np.percentile(some, min(60.0, 90 * plain))))]
    spread = float(np.median(quiet)) if quiet.size else 0.0
    floor = max(MIN_DIFFERENCE, 4.0 * spread)
    strong = some[some > floor]
    if strong.size < 20:
        return spread, floor
    typical = float(np.median(strong))
    return spread, max(floor, KERNEL_SHARE * typical)
