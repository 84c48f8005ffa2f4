"""The broken share of rice photos, each judged by a net that had not seen it: quoted from the training run.

The shipped rice bundle has learnt every labelled photo, so judging them again would flatter; only the
mixed photos, which no net learnt and whose true share nobody counted, are judged here; and another
camera's photos of whole rice and of shrunken and broken rice, mixed.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from station.runtime.bundles import shipped_bundle
from station.vision.inspect import inspect
from station.vision.model import LoadedModel, load_model

BAR = 0.03  # points of share
OTHER_CAMERA = {
    "basmati, whole (A)": "rice_basmati_A_*",
    "basmati, shrunken and broken mixed (B)": "rice_basmati_B_*",
    "sona masuri, whole (A)": "rice_sonamasuri_A_*",
    "sona masuri, shrunken and broken mixed (B)": "rice_sonamasuri_B_*",
}


def measure(photos: Path | None) -> dict[str, Any]:
    """Per held-out photo the error in share, how many lie within BAR, and the mixed photos' shares."""
    path = shipped_bundle("rice")
    report = json.loads(path.with_suffix(".json").read_text())
    errors = {name: round(one["share"] - one["truth"], 3) for name, one in report["broken_share"].items()}
    covered = [one["low"] <= one["truth"] <= one["high"] for one in report["broken_share"].values()]
    found: dict[str, Any] = {
        "bundle": f"{report['name']} {report['version']}",
        "held_out": {
            "error_by_photo": errors,
            "worst": max(abs(error) for error in errors.values()),
            "mean_absolute": round(float(np.mean(np.abs(list(errors.values())))), 4),
            "within_3_points": sum(abs(error) <= BAR for error in errors.values()),
            "truth_in_interval": sum(covered),
            "photos": len(errors),
        },
    }
    if photos is None:
        return {**found, "skipped": "no real photos"}
    model = load_model(path)
    found["mixed"] = _judged(model, photos / "train" / "rice_whole_broken", "mixed_*")
    grains = photos / "evaluate" / "eight_grains"
    found["other_camera"] = {name: _judged(model, grains, some) for name, some in OTHER_CAMERA.items()}
    return found


def _judged(model: LoadedModel, folder: Path, some: str) -> dict[str, Any]:
    """The broken share of every photo, or why it was refused."""
    files = sorted(folder.glob(some))
    seen = {file.stem: inspect(file.read_bytes(), model, species="rice") for file in files}
    return {
        name: asdict(one.classes["broken"]) if one.accepted else [reason.code.value for reason in one.reasons]
        for name, one in seen.items()
    }
