"""The card is plain boxes of one colour and short labels, which the PDF and the renderer both draw."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from station.vision.card.layout import RULER_MM, Layout, Srgb

DICTIONARY = cv2.aruco.DICT_5X5_100
MODULES = 7  # 5 x 5 bits and the black border
INK: Srgb = (0, 0, 0)
FRAME_INK: Srgb = (150, 150, 150)
FRAME_MM = 0.4
TICK_MM = 0.2
LABEL_MM = 2.6


@dataclass(frozen=True, slots=True)
class Box:
    """A box is given in millimetres from the top left corner."""

    x: float
    y: float
    width: float
    height: float
    srgb: Srgb


@dataclass(frozen=True, slots=True)
class Label:
    """A label's `x`, `y` are the middle of its base line and `size` that of its letters, in millimetres."""

    x: float
    y: float
    size: float
    text: str


def boxes(layout: Layout) -> Iterator[Box]:
    """Yield all that is printed but words, in the order it is printed."""
    for marker, (x, y) in layout.markers.items():
        yield from _marker(marker, x, y, layout.marker)
    for patch in layout.patches:
        yield Box(patch.x, patch.y, patch.side, patch.side, patch.srgb)
    yield from _frame(layout)
    yield from _ruler(layout)


def ruler_labels(layout: Layout) -> list[Label]:
    """Return a label for every centimetre between the ends, which on A5 lie too close to the markers for a
    number."""
    x, y = layout.ruler
    return [Label(x + 10 * n, y + 8.4, LABEL_MM, str(10 * n)) for n in range(1, int(RULER_MM) // 10)]


def _marker(marker: int, x: float, y: float, side: float) -> Iterator[Box]:
    """Yield the marker's black runs, row by row."""
    dictionary = cv2.aruco.getPredefinedDictionary(DICTIONARY)
    dark = np.asarray(cv2.aruco.generateImageMarker(dictionary, marker, MODULES)) == 0
    module = side / MODULES
    for row, cells in enumerate(dark):
        ends = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(np.int8), [0]])))
        for start, stop in zip(ends[::2], ends[1::2], strict=True):
            yield Box(x + float(start) * module, y + row * module, float(stop - start) * module, module, INK)


def _frame(layout: Layout) -> Iterator[Box]:
    """Yield the thin line inside which the grain lies."""
    left, top, right, bottom = layout.plain
    for y in (top, bottom):
        yield Box(left - FRAME_MM, y - FRAME_MM / 2, right - left + 2 * FRAME_MM, FRAME_MM, FRAME_INK)
    for x in (left, right):
        yield Box(x - FRAME_MM / 2, top, FRAME_MM, bottom - top, FRAME_INK)


def _ruler(layout: Layout) -> Iterator[Box]:
    """Yield a base line of 100 mm with a tick at every millimetre; ticks stand on the millimetre."""
    x, y = layout.ruler
    yield Box(x, y, RULER_MM, TICK_MM, INK)
    for n in range(int(RULER_MM) + 1):
        long = 5.0 if n % 10 == 0 else 3.5 if n % 5 == 0 else 2.2
        yield Box(x + n - TICK_MM / 2, y, TICK_MM, long, INK)
