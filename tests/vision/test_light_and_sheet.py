"""Light and sheets as they are at a silo: a lamp's glow, a leather-grained tray, a mesh, the table beside the
sheet, a cap on it, a moving phone. Each is counted rightly or refused for what it is."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.grain.reasons import Code
from station.vision import gate
from station.vision.kernels import Segmentation, find_kernels
from station.vision.photo import DecodedPhoto, decode
from station.vision.rendered import render_tray
from station.vision.second_count import count_twice
from tests.vision import pictures

pytestmark = pytest.mark.long

Picture = NDArray[np.uint8]
SIZE = {"width": 1600, "height": 1200, "cut": 0, "foreign": 0}
ROWS, COLUMNS = np.mgrid[:1200, :1600]


def picture(seed: int, kernels: int, sheet: str) -> Picture:
    return pictures.pixels_of(
        render_tray(seed, kernels=kernels, sheet=sheet, touching=0.1, **SIZE).jpeg  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def brown() -> Picture:
    return picture(21, 120, "brown")


@pytest.fixture(scope="module")
def black() -> Picture:
    return picture(5, 150, "black")


def seen(pixels: NDArray[np.generic]) -> tuple[Segmentation, list[Code]]:
    photo = decode(pictures.jpeg(np.clip(pixels, 0, 255).astype(np.uint8)))
    assert isinstance(photo, DecodedPhoto)
    found = find_kernels(photo.pixels)
    return found, [reason.code for reason in gate.check(photo.pixels, found)]


def lit(pixels: Picture, amount: float, x: int, y: int, width: float) -> NDArray[np.float64]:
    glow = amount * np.exp(-((COLUMNS - x) ** 2 + (ROWS - y) ** 2) / 2 / width**2)
    return pixels + glow[..., None]


def rough(kind: str, amount: float) -> NDArray[np.float64]:
    """Return what a lamp makes of a sheet's texture: brightest under it."""
    lamp = np.exp(-((COLUMNS - 500) ** 2 + (ROWS - 400) ** 2) / 2 / 500**2)
    if kind == "mesh":
        dots = (COLUMNS % 16 - 8) ** 2 + (ROWS % 16 - 8) ** 2 < 16
        return np.asarray((dots * lamp * amount)[..., None])
    noise = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, (1200, 1600)), (0, 0), 3)
    bumps = np.maximum(noise / noise.std(), 0.8) - 0.8
    return np.asarray((bumps * (0.2 + lamp) * 2 * amount)[..., None])


@pytest.mark.parametrize("place", [(800, 600, 120), (800, 600, 200), (800, 600, 300), (100, 100, 300)])
def test_a_soft_highlight_on_the_sheet_swallows_no_kernels(
    brown: Picture, place: tuple[int, int, float]
) -> None:
    plain, _ = seen(brown)
    found, refused = seen(lit(brown, 60, *place))
    assert refused == []
    assert abs(len(found.complete) - len(plain.complete)) <= 2


@pytest.mark.parametrize(
    ("amount", "place"),
    [
        (60, (400, 900, 80)),
        (120, (800, 600, 120)),
        *(
            pytest.param(amount, place, marks=pytest.mark.long)
            for amount in (20, 40, 80, 100)
            for place in ((400, 900, 80), (800, 600, 120), (1300, 300, 450))
        ),
    ],
)
def test_a_narrow_glow_neither_swallows_nor_makes_kernels(
    brown: Picture, amount: float, place: tuple[int, int, float]
) -> None:
    found, refused = seen(lit(brown, amount, *place))
    assert refused == []
    assert abs(len(found.complete) - 120) <= 2


def test_the_edge_of_a_roofs_shadow_is_no_kernel(brown: Picture) -> None:
    way = COLUMNS + 0.1 * ROWS
    shadow = 0.7 + 0.3 / (1 + np.exp((way - 1000) / 25))
    found, refused = seen(brown * shadow[..., None])
    assert refused == []
    assert abs(len(found.complete) - 120) <= 2


def test_glare_is_the_only_reason_where_it_swallows_kernels(brown: Picture) -> None:
    assert seen(lit(brown, 400, 800, 600, 90))[1] == [Code.GLARE]


@pytest.mark.parametrize(("kind", "amount"), [("leather", 10), ("mesh", 35), ("mesh", 60)])
def test_specks_of_the_sheet_under_a_lamp_are_no_kernels(black: Picture, kind: str, amount: float) -> None:
    found, refused = seen(black + rough(kind, amount))
    assert refused == []
    assert abs(len(found.complete) - 150) <= 2


def test_a_sheet_that_is_too_rough_is_refused_for_that(black: Picture, brown: Picture) -> None:
    assert seen(black + rough("leather", 25))[1] == [Code.ROUGH_SHEET]
    assert seen(brown + rough("leather", 15))[1] == [Code.ROUGH_SHEET]


def beside(pixels: Picture, kind: str) -> Picture:
    out = pixels.copy()
    if kind == "table":
        return np.asarray(cv2.copyMakeBorder(out, 0, 0, 60, 140, cv2.BORDER_CONSTANT, value=(190, 200, 205)))
    if kind == "cap":
        return np.asarray(cv2.circle(out, (800, 600), 100, (240, 240, 240), cv2.FILLED))
    sliver = np.array([[0, 1199], [0, 1160], [1599, 1199]])
    return np.asarray(cv2.fillPoly(out, [sliver], (30, 30, 30)))


@pytest.mark.parametrize("kind", ["table", "sliver"])
def test_the_table_beside_the_sheet_is_neither_kernel_nor_cut(brown: Picture, kind: str) -> None:
    plain, _ = seen(brown)
    found, refused = seen(beside(brown, kind))
    assert refused == []
    assert abs(len(found.complete) - len(plain.complete)) <= 2
    assert found.cut <= 1


@pytest.mark.parametrize("colour", [(20, 20, 20), (60, 75, 95), (190, 200, 205)])
@pytest.mark.parametrize(
    "share",
    [0.05, pytest.param(0.02, marks=pytest.mark.long), pytest.param(0.1, marks=pytest.mark.long)],
)
def test_a_frame_around_the_sheet_moves_no_outline(
    brown: Picture, share: float, colour: tuple[int, int, int]
) -> None:
    plain, _ = seen(brown)
    edge = round(share * len(brown))
    framed = cv2.copyMakeBorder(brown, *(edge,) * 4, cv2.BORDER_CONSTANT, value=colour)
    found, refused = seen(np.asarray(framed))
    assert refused == []
    assert abs(len(found.complete) - len(plain.complete)) <= 2
    assert found.cut == 0
    areas, before = (np.median([kernel.area for kernel in some.complete]) for some in (found, plain))
    assert areas == pytest.approx(before, rel=0.03)


def test_a_cap_among_the_kernels_hides_no_others_and_is_remarked(brown: Picture) -> None:
    found, refused = seen(beside(brown, "cap"))
    assert refused == []
    assert len(found.complete) >= 117
    assert found.left_out == pytest.approx(0.017, abs=0.003)


def test_a_large_thing_on_the_sheet_is_never_passed_over_in_silence(brown: Picture) -> None:
    out = cv2.circle(brown.copy(), (800, 600), 200, (240, 240, 240), cv2.FILLED)
    assert seen(np.asarray(out))[1] == [Code.LEFT_OUT]


def smeared(pixels: Picture, length: int) -> Picture:
    way = np.full((1, length), 1 / length, np.float32)
    return np.asarray(cv2.filter2D(pixels, -1, way))


def test_a_moved_phone_is_told_from_a_lens_out_of_focus(brown: Picture) -> None:
    for length in (9, 15, 25):
        assert seen(smeared(brown, length))[1] == [Code.MOVED]
    assert seen(cv2.GaussianBlur(brown, (0, 0), 5))[1] == [Code.NOT_SHARP]


@pytest.mark.parametrize("sheet", ["brown", "green"])
def test_a_grey_photo_is_refused_for_its_missing_colours(sheet: str) -> None:
    grey = cv2.cvtColor(picture(21, 120, sheet), cv2.COLOR_BGR2GRAY)
    assert seen(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)))[1] == [Code.NO_COLOURS]


def test_two_counts_agree_on_a_good_tray_and_differ_where_kernels_come_apart_wrongly() -> None:
    tray = render_tray(33, kernels=300, sheet="blue", touching=0.4, **SIZE)  # type: ignore[arg-type]
    found, refused = seen(pictures.pixels_of(tray.jpeg))
    counts = count_twice(found.complete)
    assert refused == []
    assert counts.agree
    assert counts.best == pytest.approx(300, abs=4)
    assert counts.by_area == pytest.approx(300, rel=0.03)
    in_two = [
        replace(kernel, area=kernel.area / 2)
        for kernel in found.complete
        for _ in range(2)
        if kernel.clump > 1
    ]
    wrong = count_twice((*(kernel for kernel in found.complete if kernel.clump == 1), *in_two))
    assert wrong.outlines > 1.2 * counts.outlines
    assert not wrong.agree
