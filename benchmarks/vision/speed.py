"""Seconds per stage of rendered 12-megapixel photos in the worker, on one core and on two, beside the bare
chain of the same run; kernels per second; memory."""

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import cv2

from benchmarks.machine import pss_mb
from benchmarks.vision.bare import time_bare
from station.runtime.bundles import shipped_bundle
from station.vision.client import VisionWorker
from station.vision.model import load_model
from station.vision.rendered import render_tray

TRAYS = {300: 7, 1500: 3}  # kernels: photos
STAGES = ("decode", "card", "segment", "infer", "inspect")


def measure(_photos: Path | None) -> dict[str, Any]:
    """Rendered trays; every figure is the middle of its photos."""
    found: dict[str, Any] = {"bar_s": {"300": 0.35, "1500": 1.2}, "bar_ratio": 2, "bar_kernels_per_s": 1500}
    trays = {kernels: [_tray(seed, kernels) for seed in range(count)] for kernels, count in TRAYS.items()}
    cores = sorted(os.sched_getaffinity(0))
    for count in range(1, min(2, len(cores)) + 1):
        with _on(cores[:count]):
            found[f"cores_{count}"] = {str(kernels): _timed(some) for kernels, some in trays.items()}
    return found


def _tray(seed: int, kernels: int) -> bytes:
    return render_tray(seed, kernels=kernels, kernel_px=min(100, 1800 / kernels**0.5)).jpeg


@contextmanager
def _on(cores: Sequence[int]) -> Iterator[None]:
    """This process and its children keep to these cores, and use as many threads."""
    before, threads = os.sched_getaffinity(0), cv2.getNumThreads()
    os.sched_setaffinity(0, cores)
    cv2.setNumThreads(len(cores))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
        cv2.setNumThreads(threads)


def _timed(trays: Sequence[bytes]) -> dict[str, Any]:
    model = load_model(shipped_bundle())
    time_bare(trays[0], model)
    bare = [time_bare(tray, model) for tray in trays]
    with closing(VisionWorker(shipped_bundle())) as worker:
        worker.start()
        worker.inspect(trays[0], "wheat")
        seen = [worker.inspect(tray, "wheat").seconds for tray in trays]
        memory = pss_mb(worker.pid) if worker.pid else None
    whole, alone = _middle([s["inspect"] for s in seen]), _middle([b.total for b in bare])
    return {
        "stages_s": {stage: _middle([s.get(stage, 0.0) for s in seen]) for stage in STAGES},
        "slowest_s": max(s["inspect"] for s in seen),
        "bare_s": alone,
        "ratio": round(whole / alone, 2),
        "kernels_per_s": _middle([b.kernels_per_second for b in bare]),
        "worker_mb": round(memory) if memory else None,
    }


def _middle(values: Sequence[float]) -> float:
    return round(statistics.median(values), 4)
