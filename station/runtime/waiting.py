"""What the devices delivered and the committer has not recorded yet.

Each device has room of its own and its own turn: one device's backlog neither takes the room of another
one's messages nor lets them wait behind it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from station.runtime.live import MOVING, Standing

STANDS_AFTER_S = 10.0
LOOK_S = 0.5

Item = TypeVar("Item")


class Waiting(Generic[Item]):
    """Any thread puts; one thread asks for the `next` item and, once that is dealt with, says `done`."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._has_changed = threading.Condition()
        self._queues: dict[str, deque[Item]] = {}  # the device whose turn is next comes first
        self._count = 0
        self._moved_s = 0.0

    def put(self, device: str, item: Item, room: int, is_over: Callable[[], bool]) -> bool:
        """Wait until the device has fewer than `room` items here, so that it is held back. Return False, and
        keep nothing, when that `is_over` meanwhile."""
        with self._has_changed:
            while not self._has_changed.wait_for(lambda: self._waits_of(device) < room, LOOK_S):
                if is_over():
                    return False
            self._append(device, item)
        return True

    def offer(self, device: str, item: Item, room: int) -> bool:
        """Return False, and keep nothing, when the device has `room` items here."""
        with self._has_changed:
            if self._waits_of(device) >= room:
                return False
            self._append(device, item)
        return True

    def next(self, timeout: float) -> tuple[str, Item] | None:
        """Return the device and item whose turn it is, or None after `timeout` seconds without any. It counts
        as waiting until it is `done`."""
        with self._has_changed:
            self._has_changed.wait_for(lambda: self._count, timeout)
            for device in list(self._queues):
                queue = self._queues[device] = self._queues.pop(device)
                if queue:
                    return device, queue[0]
            return None

    def done(self, device: str) -> None:
        with self._has_changed:
            self._queues[device].popleft()
            self._count -= 1
            self._moved_s = self._monotonic()
            self._has_changed.notify_all()

    def is_empty(self) -> bool:
        return self._count == 0

    def standing(self, now: datetime) -> Standing:
        with self._has_changed:
            if not self._count:
                return MOVING
            still_s = self._monotonic() - self._moved_s
            return Standing(self._count, now - timedelta(seconds=still_s), still_s > STANDS_AFTER_S)

    def still_s(self) -> float:
        """For how many seconds nothing that waits was done."""
        with self._has_changed:
            return self._monotonic() - self._moved_s if self._count else 0.0

    def _waits_of(self, device: str) -> int:
        return len(self._queues.get(device, ()))

    def _append(self, device: str, item: Item) -> None:
        if not self._count:
            self._moved_s = self._monotonic()
        self._queues.setdefault(device, deque()).append(item)
        self._count += 1
        self._has_changed.notify_all()
