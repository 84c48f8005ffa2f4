"""Share work among the cores that this process may use; no answer depends on how many these are."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Answer = TypeVar("Answer")


def usable() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0))


def share(work: Callable[[Part], Answer], parts: Sequence[Part]) -> list[Answer]:
    """Do `work` on each part, in their order, a thread per usable core. OpenCV, ONNX Runtime and NumPy let
    other threads run while they calculate, so few large parts gain most. Raises what `work` raises."""
    threads = min(usable(), len(parts))
    if threads < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))
