"""The layout says where everything lies on the card, in millimetres from its top left corner, and which ids
mean which.

+--------------------------------------------+
| [0]   words: what it is, print at 100 %  [1]|    id of a marker =
|  #  +----------------------------------+  # |      16 * layout version
|  #  |                                  |  # |    +  8 if A5
| [2] |   plain: the grain is spread     | [3]|    +  position 0 to 5
|  #  |                                  |  # |
|  #  +----------------------------------+  # |    # six patches each: greys top left and
| [4]   |....|....| ruler of 100 mm        [5]|      bottom right, colours in the others
+--------------------------------------------+
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VERSION = 1
RULER_MM = 100.0
BORDER_MM = 8.0  # left white all around: office printers do not print to the edge

Points = NDArray[np.float64]
Srgb = tuple[int, int, int]  # red, green, blue, 0 to 255

GREYS: tuple[Srgb, ...] = tuple((v, v, v) for v in (52, 85, 122, 160, 200, 230))
GRAIN_TONES: tuple[Srgb, ...] = (
    (212, 160, 75),
    (232, 208, 150),
    (115, 82, 68),
    (70, 50, 38),
    (87, 108, 67),
    (214, 126, 44),
)
SATURATED: tuple[Srgb, ...] = (
    (175, 54, 60),
    (231, 199, 31),
    (70, 148, 73),
    (8, 133, 161),
    (56, 61, 150),
    (187, 86, 149),
)


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch is a square of `side` with its corner at x, y; `paper` is x, y, width, height of bare paper
    beside it."""

    x: float
    y: float
    side: float
    srgb: Srgb
    paper: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Says where things lie on the paper: `markers` id -> x, y of a marker's corner; `plain` left, top,
    right, bottom of the line around the grain; `ruler` x, y of its left end. Everything is in millimetres."""

    paper: str
    width: float
    height: float
    marker: float
    markers: Mapping[int, tuple[float, float]]
    patches: tuple[Patch, ...]
    plain: tuple[float, float, float, float]
    ruler: tuple[float, float]

    def corners(self, marker: int) -> Points:
        """Return the four corners (4, 2) of a marker, clockwise from its own top left."""
        x, y = self.markers[marker]
        return np.array([x, y]) + self.marker * np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])

    @property
    def outline(self) -> Points:
        """Return the paper's corners (4, 2)."""
        return np.array([[0.0, 0], [self.width, 0], [self.width, self.height], [0, self.height]])


def _layout(paper: str, width: float, height: float, marker: float, rim: float, patch: float) -> Layout:
    far_x, far_y = width - BORDER_MM - marker, height - BORDER_MM - marker
    middle = (height - marker) / 2
    first = 16 * VERSION + (8 if paper == "a5" else 0)
    places = [(x, y) for y in (BORDER_MM, middle, far_y) for x in (BORDER_MM, far_x)]
    upper = (BORDER_MM + marker, middle)
    lower = (middle + marker, far_y)
    inset = (marker - patch) / 2
    strips = (
        (BORDER_MM + inset, upper, GREYS),
        (far_x + inset, upper, GRAIN_TONES),
        (BORDER_MM + inset, lower, SATURATED),
        (far_x + inset, lower, GREYS[::-1]),
    )
    return Layout(
        paper=paper,
        width=width,
        height=height,
        marker=marker,
        markers={first + index: place for index, place in enumerate(places)},
        patches=tuple(p for x, span, colours in strips for p in _strip(x, span, colours, patch, width, rim)),
        plain=(rim, rim, width - rim, height - rim),
        ruler=((width - RULER_MM) / 2, height - BORDER_MM - marker + 2.0),
    )


def _strip(
    x: float, span: tuple[float, float], colours: tuple[Srgb, ...], side: float, width: float, rim: float
) -> list[Patch]:
    """Lay patches one under the other, evenly in `span`; bare paper lies between them and the plain area."""
    step = (span[1] - span[0]) / len(colours)
    tops = [span[0] + step * (index + 0.5) - side / 2 for index in range(len(colours))]
    free = rim - (min(x, width - x - side) + side)
    strip = free - 2.0
    left = x + side + 1.0 if x < width / 2 else x - 1.0 - strip
    return [
        Patch(x, top, side, colour, (left, top + 1, strip, side - 2))
        for top, colour in zip(tops, colours, strict=True)
    ]


LAYOUTS: Mapping[str, Layout] = {
    "a4": _layout("a4", 210.0, 297.0, marker=18.0, rim=30.0, patch=12.0),
    "a5": _layout("a5", 148.0, 210.0, marker=14.0, rim=25.0, patch=8.0),
}


def layout_of(marker: int) -> Layout | None:
    """Return the layout that has this marker; None for an id that is not ours or of another version."""
    return next((layout for layout in LAYOUTS.values() if marker in layout.markers), None)
