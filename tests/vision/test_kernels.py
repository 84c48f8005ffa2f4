"""Segmentation: counts on any plain sheet, touching kernels apart, cut ones counted."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from station.vision.kernels import KernelShape, Segmentation, find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import SHEETS, RenderedTray, render_tray
from tests.vision import pictures

pytestmark = pytest.mark.long


def found_on(data: bytes) -> Segmentation:
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto)
    return find_kernels(photo.pixels)


@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_kernels_are_counted_on_every_plain_sheet(sheet: str) -> None:
    tray = render_tray(31, width=1600, height=1200, kernels=80, touching=0.2, cut=4, sheet=sheet)
    found = found_on(tray.jpeg)
    assert abs(len(found.complete) - 80) <= 3
    assert abs(found.cut - 4) <= 1


@pytest.mark.parametrize("kernels", [50, 300, 1000])
def test_the_count_is_right_within_three_percent_up_to_a_thousand_kernels(kernels: int) -> None:
    tray = render_tray(5, width=4000, height=3000, kernels=kernels, touching=0.1, sheet="white")
    assert abs(len(found_on(tray.jpeg).complete) - kernels) <= max(1, 0.03 * kernels)


def test_most_touching_kernels_come_apart() -> None:
    tray = render_tray(
        6, width=2000, height=1500, kernels=100, broken=0, foreign=0, touching=0.8, sheet="black"
    )
    assert abs(len(found_on(tray.jpeg).complete) - 100) <= 4


def discs(apart: int) -> Segmentation:
    """Twelve discs alone, and two that overlap with their middles `apart` pixels from each other."""
    pixels = np.full((400, 500, 3), (150, 60, 40), np.uint8)
    alone = [(60 + 90 * (n % 4), 60 + 80 * (n // 4)) for n in range(12)]
    for middle in [*alone, (200, 330), (200 + apart, 330)]:
        cv2.circle(pixels, middle, 20, (200, 215, 225), cv2.FILLED)
    return find_kernels(pixels)


def test_pieces_of_a_clump_show_their_shape_where_hardly_more_than_their_edges_touch() -> None:
    touching, overlapping = discs(apart=38), discs(apart=30)
    assert len(touching.complete) == len(overlapping.complete) == 14
    assert len(touching.whole) == 14
    assert len(overlapping.whole) == 12
    assert all(k.seam == 0.0 for k in overlapping.whole)
    assert all(0.15 < k.seam < 0.4 for k in set_apart(overlapping))


def set_apart(found: Segmentation) -> list[KernelShape]:
    return [k for k in found.complete if k.clump > 1]


def test_outlines_agree_with_the_truth(tray: RenderedTray) -> None:
    found = found_on(tray.jpeg).complete
    drawn = np.zeros((1500, 2000), np.int32)
    for number, kernel in enumerate(found, start=1):
        cv2.drawContours(drawn, [kernel.contour], -1, number, cv2.FILLED)
    good = 0
    for truth in tray.truth.complete:
        mask = np.zeros(drawn.shape, np.uint8)
        cv2.drawContours(mask, [np.array(truth.polygon, np.int32)], -1, 1, cv2.FILLED)
        under = drawn[mask > 0]
        best = int(np.bincount(under).argmax())
        union = int((mask > 0).sum()) + int((drawn == best).sum()) - int((under == best).sum())
        good += best > 0 and (under == best).sum() / union > 0.5
    assert good >= 0.97 * len(tray.truth.complete)


def test_a_strong_light_gradient_and_shadows_do_not_make_kernels() -> None:
    tray = render_tray(9, width=1600, height=1200, kernels=60, sheet="white")
    pixels = pictures.pixels_of(tray.jpeg).astype(np.float32)
    pixels *= np.linspace(1.0, 0.45, 1600, dtype=np.float32)[None, :, None]
    assert abs(len(found_on(pictures.jpeg(pixels.astype(np.uint8))).complete) - 60) <= 3


def test_segmentation_gives_the_same_answer_twice(tray: RenderedTray) -> None:
    one, two = found_on(tray.jpeg), found_on(tray.jpeg)
    assert [k.box for k in one.kernels] == [k.box for k in two.kernels]


def test_an_empty_sheet_and_pure_noise_have_no_kernels_and_end() -> None:
    assert found_on(pictures.jpeg(np.full((900, 1200, 3), 200, np.uint8))).kernels == ()
    noise = np.random.default_rng(1).integers(0, 255, (900, 1200, 3), np.uint8)
    assert len(found_on(pictures.png(noise)).kernels) <= 4000


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 3), (500, 2)])
def test_tiny_pictures_are_segmented_without_error(shape: tuple[int, int]) -> None:
    assert found_on(pictures.png(np.full((*shape, 3), 90, np.uint8))).complete == ()


def test_the_real_green_sheet_is_counted(photos: Path) -> None:
    found = found_on((photos / "train" / "wheat_green_sheet.jpg").read_bytes())
    assert 85 <= len(found.complete) <= 88  # counted by eye: 87 complete ones


@pytest.mark.parametrize("name", ["1", "3"])
def test_a_ruler_beside_the_grain_is_not_a_kernel(photos: Path, name: str) -> None:
    found = found_on((photos / "evaluate" / "unknown_lentils" / f"{name}.jpg").read_bytes())
    assert len(found.complete) == 19
    assert len(found.giants) == 1
