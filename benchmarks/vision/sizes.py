"""Sizes in mm and colours by the reference card, how often it is found, and what looking for it costs.

Error is on rendered photos (flat kernels; a real one rises above the paper, see `card/sizes.py`), for
kernels that came out as one. On `rice_scale`, which has no card, only proportions can be compared with the
authors' own measurement: a bottle cap is no reference.
"""

import csv
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from station.grain.inspection import Inspection
from station.vision.card.find import find_card
from station.vision.inspect import inspect
from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import render_tray
from station.vision.rendered.card import RenderedCard, Viewpoint, render_card

TILTS = (0, 10, 20, 30)
PHOTOS = 4  # per tilt, A4 and A5 in turn
KERNELS = 150
NEAR_PX = 6  # between the middles of a kernel's box and of its truth's
REPEATS = 5

Errors = dict[str, list[float]]


def measure(photos: Path | None) -> dict[str, Any]:
    """Rendered cards by tilt, the cost beside a tray without card, proportions on real photos."""
    found: dict[str, Any] = {"bar_error_percent": 3.0, "tilt": {}}
    for tilt in TILTS:
        cards = [_card(tilt, number) for number in range(PHOTOS)]
        found["tilt"][str(tilt)] = _by_tilt(cards)
    found["cost_ms"] = _cost(cards[0].jpeg)
    found["rice_scale"] = _proportions(photos) if photos else {"skipped": "no real photos"}
    return found


def _card(tilt: int, number: int) -> RenderedCard:
    view = Viewpoint(tilt, towards=80.0 * number + tilt, roll=90.0 * number + 3)
    paper = ("a4", "a5")[number % 2]
    return render_card(10 * tilt + number, paper=paper, view=view, kernels=KERNELS)


def _by_tilt(cards: list[RenderedCard]) -> dict[str, Any]:
    seen = [inspect(card.jpeg, None) for card in cards]
    errors: Errors = defaultdict(list)
    for card, one in zip(cards, seen, strict=True):
        _compare(card, one, errors)
    colours = [one.colour for one in seen if one.colour]
    return {
        "photos": len(cards),
        "card_found": sum(one.card for one in seen),
        "kernels": len(errors["length"]),
        "length_error_percent": _middle(errors["length"]),
        "width_error_percent": _middle(errors["width"]),
        "colours_read": len(colours),
        "delta_e_before": statistics.median(c.delta_e_before for c in colours) if colours else None,
        "delta_e_after": statistics.median(c.delta_e_after for c in colours) if colours else None,
    }


def _middle(errors: list[float]) -> dict[str, float]:
    """Mean of the absolute errors, their middle, and the mean error with its sign."""
    values = 100 * np.array(errors)
    return {
        "mean_absolute": round(float(np.abs(values).mean()), 2),
        "median_absolute": round(float(np.median(np.abs(values))), 2),
        "bias": round(float(values.mean()), 2),
    }


def _compare(card: RenderedCard, one: Inspection, errors: Errors) -> None:
    """Adds the relative errors of the kernels that lie where a kernel was drawn alone."""
    truths = [k for k in card.truth.complete if not k.touching and k.length_mm and k.width_mm]
    middles = np.array([_middle_of(k.box) for k in truths])
    for kernel in one.kernel_list:
        apart = np.linalg.norm(middles - _middle_of(kernel.box), axis=1)
        truth = truths[int(apart.argmin())]
        if apart.min() < NEAR_PX and kernel.length_mm and kernel.width_mm:
            errors["length"].append(kernel.length_mm / (truth.length_mm or 1) - 1)
            errors["width"].append(kernel.width_mm / (truth.width_mm or 1) - 1)


def _middle_of(box: tuple[int, int, int, int]) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _cost(with_card: bytes) -> dict[str, float]:
    """Milliseconds to look for the card, and for a whole inspection without a model, at 12 megapixels."""
    without = render_tray(1, kernels=KERNELS, sheet="white").jpeg
    cost = {}
    for name, jpeg in (("with_card", with_card), ("without_card", without)):
        photo = decode(jpeg)
        if isinstance(photo, DecodedPhoto):
            pixels = photo.pixels
            cost[f"find_{name}"] = _quickest(lambda pixels=pixels: find_card(pixels))  # type: ignore[misc]
        cost[f"inspect_{name}"] = _quickest(lambda jpeg=jpeg: inspect(jpeg, None))  # type: ignore[misc]
    return cost


def _quickest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return round(1000 * min(times), 1)


def _proportions(photos: Path) -> dict[str, Any]:
    """Middle length over width per photo against the authors' kernels; no card may be seen on any."""
    folder = photos / "evaluate" / "rice_scale"
    known: dict[str, list[float]] = defaultdict(list)
    with (folder / "kernels.csv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            known[row["photo"]].append(float(row["length_mm"]) / float(row["width_mm"]))
    ours, theirs, cards = [], [], 0
    for file in sorted(folder.glob("*.jpeg")):
        name = next((name for name in known if file.stem.endswith(name)), None)
        photo = decode(file.read_bytes())
        if name is None or not isinstance(photo, DecodedPhoto):
            continue
        cards += find_card(photo.pixels) is not None
        sides = [cv2.minAreaRect(kernel.contour)[1] for kernel in find_kernels(photo.pixels).complete]
        if sides:
            ours.append(statistics.median((max(pair) + 1) / (min(pair) + 1) for pair in sides))
            theirs.append(statistics.median(known[name]))
    apart = np.abs(np.array(ours) / np.array(theirs) - 1)
    return {
        "photos": len(ours),
        "cards_seen": cards,
        "length_over_width_apart_percent": round(100 * float(np.median(apart)), 1),
        "correlation": round(float(np.corrcoef(ours, theirs)[0, 1]), 3),
    }
