"""`./silo bench vision [vision.PART ...]`: how good the photo's numbers are, part by part.

A part is one module with `measure(photos)`, where `photos` is the folder of real photos or None when it
is not there; a part that cannot do without then gives {"skipped": reason}.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.vision import (
    broken_rice,
    counting,
    polygons,
    refusals,
    shares,
    sizes,
    soundness,
    speed,
)

PHOTOS = Path(__file__).resolve().parents[2].parent / "shared" / "photos"

Part = Callable[[Path | None], dict[str, Any]]
PARTS: Mapping[str, Part] = {
    "broken_rice": broken_rice.measure,
    "counting": counting.measure,
    "polygons": polygons.measure,
    "refusals": refusals.measure,
    "shares": shares.measure,
    "sizes": sizes.measure,
    "soundness": soundness.measure,
    "speed": speed.measure,
}


def run(part: str) -> dict[str, Any]:
    """What one part measures, on the real photos where they are. Raises KeyError for an unknown part."""
    return PARTS[part](PHOTOS if PHOTOS.is_dir() else None)
