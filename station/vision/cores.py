"""Share work among the cores that this process may use; no answer depends on how many these are."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_MOST = "SILO_VISION_CORES"  # in the environment: how many cores a process takes at most

Part = TypeVar("Part")
Answer = TypeVar("Answer")


def usable() -> int:
    """Return how many cores this process may run on."""
    most = os.environ.get(AT_MOST, "")
    cores = len(os.sched_getaffinity(0))
    return min(cores, max(1, int(most))) if most.isdecimal() else cores


def share(work: Callable[[Part], Answer], parts: Sequence[Part]) -> list[Answer]:
    """Do `work` on each part, in their order, a thread per usable core. OpenCV, ONNX Runtime and NumPy let
    other threads run while they calculate, so few large parts gain most. Raises what `work` raises."""
    threads = min(usable(), len(parts))
    if threads < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))
