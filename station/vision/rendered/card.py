"""Render a photo of the reference card with grain on it, seen by a tilted phone, with its truth in mm.

Card, light, shadows and kernels are painted flat, as seen from straight above; a pinhole phone (the main
camera of a usual one, 26 mm equivalent) then looks at the flat sheet from the side. Kernels are flat
here: a real one rises above the paper, which no rendered figure tells.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.vision.card.layout import LAYOUTS, Layout, Points
from station.vision.card.shapes import boxes, ruler_labels
from station.vision.photo import Pixels
from station.vision.rendered.phone import Phone, finish, paint_sheet
from station.vision.rendered.sprites import noise_tile
from station.vision.rendered.tray import (
    MAX_KERNELS,
    MAX_PIXELS,
    Placed,
    RenderedKernel,
    TrayTruth,
    kinds_of,
    lay_kernels,
    outline_of,
    place_all,
)

WHEAT_MM = 6.4
FOCAL = 0.75  # of the photo's longer side
FILL = 0.94  # of the photo that the card may take
MOST_FLAT_PIXELS = 24_000_000
FINER = 6  # how much finer than the painting a kernel's sides are measured
TABLE = (70, 95, 120)  # BGR

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """Holds the photo and its `truth` with polygons in the photo and sizes in mm; `to_px` (3, 3) carries mm
    of the card to pixels."""

    jpeg: bytes
    truth: TrayTruth
    layout: Layout
    to_px: Matrix


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Says how the phone looks at the card: `tilt` degrees from straight above, towards `towards` degrees on
    the card, the photo turned by `roll` degrees; `fill` of the photo that the card takes."""

    tilt: float = 0.0
    towards: float = 0.0
    roll: float = 0.0
    fill: float = FILL


def render_card(
    seed: int,
    *,
    paper: str = "a4",
    width: int = 4000,
    height: int = 3000,
    view: Viewpoint | None = None,
    kernels: int = 200,
    broken: float = 0.04,
    foreign: float = 0.0,
    touching: float = 0.1,
    hidden: tuple[int, ...] = (),
    phone: Phone | None = None,
) -> RenderedCard:
    """Render a JPEG of the card with `kernels` wheat kernels inside its line, and its truth.

    `hidden` are ids of markers under something plain; the other arguments are as in `render_tray`.
    The same arguments give the same bytes. Raises ValueError beyond 12 megapixels or where the kernels
    do not fit."""
    if width * height > MAX_PIXELS or min(width, height) < 200 or kernels > MAX_KERNELS:
        raise ValueError(f"cannot render {kernels} kernels on {width}x{height}")
    layout, rng = LAYOUTS[paper], np.random.default_rng(seed)
    phone = phone or Phone.typical(rng)
    to_px = homography(layout, view or Viewpoint(), width, height)
    density = _density(layout, to_px)
    tile = noise_tile(rng)
    kinds = kinds_of(rng, kernels, broken, foreign, 0.0)
    left, top, right, bottom = (v * density for v in layout.plain)
    size = int(right - left) - 4, int(bottom - top) - 4
    apart = place_all(rng, kinds, "wheat", WHEAT_MM * density, tile, phone.light, size, touching, 0)
    placed = [
        Placed(p.sprite, p.x + int(left) + 2, p.y + int(top) + 2, p.kernel_class, p.touching) for p in apart
    ]
    flat = _flat(rng, layout, density, placed, phone, tile, hidden)
    photo = _seen(flat, to_px @ _flat_to_mm(density), (width, height), density, layout, to_px, phone)
    truth = tuple(_truth(p, density, to_px, (width, height)) for p in placed)
    return RenderedCard(
        finish(photo, phone, rng), TrayTruth(seed, "wheat", width, height, truth), layout, to_px
    )


def homography(layout: Layout, view: Viewpoint, width: int, height: int) -> Matrix:
    """Map millimetres of the card to pixels of a photo with the whole card, as large as `fill` lets it."""
    towards, tilt, roll = np.deg2rad([view.towards, view.tilt, view.roll])
    turn = _about_z(roll) @ _about_z(towards) @ _about_x(tilt) @ _about_z(-towards)
    focal = FOCAL * max(width, height)
    centred = layout.outline - layout.outline.mean(axis=0)
    solid = np.column_stack([centred, np.zeros(4)]) @ turn.T
    distance = 4.0 * max(layout.width, layout.height)
    for _ in range(40):  # nearer or farther until the card's box fits
        seen = solid[:, :2] * focal / (solid[:, 2:] + distance)
        need = ((seen.max(axis=0) - seen.min(axis=0)) / (view.fill * np.array([width, height]))).max()
        distance *= float(need)
    middle = np.array([(width - 1) / 2, (height - 1) / 2]) - (seen.max(axis=0) + seen.min(axis=0)) / 2
    camera = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]])
    pose = np.column_stack([turn[:, 0], turn[:, 1], [0, 0, distance]])
    origin = np.array([[1, 0, -layout.width / 2], [0, 1, -layout.height / 2], [0, 0, 1]])
    whole = camera @ pose @ origin
    return np.asarray(whole / whole[2, 2])


def _about_x(angle: float) -> Matrix:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _about_z(angle: float) -> Matrix:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _density(layout: Layout, to_px: Matrix) -> float:
    """Return the flat pixels per mm: as fine as the photo's nearest corner and at least 8, within bounds."""
    w = np.column_stack([layout.outline, np.ones(4)]) @ to_px[2]
    nearest = float(np.sqrt(np.abs(np.linalg.det(to_px) / w**3)).max())
    most = float(np.sqrt(MOST_FLAT_PIXELS / (layout.width * layout.height)))
    return min(most, max(8.0, nearest))


def _flat_to_mm(density: float) -> Matrix:
    return np.array([[1 / density, 0, 0.5 / density], [0, 1 / density, 0.5 / density], [0, 0, 1]])


def _flat(
    rng: np.random.Generator,
    layout: Layout,
    density: float,
    placed: list[Placed],
    phone: Phone,
    tile: NDArray[np.float32],
    hidden: tuple[int, ...],
) -> Pixels:
    """Draw the lit card with its kernels from straight above."""
    size = round(layout.width * density), round(layout.height * density)
    masks = [(p.sprite.alpha, p.x, p.y) for p in placed]
    photo, light = paint_sheet(rng, size, "white", phone, tile, masks, WHEAT_MM * density)
    print_ = draw_card(layout, density, size, hidden)
    photo = np.asarray(cv2.multiply(photo, print_, scale=1 / 255), np.uint8)
    lay_kernels(photo, light, placed)
    return photo


def draw_card(layout: Layout, density: float, size: tuple[int, int], hidden: tuple[int, ...] = ()) -> Pixels:
    """Draw the card as printed (BGR, paper 255) at `density` pixels per mm, `hidden` markers covered in grey.

    Boxes are drawn through sub-pixel corners. Printed words are left out but for the ruler's numbers."""
    canvas = np.full((size[1], size[0], 3), 255, np.uint8)
    for box in boxes(layout):
        corners = np.array([[box.x, box.y], [box.x + box.width, box.y + box.height]]) * density
        _fill(canvas, corners, box.srgb[::-1])
    for label in ruler_labels(layout):
        at = round((label.x - label.size / 2) * density), round(label.y * density)
        scale = label.size * density / 22
        cv2.putText(canvas, label.text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), max(1, round(scale)))
    for marker in hidden:
        corners = layout.corners(marker)[[0, 2]] * density + [[-density], [density]]
        _fill(canvas, corners, (150, 150, 150))
    return canvas


def _fill(canvas: Pixels, corners: Points, bgr: tuple[int, int, int]) -> None:
    """Fill an upright box from corner to corner; partly covered pixels get their share of the colour."""
    (left, top), (right, bottom) = np.maximum(corners, 0)
    rows, cols = np.arange(int(top), int(np.ceil(bottom))), np.arange(int(left), int(np.ceil(right)))
    across = np.minimum(cols + 1, right) - np.maximum(cols, left)
    down = np.minimum(rows + 1, bottom) - np.maximum(rows, top)
    part = canvas[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))]
    cover = (down[:, None] * across)[: part.shape[0], : part.shape[1], None]
    part[...] = np.rint(part * (1 - cover) + np.array(bgr) * cover).astype(np.uint8)


def _seen(
    flat: Pixels,
    to_photo: Matrix,
    size: tuple[int, int],
    density: float,
    layout: Layout,
    to_px: Matrix,
    phone: Phone,
) -> Pixels:
    """Show the flat sheet through the phone, on a plain table."""
    w = np.column_stack([layout.outline, np.ones(4)]) @ to_px[2]
    farthest = float(np.sqrt(np.abs(np.linalg.det(to_px) / w**3)).min())
    if density > 1.3 * farthest:  # else fine detail turns into noise
        flat = np.asarray(cv2.GaussianBlur(flat, (0, 0), 0.35 * density / farthest), np.uint8)
    table = tuple(float(np.clip(v * phone.exposure, 0, 255)) for v in TABLE)
    return np.asarray(
        cv2.warpPerspective(
            flat, to_photo, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=table
        ),
        np.uint8,
    )


def _truth(placed: Placed, density: float, to_px: Matrix, size: tuple[int, int]) -> RenderedKernel:
    sides = _sides(placed)
    mm = (outline_of(placed) + 0.5) / density
    carried = np.column_stack([mm, np.ones(len(mm))]) @ to_px.T
    points = np.clip(np.rint(carried[:, :2] / carried[:, 2:]), 0, np.array(size) - 1).astype(int)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return RenderedKernel(
        placed.kernel_class,
        (int(left), int(top), int(right - left) + 1, int(bottom - top) + 1),
        tuple((int(x), int(y)) for x, y in points),
        placed.touching,
        cut=False,
        length_mm=max(sides) / density,
        width_mm=min(sides) / density,
    )


def _sides(placed: Placed) -> tuple[float, float]:
    """Return the sides in flat pixels of the smallest rectangle around a kernel, from its coverage drawn
    finer."""
    fine = cv2.resize(placed.sprite.alpha, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    outlines, _ = cv2.findContours((fine > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    first, second = cv2.minAreaRect(max(outlines, key=cv2.contourArea))[1]
    return (first + 1) / FINER, (second + 1) / FINER  # the outline runs through the middle of its pixels
