"""What is done side by side, or for many at once, gives what one after another gives."""

import os

import cv2
import numpy as np
import pytest

from station.vision import split
from station.vision.cores import share
from station.vision.crops import aligned_crop, cut_crops
from station.vision.kernels import find_kernels
from station.vision.photo import Pixels
from station.vision.rendered import render_tray

SIDE = 48


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    jpeg = render_tray(3, width=1000, height=750, kernels=60, sheet="white").jpeg
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def on(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(cores)))


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_answers_keep_the_order_of_their_parts(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, cores)
    assert share(lambda part: part * part, range(50)) == [part * part for part in range(50)]


@pytest.mark.parametrize("cores", [1, 2])
def test_what_a_part_raises_comes_out(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, cores)
    with pytest.raises(ZeroDivisionError):
        share(lambda part: 1 / part, [1, 0, 2])


def test_kernels_and_crops_do_not_depend_on_cores(pixels: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, 1)
    alone = find_kernels(pixels)
    crops = cut_crops(pixels, alone.complete, SIDE)
    on(monkeypatch, 3)
    beside = find_kernels(pixels)
    assert [k.box for k in alone.kernels] == [k.box for k in beside.kernels]
    assert all(np.array_equal(a.mask, b.mask) for a, b in zip(alone.kernels, beside.kernels, strict=True))
    assert np.array_equal(crops, cut_crops(pixels, beside.complete, SIDE))


def test_a_kernel_is_cut_alike_alone_and_among_others(pixels: Pixels) -> None:
    found = find_kernels(pixels).complete
    together = cut_crops(pixels, found, SIDE)
    assert len(found) > 40
    for kernel, crop in zip(found, together, strict=True):
        x, y, width, height = kernel.box
        assert np.array_equal(aligned_crop(pixels[y : y + height, x : x + width], kernel.mask, SIDE), crop)


@pytest.mark.parametrize("share_of_picture", [0.05, 0.5, 0.95, 1.0])
def test_bounds_are_those_of_the_labels(share_of_picture: float) -> None:
    mask = (np.random.default_rng(5).random((37, 41)) < share_of_picture).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    boxes, areas = split.bounds(np.asarray(labels, np.int32), mask)
    sides = np.concatenate([boxes[1:, :2], boxes[1:, 2:] - boxes[1:, :2]], axis=1)
    assert np.array_equal(sides, stats[1:, :4])
    assert np.array_equal(areas[1:], stats[1:, 4])


def test_bounds_of_labels_side_by_side_are_their_own() -> None:
    labels = np.array([[1, 1, 2, 2], [0, 3, 3, 2], [1, 0, 0, 0]], np.int32)
    boxes, areas = split.bounds(labels)
    assert boxes[1:].tolist() == [[0, 0, 2, 3], [2, 0, 4, 2], [1, 1, 3, 2]]
    assert areas.tolist() == [0, 3, 3, 2]


@pytest.mark.parametrize("mask", [None, np.zeros((20, 30), np.uint8)])
def test_a_picture_without_foreground_has_no_parts(mask: np.ndarray | None) -> None:
    boxes, areas = split.bounds(np.zeros((20, 30), np.int32), mask)
    assert boxes.shape == (1, 4)
    assert areas.tolist() == [0]
