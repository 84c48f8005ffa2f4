"""Sound, broken, damaged, foreign: another camera, other grains declared as wheat, and what was held out.

Recomputed here, by the shipped bundle as the product runs it: what kernels of another camera are called,
and whether other grains are refused. The bundle has not seen `photos/evaluate`, and none of its limits was
set there. What needs nets that have not seen their photos (grouped folds, the forest beside them) is
quoted from the report of the training run, as `held_out`.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.vision.intervals import counted
from station.grain.inspection import Inspection
from station.runtime.bundles import shipped_bundle
from station.vision.inspect import inspect
from station.vision.model import LoadedModel, load_model

QUOTED = (
    "measured_on",
    "photos",
    "kernels",
    "balanced_accuracy",
    "balanced_accuracy_per_fold",
    "recall",
    "recall_mean_of_photos",
    "calibration_error",
    "forests",
    "in_husk_called",
)
SOUND = {"whole (A)": "wheat_*_A_*", "shrunken and broken mixed (B)": "wheat_*_B_*"}
OTHERS = {
    "lentils": ("unknown_lentils", "*.jpg"),
    "chickpea": ("eight_grains", "chickpea_*"),
    "maize": ("eight_grains", "maize_*"),
    "rice, other camera": ("eight_grains", "rice_*"),
    "rice, phones": ("rice_scale", "*.jpeg"),
    "sorghum, scanner": ("sorghum", "*.jpg"),
}


def measure(photos: Path | None) -> dict[str, Any]:
    """Held-out figures as trained, and the other camera's and other grains' photos as judged now."""
    path = shipped_bundle()
    report = json.loads(path.with_suffix(".json").read_text())
    found: dict[str, Any] = {
        "bundle": f"{report['name']} {report['version']}",
        "held_out": {name: report[name] for name in QUOTED if name in report},
    }
    if photos is None:
        return {**found, "skipped": "no real photos"}
    model = load_model(path)
    evaluate = photos / "evaluate"
    found["other_camera"] = {
        name: _called(_judged(model, sorted((evaluate / "eight_grains").glob(pattern))))
        for name, pattern in SOUND.items()
    }
    sheet = _judged(model, [photos / "train" / "wheat_green_sheet.jpg"])
    found["green_sheet_refused"] = _refused(sheet)
    found["declared_as_wheat"] = {
        name: _refused(_judged(model, sorted((evaluate / folder).glob(pattern))))
        for name, (folder, pattern) in OTHERS.items()
    }
    return found


def _judged(model: LoadedModel, files: Sequence[Path]) -> list[Inspection]:
    return [inspect(file.read_bytes(), model, species="wheat") for file in files]


def _called(seen: Sequence[Inspection]) -> dict[str, Any]:
    """Of accepted photos, kernels by what they were called, and the share called whole."""
    accepted = [one for one in seen if one.accepted]
    total: Counter[str] = Counter()
    for one in accepted:
        total.update({name: share.count for name, share in one.classes.items()})
    kernels = total.total()
    return {
        **_refused(seen),
        "kernels": kernels,
        "called": dict(total),
        "called_whole": round(total["whole"] / kernels, 3) if kernels else None,
    }


def _refused(seen: Sequence[Inspection]) -> dict[str, Any]:
    """How many were refused, with the 95 % interval of the share, and why."""
    reasons = Counter(reason.code.value for one in seen for reason in one.reasons)
    return {**counted(sum(not one.accepted for one in seen), len(seen)), "reasons": dict(reasons)}
