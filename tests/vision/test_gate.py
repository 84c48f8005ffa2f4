"""The quality gate: refuses what cannot be judged with a reason, and lets good photos pass."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from station.grain.reasons import Code
from station.vision import gate
from station.vision.kernels import find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import SHEETS, RenderedTray, render_tray
from station.vision.rendered.not_grain import render_not_grain
from station.vision.rendered.paper import Paper
from tests.vision import pictures

pytestmark = pytest.mark.long


def refusals(data: bytes) -> set[Code]:
    photo = decode(data)
    assert isinstance(photo, DecodedPhoto)
    return {reason.code for reason in gate.check(photo.pixels, find_kernels(photo.pixels))}


@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_a_good_tray_passes_on_every_sheet(sheet: str) -> None:
    for seed in (41, 42):
        tray = render_tray(seed, width=1600, height=1200, kernels=70, touching=0.2, cut=3, sheet=sheet)
        assert refusals(tray.jpeg) == set()


def test_a_blurred_photo_is_not_sharp(tray: RenderedTray) -> None:
    assert Code.NOT_SHARP in refusals(pictures.blurred(tray.jpeg, 5))


def test_a_dark_photo_is_dark(tray: RenderedTray) -> None:
    assert Code.DARK in refusals(pictures.brighter(tray.jpeg, 0.2))


@pytest.mark.parametrize("factor", [3.5, 6.0])
def test_an_overexposed_photo_is_bright(tray: RenderedTray, factor: float) -> None:
    assert Code.BRIGHT in refusals(pictures.brighter(tray.jpeg, factor))


def test_a_reflection_on_the_sheet_is_glare(tray: RenderedTray) -> None:
    pixels = pictures.pixels_of(tray.jpeg).astype(np.float32)
    lamp = np.zeros(pixels.shape[:2], np.float32)
    cv2.circle(lamp, (1300, 600), 260, 400, cv2.FILLED)
    pixels += cv2.GaussianBlur(lamp, (0, 0), 40)[..., None]
    assert Code.GLARE in refusals(pictures.jpeg(np.clip(pixels, 0, 255).astype(np.uint8)))


def test_nine_kernels_are_too_few_and_ten_are_enough() -> None:
    nine = render_tray(4, width=1200, height=900, kernels=9, touching=0, broken=0, foreign=0)
    ten = render_tray(4, width=1200, height=900, kernels=10, touching=0, broken=0, foreign=0)
    assert refusals(nine.jpeg) == {Code.TOO_FEW_KERNELS}
    assert refusals(ten.jpeg) == set()


def heap_of(tray: RenderedTray, rows: slice, columns: slice, layers: int) -> bytes:
    """The tray with a part of it laid over itself again and again."""
    pixels = pictures.pixels_of(tray.jpeg)
    part = pixels[rows, columns]
    heap = part.copy()
    for layer in range(1, layers):
        heap = np.maximum(heap, np.roll(part, (37 * layer, 71 * layer), (0, 1)))
    pixels[rows, columns] = heap
    return pictures.jpeg(pixels)


def test_a_tray_full_of_grain_is_piled_up_or_no_plain_sheet() -> None:
    tray = render_tray(2, width=1600, height=1200, kernels=200, touching=0, sheet="black", kernel_px=50)
    assert refusals(heap_of(tray, slice(None), slice(None), 16)) & {Code.PILED_UP, Code.NOT_GRAIN}


def test_a_heap_in_the_middle_of_the_sheet_is_piled_up() -> None:
    tray = render_tray(2, width=1600, height=1200, kernels=160, touching=0, sheet="black", kernel_px=50)
    assert Code.PILED_UP in refusals(heap_of(tray, slice(200, 900), slice(300, 1200), 16))


@pytest.mark.parametrize(("grain", "colour"), [("wheat", (70, 115, 152)), ("rice", (156, 155, 162))])
def test_grain_on_a_sheet_of_its_own_colour_is_refused_for_that(
    grain: str, colour: tuple[int, int, int]
) -> None:
    tray = render_tray(62, width=1600, height=1200, kernels=120, sheet=Paper(colour, waver=1.0), grain=grain)
    assert refusals(tray.jpeg) == {Code.LOW_CONTRAST}


def test_a_sheet_that_is_only_a_little_like_the_grain_is_no_reason() -> None:
    tray = render_tray(62, width=1600, height=1200, kernels=120, sheet=Paper((150, 175, 200), waver=1.0))
    assert refusals(tray.jpeg) == set()


def test_a_tray_that_is_mostly_cut_is_cut_off() -> None:
    tray = render_tray(12, width=1600, height=1200, kernels=12, cut=14, touching=0, broken=0, foreign=0)
    assert refusals(tray.jpeg) == {Code.CUT_OFF}


def test_a_page_of_text_is_not_grain() -> None:
    page = np.full((1200, 1600, 3), 240, np.uint8)
    for line in range(30):
        words = "The quick brown fox jumps over the lazy dog 0123"
        cv2.putText(page, words, (20, 40 + line * 38), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20, 20, 20), 2)
    assert Code.NOT_GRAIN in refusals(pictures.jpeg(page))


@pytest.mark.parametrize("kind", ["text", "form", "gravel", "cloth", "hand", "leaf", "empty sheet", "pocket"])
def test_what_phones_take_by_mistake_is_refused(kind: str) -> None:
    fitting = {Code.NOT_GRAIN, Code.TOO_FEW_KERNELS, Code.NOT_SHARP, Code.LOW_CONTRAST}
    for seed in (1, 2):
        assert refusals(render_not_grain(kind, seed)) & fitting


def test_noise_is_not_grain_and_a_blank_sheet_has_too_few_kernels() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (900, 1200, 3), np.uint8)
    assert Code.NOT_GRAIN in refusals(pictures.png(noise))
    assert refusals(pictures.png(np.full((900, 1200, 3), 200, np.uint8))) == {Code.TOO_FEW_KERNELS}


def test_every_refusal_says_value_and_limit(tray: RenderedTray) -> None:
    photo = decode(pictures.blurred(tray.jpeg, 5))
    assert isinstance(photo, DecodedPhoto)
    for reason in gate.check(photo.pixels, find_kernels(photo.pixels)):
        if reason.code is not Code.NOT_GRAIN:
            assert "limit" in reason.params


def test_no_real_wheat_photo_is_refused_for_its_quality(photos: Path) -> None:
    files = sorted((photos / "evaluate" / "eight_grains").glob("wheat*"))
    files.append(photos / "train" / "wheat_green_sheet.jpg")
    assert len(files) == 22
    assert [f.name for f in files if refusals(f.read_bytes())] == []
