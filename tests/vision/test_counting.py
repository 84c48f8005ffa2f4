"""Known counts on real photos stay right, and pictures full of specks or texture end soon."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.vision.counting import COUNTS, Count
from station.vision.kernels import MAX_KERNELS, find_kernels
from station.vision.photo import DecodedPhoto, decode

COUNTED = json.loads(COUNTS.read_text(encoding="utf-8"))["eye"]["counts"]


@pytest.mark.parametrize(
    "name",
    [
        "train/wheat_green_sheet.jpg",
        "train/rice_whole_broken/mixed_grain_2.jpg",
        "evaluate/unknown_lentils/4.jpg",
        "evaluate/eight_grains/rice_sonamasuri_B_SonaMasuri1B.JPG",
        "evaluate/eight_grains/wheat_khapli_B_DSC03927.JPG",
        "evaluate/eight_grains/maize_orange_B_DSC03899.JPG",
    ],
)
def test_kernels_of_real_photos_are_counted_as_by_eye(photos: Path, name: str) -> None:
    photo = decode((photos / name).read_bytes())
    assert isinstance(photo, DecodedPhoto)
    found = len(find_kernels(photo.pixels).kernels)
    assert Count(name, COUNTED[name], found).error <= 0.02


def test_a_count_that_is_one_short_of_fifty_is_two_percent_wrong() -> None:
    assert Count("tray", 50, 49).error == pytest.approx(0.02)


def test_every_counted_photo_is_there(photos: Path) -> None:
    counts = json.loads(COUNTS.read_text(encoding="utf-8"))
    names = [name for how in ("eye", "authors") for name in counts[how]["counts"]]
    assert [name for name in names if not (photos / name).is_file()] == []


@pytest.mark.parametrize("grain", [2, 6])
def test_texture_gives_no_more_kernels_than_the_bound(grain: int) -> None:
    rough = np.random.default_rng(grain).standard_normal((700, 900, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(rough, (0, 0), grain)
    pixels = np.clip(128 + 60 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    assert len(find_kernels(pixels).kernels) <= MAX_KERNELS


def test_thousands_of_specks_give_no_more_kernels_than_the_bound() -> None:
    pixels = np.full((1500, 2000, 3), 230, np.uint8)
    rng = np.random.default_rng(8)
    for x, y in zip(rng.integers(2000, size=6000), rng.integers(1500, size=6000), strict=True):
        cv2.circle(pixels, (int(x), int(y)), 4, (40, 60, 80), cv2.FILLED)
    assert len(find_kernels(pixels).kernels) <= MAX_KERNELS
