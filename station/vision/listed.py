"""List the kernels of a photo as an inspection tells them: in pixels of the upright original."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from station.grain.inspection import Kernel
from station.vision.kernels import KernelShape
from station.vision.photo import DecodedPhoto

POLYGON_DETAIL = 0.8  # pixels of the working scale a polygon may leave the outline

Calls = Mapping[int, tuple[str, float]]


def listed(
    kernels: Sequence[KernelShape],
    photo: DecodedPhoto,
    calls: Calls,
    sizes: Sequence[tuple[float, float]],
    *,
    polygons: bool,
) -> tuple[Kernel, ...]:
    """Return every kernel with its box, its class (by the identity of its shape in `calls`), its size in mm
    where `sizes` has one for each, and its outline on request."""
    found = []
    for number, kernel in enumerate(kernels):
        name, p = calls.get(id(kernel), (None, None))
        length, width = sizes[number] if sizes else (None, None)
        outline = _polygon(kernel, photo) if polygons else ()
        found.append(Kernel(_original_box(kernel.box, photo), name, p, length, width, outline))
    return tuple(found)


def _original_box(box: tuple[int, int, int, int], photo: DecodedPhoto) -> tuple[int, int, int, int]:
    """Return the box in pixels of the upright original, inside it."""
    left, top = box[0] + photo.origin[0], box[1] + photo.origin[1]
    x, y, width, height = (value * photo.scale for value in (left, top, *box[2:]))
    left, top = round(x), round(y)
    right, bottom = min(photo.width, round(x + width)), min(photo.height, round(y + height))
    return left, top, right - left, bottom - top


def _polygon(kernel: KernelShape, photo: DecodedPhoto) -> tuple[tuple[int, int], ...]:
    """Return the outline in pixels of the upright original, at the middle of the outermost pixels."""
    points: NDArray[np.float64] = np.asarray(
        cv2.approxPolyDP(kernel.contour, POLYGON_DETAIL, True), np.float64
    )
    scaled = np.rint((points.reshape(-1, 2) + photo.origin + 0.5) * photo.scale - 0.5).astype(int)
    limits = np.array([photo.width - 1, photo.height - 1])
    return tuple((int(x), int(y)) for x, y in np.clip(scaled, 0, limits))
