"""How rightly kernels are counted: `kernels` and `cut` together, against known counts.

Real photos: `counts.json` beside this module holds how many kernels were counted on which photo, and
how. Every one of them was looked at while the segmentation was made: none is held out. Rendered
trays know their count; over- and under-segmentation are measured on their outlines.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vision.intervals import resampled
from benchmarks.vision.polygons import Match, compare
from station.vision.kernels import Segmentation, find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import SHEETS, RenderedTray, render_tray

COUNTS = Path(__file__).with_name("counts.json")
BAR = 0.015
KERNELS = (50, 150, 300, 800, 1500)
TOUCHING = (0.1, 0.3, 0.5)
SEED = 7000
CUT = 4


@dataclass(frozen=True, slots=True)
class Count:
    """One photo: how many kernels there are and how many were found, cut ones among both."""

    name: str
    truth: int
    found: int

    @property
    def error(self) -> float:
        return abs(self.found - self.truth) / self.truth


def measure(photos: Path | None) -> dict[str, Any]:
    """Mean absolute error as a share of the truth; the bar is 0.015."""
    trays = [(name, tray, _found(tray.jpeg)) for name, tray in _trays()]
    rendered = [Count(name, len(tray.truth.kernels), len(found.kernels)) for name, tray, found in trays]
    matches = [_outlines(tray, found) for _, tray, found in trays]
    return {
        "bar": BAR,
        "rendered": {
            **_summary(rendered),
            "under_segmented": sum(m.merged for m in matches),
            "over_segmented": sum(m.broken for m in matches),
        },
        "real": {how: _summary(list(_counted(photos, how))) for how in ("eye", "authors")}
        if photos is not None
        else {"skipped": "no real photos"},
        "looked_at_while_developing": "every real photo in counts.json",
    }


def _trays() -> Iterable[tuple[str, RenderedTray]]:
    """Every number of kernels with every share of touching ones, on the sheets in turn."""
    sheets = sorted(SHEETS)
    for index, (kernels, touching) in enumerate(product(KERNELS, TOUCHING)):
        sheet = sheets[(3 * index) % len(sheets)]
        size = (2000, 1500) if kernels < 300 else (4000, 3000)
        tray = render_tray(
            SEED + index,
            width=size[0],
            height=size[1],
            kernels=kernels,
            touching=touching,
            cut=CUT,
            sheet=sheet,
        )
        yield f"{kernels} kernels, {touching:.0%} touching, {sheet}", tray


def _counted(photos: Path, how: str) -> Iterable[Count]:
    counts: dict[str, int] = json.loads(COUNTS.read_text(encoding="utf-8"))[how]["counts"]
    for name, truth in counts.items():
        yield Count(name, truth, len(_found((photos / name).read_bytes()).kernels))


def _found(data: bytes) -> Segmentation:
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto), photo
    return find_kernels(photo.pixels)


def _outlines(tray: RenderedTray, found: Segmentation) -> Match:
    """Found outlines against the drawn ones, on the working scale."""
    height, width = found.sheet.difference.shape
    scale = np.array([width / tray.truth.width, height / tray.truth.height])
    truth = [np.rint(np.array(k.polygon) * scale).astype(np.int32) for k in tray.truth.kernels]
    return compare([kernel.contour for kernel in found.kernels], truth, (height, width))


def _mean_error(counts: Sequence[Count]) -> float:
    return float(np.mean([count.error for count in counts]))


def _summary(counts: Sequence[Count]) -> dict[str, Any]:
    low, high = resampled(counts, _mean_error)
    return {
        "mean_absolute_error": round(_mean_error(counts), 5),
        "interval": [round(low, 5), round(high, 5)],
        "photos": len(counts),
        "kernels": sum(count.truth for count in counts),
        "found": sum(count.found for count in counts),
        "wrong": {c.name: [c.truth, c.found] for c in counts if c.found != c.truth},
    }
