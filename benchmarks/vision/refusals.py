"""How often the gate refuses good photos, and copies of good ones made worse by stated amounts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.vision.proportion import wilson
from station.grain.reasons import Code
from station.runtime.bundles import shipped_bundle
from station.vision.gate import check
from station.vision.inspect import inspect
from station.vision.kernels import Segmentation, find_kernels
from station.vision.model import MIN_LENGTH, LoadedModel, load_model
from station.vision.photo import DecodedPhoto, Pixels, decode
from station.vision.rendered.not_grain import KINDS, render_not_grain
from station.vision.rendered.varied import render_varied

GOOD = 500
BASES = 60  # rendered photos that are made worse
PICTURES = 10  # of each kind of what is no grain
SEED = 50_000
BLUR = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4)  # sigma as a share of the middle kernel's width
LIGHT = (0.6, 0.45, 0.3, 0.2, 0.12)  # left of every grey level
CUT = (0.1, 0.25, 0.4, 0.5, 0.6)  # at least this share of the kernels left in the picture is cut
LENGTH = (45.0, 30.0, 20.0, 16.0, 11.0, 8.0)  # pixels of the middle kernel that are left
BEANS = ("white_bean", "long_bean")  # no net and no limit has seen one
OTHERS = {
    "lentils": "unknown_lentils/*.jpg",
    "chickpea": "eight_grains/chickpea*",
    "maize": "eight_grains/maize*",
}

Degrade = Callable[[DecodedPhoto, Segmentation, float], Pixels | None]


def measure(photos: Path | None) -> dict[str, Any]:
    """On rendered photos, and where they are on real ones, which no limit was set from."""
    model = load_model(shipped_bundle())
    found: dict[str, Any] = {
        "good_rendered": _good(_rendered(GOOD), model),
        "worse_rendered": _worse(list(_rendered(BASES))),
        "not_grain_rendered": {
            kind: _kind([render_not_grain(kind, seed) for seed in range(PICTURES)], model) for kind in KINDS
        },
        "beans_rendered_declared_wheat": {
            bean: _kind([render_varied(SEED + n, grain=bean, foreign=0).jpeg for n in range(PICTURES)], model)
            for bean in BEANS
        },
    }
    if photos is None:
        return {**found, "real": {"skipped": "no real photos"}}
    wheat = [file.read_bytes() for file in sorted((photos / "evaluate" / "eight_grains").glob("wheat*"))]
    wheat.append((photos / "train" / "wheat_green_sheet.jpg").read_bytes())
    others = {name: sorted((photos / "evaluate").glob(pattern)) for name, pattern in OTHERS.items()}
    return {
        **found,
        "good_real_wheat": _good(wheat, model),
        "worse_real_wheat": _worse(wheat),
        "declared_wheat": {
            name: _kind([file.read_bytes() for file in files], model) for name, files in others.items()
        },
    }


def _rendered(count: int) -> Iterator[bytes]:
    return (render_varied(SEED + n).jpeg for n in range(count))


def _good(photos: Iterable[bytes], model: LoadedModel) -> dict[str, Any]:
    """Refusals of photos that must pass: by the gate alone, and by the whole inspection."""
    gate, whole = [], []
    for data in photos:
        gate.append(_refusals(data))
        whole.append({reason.code for reason in inspect(data, model, species="wheat").reasons})
    return {"gate": _counted(gate), "whole": _counted(whole)}


def _kind(photos: Sequence[bytes], model: LoadedModel) -> dict[str, Any]:
    """Refusals, by the whole inspection, of what is declared as wheat and is not."""
    return _counted([{r.code for r in inspect(data, model, species="wheat").reasons} for data in photos])


def _counted(refusals: Sequence[set[Code]]) -> dict[str, Any]:
    refused = sum(bool(codes) for codes in refusals)
    reasons = Counter(code.value for codes in refusals for code in codes)
    limits = wilson(refused, len(refusals))
    return {"photos": len(refusals), "refused": refused, "interval": limits, "reasons": dict(reasons)}


def _worse(photos: Sequence[bytes]) -> dict[str, Any]:
    """Per kind and amount, the share of photos refused; those refused as they came are left out."""
    ways: dict[str, tuple[Degrade, Sequence[float]]] = {
        "blur_sigma_of_kernel_width": (_blurred, BLUR),
        "light_left": (_darkened, LIGHT),
        "share_cut_at_least": (_cropped, CUT),
        "kernel_length_px": (_smaller, LENGTH),
    }
    seen = [(photo, found) for photo, found in map(_segmented, photos) if not check(photo.pixels, found)]
    return {
        name: {str(amount): _amount(seen, way, amount) for amount in amounts}
        for name, (way, amounts) in ways.items()
    }


def _amount(seen: Sequence[tuple[DecodedPhoto, Segmentation]], way: Degrade, amount: float) -> dict[str, Any]:
    made = (way(photo, found, amount) for photo, found in seen)
    return _counted([_refusals(_jpeg(pixels)) for pixels in made if pixels is not None])


def _segmented(data: bytes) -> tuple[DecodedPhoto, Segmentation]:
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto)
    return photo, find_kernels(photo.pixels)


def _refusals(data: bytes) -> set[Code]:
    photo, found = _segmented(data)
    return {reason.code for reason in check(photo.pixels, found, MIN_LENGTH)}


def _blurred(photo: DecodedPhoto, found: Segmentation, amount: float) -> Pixels:
    width = float(np.median([min(cv2.minAreaRect(k.contour)[1]) for k in found.complete]))
    return np.asarray(cv2.GaussianBlur(photo.pixels, (0, 0), amount * width), np.uint8)


def _smaller(photo: DecodedPhoto, found: Segmentation, amount: float) -> Pixels | None:
    """The photo as from farther away; None where its kernels are smaller as it is."""
    share = amount / found.length
    if share > 1:
        return None
    return np.asarray(
        cv2.resize(photo.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8
    )


def _darkened(photo: DecodedPhoto, _found: Segmentation, amount: float) -> Pixels:
    return np.asarray(cv2.convertScaleAbs(photo.pixels, alpha=amount), np.uint8)


def _cropped(photo: DecodedPhoto, found: Segmentation, amount: float) -> Pixels | None:
    """The largest part about the middle in which at least `amount` of the kernels is cut; None if none."""
    height, width = photo.pixels.shape[:2]
    boxes = np.array([k.box for k in found.kernels], float)
    for share in np.arange(0.98, 0.1, -0.02):
        left, top = width * (1 - share) / 2, height * (1 - share) / 2
        x, y = boxes[:, 0] - left, boxes[:, 1] - top
        right, bottom = x + boxes[:, 2], y + boxes[:, 3]
        inside = (right > 0) & (bottom > 0) & (x < width * share) & (y < height * share)
        whole = (x > 0) & (y > 0) & (right < width * share) & (bottom < height * share)
        if inside.sum() >= 4 and 1 - whole.sum() / inside.sum() >= amount:
            rows, columns = round(height * share), round(width * share)
            first, second = round(top), round(left)
            return np.ascontiguousarray(photo.pixels[first : first + rows, second : second + columns])
    return None


def _jpeg(pixels: Pixels) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
