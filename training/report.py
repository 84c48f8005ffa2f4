"""Write the report beside a bundle: NAME-VERSION.json with every figure, NAME-VERSION.md for people."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def write_report(
    path: Path, manifest: Mapping[str, Any], found: Mapping[str, Any], own: Sequence[str]
) -> None:
    """Write beside the bundle at `path` a .json of all figures, and the page with this crop's `own` lines."""
    whole = {
        "name": manifest["name"],
        "version": manifest["version"],
        "training": manifest["training"],
        **found,
    }
    path.with_suffix(".json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    path.with_suffix(".md").write_text("\n".join(_page(manifest, found, own)) + "\n")


def _page(manifest: Mapping[str, Any], found: Mapping[str, Any], own: Sequence[str]) -> list[str]:
    classes = manifest["outputs"][0]["classes"]
    folds = ", ".join(map(str, found["balanced_accuracy_per_fold"]))
    return [
        f"# {manifest['name']} {manifest['version']}",
        "",
        f"Calls a {manifest['species'][0]} kernel {', '.join(classes)}. "
        f"Trained on: {manifest['training_data']}.",
        "",
        f"Held out by whole source photo ({found['photos']} photos): balanced accuracy "
        f"**{found['balanced_accuracy']}**, per fold {folds}; "
        f"calibration error {found['calibration_error']}.",
        *confusion_table(found, classes),
        *own,
        *bullets("Not validated", manifest["not_validated"]),
        *bullets("Where it fails", manifest["fails"]),
        "",
        "Called with what confidence, and how often rightly (held out):",
        *calibration_table(found),
        "",
        "Share of a held-out photo's kernels that look unknown; more than "
        f"{found['unknown_grain']['limit']} is refused:",
        *strangers_table(found["unknown_grain"]),
        "",
        "Every held-out photo:",
        *photo_table(found, classes),
        *elsewhere_table(found["elsewhere"], classes),
    ]


def bullets(title: str, texts: Sequence[str]) -> list[str]:
    return ["", f"{title}:", "", *(f"- {text}" for text in texts)]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    line = "| " + " | ".join(head) + " |"
    body = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return ["", line, "|" + "---|" * len(head), *body]


def confusion_table(found: Mapping[str, Any], classes: Sequence[str]) -> list[str]:
    """Tell truly against called, over all held-out photos, with both recalls."""
    rows = []
    for name in classes:
        counts = np.sum([photo[name] for photo in found["by_photo"].values() if name in photo], axis=0)
        cells = [int(count) for count in counts]
        rows.append([name, *cells, found["recall"][name], found["recall_mean_of_photos"][name]])
    head = ["truly", *(f"called {name}" for name in classes), "recall", "recall, mean of photos"]
    return table(head, rows)


def calibration_table(found: Mapping[str, Any]) -> list[str]:
    rows = [[step["sure"], step["right"], step["share"]] for step in found["calibration_curve"]]
    return table(["said to be right", "right", "share of kernels"], rows)


def photo_table(found: Mapping[str, Any], classes: Sequence[str]) -> list[str]:
    """Tell every held-out photo's kernels by what they were called."""
    rows = [
        [photo, name, *counts] for photo, kinds in found["by_photo"].items() for name, counts in kinds.items()
    ]
    return table(["photo", "truly", *(f"called {name}" for name in classes)], rows)


def elsewhere_table(found: Mapping[str, Any], classes: Sequence[str]) -> list[str]:
    """Tell truly against called, summed over trays; nothing where nearly all were refused."""
    if not found:
        return []
    rows = [[name, one["trays"], *one["called"]] for name, one in found.items()]
    title = (
        "On rendered trays of other phones, lamps and sheets, which no net learnt (the limits of the shares "
        "rest on them, no figure above does):"
    )
    return ["", title, *table(["truly", "trays", *(f"called {name}" for name in classes)], rows)]


def strangers_table(found: Mapping[str, Any]) -> list[str]:
    """Tell per group of photos how many there are, and the middle and the extremes of their unfamiliar
    shares."""
    rows = []
    for group, shares in found.items():
        if isinstance(shares, dict):
            values = sorted(shares.values())
            rows.append([group, len(values), values[0], values[len(values) // 2], values[-1]])
    return table(["photos of", "photos", "least", "middle", "most"], rows)
