"""Honest figures of a bundle: held-out source photos only, and a page that says them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.vision.training.data import CLASSES, Items

BINS = 10


def figures(logits: NDArray[np.float32], wheat: Items, fold: NDArray[np.int64]) -> dict[str, Any]:
    """Recall per class, balanced accuracy (over kernels and, harder, over photos), calibration error."""
    called = logits.argmax(axis=1)
    right = called == wheat.labels
    recall = {name.value: round(float(right[wheat.labels == k].mean()), 3) for k, name in enumerate(CLASSES)}
    by_photo = [_photo_recall(right, wheat, label) for label in range(len(CLASSES))]
    each_fold = [_balanced(right[fold == k], wheat.labels[fold == k]) for k in np.unique(fold)]
    return {
        "measured_on": "kernels of source photos the net had not seen (grouped folds)",
        "kernels": {name.value: int((wheat.labels == k).sum()) for k, name in enumerate(CLASSES)},
        "photos": len(np.unique(wheat.photos)),
        "recall": recall,
        "recall_mean_of_photos": {name.value: by_photo[k] for k, name in enumerate(CLASSES)},
        "balanced_accuracy": round(float(np.mean(list(recall.values()))), 3),
        "balanced_accuracy_per_fold": [round(value, 3) for value in each_fold],
        "calibration_error": round(_calibration_error(logits, right), 3),
    }


def _balanced(right: NDArray[np.bool_], labels: NDArray[np.int64]) -> float:
    return float(np.mean([right[labels == k].mean() for k in range(len(CLASSES)) if (labels == k).any()]))


def _photo_recall(right: NDArray[np.bool_], wheat: Items, label: int) -> float:
    """Mean over photos with at least five kernels of the class: every photo counts alike."""
    ours = wheat.labels == label
    names, counts = np.unique(wheat.photos[ours], return_counts=True)
    each = [right[ours & (wheat.photos == photo)].mean() for photo in names[counts >= 5]]
    return round(float(np.mean(each)), 3)


def _calibration_error(logits: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Expected calibration error of the called class over BINS equal steps of confidence."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    sure = (raised / raised.sum(axis=1, keepdims=True)).max(axis=1)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(right[bins == k].mean() - sure[bins == k].mean()) * (bins == k).mean() for k in np.unique(bins)
    ]
    return float(np.sum(gaps))


def write_report(path: Path, manifest: dict[str, Any]) -> None:
    """`path`.json (all but the confusion and the embedding) and `path`.md beside the bundle."""
    kept = {k: v for k, v in manifest.items() if k != "outputs"}
    path.with_suffix(".json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    path.with_suffix(".md").write_text(_page(manifest))


def _page(manifest: dict[str, Any]) -> str:
    found = manifest["figures"]
    output = manifest["outputs"][0]
    classes = output["classes"]
    lines = [
        f"# {manifest['name']} {manifest['version']}",
        "",
        f"Calls a wheat kernel {', '.join(classes)}. Trained on: {manifest['training_data']}.",
        "",
        f"Held out by whole source photo ({found['photos']} photos, {manifest['training']['folds']} folds): "
        f"balanced accuracy **{found['balanced_accuracy']}**, per fold "
        f"{', '.join(map(str, found['balanced_accuracy_per_fold']))}; "
        f"calibration error {found['calibration_error']} at temperature {output['temperature']}.",
        "",
        "| truly | "
        + " | ".join(f"called {name}" for name in classes)
        + " | recall | recall, mean of photos |",
        "|---|" + "---|" * (len(classes) + 2),
    ]
    for name in classes:
        row = np.sum(list(output["confusion"][name].values()), axis=0)
        cells = " | ".join(str(int(count)) for count in row)
        lines.append(
            f"| {name} | {cells} | {found['recall'][name]} | {found['recall_mean_of_photos'][name]} |"
        )
    lines += ["", "Not validated:", ""] + [f"- {text}" for text in manifest["not_validated"]]
    lines += ["", "Where it fails:", ""] + [f"- {text}" for text in manifest["fails"]]
    lines += [
        "",
        "Rendered kernels are told apart far better than real ones; no figure here rests on them.",
        "",
    ]
    return "\n".join(lines)
