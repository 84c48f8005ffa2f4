"""Find free places for rendered kernels on the tray: apart, touching another, or across the edge."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

TRIES = 60
ROOM = 0.5  # of a kernel's half size that must be free around its centre in a crowd
CELL = 4  # pixels per cell of the coarse occupancy map used to keep kernels apart


@dataclass(slots=True)
class Floor:
    """Remembers which pixels are taken: exactly (`taken`) and, for free places, on a coarse map with a
    margin."""

    width: int
    height: int
    taken: NDArray[np.bool_] = field(init=False)
    coarse: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.taken = np.zeros((self.height, self.width), bool)
        self.coarse = np.zeros((self.height // CELL + 2, self.width // CELL + 2), bool)

    def find_apart(
        self, rng: np.random.Generator, shape: NDArray[np.bool_], margin: float
    ) -> tuple[int, int] | None:
        """Find a centre inside the photo where `shape` overlaps nothing and a square of `margin` times its
        own size is free; None when crowded."""
        half = shape.shape[0] // 2
        for _ in range(TRIES):
            x = int(rng.integers(half + 2, max(half + 3, self.width - half - 2)))
            y = int(rng.integers(half + 2, max(half + 3, self.height - half - 2)))
            clear = int(half * margin)
            if self.coarse[_cells(y, clear), _cells(x, clear)].any():
                continue
            window, part = clip_window(self.taken.shape, x, y, half)
            if not (self.taken[window] & shape[part]).any():
                return x, y
        return None

    def find_room(self, rng: np.random.Generator, shape: NDArray[np.bool_]) -> tuple[int, int] | None:
        """Find a centre where `shape` overlaps nothing, looked for where the tray is emptiest; slower than
        `find_apart`, for crowded trays."""
        half = shape.shape[0] // 2
        free = cv2.distanceTransform((~self.coarse).astype(np.uint8), cv2.DIST_C, 3)
        inside = np.zeros_like(free, dtype=bool)
        edge = half // CELL + 2
        inside[edge:-edge, edge:-edge] = True
        ys, xs = np.nonzero(inside & (free * CELL > half * ROOM))
        for index in rng.permutation(len(ys))[:TRIES]:
            x, y = int(xs[index]) * CELL, int(ys[index]) * CELL
            window, part = clip_window(self.taken.shape, x, y, half)
            if not (self.taken[window] & shape[part]).any():
                return x, y
        return None

    def find_touching(
        self, rng: np.random.Generator, shape: NDArray[np.bool_], near: tuple[int, int]
    ) -> tuple[int, int] | None:
        """Find a centre at which `shape` just touches what lies at `near`, coming from a random direction."""
        half = shape.shape[0] // 2
        for _ in range(TRIES // 6):
            turn = rng.uniform(0, 2 * np.pi)
            step = np.array([np.cos(turn), np.sin(turn)])
            found = self._slide(shape, np.array(near, float), step, 2 * half)
            if found is not None and self._inside(*found, half):
                return found
        return None

    def find_across_edge(self, rng: np.random.Generator, half: int) -> tuple[int, int] | None:
        """Find a centre close to a random edge of the photo, so that a kernel there is cut."""
        for _ in range(TRIES):
            side, depth = int(rng.integers(4)), int(rng.integers(0, max(1, half // 4)))
            x = int(rng.integers(half, max(half + 1, self.width - half)))
            y = int(rng.integers(half, max(half + 1, self.height - half)))
            x, y = [(depth, y), (self.width - 1 - depth, y), (x, depth), (x, self.height - 1 - depth)][side]
            if not self.coarse[_cells(y, half), _cells(x, half)].any():
                return x, y
        return None

    def take(self, shape: NDArray[np.bool_], x: int, y: int) -> None:
        """Mark the pixels of `shape` (a centred square) and its bounding square as used."""
        half = shape.shape[0] // 2
        window, part = clip_window(self.taken.shape, x, y, half)
        self.taken[window] |= shape[part]
        ys, xs = np.nonzero(shape)
        if len(ys):
            top, bottom, left, right = ys.min() - half, ys.max() - half, xs.min() - half, xs.max() - half
            rows = slice(max(0, (y + top) // CELL - 1), max(0, (y + bottom) // CELL + 2))
            cols = slice(max(0, (x + left) // CELL - 1), max(0, (x + right) // CELL + 2))
            self.coarse[rows, cols] = True

    def _slide(
        self, shape: NDArray[np.bool_], near: NDArray[np.float64], step: NDArray[np.float64], reach: int
    ) -> tuple[int, int] | None:
        """Walk from `reach` pixels towards `near` and stop on the last free place before contact."""
        last: tuple[int, int] | None = None
        for distance in range(reach, 0, -1):
            x, y = (int(k) for k in np.rint(near + step * distance))
            if not self._inside(x, y, shape.shape[0] // 2):
                continue
            window, part = clip_window(self.taken.shape, x, y, shape.shape[0] // 2)
            if (self.taken[window] & shape[part]).any():
                return last if distance < reach else None
            last = (x, y)
        return None

    def _inside(self, x: int, y: int, half: int) -> bool:
        return half < x < self.width - half and half < y < self.height - half


def _cells(centre: int, half: int) -> slice:
    return slice(max(0, (centre - half) // CELL), (centre + half) // CELL + 1)


def clip_window(
    shape: tuple[int, ...], x: int, y: int, half: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Clip the square of `half` pixels around x, y: what of it lies in the photo, and that part's own
    indices."""
    top, left = max(0, y - half), max(0, x - half)
    bottom, right = min(shape[0], y + half + 1), min(shape[1], x + half + 1)
    bottom, right = max(top, bottom), max(left, right)
    first_y, first_x = top - (y - half), left - (x - half)
    part = (slice(first_y, first_y + bottom - top), slice(first_x, first_x + right - left))
    return (slice(top, bottom), slice(left, right)), part
