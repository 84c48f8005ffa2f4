"""How long something took, counted in classes: few numbers however often it happens."""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

BOUNDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds


@dataclass(frozen=True, slots=True)
class Counted:
    """`classes` has one number more than `BOUNDS`: of those that took longer. `seconds` are all together."""

    classes: tuple[int, ...]
    seconds: float


class Durations:
    """Any thread may measure and ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._classes = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Count how long the block takes; one that raises counts too."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(time.perf_counter() - began)

    def add(self, seconds: float) -> None:
        with self._lock:
            self._classes[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    def counted(self) -> Counted:
        with self._lock:
            return Counted(tuple(self._classes), self._seconds)
