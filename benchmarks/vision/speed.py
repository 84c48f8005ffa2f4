"""Seconds per stage of rendered 12-megapixel photos, beside the bare chain; kernels per second."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from station.runtime.bundles import shipped_bundle
from station.vision.bare import time_bare
from station.vision.inspect import inspect
from station.vision.model import load_model
from station.vision.rendered import render_tray

TRAYS = {300: 5, 1500: 3}  # kernels: photos
STAGES = ("decode", "segment", "infer", "inspect")


def measure(_photos: Path | None) -> dict[str, Any]:
    """Rendered trays, this process."""
    model = load_model(shipped_bundle())
    found: dict[str, Any] = {"bar_s": {"300": 0.35, "1500": 1.2}, "bar_ratio": 2, "bar_kernels_per_s": 1500}
    for kernels, photos in TRAYS.items():
        trays = [
            render_tray(seed, kernels=kernels, kernel_px=min(100, 1800 / kernels**0.5)).jpeg
            for seed in range(photos)
        ]
        time_bare(trays[0], model)
        seen = [inspect(tray, model, species="wheat").seconds for tray in trays]
        bare = [time_bare(tray, model) for tray in trays]
        found[str(kernels)] = {
            "stages_s": {stage: _middle([s.get(stage, 0.0) for s in seen]) for stage in STAGES},
            "bare_s": _middle([b.total for b in bare]),
            "kernels_per_s": _middle([b.kernels_per_second for b in bare]),
        }
    return found


def _middle(values: Sequence[float]) -> float:
    return round(statistics.median(values), 4)
