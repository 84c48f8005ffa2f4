"""Draws an inspection on its photo: outline and class of every kernel, for people who want to check."""

import cv2
import numpy as np

from station.grain.inspection import Inspection, Kernel, KernelClass
from station.vision.card.find import find_card
from station.vision.photo import Photo, decode

# BGR; each class also has a letter, so that colour is never the only sign
COLOURS: dict[str, tuple[int, int, int]] = {
    KernelClass.SOUND: (80, 200, 60),
    KernelClass.BROKEN: (0, 140, 255),
    KernelClass.DAMAGED: (200, 60, 200),
    KernelClass.FOREIGN: (40, 40, 230),
    KernelClass.IN_HUSK: (230, 200, 40),
}
OTHER = (200, 200, 0)  # a class that a bundle brings
CARD = (255, 120, 0)
UNJUDGED = (230, 230, 230)


def draw_overlay(photo: bytes, inspection: Inspection) -> bytes | None:
    """PNG bytes of the photo at working scale with the inspection drawn on it; None when the photo
    cannot be decoded. Outlines are drawn where the inspection holds polygons, else boxes."""
    decoded = decode(photo)
    if not isinstance(decoded, Photo):
        return None
    canvas = decoded.pixels.copy()
    thick = max(1, round(max(canvas.shape[:2]) / 1000))
    if inspection.card and (card := find_card(decoded.pixels)) is not None:
        outline = np.rint(card.outline).astype(np.int32)
        cv2.polylines(canvas, [outline], isClosed=True, color=CARD, thickness=2 * thick)
    for kernel in inspection.kernel_list:
        _draw(canvas, kernel, decoded.scale, thick)
    done, png = cv2.imencode(".png", canvas)
    return png.tobytes() if done else None


def _draw(canvas: np.ndarray, kernel: Kernel, scale: float, thick: int) -> None:
    colour = COLOURS.get(kernel.kernel_class, OTHER) if kernel.kernel_class else UNJUDGED
    x, y, width, height = (round(value / scale) for value in kernel.box)
    if kernel.polygon:
        points = np.rint(np.array(kernel.polygon) / scale).astype(np.int32)
        cv2.polylines(canvas, [points], isClosed=True, color=colour, thickness=thick)
    else:
        cv2.rectangle(canvas, (x, y), (x + width, y + height), colour, thick)
    if kernel.kernel_class and kernel.kernel_class != KernelClass.SOUND:
        letter = kernel.kernel_class[0].upper()
        cv2.putText(canvas, letter, (x, max(10, y - 2)), cv2.FONT_HERSHEY_SIMPLEX, 0.5 * thick, colour, thick)
