"""Runs a bundle, as the product does, over photos of other cameras and writes what came out.

`python -m station.vision.training.evaluate --photos ../shared/photos` needs only the station's own
environment. These photos are never trained on; no limit is set from them.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from station.grain.inspection import Inspection, KernelClass
from station.vision.inspect import inspect
from station.vision.model import LoadedModel, load_model

BUNDLE = Path(__file__).resolve().parents[1] / "bundles" / "wheat-kernels-1.bundle"
GROUPS = {
    "wheat, whole (A), other camera": ("eight_grains", "wheat_*_A_*"),
    "wheat, shrunken and broken mixed (B), other camera": ("eight_grains", "wheat_*_B_*"),
    "chickpea": ("eight_grains", "chickpea_*"),
    "maize": ("eight_grains", "maize_*"),
    "rice, other camera": ("eight_grains", "rice_*"),
    "rice, phones": ("rice_scale", "*.jpeg"),
    "lentils, phone": ("unknown_lentils", "*.jpg"),
    "sorghum, scanner": ("sorghum", "*.jpg"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/photos"))
    parser.add_argument("--model", type=Path, default=BUNDLE)
    options = parser.parse_args()
    model = load_model(options.model)
    rows = {
        name: summarise(model, sorted((options.photos / "evaluate" / folder).glob(pattern)))
        for name, (folder, pattern) in GROUPS.items()
    }
    out = options.model.with_name(options.model.stem + "-other-cameras.json")
    content = {"bundle": model.name.as_dict(), "declared": "nothing", "groups": rows}
    out.write_text(json.dumps(content, indent=1) + "\n")
    for name, row in rows.items():
        sys.stdout.write(f"{name}: {row['accepted']} of {row['photos']} accepted, {row['called']}\n")
    return 0


def summarise(model: LoadedModel, files: list[Path]) -> dict[str, Any]:
    """Photos, how many were accepted, refusals by code, and what the kernels of accepted ones were called."""
    found = [inspect(file.read_bytes(), model) for file in files]
    accepted = [one for one in found if one.accepted]
    return {
        "photos": len(found),
        "accepted": len(accepted),
        "refused": _count_codes(found),
        "kernels": sum(one.kernels or 0 for one in accepted),
        "called": {
            name.value: sum(one.classes[name].count for one in accepted)
            for name in KernelClass
            if name in model.classes
        },
    }


def _count_codes(found: list[Inspection]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in found:
        for reason in one.reasons:
            counts[reason.code.value] = counts.get(reason.code.value, 0) + 1
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
