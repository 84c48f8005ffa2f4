"""Touching kernels come apart by silhouette and by seam; one kernel stays one."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.vision import clumps
from station.vision.clumps import Effort, Taught, take_apart
from station.vision.join import Labels
from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered.not_grain import render_not_grain
from station.vision.split import cut_out, split_clump

LENGTH, WIDTH = 30, 14  # half axes of a drawn kernel in pixels
AREA = float(np.pi * LENGTH * WIDTH)
TAUGHT = Taught(AREA, 8.0)

Mask = NDArray[np.uint8]


def drawn(*kernels: tuple[float, float, float], axes: tuple[int, int] = (LENGTH, WIDTH)) -> Mask:
    """A mask with ellipses at x, y turned by degrees."""
    mask = np.zeros((240, 240), np.uint8)
    for x, y, turn in kernels:
        cv2.ellipse(mask, ((x, y), (2 * axes[0], 2 * axes[1]), turn), 255, cv2.FILLED)
    return mask


def count(mask: Mask, grey: Mask | None = None, effort: Effort | None = None) -> int:
    plain = np.full(mask.shape, 150, np.uint8) if grey is None else grey
    return len(cut_out(take_apart(mask, plain, TAUGHT, effort or Effort())))


def touching(turn: float, other: float, direction: float, overlap: float) -> Mask:
    """Two kernels of which the second was moved towards the first until `overlap` of their area is shared."""
    step = np.array([np.cos(np.radians(direction)), np.sin(np.radians(direction))])
    for distance in np.arange(2 * LENGTH + 4, 0, -0.5):
        x, y = 120 + step * distance
        shared = cv2.countNonZero(drawn((120, 120, turn)) & drawn((x, y, other)))
        if shared > overlap * AREA:
            return drawn((120, 120, turn), (x, y, other))
    raise AssertionError("the kernels never touched")


@pytest.mark.parametrize("overlap", [0.0, 0.02])
@pytest.mark.parametrize("direction", [0, 50, 90])
@pytest.mark.parametrize("other", [0, 30, 60, 90, 120, 150])
def test_two_kernels_that_touch_are_two(other: float, direction: float, overlap: float) -> None:
    assert count(touching(0, other, direction, overlap)) == 2


def test_three_kernels_round_a_gap_are_three() -> None:
    corners = [(120 + 34 * np.cos(a), 120 + 34 * np.sin(a), np.degrees(a) + 90) for a in (0, 2.1, 4.2)]
    assert count(drawn(*corners)) == 3


@pytest.mark.parametrize("bend", [0.0, 0.2, 0.35])
def test_one_bent_kernel_stays_one(bend: float) -> None:
    along = np.linspace(-LENGTH, LENGTH, 61)
    mask = np.zeros((240, 240), np.uint8)
    for x in along:
        half = WIDTH * np.sqrt(max(0.0, 1 - (x / LENGTH) ** 2))
        centre = (round(120 + x), round(120 + bend * x * x / LENGTH))
        cv2.ellipse(mask, (centre, (4, 2 * half + 1), 0), 255, cv2.FILLED)
    assert count(mask) == 1


def test_kernels_side_by_side_without_a_notch_come_apart_at_their_seam() -> None:
    mask = np.zeros((240, 240), np.uint8)
    cv2.rectangle(mask, (100, 80), (155, 140), 255, cv2.FILLED)
    grey = np.full(mask.shape, 150, np.uint8)
    grey[80:141, 126:129] = 110
    assert count(mask) == 1
    assert count(mask, grey) == 2
    assert count(mask, grey, Effort(0)) == 1  # spent on the photo's other clumps


def test_a_picture_of_gravel_takes_no_longer_than_a_full_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def counted(mask: Mask, typical: float, seams: Mask | None = None) -> Labels:
        if seams is not None:
            tried.append(mask.size + clumps.ATTEMPT)
        return split_clump(mask, typical, seams)

    monkeypatch.setattr(clumps, "split_clump", counted)
    photo = decode(render_not_grain("gravel", 0))
    assert isinstance(photo, DecodedPhoto)
    find_kernels(photo.pixels)
    assert 0 < sum(tried) - tried[-1] <= clumps.EFFORT


def test_a_crease_does_not_split_a_kernel() -> None:
    mask = drawn((120, 120, 20))
    grey = np.full(mask.shape, 150, np.uint8)
    cv2.line(grey, (95, 111), (145, 129), 70, 3)
    assert count(mask, grey) == 1


def test_creases_do_not_split_kernels_that_touch() -> None:
    mask = drawn((90, 120, 0), (146, 120, 40))
    grey = np.full(mask.shape, 150, np.uint8)
    cv2.line(grey, (66, 120), (114, 120), 70, 3)
    cv2.line(grey, (127, 104), (165, 136), 70, 3)
    assert count(mask, grey) == 2


def test_a_maize_kernel_among_wheat_stays_one_whatever_its_texture() -> None:
    mask = drawn((120, 120, 20), axes=(50, 38))
    rough = np.random.default_rng(3).integers(100, 200, mask.shape).astype(np.uint8)
    assert count(mask, cv2.GaussianBlur(rough, (0, 0), 3)) == 1
