"""Tell what photos of the crop look like as a whole, and from where on a photo shows another grain.

    python -m training.looks --photos ../shared/photos

writes `looks.json`, which `training.declared` puts into the bundle. Known looks come from rendered trays of
any phone and sheet and from real photos that may be trained on, both with equal weight; the limit is what
ALARMS of other rendered trays exceed, which no net has learnt. Photos of `evaluate` set nothing here."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from station.vision.declaration import KnownLooks, Look
from station.vision.familiar import looks_distance2
from station.vision.gate import check
from station.vision.kernels import find_kernels, shape_of
from station.vision.looks import LOOKS, Floats, looks_of, looks_of_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered.varied import render_varied
from training.data import read_masked

FILE = Path(__file__).with_name("looks.json")
NAMES: tuple[Look, ...] = (
    "elongation",
    "fill",
    "solidity",
    "texture",
)  # those that phones and breakage leave alone
SEED = 300_000  # apart from the trays that are learnt, of the tests, the demo and the measurements
TRAYS = 80  # to know by, and as many to set the limit on
BROKEN = (0.02, 0.05, 0.1, 0.3)
ALARMS = 0.02
VARIETIES = 0.08  # standard deviation of log length over width: between varieties, beyond the photos here
UNKNOWN = 0.1  # of every variance, added: what neither renderer nor one phone shows
CROPS = 60  # kernels of one source photo that are looked at
FEW = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    photos = parser.parse_args().photos / "train"
    with ProcessPoolExecutor(2) as pool:
        rendered = [one for one in pool.map(_of_tray, range(SEED, SEED + 2 * TRAYS)) if one is not None]
    known, held = rendered[: len(rendered) // 2], rendered[len(rendered) // 2 :]
    looks = fit(np.array(known), np.array(list(_real(photos))))
    away = [looks_distance2(looks, one) for one in held]
    limit = round(float(np.quantile(away, 1 - ALARMS)), 1)
    FILE.write_text(json.dumps({**looks.model_dump(mode="json"), "limit": limit}, indent=1) + "\n")
    sys.stderr.write(f"limit {limit}; {len(held)} trays, farthest {sorted(away)[-3:]}\n")
    return 0


def fit(rendered: Floats, real: Floats) -> KnownLooks:
    """Return what both kinds of photos (n, LOOKS) look like, their limit not yet set."""
    some = [LOOKS.index(name) for name in NAMES]
    one, other = rendered[:, some], real[:, some]
    mean = (one.mean(axis=0) + other.mean(axis=0)) / 2
    apart = (one.mean(axis=0) - other.mean(axis=0)) / 2
    spread = (np.cov(one.T) + np.cov(other.T)) / 2 + np.outer(apart, apart)
    spread += np.diag(UNKNOWN * np.diag(spread))
    spread[NAMES.index("elongation"), NAMES.index("elongation")] += VARIETIES**2
    precision = np.linalg.inv(spread)
    return KnownLooks(
        names=NAMES,
        mean=tuple(round(float(value), 5) for value in mean),
        precision=tuple(
            tuple(round(float(value), 3) for value in row) for row in (precision + precision.T) / 2
        ),
        limit=1.0,
        alarms=ALARMS,
    )


def _of_tray(seed: int) -> Floats | None:
    """Return the looks of one rendered tray; None where the gate refuses it."""
    rng = np.random.default_rng(seed)
    shares: dict[str, Any] = {"broken": float(rng.choice(BROKEN)), "foreign": float(rng.uniform(0, 0.08))}
    return _of_photo(render_varied(seed, damaged=float(rng.uniform(0, 0.1)), **shares).jpeg)


def _of_photo(data: bytes) -> Floats | None:
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto)
    found = find_kernels(photo.pixels)
    return None if check(photo.pixels, found) else looks_of(photo.pixels, found.whole, 0.0)


def _real(photos: Path) -> Iterator[Floats]:
    """Return the looks of the whole photos and of every source photo of whole kernels."""
    for name in ("wheat_green_sheet.jpg", "wheat_whole_photo.jpg"):
        if (whole := _of_photo((photos / name).read_bytes())) is not None:
            yield whole
    sources: dict[str, list[Path]] = {}
    for file in sorted((photos / "wheat_kernels" / "sound").iterdir()):
        sources.setdefault(file.name.rpartition("_")[0], []).append(file)
    for files in sources.values():
        if len(files) >= FEW and (seen := _of_crops(files[:CROPS])) is not None:
            yield seen


def _of_crops(files: Iterable[Path]) -> Floats | None:
    read = [one for one in (read_masked(file, 24) for file in files) if one is not None]
    kernels = [
        (np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8), shape_of(mask, 0, 0, (9999, 9999)))
        for bgr, mask in read
    ]
    return looks_of_kernels(kernels, 0.0)


if __name__ == "__main__":
    sys.exit(main())
