"""Runs a bundle over the photos of past decisions, in a worker of its own at the lowest priority."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from station.grain.combining import combine
from station.grain.inspection import Inspection
from station.runtime.shadows import START_S, lowest_priority
from station.store.blobs import BlobFault, Blobs
from station.vision.client import VisionWorker, WorkerRefused

PHOTO_S = 30.0


def inspect_again(
    bundle: Path, captures: Sequence[Mapping[str, Any]], photos: Blobs
) -> dict[str, dict[str, Any]]:
    """Return by capture id what the bundle says, as the counter takes it; a capture whose photos are gone or
    cannot be read is left out. Raises WorkerGone or WorkerSlow where the bundle does not run."""
    worker = VisionWorker(bundle, START_S, PHOTO_S, lowest_priority(bundle))
    found: dict[str, dict[str, Any]] = {}
    try:
        worker.start()
        for one in captures:
            if one["capture_id"] in found or not one["photos"]:
                continue
            try:
                seen = combine([worker.inspect(photos.whole(sha), one["species"]) for sha in one["photos"]])
            except (WorkerRefused, BlobFault):
                continue
            found[one["capture_id"]] = _told(seen)
    finally:
        worker.close()
    return found


def _told(seen: Inspection) -> dict[str, Any]:
    model, said = seen.models[0], seen.as_dict()
    return {
        "name": model.name, "version": model.version, "sha256": model.sha256, "accepted": seen.accepted,
        "kernels": said["kernels"],
        "judged": said.get("judged"),
        "mass": said.get("mass") or {},
        "classes": {
            name: {key: share[key] for key in ("count", "share", "low", "high")}
            for name, share in said["classes"].items()
        },
        "numbers": {
            name: {key: number[key] for key in ("value", "low", "high", "basis", "per")}
            for name, number in said.get("numbers", {}).items()
        },
    }  # fmt: skip
