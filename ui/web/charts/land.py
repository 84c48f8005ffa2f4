"""Where places lie on a drawing: a projection for the land of a co-operative, and room for each symbol.

North is up, and a kilometre is as long in each direction at the middle of the land: over a few hundred
kilometres a chart of equal scale in both directions differs from a true map by less than a symbol."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, radians

KM_OF_DEGREE = 111.2
LEAST_KM = 8.0  # of a land: a single silo has some country around it
ROUNDS = 40
_APART = 3.0
_LENGTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Spot:
    """A symbol of half width `r` at (`x`, `y`); its place is at (`true_x`, `true_y`)."""

    x: float
    y: float
    r: float
    true_x: float
    true_y: float


@dataclass(frozen=True, slots=True)
class Land:
    """A rectangle of the earth, `width` units wide: `scale` units are a kilometre."""

    north: float
    west: float
    scale: float
    width: float
    height: float
    latitude: float  # of its middle
    margin: float

    @classmethod
    def around(
        cls, places: Sequence[tuple[float, float]], width: float, margin: float, tallest: float = 1.0
    ) -> "Land":
        """Return the land that holds places (latitude, longitude in degrees), at most so many times as high
        as wide."""
        latitudes, longitudes = [one[0] for one in places], [one[1] for one in places]
        middle = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
        east_km = KM_OF_DEGREE * max(0.05, cos(radians(middle[0])))
        tall = max(LEAST_KM, (max(latitudes) - min(latitudes)) * KM_OF_DEGREE)
        broad = max(LEAST_KM, (max(longitudes) - min(longitudes)) * east_km)
        inner = width - 2 * margin
        scale = min(inner / broad, tallest * inner / tall)
        height = max(0.45 * width, tall * scale + 2 * margin)
        west = middle[1] - (width / 2 - margin) / scale / east_km
        north = middle[0] + (height / 2 - margin) / scale / KM_OF_DEGREE
        return cls(north, west, scale, width, height, middle[0], margin)

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        east_km = KM_OF_DEGREE * max(0.05, cos(radians(self.latitude)))
        x = self.margin + (longitude - self.west) * east_km * self.scale
        y = self.margin + (self.north - latitude) * KM_OF_DEGREE * self.scale
        return x, y

    def bar(self) -> tuple[int, float]:
        """Return a round number of kilometres that is about a fifth of the width, and its length."""
        km = max((one for one in _LENGTHS if one * self.scale <= self.width / 4), default=_LENGTHS[0])
        return km, km * self.scale


def spread(spots: Iterable[Spot], land: Land) -> list[Spot]:
    """Move symbols that lie on each other apart, no further than they must, within the land."""
    found = list(spots)
    for _ in range(ROUNDS):
        if not sum(_part(found, one, other) for one in range(len(found)) for other in range(one)):
            break
        found = [_within(one, land) for one in found]
    return found


def _part(spots: list[Spot], one: int, other: int) -> bool:
    a, b = spots[one], spots[other]
    dx, dy = a.x - b.x, a.y - b.y
    lacking = a.r + b.r + _APART - hypot(dx, dy)
    if lacking <= 0.01:
        return False
    if dx == dy == 0:
        dx, dy = 1.0, 0.4 * (one + 1)  # two in one place part in a direction of their own
    far = hypot(dx, dy)
    step_x, step_y = dx / far * lacking / 2, dy / far * lacking / 2
    spots[one] = replace(a, x=a.x + step_x, y=a.y + step_y)
    spots[other] = replace(b, x=b.x - step_x, y=b.y - step_y)
    return True


def _within(spot: Spot, land: Land) -> Spot:
    x = min(max(spot.x, spot.r + 1), land.width - spot.r - 1)
    y = min(max(spot.y, spot.r + 1), land.height - spot.r - 1)
    return replace(spot, x=x, y=y)


Box = tuple[float, float, float, float]  # left, top, right, bottom


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


class Room:
    """What of a drawing is taken: labels find a place beside their symbols, or none."""

    def __init__(self, spots: Iterable[Spot], land: Land) -> None:
        self._taken: list[Box] = [
            (one.x - one.r, one.y - one.r, one.x + one.r, one.y + one.r) for one in spots
        ]
        self._land = land

    def take(self, box: Box) -> None:
        self._taken.append(box)

    def label(self, spot: Spot, width: float, height: float) -> Box | None:
        """Return where a label of this size stands free, and take it."""
        for left, top in _sides(spot, width, height):
            box = (left, top, left + width, top + height)
            is_inside = (
                left >= 1 and top >= 1 and box[2] <= self._land.width - 1 and box[3] <= self._land.height
            )
            if is_inside and not any(overlap(_around(box), other) for other in self._taken):
                self.take(box)
                return box
        return None


def _around(box: Box) -> Box:
    """A label keeps a hair's breadth off its neighbours."""
    left, top, right, bottom = box
    return left - 1, top - 1, right + 1, bottom + 1


def _sides(spot: Spot, width: float, height: float) -> list[tuple[float, float]]:
    """Right, left, above and below of a symbol, then its corners."""
    gap, slant = spot.r + 3, spot.r * 0.75 + 2
    middle_x, middle_y = spot.x - width / 2, spot.y - height / 2
    return [
        (spot.x + gap, middle_y), (spot.x - gap - width, middle_y), (middle_x, spot.y - gap - height),
        (middle_x, spot.y + gap), (spot.x + slant, spot.y - slant - height), (spot.x + slant, spot.y + slant),
        (spot.x - slant - width, spot.y - slant - height), (spot.x - slant - width, spot.y + slant),
    ]  # fmt: skip
